"""Evaluating a network leaves each part of it in the mode that it was in."""

import numpy as np
import pytest
import torch
from torch import nn

from networks.batches import batches, evaluated
from networks.errors import NetworkError
from networks.exporting import exported_program


def _partly_frozen() -> nn.Module:
    network = nn.Sequential(nn.BatchNorm1d(3), nn.Sequential(nn.BatchNorm1d(3), nn.ReLU()))
    network.train()
    network[1].eval()
    return network


def _modes(network: nn.Module) -> list[bool]:
    return [part.training for part in network.modules()]


def test_modes_come_back_whatever_happens() -> None:
    network = _partly_frozen()
    before = _modes(network)
    with pytest.raises(KeyError), evaluated(network):
        assert not any(_modes(network))
        assert not torch.is_grad_enabled()
        raise KeyError
    assert _modes(network) == before
    assert torch.is_grad_enabled()


def test_exporting_keeps_modes_too() -> None:
    network = _partly_frozen()
    before = _modes(network)
    exported_program(network, torch.zeros(1, 3), name="norms")
    assert _modes(network) == before
    with pytest.raises(NetworkError):
        exported_program(network, torch.zeros(1, 4), name="norms", training=True)
    assert _modes(network) == before


def test_batches_are_all_samples_in_order() -> None:
    samples = np.arange(14, dtype=np.float32).reshape(7, 2)
    sizes = [len(batch) for batch in batches(samples, 3)]
    assert sizes == [3, 3, 1]
    assert torch.equal(torch.cat(list(batches(samples, 3))), torch.from_numpy(samples))
    assert not list(batches(samples[:0]))
