"""The loss of a gated network, against arithmetic by hand."""

from dataclasses import replace
from math import exp, log

import numpy as np
import pytest
import torch

from networks.gated import GatedOutput
from networks.learning.losses import event_logit, gated_loss, in_balance, risen_at
from networks.zoo import network_spec

RECIPE = network_spec("smartwatch").recipe


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


def test_sparsity_is_the_mean_magnitude_at_each_cut_and_rises_with_the_gates() -> None:
    crossing = GatedOutput(
        gate_logits=torch.tensor([[0.3], [1.0]]),
        output=torch.tensor([[-0.7], [0.4]]),
        activations=(torch.tensor([[1.0, -3.0], [0.0, 4.0]]),),
    )
    positives = torch.tensor([0.0, 1.0])
    alone = replace(RECIPE, gate_weights=(), positive_weight=1.0)
    task = float(gated_loss(crossing, positives, alone))
    gated = replace(alone, gate_weights=(0.5,), gate_positive_weight=1.0)
    gate = float(gated_loss(crossing, positives, gated)) - task
    sparse = replace(gated, sparsity_weights=(0.25,))
    for risen in (0.0, 0.5, 1.0):
        loss = float(gated_loss(crossing, positives, sparse, risen=risen))
        assert loss == pytest.approx(task + risen * (gate + 0.25 * 8 / 4), rel=1e-6)
    with pytest.raises(ValueError, match="zip"):
        gated_loss(crossing, positives, replace(gated, sparsity_weights=(0.25, 0.25)))


def test_weights_rise_over_the_first_share_of_the_steps() -> None:
    assert [risen_at(step, 8, 0.5) for step in range(6)] == [0.0, 0.25, 0.5, 0.75, 1.0, 1.0]
    assert [risen_at(step, 4, 0.0) for step in range(4)] == [1.0] * 4
    assert [risen_at(step, 4, 1.0) for step in range(4)] == [0.0, 0.25, 0.5, 0.75]


def test_balanced_weights_are_negatives_over_positives() -> None:
    labels = np.array([0, 0, 0, 1], dtype=np.int8)
    recipe = replace(RECIPE, positive_weight="balanced", gate_positive_weight=7.0)
    settled = in_balance(recipe, labels)
    assert (settled.positive_weight, settled.gate_positive_weight) == (3.0, 7.0)
    assert in_balance(settled, labels) == settled
    # The whole weight of either class is the same then, whatever is answered.
    crossing = GatedOutput(torch.zeros(4, 0), torch.zeros(4, 1, requires_grad=True))
    gated_loss(
        crossing, torch.from_numpy(labels).float(), replace(settled, gate_weights=())
    ).backward()  # type: ignore[no-untyped-call]
    assert crossing.output.grad is not None
    assert float(crossing.output.grad.sum()) == pytest.approx(0.0, abs=1e-7)
    with pytest.raises(ValueError, match="in_balance"):
        gated_loss(crossing, torch.zeros(4), recipe)


def test_of_several_classes_the_first_is_the_background() -> None:
    logits = torch.tensor([[1.0, 0.5, -0.5], [0.0, 2.0, 1.0]])
    positive = 1 - torch.softmax(logits, dim=1)[:, 0]
    torch.testing.assert_close(torch.sigmoid(event_logit(logits)), positive)
    torch.testing.assert_close(event_logit(logits[:, :1]), logits[:, 0])
