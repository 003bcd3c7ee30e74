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

from collections.abc import Mapping
from dataclasses import replace
from math import prod
from typing import Any, cast

import torch
from torch import fx, nn

from devicemodels.operators import OperatorKind, Quantisation
from networks.assembling import assemble
from networks.contenders.front_ends import is_learned
from networks.contenders.rounding import Grid, grid_of, has_weights, is_norm, weights_of
from networks.fusing import CallGroup
from networks.tracing import trace, trace_network
from scheduler.taskgraph import Operator, TaskGraph

_BIAS_BYTES = 4
"""Biases are int32."""

_PASSING: frozenset[OperatorKind] = frozenset({"pool", "reshape", "pad"})
"""Kinds that write on the grid of what they read, as TensorFlow Lite has it."""


class RoundedNetwork:
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
                if has_weights(group)
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
        if is_norm(call) and _host(source) in self._weights:
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
