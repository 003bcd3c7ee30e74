"""What each of ONNX's operators is in torch. One table, ``LAYERS``; what is not in it is unknown.

Constants that are arrays become parameters, single numbers stay numbers. What ONNX writes for a
batch of one is read for batches: a leading 1 of a shape is the samples, and a reduction over
everything is one over each sample.
"""

from collections.abc import Callable, Mapping
from typing import cast

import torch
from torch import nn

from networks.files.onnx_torch import arithmetic, shapes, windows
from networks.files.onnx_torch.given import Apply, Given, Layer, learned


def _prelu(given: Given) -> Layer:
    slope = given.weights(1).reshape(-1)
    layer = nn.PReLU(len(slope))
    learned(layer, weight=slope)
    return "prelu", layer


def _hard_sigmoid(given: Given) -> Layer:
    alpha, beta = given.settings.get("alpha", 0.2), given.settings.get("beta", 0.5)
    if abs(alpha - 1 / 6) > 1e-6 or beta != 0.5:
        given.refuse(f"alpha is {alpha:g} and beta {beta:g}, not 1/6 and 1/2")
    return "hard_sigmoid", nn.Hardsigmoid()


def _plain(kind: str, make: Callable[[], nn.Module]) -> Callable[[Given], Layer]:
    return lambda given: (kind, make())


def _set(
    kind: str, make: Callable[[float], nn.Module], setting: str, default: float
) -> Callable[[Given], Layer]:
    """Makers of layers with one setting."""
    return lambda given: (kind, make(given.settings.get(setting, default)))


def _along(kind: str, make: Callable[[int], nn.Module]) -> Callable[[Given], Layer]:
    return lambda given: (kind, make(cast(int, given.settings.get("axis", -1))))


LAYERS: Mapping[str, Callable[[Given], Layer]] = {
    **{
        "Conv": windows.conv,
        "BatchNormalization": arithmetic.norm,
        "Gemm": arithmetic.gemm,
        "MatMul": arithmetic.matmul,
    },
    "Relu": _plain("relu", nn.ReLU),
    "LeakyRelu": _set("leaky_relu", nn.LeakyReLU, "alpha", 0.01),
    "Elu": _set("elu", nn.ELU, "alpha", 1.0),
    "Sigmoid": _plain("sigmoid", nn.Sigmoid),
    "Tanh": _plain("tanh", nn.Tanh),
    "HardSwish": _plain("hard_swish", nn.Hardswish),
    **{"HardSigmoid": _hard_sigmoid, "PRelu": _prelu, "Clip": arithmetic.clip},
    **{"Max": arithmetic.extreme("max"), "Min": arithmetic.extreme("min"), "Pow": arithmetic.power},
    "Log": _plain("log", lambda: Apply(torch.log)),
    "Softmax": _along("softmax", nn.Softmax),
    "LogSoftmax": _along("log_softmax", nn.LogSoftmax),
    **{"MaxPool": windows.pool("max_pool"), "AveragePool": windows.pool("average_pool")},
    "GlobalAveragePool": shapes.reduce("mean", over_space=True),
    "GlobalMaxPool": shapes.reduce("amax", over_space=True),
    **{"ReduceMean": shapes.reduce("mean"), "ReduceMax": shapes.reduce("amax")},
    "Add": arithmetic.two("add", lambda a, b: a + b),
    "Sub": arithmetic.two("sub", lambda a, b: a - b),
    "Mul": arithmetic.two("mul", lambda a, b: a * b),
    "Div": arithmetic.two("div", lambda a, b: a / b),
    **{
        "Pad": windows.pad,
        "Reshape": shapes.reshape,
        "Flatten": shapes.flatten,
        "Transpose": shapes.transpose,
    },
    **{
        "Squeeze": shapes.axes("squeeze"),
        "Unsqueeze": shapes.axes("unsqueeze"),
        "Concat": shapes.concat,
    },
}
"""Makers of layers by the operator's name."""
