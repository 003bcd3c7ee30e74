"""Convolutions, pooling and padding."""

from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from networks.files.onnx_torch.given import Apply, Given, Layer, learned


def conv(given: Given) -> Layer:
    """A convolution of one to three dimensions, in any groups."""
    weights = given.weights(1)
    rank = weights.dim() - 2
    if rank not in (1, 2, 3):
        given.refuse(f"it has weights of shape {tuple(weights.shape)}")
    groups = int(given.settings.get("group", 1))
    stride = tuple(given.settings.get("strides", (1,) * rank))
    dilation = tuple(given.settings.get("dilations", (1,) * rank))
    reach = [d * (k - 1) for d, k in zip(dilation, weights.shape[2:], strict=True)]
    before, after = _pads(given, rank, reach, stride)
    even = before == after
    convolution: Any = {1: nn.Conv1d, 2: nn.Conv2d, 3: nn.Conv3d}[rank]
    layer: nn.Module = convolution(
        weights.shape[1] * groups,
        weights.shape[0],
        tuple(weights.shape[2:]),
        stride=stride,
        padding=before if even else 0,
        dilation=dilation,
        groups=groups,
        bias=len(given.operands) > 2,
    )
    learned(layer, weight=weights, bias=given.weights(2) if len(given.operands) > 2 else None)
    return "conv", layer if even else _padded(layer, before, after, 0.0)


def _pads(
    given: Given, rank: int, reach: list[int], stride: tuple[int, ...]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Padding before and after along each axis."""
    way = given.settings.get("auto_pad", b"NOTSET").decode()
    if way in ("SAME_UPPER", "SAME_LOWER"):
        if any(step != 1 for step in stride):
            given.refuse(f"auto_pad is {way} with strides {list(stride)}")
        small = tuple(r // 2 for r in reach)
        large = tuple(r - r // 2 for r in reach)
        return (small, large) if way == "SAME_UPPER" else (large, small)
    pads = tuple(given.settings.get("pads", (0,) * (2 * rank))) if way == "NOTSET" else ()
    pads = pads or (0,) * (2 * rank)
    return pads[:rank], pads[rank:]


def _padded(
    layer: nn.Module, before: tuple[int, ...], after: tuple[int, ...], value: float
) -> nn.Module:
    sequence = nn.Sequential()
    sequence.add_module("pad", _padding(before, after, value))
    sequence.add_module("inner", layer)
    return sequence


def _padding(before: tuple[int, ...], after: tuple[int, ...], value: float) -> nn.Module:
    pairs = [size for pair in zip(reversed(before), reversed(after), strict=True) for size in pair]
    return Apply(lambda x: functional.pad(x, pairs, value=value))


def pool(kind: str) -> Callable[[Given], Layer]:
    """Makers of pooling layers."""

    def make(given: Given) -> Layer:
        kernel = tuple(given.settings["kernel_shape"])
        rank = len(kernel)
        dilations = tuple(given.settings.get("dilations", (1,) * rank))
        if rank not in (1, 2) or set(dilations) != {1}:
            given.refuse(f"its window is {list(kernel)}, dilated by {list(dilations)}")
        stride = tuple(given.settings.get("strides", (1,) * rank))
        before, after = _pads(given, rank, [k - 1 for k in kernel], stride)
        ceil = bool(given.settings.get("ceil_mode"))
        even = before == after
        padding = before if even else 0
        layer: nn.Module
        if kind == "max_pool":
            layer = (nn.MaxPool1d, nn.MaxPool2d)[rank - 1](
                kernel, stride=stride, padding=padding, ceil_mode=ceil
            )
            return kind, layer if even else _padded(layer, before, after, -torch.inf)
        counted = bool(given.settings.get("count_include_pad"))
        if not even and not counted:
            given.refuse(f"its padding {[*before, *after]} is uneven and not counted")
        average = {1: nn.AvgPool1d, 2: nn.AvgPool2d}[rank]
        layer = average(
            kernel, stride=stride, padding=padding, ceil_mode=ceil, count_include_pad=counted
        )
        return kind, layer if even else _padded(layer, before, after, 0.0)

    return make


def pad(given: Given) -> Layer:
    """Padding with a constant."""
    if given.settings.get("mode", b"constant") != b"constant":
        given.refuse(f"its mode is {given.settings['mode'].decode()}")
    pads = given.numbers("pads", 1)
    if pads is None or given.is_live(2) or len(given.operands) > 3:
        given.refuse("its padding is computed or along chosen axes")
    stored = given.constant(2)
    value = given.settings.get("value", 0.0) if stored is None else float(stored.item())
    rank = len(pads) // 2
    return "pad", _padding(pads[:rank], pads[rank:], value)
