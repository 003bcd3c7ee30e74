"""Pieces of a network, one after the other, compute what the whole network computes."""

import random
from collections.abc import Callable

import pytest
import torch
from pytorchcv.models.mobilenetv2 import mobilenetv2_w1
from pytorchcv.models.resnet import resnet152
from pytorchcv.models.squeezenet import squeezenet_v1_1
from torch import nn

from devicemodels.documents.errors import InputError
from networks.split import split, split_segments
from networks.tracing import TracedNetwork, trace_network
from networks.zoo import smartwatch
from networks.zoo.ds_cnn import INPUT_SHAPE, DsCnn

TOLERANCE = 1e-4


def _image(make: Callable[[], nn.Module]) -> tuple[nn.Module, tuple[int, ...]]:
    return make(), (1, 3, 224, 224)


NETWORKS: dict[str, Callable[[], tuple[nn.Module, tuple[int, ...]]]] = {
    "smartwatch": lambda: (smartwatch.build().trunk, (1, 6, 100)),
    "ds_cnn": lambda: (DsCnn(), INPUT_SHAPE),
    "resnet152": lambda: _image(resnet152),
    "mobilenetv2": lambda: _image(mobilenetv2_w1),
    "squeezenet1.1": lambda: _image(squeezenet_v1_1),
}


def _busy_norms(module: nn.Module, generator: torch.Generator) -> None:
    """Give batch norms statistics that matter; keep activations of deep networks in bounds."""
    for norm in module.modules():
        if isinstance(norm, nn.BatchNorm1d | nn.BatchNorm2d):
            assert norm.running_mean is not None
            assert norm.running_var is not None
            norm.running_mean.copy_(0.1 * torch.randn(norm.num_features, generator=generator))
            norm.running_var.copy_(0.8 + torch.rand(norm.num_features, generator=generator))


def _run(pieces: tuple[nn.Module, ...], sample: torch.Tensor) -> torch.Tensor:
    for piece in pieces:
        sample = piece(sample)
    return sample


# A minute of ResNet-152, whose branches and additions MobileNetV2 has too.
NAMES = [
    pytest.param(name, marks=pytest.mark.heavy) if name == "resnet152" else name
    for name in NETWORKS
]


@pytest.fixture(params=NAMES)
def traced(request: pytest.FixtureRequest) -> tuple[nn.Module, TracedNetwork, torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    module, shape = NETWORKS[request.param]()
    _busy_norms(module, generator)
    sample = torch.randn(shape, generator=generator)
    return module.eval(), trace_network(module, sample, name=request.param), sample


def test_pieces_between_any_five_cuts_equal_the_whole(
    traced: tuple[nn.Module, TracedNetwork, torch.Tensor],
) -> None:
    module, network, sample = traced
    cuts = [cut.after for cut in network.taskgraph.cut_points]
    shapes = {cut.after: cut.shape for cut in network.taskgraph.cut_points}
    choose = random.Random(network.taskgraph.name)
    with torch.no_grad():
        whole = module(sample)
        for cut in choose.sample(cuts, 5):
            first, second = split(network, [cut])
            crossing = first(sample)
            assert tuple(crossing.shape) == shapes[cut]
            torch.testing.assert_close(second(crossing), whole, rtol=TOLERANCE, atol=TOLERANCE)
        several = _run(split(network, choose.sample(cuts, 5)), sample)
        segments = _run(split_segments(network), sample)
    assert float(whole.abs().max()) > 1e-3
    torch.testing.assert_close(several, whole, rtol=TOLERANCE, atol=TOLERANCE)
    torch.testing.assert_close(segments, whole, rtol=TOLERANCE, atol=TOLERANCE)


def test_no_cut_where_more_than_one_tensor_crosses() -> None:
    class Residual(nn.Sequential):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x + self[0](x) * self[1](x)

    network = trace_network(
        Residual(nn.Conv1d(2, 2, 1), nn.Conv1d(2, 2, 1)), torch.zeros(1, 2, 4), name="residual"
    )
    with pytest.raises(InputError, match="'residual' cannot be cut after 0: no cut point is there"):
        split(network, ["0"])
