"""How torch's convolutions, linears and poolings lie over their input."""

from collections.abc import Sequence
from typing import Any, cast

import torch
from torch import fx

from devicemodels.operators import Geometry, OperatorKind
from networks.aten import aten_name, tensor_of
from networks.pooling import whole_map


def geometry_of(call: fx.Node, kind: OperatorKind) -> Geometry | None:
    """Geometry of ``call``; None for what has none, or whose windows are not all alike."""
    match kind:
        case "conv" | "depthwise_conv":
            return _convolution(call)
        case "linear":
            inputs = _input(call, "mat1" if aten_name(call) == "addmm" else "input")
            return Geometry(inputs.shape[-1], tensor_of(call).shape[-1])
        case "pool" | "global_pool":
            return _pooling(call)
        case _:
            return None


def _convolution(call: fx.Node) -> Geometry:
    source, kernel = _input(call, "input"), tuple(_input(call, "weight").shape[2:])
    return Geometry(
        source.shape[1],
        tensor_of(call).shape[1],
        tuple(source.shape[2:]),
        kernel,
        _per_axis(_argument(call, "stride"), len(kernel)),
        _per_axis(_argument(call, "dilation"), len(kernel)),
        cast(int, _argument(call, "groups")),
    )


def _pooling(call: fx.Node) -> Geometry | None:
    name = aten_name(call)
    source, output = _input(call, "self").shape, tensor_of(call).shape
    if len(source) < 3:
        return None
    channels, size = source[1], tuple(source[2:])
    rank = len(size)
    if name in ("mean", "amax"):
        axes = cast(Sequence[int], _argument(call, "dim") or ())
        spatial = sorted(axis % len(source) for axis in axes) == list(range(2, len(source)))
        return whole_map(channels, size) if spatial else None
    if name.startswith("adaptive"):
        places = tuple(output[2:])
        if len(places) != rank or any(s % p for s, p in zip(size, places, strict=True)):
            return None
        kernel = tuple(s // p for s, p in zip(size, places, strict=True))
        return Geometry(channels, channels, size, kernel, kernel, (1,) * rank)
    kernel = _per_axis(_argument(call, "kernel_size"), rank)
    stride = _per_axis(_argument(call, "stride") or kernel, rank)
    dilation = _per_axis(_argument(call, "dilation") or 1, rank)
    return Geometry(channels, channels, size, kernel, stride, dilation)


def _input(call: fx.Node, name: str) -> torch.Tensor:
    operand = _argument(call, name)
    assert isinstance(operand, fx.Node)
    return tensor_of(operand)


def _argument(call: fx.Node, name: str) -> object:
    """What ``call`` is given as ``name``, or its default; None if it takes no such argument."""
    schema = cast(Any, call.target)._schema
    for index, argument in enumerate(schema.arguments):
        if argument.name == name:
            if index < len(call.args):
                return call.args[index]
            return call.kwargs.get(name, argument.default_value)
    return None


def _per_axis(value: object, rank: int) -> tuple[int, ...]:
    """One number an axis, where torch also takes one for all of them."""
    numbers = (value,) if isinstance(value, int) else tuple(cast(Sequence[int], value))
    return numbers * rank if len(numbers) == 1 else numbers
