"""How gates and codecs of a pretrained trunk begin."""

from collections import OrderedDict

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from networks.codecs import NarrowCodec
from networks.gated import CutDesign, GatedNetwork, GateHead
from networks.learning.pretrained import activations_of, fix, scale_gates, use_principal_components


def _network(channels: int = 5, wire_channels: int = 2) -> GatedNetwork:
    parts = OrderedDict(
        seen=nn.Conv2d(2, channels, 1),
        answer=nn.Sequential(nn.Flatten(), nn.Linear(channels * 12, 1)),
    )
    cuts = {"seen": CutDesign(channels, wire_channels, 4)}
    return GatedNetwork("seen", (1, 2, 4, 3), parts, cuts)


def test_fixed_weights_are_neither_trained_nor_saved() -> None:
    network = _network()
    samples = torch.randn(3, 2, 4, 3)
    expected = network(samples)
    fix(network.trunk.get_submodule("seen"))
    assert torch.equal(network(samples), expected)
    assert [n for n, _ in network.trunk.named_parameters()] == ["answer.1.weight", "answer.1.bias"]
    assert list(network.trunk.state_dict()) == ["answer.1.weight", "answer.1.bias"]


def test_activations_are_those_of_the_parts() -> None:
    network = _network()
    samples = np.random.default_rng(0).normal(size=(70, 2, 4, 3)).astype(np.float32)
    given_ = activations_of(network, samples)
    assert list(given_) == ["seen", "answer"]
    assert given_["seen"].shape == (70, 5, 4, 3)
    torch.testing.assert_close(given_["answer"], network(torch.from_numpy(samples)).detach())


def test_a_scaled_gate_sees_standardised_channels() -> None:
    torch.manual_seed(1)
    network = _network()
    head = network.gates["seen"]
    assert isinstance(head, GateHead)
    weight, bias = head.hidden.weight.detach().clone(), head.hidden.bias.detach().clone()
    activation = 40 + 9 * torch.randn(200, 5, 4, 3)
    activation[:, 2] = 3.0  # a channel that never changes
    scale_gates(network, {"seen": activation})
    pooled = activation.mean(dim=(2, 3))
    standard = (pooled - pooled.mean(dim=0)) / pooled.std(dim=0).clamp(min=1e-3)
    torch.testing.assert_close(
        head.hidden(pooled), standard @ weight.T + bias, rtol=1e-3, atol=1e-3
    )


@given(channels=st.integers(2, 7), kept=st.integers(1, 7), seed=st.integers(0, 99))
@settings(derandomize=True, database=None, deadline=None, max_examples=30)
def test_the_codec_loses_no_more_than_the_components_left_out(
    channels: int, kept: int, seed: int
) -> None:
    kept = min(kept, channels)
    torch.manual_seed(seed)
    network = _network(channels, kept)
    mixing = torch.randn(channels, channels)
    activation = torch.einsum("ij,njhw->nihw", mixing, torch.randn(30, channels, 4, 3)) + 5
    use_principal_components(network, {"seen": activation})
    codec = network.codecs["seen"]
    assert isinstance(codec, NarrowCodec)
    assert not any(parameter.requires_grad for parameter in codec.parameters())
    decoded = codec.decoder(codec.encoder(activation))
    flat = activation.flatten(2).transpose(1, 2).flatten(0, 1)
    spectrum = torch.linalg.svdvals(flat - flat.mean(dim=0)) ** 2
    lost = float((decoded - activation).square().sum())
    assert lost <= float(spectrum[kept:].sum()) + 1e-4 * float(spectrum.sum())
