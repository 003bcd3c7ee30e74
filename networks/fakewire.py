"""The wire format inside torch: what training and recording see of a cut, bit for bit."""

from typing import Any

import torch

from networks.wire import INT8_LIMIT
from scheduler.taskgraph import WireFormat


def fake_wire(
    activation: torch.Tensor, wire_format: WireFormat, kept: int | None = None
) -> torch.Tensor:
    """What arrives when ``activation`` (batch, ...) crosses, each sample by itself.

    Equal, bit for bit, to :func:`networks.wire.decode` of :func:`networks.wire.encode` of each
    sample. Backwards the gradient passes as if nothing had been rounded; through an element that
    ``sparse-int8`` leaves out nothing passes. Where the wire would refuse a sample that is not
    finite, all of it arrives as NaN: a sample cannot stop a whole batch.

    Parameters
    ----------
    activation
        Shape (batch, ...), float32.
    wire_format
        Any.
    kept
        Elements of a sample that ``sparse-int8`` sends, 1 to as many as there are; no other format
        needs it.
    """
    if wire_format == "sparse-int8":
        assert kept is not None, "sparse-int8 must know how many elements it sends"
        activation = torch.where(_largest(activation, kept), activation, 0.0)
        wire_format = "int8"  # the largest is among those sent, so the scale is the same
    return _StraightThrough.apply(activation, wire_format)  # type: ignore[no-any-return,no-untyped-call]


def _largest(activation: torch.Tensor, count: int) -> torch.Tensor:
    """Where the ``count`` largest magnitudes of each sample lie; of equal ones the first."""
    magnitudes = activation.detach().flatten(1).abs()
    border = magnitudes.topk(count, dim=1, sorted=False).values.amin(1, keepdim=True)
    above, level = magnitudes > border, magnitudes == border
    room = count - above.sum(1, keepdim=True)
    chosen = above | (level & (level.cumsum(1) <= room)) | border.isnan()
    return chosen.view_as(activation)


def _arrived(activation: torch.Tensor, wire_format: WireFormat) -> torch.Tensor:
    if wire_format == "float32":
        return activation
    if wire_format == "float16":
        return activation.half().float()
    samples = activation.flatten(1)
    scale = samples.abs().amax(1, keepdim=True) / INT8_LIMIT
    finite = scale.isfinite()
    scale = torch.where(scale > 0, scale, torch.ones_like(scale))
    quantised = torch.round(samples / scale).clamp(-INT8_LIMIT, INT8_LIMIT)
    arrived = (quantised + 0.0) * scale  # the wire has no negative zero
    return torch.where(finite, arrived, torch.nan).view_as(activation)


class _StraightThrough(torch.autograd.Function):
    """Rounds forwards, passes the gradient backwards."""

    @staticmethod
    def forward(ctx: Any, activation: torch.Tensor, wire_format: WireFormat) -> torch.Tensor:
        del ctx
        return _arrived(activation, wire_format).clone()

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor, None]:
        del ctx
        return gradients[0], None
