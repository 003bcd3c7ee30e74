"""The wire format inside torch: what training and recording see of a cut, bit for bit."""

from typing import Any

import torch

from networks.wire import INT8_LIMIT
from scheduler.taskgraph import WireFormat


def fake_wire(activation: torch.Tensor, wire_format: WireFormat) -> torch.Tensor:
    """What arrives when ``activation`` (batch, ...) crosses, each sample by itself.

    Equal, bit for bit, to :func:`networks.wire.decode` of :func:`networks.wire.encode` of each
    sample. Backwards the gradient passes as if nothing had been rounded.
    """
    return _StraightThrough.apply(activation, wire_format)  # type: ignore[no-any-return,no-untyped-call]


def _arrived(activation: torch.Tensor, wire_format: WireFormat) -> torch.Tensor:
    if wire_format == "float32":
        return activation
    if wire_format == "float16":
        return activation.half().float()
    samples = activation.flatten(1)
    scale = samples.abs().amax(1, keepdim=True) / INT8_LIMIT
    scale = torch.where(scale > 0, scale, torch.ones_like(scale))
    quantised = torch.round(samples / scale).clamp(-INT8_LIMIT, INT8_LIMIT)
    return ((quantised + 0.0) * scale).view_as(activation)  # the wire has no negative zero


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
