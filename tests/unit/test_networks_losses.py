"""The loss of a gated network, against arithmetic by hand."""

from dataclasses import replace
from math import exp, log

import pytest
import torch

from networks.gated import GatedOutput
from networks.losses import event_logit, gated_loss
from networks.zoo import network_spec


def _softplus(value: float) -> float:
    return log(1 + exp(value))


def test_task_and_gates_are_summed_with_their_weights() -> None:
    recipe = replace(
        network_spec("smartwatch").recipe,
        gate_weights=(0.5, 0.25),
        positive_weight=2.0,
        gate_positive_weight=3.0,
    )
    crossing = GatedOutput(
        gate_logits=torch.tensor([[0.3, -0.2], [1.0, 2.0]]), output=torch.tensor([[-0.7], [0.4]])
    )
    loss = gated_loss(crossing, torch.tensor([0.0, 1.0]), recipe)
    task = (_softplus(-0.7) + 2 * _softplus(-0.4)) / 2
    first = (_softplus(0.3) + 3 * _softplus(-1.0)) / 2
    second = (_softplus(-0.2) + 3 * _softplus(-2.0)) / 2
    assert float(loss) == pytest.approx(task + 0.5 * first + 0.25 * second, rel=1e-6)


def test_of_several_classes_the_first_is_the_background() -> None:
    logits = torch.tensor([[1.0, 0.5, -0.5], [0.0, 2.0, 1.0]])
    positive = 1 - torch.softmax(logits, dim=1)[:, 0]
    torch.testing.assert_close(torch.sigmoid(event_logit(logits)), positive)
    torch.testing.assert_close(event_logit(logits[:, :1]), logits[:, 0])
