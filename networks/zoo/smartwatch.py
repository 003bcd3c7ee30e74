"""The smartwatch's network: six channels of motion in, "is it the exercise of interest" out.

Three parts. ``sense`` is tiny and always runs; ``screen`` runs on what the first gate lets pass;
``decide`` is the heaviest and runs on what the second gate lets pass too.
"""

from collections import OrderedDict

import torch
from torch import nn
from torch.nn import functional

from networks.gated import CutDesign, GatedNetwork

CHANNELS = 6
"""Acceleration along x, y, z and angular rate about x, y, z."""

WINDOW_SAMPLES = 100
"""Rows of one window: 2 s at 50 Hz."""


class Standardise(nn.Module):
    """Brings raw channels to mean 0 and variance 1 by constants kept with the weights."""

    mean: torch.Tensor
    variance: torch.Tensor

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(channels))
        self.register_buffer("variance", torch.ones(channels))

    def forward(self, samples: torch.Tensor) -> torch.Tensor:
        """Shape (batch, channels, time) in and out."""
        return functional.batch_norm(samples, self.mean, self.variance, eps=0.0)


class ConvBlock(nn.Sequential):
    """Convolution over time, batch norm, ReLU."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv1d(
            inputs, outputs, kernel, stride=stride, padding=kernel // 2, bias=False
        )
        self.norm = nn.BatchNorm1d(outputs)
        self.activation = nn.ReLU()


class MeanOverTime(nn.Module):
    """One value a channel, whatever happened when within the window."""

    def forward(self, activation: torch.Tensor) -> torch.Tensor:
        """Shape (batch, channels, time) in, (batch, channels) out."""
        return activation.mean(dim=2)


def build() -> GatedNetwork:
    """The network with fresh weights, to be trained or loaded into."""
    parts = OrderedDict[str, nn.Module]()
    parts["sense"] = nn.Sequential(
        OrderedDict(
            standardise=Standardise(CHANNELS),
            conv1=ConvBlock(CHANNELS, 12, 5, stride=2),
            conv2=ConvBlock(12, 16, 5, stride=2),
        )
    )
    parts["screen"] = nn.Sequential(
        OrderedDict(
            conv1=ConvBlock(16, 32, 5),
            conv2=ConvBlock(32, 40, 5),
            pool=nn.MaxPool1d(2),
        )
    )
    parts["decide"] = nn.Sequential(
        OrderedDict(
            conv1=ConvBlock(40, 64, 5),
            conv2=ConvBlock(64, 96, 5),
            mean=MeanOverTime(),
            answer=nn.Linear(96, 1),
        )
    )
    cuts = {
        "sense": CutDesign(channels=16, wire_channels=4, hidden=16),
        "screen": CutDesign(channels=40, wire_channels=8, hidden=16),
    }
    return GatedNetwork("smartwatch", (1, CHANNELS, WINDOW_SAMPLES), parts, cuts)
