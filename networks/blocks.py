"""Blocks that networks of the zoo are built of."""

from collections import OrderedDict

import torch
from torch import nn


class ConvBlock(nn.Sequential):
    """Convolution over time, batch norm, ReLU."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv1d(
            inputs, outputs, kernel, stride=stride, padding=kernel // 2, bias=False
        )
        self.norm = nn.BatchNorm1d(outputs)
        self.activation = nn.ReLU()


class PlaneBlock(nn.Sequential):
    """Convolution over a plane, of space or of frequency and time, batch norm, ReLU."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int, stride: int = 1, *, groups: int = 1
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(
            inputs,
            outputs,
            kernel,
            stride=stride,
            padding=kernel // 2,
            groups=groups,
            bias=False,
        )
        self.norm = nn.BatchNorm2d(outputs)
        self.activation = nn.ReLU()


class MeanOverTime(nn.Module):
    """One value a channel, whatever happened when within the window."""

    def forward(self, activation: torch.Tensor) -> torch.Tensor:
        """Shape (batch, channels, time) in, (batch, channels) out."""
        return activation.mean(dim=2)


class MeanOverPlane(nn.Module):
    """One value a channel, wherever it was in the plane."""

    def forward(self, activation: torch.Tensor) -> torch.Tensor:
        """Shape (batch, channels, height, width) in, (batch, channels) out."""
        return activation.mean(dim=(2, 3))


class AsPlane(nn.Module):
    """Bands and frames as the two axes of a picture with one channel."""

    def forward(self, activation: torch.Tensor) -> torch.Tensor:
        """Shape (batch, bands, frames) in, (batch, 1, bands, frames) out."""
        return activation.unsqueeze(1)


def sequential(**layers: nn.Module) -> nn.Sequential:
    """One layer after the other, each under its name."""
    return nn.Sequential(OrderedDict(layers))
