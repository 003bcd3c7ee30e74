"""A network in int8, as an integer runtime computes it, and its task graph.

Post-training quantisation after Jacob et al., "Quantization and training of neural networks for
efficient integer-arithmetic-only inference", 2018 (arXiv 1712.05877): weights symmetric, one scale
an output channel; activations asymmetric, one scale a tensor, from the least and the largest value
that calibration data give; biases int32 at the product of both scales. What a runtime computes in
one pass (an operator of the task graph) rounds once, at its end; sums inside are exact, as int32
sums are. Batch norms are folded into the weights before those are rounded.

What comes before the first convolution or trained weights - a front end, the normalisation of a raw
sample - stays in float32, as front ends do in practice, and so do weights of other layers.
torch 2.13 has moved its own flow out into a package of its own, but the rounding here is torch's.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from math import prod
from typing import Any, cast

import torch
from torch import fx, nn

from devicemodels.operators import OperatorKind, Quantisation
from networks.assembling import assemble
from networks.aten import aten_name
from networks.fusing import CallGroup
from networks.tracing import trace, trace_network
from scheduler.taskgraph import Operator, TaskGraph

_LOW, _HIGH = -128, 127
_BIAS_BYTES = 4
"""Biases are int32."""

_PASSING: frozenset[OperatorKind] = frozenset({"pool", "reshape", "pad"})
"""Kinds that write on the grid of what they read, as TensorFlow Lite has it."""

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
            values, self.scale, self.zero_point, _LOW, _HIGH
        )


def grid_of(values: torch.Tensor) -> Grid:
    """The grid whose 256 steps reach from the least of ``values`` and 0 to the largest and 0."""
    low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
    scale = (high - low) / (_HIGH - _LOW) or 1.0
    return Grid(scale, round(_LOW - low / scale))


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
    for norm in filter(_is_norm, group.calls[1:]):
        gamma, beta, mean, variance = (_constant(a, tensors) for a in norm.args[1:5])
        assert mean is not None and variance is not None
        scale = torch.rsqrt(variance + cast(float, norm.args[7]))
        scale = scale if gamma is None else scale * gamma
        bias = (bias - mean) * scale + (0.0 if beta is None else beta)
    folded = weight * scale.view(-1, *(1 for _ in weight.shape[1:]))
    steps = folded.flatten(1).abs().amax(1) / _HIGH
    steps = torch.where(steps > 0, steps, torch.ones_like(steps))
    zeros = torch.zeros(len(steps), dtype=torch.int32)
    rounded = torch.fake_quantize_per_channel_affine(folded, steps, zeros, 0, -_HIGH, _HIGH)
    return Weights(rounded, steps, bias)


class Int8Network:
    """A network with its weights rounded, and its activations rounded as they come.

    Parameters
    ----------
    module
        The network in float32.
    calibration
        Samples (n, ...) of training data that say how large activations become; as many will go
        through the network together, for traced calls fix their number.

    Raises
    ------
    NetworkError
        The network cannot be traced.
    """

    def __init__(self, module: nn.Module, calibration: torch.Tensor, *, name: str) -> None:
        with torch.no_grad():
            self._batch = len(calibration)
            self._traced = trace_network(module, calibration, name=name)
            self._single = trace(module, calibration[:1], name=name)
            trained = {parameter for parameter, _ in module.named_parameters()}
            groups = self._traced.groups
            self._first = next(i for i, g in enumerate(groups) if is_learned(g, trained))
            self._weights = {
                group.calls[0]: weights_of(group, self._traced.tensors)
                for group in groups[self._first :]
                if _has_weights(group)
            }
            self._grids: dict[fx.Node, Grid] = {}
            self._run(calibration)

    def __call__(self, samples: torch.Tensor) -> torch.Tensor:
        """Outputs (batch, ...) of samples (batch, ...), as float32."""
        outputs = []
        with torch.no_grad():
            for start in range(0, len(samples), self._batch):
                batch = samples[start : start + self._batch]
                missing = torch.zeros(self._batch - len(batch), *batch.shape[1:])
                outputs.append(self._run(torch.cat([batch, missing]))[: len(batch)])
        return torch.cat(outputs)

    def taskgraph(self) -> TaskGraph:
        """Operators before the first rounding as they were, then one that rounds, then int8."""
        graph = self._single
        before, after = graph.operators[: self._first], graph.operators[self._first :]
        read, shape = ("input", graph.input_shape)
        if before:
            read, shape = before[-1].name, before[-1].output_shape
        grid = self._grids[self._entering]
        quantise = Operator(
            name="quantise",
            kind="quantise",
            inputs=(read,),
            output_shape=shape,
            dtype="int8",
            macs=0,
            weight_bytes=0,
            output_bytes=prod(shape),
            quantisation=Quantisation("", 0, grid.scale, grid.zero_point),
        )
        groups = self._traced.groups[self._first :]
        rounded = [self._operator(o, g, read) for o, g in zip(after, groups, strict=True)]
        operators = (*before, quantise, *rounded)
        return assemble(graph.name, graph.input_shape, graph.input_dtype, operators)

    @property
    def _entering(self) -> fx.Node:
        """The value that is rounded first."""
        before = self._traced.groups[: self._first]
        return before[-1].output if before else self._traced.source

    def _operator(self, operator: Operator, group: CallGroup, read: str) -> Operator:
        grid, weights = self._grids[group.output], self._weights.get(group.calls[0])
        size, dtype, scales = operator.weight_bytes, "", 0
        if weights is not None:
            channels = len(weights.scales)
            size, dtype, scales = weights.values.numel() + _BIAS_BYTES * channels, "int8", channels
        return replace(
            operator,
            inputs=tuple("quantise" if name == read else name for name in operator.inputs),
            dtype="int8",
            weight_bytes=size,
            output_bytes=operator.output_elements,
            quantisation=Quantisation(dtype, scales, grid.scale, grid.zero_point),
        )

    def _run(self, samples: torch.Tensor) -> torch.Tensor:
        """One whole batch; a value that has no grid yet gives its own."""
        values = {self._traced.source: samples}
        if self._first == 0:
            self._round(self._traced.source, values)
        for index, group in enumerate(self._traced.groups):
            for call in group.calls:
                values[call] = self._computed(call, values)
            if index >= self._first - 1:
                source = group.calls[0].args[0]
                if group.kind in _PASSING and source in self._grids:
                    self._grids[group.output] = self._grids[cast(fx.Node, source)]
                self._round(group.output, values)
        return values[self._traced.groups[-1].output]

    def _round(self, value: fx.Node, values: dict[fx.Node, torch.Tensor]) -> None:
        grid = self._grids.setdefault(value, grid_of(values[value]))
        values[value] = grid.rounded(values[value])

    def _computed(self, call: fx.Node, values: Mapping[fx.Node, torch.Tensor]) -> torch.Tensor:
        source = call.args[0]
        if _is_norm(call) and _host(source) in self._weights:
            return values[cast(fx.Node, source)]  # folded
        args = fx.node.map_arg(call.args, lambda node: self._value(node, values))
        kwargs = fx.node.map_arg(call.kwargs, lambda node: self._value(node, values))
        weights = self._weights.get(call)
        if weights is not None:
            bias = weights.bias_for(self._grids[cast(fx.Node, source)])
            args = (args[0], weights.values, bias, *args[3:])
        return cast(torch.Tensor, cast(Any, call.target)(*args, **kwargs))

    def _value(self, node: fx.Node, values: Mapping[fx.Node, torch.Tensor]) -> torch.Tensor:
        return self._traced.tensors[str(node.target)] if node.op == "get_attr" else values[node]


def _host(source: object) -> fx.Node | None:
    return source if isinstance(source, fx.Node) else None


def _is_norm(call: fx.Node) -> bool:
    return aten_name(call) == "batch_norm"


def is_learned(group: CallGroup, trained: Set[str]) -> bool:
    """Whether an operator belongs to the network and not to the front end before it.

    It reads one of the ``trained`` weights, or it is a convolution, whose weights others may have
    trained; a front end multiplies by constants, but convolves nothing.
    """
    read = {str(node.target) for call in group.calls for node in call.all_input_nodes}
    return group.kind in ("conv", "depthwise_conv") or not read.isdisjoint(trained)


def _has_weights(group: CallGroup) -> bool:
    """Whether the first call multiplies by weights that can be rounded beforehand."""
    weight = group.calls[0].args[1:2]
    constant = all(isinstance(node, fx.Node) and node.op == "get_attr" for node in weight)
    return constant and aten_name(group.calls[0]) in _WEIGHTED


def _constant(operand: object, tensors: Mapping[str, torch.Tensor]) -> torch.Tensor | None:
    return (
        tensors[str(operand.target)].detach()
        if isinstance(operand, fx.Node) and (operand.op == "get_attr")
        else None
    )
