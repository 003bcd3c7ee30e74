"""What int8 leaves of activations and of weights; torch rounds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import torch
from torch import fx

from networks.aten import aten_name
from networks.fusing import CallGroup

LOWEST, HIGHEST = -128, 127
"""What int8 stores; weights leave the lowest out, so that they are symmetric."""

_WEIGHTED = ("conv1d", "conv2d", "conv3d", "linear")
"""Calls whose weights become int8."""


@dataclass(frozen=True, slots=True)
class Grid:
    """``real = scale * (stored - zero_point)`` of one tensor of activations."""

    scale: float
    zero_point: int

    def rounded(self, values: torch.Tensor) -> torch.Tensor:
        """What is left of ``values``."""
        return torch.fake_quantize_per_tensor_affine(
            values, self.scale, self.zero_point, LOWEST, HIGHEST
        )


def grid_of(values: torch.Tensor) -> Grid:
    """The grid whose 256 steps reach from the least of ``values`` and 0 to the largest and 0."""
    low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
    scale = (high - low) / (HIGHEST - LOWEST) or 1.0
    return Grid(scale, round(LOWEST - low / scale))


@dataclass(frozen=True, slots=True)
class Weights:
    """What an integer runtime keeps of a convolution or a linear layer."""

    values: torch.Tensor
    """Rounded, as float32; the first axis counts the channels made."""
    scales: torch.Tensor
    """Shape (channels,)."""
    bias: torch.Tensor
    """Shape (channels,), not yet rounded: its scale is known with the input's."""

    def bias_for(self, source: Grid) -> torch.Tensor:
        """The bias in whole steps of the sums that it is added to."""
        step = self.scales * source.scale
        return torch.round(self.bias / step) * step


def weights_of(group: CallGroup, tensors: Mapping[str, torch.Tensor]) -> Weights:
    """Weights and bias of the first call of ``group``, a batch norm after it folded in."""
    _, weight, bias = (_constant(a, tensors) for a in (*group.calls[0].args[:3], None)[:3])
    assert weight is not None
    scale = torch.ones(len(weight))
    bias = torch.zeros(len(weight)) if bias is None else bias
    for norm in filter(is_norm, group.calls[1:]):
        gamma, beta, mean, variance = (_constant(a, tensors) for a in norm.args[1:5])
        assert mean is not None and variance is not None
        scale = torch.rsqrt(variance + cast(float, norm.args[7]))
        scale = scale if gamma is None else scale * gamma
        bias = (bias - mean) * scale + (0.0 if beta is None else beta)
    folded = weight * scale.view(-1, *(1 for _ in weight.shape[1:]))
    steps = folded.flatten(1).abs().amax(1) / HIGHEST
    steps = torch.where(steps > 0, steps, torch.ones_like(steps))
    zeros = torch.zeros(len(steps), dtype=torch.int32)
    rounded = torch.fake_quantize_per_channel_affine(folded, steps, zeros, 0, -HIGHEST, HIGHEST)
    return Weights(rounded, steps, bias)


def has_weights(group: CallGroup) -> bool:
    """Whether the first call multiplies by weights that can be rounded beforehand."""
    weight = group.calls[0].args[1:2]
    constant = all(isinstance(node, fx.Node) and node.op == "get_attr" for node in weight)
    return constant and aten_name(group.calls[0]) in _WEIGHTED


def is_norm(call: fx.Node) -> bool:
    """Whether a call is a batch norm."""
    return aten_name(call) == "batch_norm"


def _constant(operand: object, tensors: Mapping[str, torch.Tensor]) -> torch.Tensor | None:
    return (
        tensors[str(operand.target)].detach()
        if isinstance(operand, fx.Node) and (operand.op == "get_attr")
        else None
    )
