"""Channels that are taken out of a network: everything that knows them loses them, and no more."""

from collections.abc import Callable

import pytest
import torch
from pytorchcv.models.mobilenetv2 import mobilenetv2_wd4
from pytorchcv.models.resnet_cifar import resnet20_cifar10
from torch import nn

from networks.contenders.channels import ChannelGroup, narrow
from networks.contenders.following import channel_groups
from networks.tracing import trace
from networks.zoo import smartwatch
from networks.zoo.ds_cnn import INPUT_SHAPE, DsCnn
from tests.contender_worlds import one_thread  # noqa: F401 - used by all


class Flattened(nn.Module):
    """A convolution whose map goes into a linear layer as it lies, then a batch norm."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv1d(2, 6, 3, padding=1)
        self.hidden = nn.Linear(6 * 4, 5)
        self.norm = nn.BatchNorm1d(5)
        self.answer = nn.Linear(5, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        hidden = self.hidden(torch.relu(self.conv(x)).flatten(1))
        out: torch.Tensor = self.answer(torch.relu(self.norm(hidden)))
        return out


class Tangled(nn.Module):
    """One that can be narrowed; the others meet a concatenation, a transpose, a second use."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Conv1d(2, 4, 1), nn.Conv1d(2, 4, 1)
        self.free = nn.Conv1d(8, 6, 1)
        self.twice = nn.Conv1d(6, 6, 1)
        self.turned = nn.Conv1d(6, 3, 1)
        self.answer = nn.Linear(7, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        both = self.free(torch.cat([self.a(x), self.b(x)], dim=1))
        turned = self.turned(self.twice(torch.relu(self.twice(both)))).transpose(1, 2)
        out: torch.Tensor = self.answer(turned.mean(dim=2))
        return out


CASES: dict[str, tuple[Callable[[], nn.Module], tuple[int, ...]]] = {
    "smartwatch": (lambda: smartwatch.build().trunk, (1, 6, 100)),
    "ds-cnn": (DsCnn, INPUT_SHAPE),
    "residual": (resnet20_cifar10, (1, 3, 32, 32)),
    "inverted residual": (mobilenetv2_wd4, (1, 3, 224, 224)),
    "flattened": (Flattened, (1, 2, 4)),
}


def fresh(case: str) -> tuple[nn.Module, torch.Tensor]:
    """The network with statistics that say something, and its example."""
    torch.manual_seed(1)
    build, shape = CASES[case]
    module = build()
    for norm in module.modules():
        if isinstance(norm, nn.BatchNorm1d | nn.BatchNorm2d):
            assert norm.running_mean is not None and norm.running_var is not None
            nn.init.normal_(norm.running_mean, std=0.1)
            nn.init.uniform_(norm.running_var, 0.5, 1.5)
    return module.eval(), torch.zeros(shape)


def silence(module: nn.Module, group: ChannelGroup, channels: list[int]) -> None:
    """Make these channels zero wherever they are made, normalised or biased."""
    tensors = {**dict(module.named_parameters()), **dict(module.named_buffers())}
    with torch.no_grad():
        for place in group.places:
            if place.axis == 0 and not place.tensor.endswith("running_var"):
                index = [c * place.repeat + i for c in channels for i in range(place.repeat)]
                tensors[place.tensor][index] = 0


@pytest.mark.parametrize("case", CASES)
def test_channels_that_say_nothing_are_not_missed(case: str) -> None:
    module, example = fresh(case)
    groups = channel_groups(module, example)
    assert groups
    kept = {group: [c for c in range(group.size) if c % 3 != 1] for group in groups}
    for group, channels in kept.items():
        silence(module, group, sorted(set(range(group.size)) - set(channels)))
    samples = torch.randn(3, *example.shape[1:])
    with torch.no_grad():
        before = module(samples)
        narrow(module, kept)
        after = module(samples)
    torch.testing.assert_close(after, before, atol=1e-4, rtol=1e-4)
    assert before.abs().max() > 1e-3


@pytest.mark.parametrize("case", CASES)
def test_a_narrowed_network_is_smaller_and_learns(case: str) -> None:
    module, example = fresh(case)
    macs = sum(operator.macs for operator in trace(module, example, name=case).operators)
    groups = channel_groups(module, example)
    narrow(module, {group: range(max(1, group.size // 2)) for group in groups})
    narrowed = sum(operator.macs for operator in trace(module, example, name=case).operators)
    assert narrowed < 0.62 * macs
    module.train()
    module(torch.randn(3, *example.shape[1:])).square().mean().backward()
    trained = [p for p in module.parameters() if p.requires_grad]
    assert all(p.grad is not None and p.grad.shape == p.shape for p in trained)
    assert channel_groups(module.eval(), example)


def test_layers_say_their_new_sizes() -> None:
    module, example = fresh("ds-cnn")
    assert isinstance(module, DsCnn)
    narrow(module, {group: range(10) for group in channel_groups(module, example)})
    depthwise = module.blocks.get_submodule("0.0.conv")
    assert isinstance(depthwise, nn.Conv2d)
    sizes = (depthwise.in_channels, depthwise.out_channels, depthwise.groups)
    assert sizes == (10, 10, 10)
    assert (module.head.in_features, module.head.out_features) == (10, 12)


def test_channels_that_get_lost_stay() -> None:
    groups = channel_groups(Tangled().eval(), torch.zeros(1, 2, 7))
    assert groups == ()


def test_frozen_weights_stay_frozen() -> None:
    module, example = fresh("flattened")
    assert isinstance(module, Flattened)
    module.conv.requires_grad_(False)
    narrow(module, {group: [0, 2] for group in channel_groups(module, example)})
    assert [p.requires_grad for p in module.conv.parameters()] == [False, False]
    assert module.hidden.weight.requires_grad
    assert module.hidden.weight.shape == (2, 8)
