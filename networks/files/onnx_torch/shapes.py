"""What reduces, or only arranges anew."""

from collections.abc import Callable

import torch
from torch import nn

from networks.files.onnx_torch.given import Apply, Given, Layer


def reduce(kind: str, *, over_space: bool = False) -> Callable[[Given], Layer]:
    """Makers of layers for a mean or a maximum along axes."""

    def make(given: Given) -> Layer:
        axes = None if over_space else given.numbers("axes", 1)
        keep = over_space or axes is None or bool(given.settings.get("keepdims", 1))

        def reduce(x: torch.Tensor) -> torch.Tensor:
            along = axes or tuple(range(2 if over_space else 1, x.dim()))
            if kind == "mean":
                return x.mean(dim=along, keepdim=keep)
            return x.amax(dim=along, keepdim=keep)

        return kind, Apply(reduce)

    return make


def reshape(given: Given) -> Layer:
    """Another shape; a leading 1, or what is left over, is the samples."""
    shape = given.numbers("shape", 1)
    if not shape or given.settings.get("allowzero"):
        given.refuse("its shape is empty, or zeros count in it")

    def reshape(x: torch.Tensor) -> torch.Tensor:
        sizes = [x.shape[axis] if size == 0 else size for axis, size in enumerate(shape)]
        if sizes[0] == 1 or (sizes[0] == -1 and x.dim() > 1):
            sizes[0] = len(x)
        return x.reshape(sizes)

    return "reshape", Apply(reshape)


def flatten(given: Given) -> Layer:
    """One axis behind the samples."""
    axis = given.settings.get("axis", 1)
    if axis != 1:
        given.refuse(f"its axis is {axis}, not 1")
    return "flatten", nn.Flatten(1)


def axes(kind: str) -> Callable[[Given], Layer]:
    """Makers of layers that add or take away axes of size 1."""

    def make(given: Given) -> Layer:
        axes = given.numbers("axes", 1)
        if not axes or (len(axes) > 1 and min(axes) < 0):
            given.refuse("its axes are not told, or counted from the end")
        if kind == "unsqueeze":

            def move(x: torch.Tensor) -> torch.Tensor:
                for axis in sorted(axes):
                    x = x.unsqueeze(axis)
                return x
        else:

            def move(x: torch.Tensor) -> torch.Tensor:
                for axis in sorted(axes, reverse=True):
                    x = x.squeeze(axis)
                return x

        return kind, Apply(move)

    return make


def transpose(given: Given) -> Layer:
    """Another order of the axes."""
    order = given.settings.get("perm")
    if order is None:
        return "transpose", Apply(lambda x: x.permute(*reversed(range(x.dim()))))
    return "transpose", Apply(lambda x: x.permute(*order))


def concat(given: Given) -> Layer:
    """Side by side along an axis."""
    if any(value is not None for value in given.operands):
        given.refuse("one of its inputs is a constant")
    axis = given.settings["axis"]
    return "concat", Apply(lambda *operands: torch.cat(operands, dim=axis))
