"""Sums, products and limits, with and without weights."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import nn

from networks.files.onnx_torch.given import Apply, BatchNorm, Given, Layer, WithConstant, learned


def norm(given: Given) -> Layer:
    """A batch norm that has learned."""
    if given.settings.get("training_mode"):
        given.refuse("it is in training mode")
    scale, shift, mean, variance = (given.weights(index) for index in range(1, 5))
    layer = BatchNorm(
        len(scale),
        eps=given.settings.get("epsilon", 1e-5),
        momentum=1 - given.settings.get("momentum", 0.9),
    )
    learned(layer, weight=scale, bias=shift, running_mean=mean, running_var=variance)
    return "batch_norm", layer


def _linear(weights: torch.Tensor, bias: torch.Tensor | None) -> Layer:
    """A linear layer of weights (outputs, inputs)."""
    layer = nn.Linear(weights.shape[1], weights.shape[0], bias=bias is not None)
    learned(layer, weight=weights, bias=bias)
    return "linear", layer


def gemm(given: Given) -> Layer:
    """A linear layer."""
    if given.settings.get("transA"):
        given.refuse("transA is set")
    weights = given.weights(1) * given.settings.get("alpha", 1.0)
    weights = weights if given.settings.get("transB") else weights.T
    if len(given.operands) < 3:
        return _linear(weights, None)
    bias = given.weights(2) * given.settings.get("beta", 1.0)
    return _linear(weights, bias.reshape(-1).expand(len(weights)))


def matmul(given: Given) -> Layer:
    """A linear layer, or the product of two activations."""
    if given.constant(1) is not None and given.weights(1).dim() == 2:
        return _linear(given.weights(1).T, None)
    return two("matmul", torch.matmul)(given)


def two(kind: str, function: Callable[[Any, Any], torch.Tensor]) -> Callable[[Given], Layer]:
    """Makers of layers for a function of two operands, one of which may be a constant."""

    def make(given: Given) -> Layer:
        if len(given.operands) != 2:
            given.refuse(f"it has {len(given.operands)} inputs")
        index = next((i for i in (0, 1) if not given.is_live(i)), None)
        if index is None:
            return kind, Apply(function)
        value = given.weights(index)
        if value.numel() == 1 and kind != "matmul":
            number = float(value)
            if index == 0:
                return kind, Apply(lambda x: function(number, x))
            return kind, Apply(lambda x: function(x, number))
        return kind, WithConstant(function, value, constant_first=index == 0)

    return make


def extreme(kind: str) -> Callable[[Given], Layer]:
    """Makers of layers for the larger, or the smaller, of two operands."""
    function = torch.maximum if kind == "max" else torch.minimum

    def make(given: Given) -> Layer:
        numbers = [value for value in given.operands if value is not None]
        if len(given.operands) == 2 and len(numbers) == 1 and numbers[0].size == 1:
            limit = float(numbers[0].item())
            return kind, Apply(
                lambda x: x.clamp(min=limit) if kind == "max" else x.clamp(max=limit)
            )
        return two(kind, function)(given)

    return make


def clip(given: Given) -> Layer:
    """Both limits, each a number, computed, or left out."""
    limits: dict[str, float] = {}
    for index, name in ((1, "min"), (2, "max")):
        value = given.constant(index)
        limit = given.settings.get(name) if value is None else float(value.item())
        if limit is not None and abs(limit) < np.finfo(np.float32).max:
            limits[name] = limit

    def clip(x: torch.Tensor, *live: torch.Tensor) -> torch.Tensor:
        clipped = x.clamp(**limits) if limits else x
        bounds = list(live)
        if given.is_live(1):
            clipped = torch.maximum(clipped, bounds.pop(0))
        return torch.minimum(clipped, bounds.pop(0)) if given.is_live(2) else clipped

    return "clip", Apply(clip)


def power(given: Given) -> Layer:
    """Squares; no other power is known."""
    value = given.constant(1)
    if value is None or value.size != 1 or float(value.item()) != 2:
        given.refuse("its exponent is not 2")
    return "square", Apply(lambda x: x * x)
