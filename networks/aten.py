"""What torch's operators are to a planner: their kind, and their multiply-accumulates.

One table. An operator that is not in it is refused by name rather than counted as free.
"""

from collections.abc import Callable
from math import prod

import torch
from torch import fx

from devicemodels.operators import OperatorKind
from networks.errors import network_error

DROPOUTS = frozenset({"dropout", "feature_dropout"})
"""What computes something in training only."""

IDENTITIES = DROPOUTS | {"contiguous", "clone", "detach", "alias"}
"""What computes nothing in use: it leaves no operator behind."""

_KINDS: dict[OperatorKind, tuple[str, ...]] = {
    "conv": ("conv1d", "conv2d", "conv3d"),
    "linear": ("linear", "addmm"),
    "matmul": ("matmul", "mm", "bmm"),
    "add": ("add", "sub", "maximum", "minimum"),
    "mul": ("mul", "div"),
    "concat": ("cat", "concat", "stack", "index_select"),
    "pool": (
        "max_pool1d",
        "max_pool2d",
        "avg_pool1d",
        "avg_pool2d",
        "adaptive_avg_pool1d",
        "adaptive_avg_pool2d",
        "adaptive_max_pool1d",
        "adaptive_max_pool2d",
    ),
    "global_pool": ("mean", "amax"),
    "activation": (
        "relu",
        "relu6",
        "hardtanh",
        "clamp",
        "sigmoid",
        "tanh",
        "hardswish",
        "hardsigmoid",
        "silu",
        "gelu",
        "elu",
        "leaky_relu",
        "prelu",
        "log",
    ),
    "normalisation": ("batch_norm", "layer_norm", "group_norm", "instance_norm"),
    "softmax": ("softmax", "log_softmax"),
    "pad": ("pad", "constant_pad_nd"),
    "reshape": (
        "view",
        "reshape",
        "flatten",
        "unflatten",
        "permute",
        "transpose",
        "squeeze",
        "unsqueeze",
        "slice",
        "select",
        "expand",
    ),
}

_PART = "networks.parts.Part"
_LAYER_CALL = "networks.parts.LayerCall"
_CALLS = frozenset({"networks.parts.Call", _LAYER_CALL})
_LAYERS = ("torch.nn.modules", _LAYER_CALL, "networks.files.onnx_torch")

_KIND_OF: dict[str, OperatorKind] = {name: kind for kind, names in _KINDS.items() for name in names}


def aten_name(call: fx.Node) -> str:
    """Name of the operator that ``call`` calls, without its overload: ``conv2d``."""
    target = call.target
    if isinstance(target, torch._ops.OpOverload):
        return str(target.overloadpacket.__name__)
    return str(getattr(target, "__name__", target))


def tensor_of(call: fx.Node) -> torch.Tensor:
    """The (fake) tensor that ``call`` computes: only its shape and its type may be used."""
    value = call.meta.get("val")
    if not isinstance(value, torch.Tensor):
        raise network_error(
            f"operator '{aten_name(call)}' in '{where(call)}' gives no single tensor",
            hint="rewrite it with operators that give one tensor each",
        )
    return value


def where(call: fx.Node) -> str:
    """Path of the module that made the call: ``features.stage1.unit2``."""
    return str(module_of(call)[0]) or "the top of the network"


def site_of(call: fx.Node) -> tuple[str, str]:
    """Path and class of the innermost module that made the call."""
    path, kind = (_modules_of(call) or [("", "")])[-1]
    # A call of a part stands in the module that made it before there were parts.
    return (path.rpartition(".")[0] if kind in _CALLS else path), kind


def module_of(call: fx.Node) -> tuple[str, str]:
    """As :func:`site_of`; within a part (``networks/parts.py``) the path is the network's own."""
    path, kind = site_of(call)
    for outer, outer_kind in _modules_of(call):
        if outer_kind == _PART:
            path = path.removeprefix(outer).removeprefix(".")
            break
    return path, kind


def child_of(call: fx.Node) -> str:
    """Name of the traced module's own child in which the call was made; empty if in none."""
    return next((path for path, _ in _modules_of(call) if path), "").split(".")[0]


def _modules_of(call: fx.Node) -> list[tuple[str, str]]:
    """Path and class of all modules around the call, the outermost first."""
    stack = call.meta.get("nn_module_stack") or {}
    return [
        (str(path), kind if isinstance(kind, str) else f"{kind.__module__}.{kind.__qualname__}")
        for path, kind in stack.values()
    ]


def is_layer(kind: str) -> bool:
    """Whether a module of that class is one operator, which is then called as the module is."""
    return kind.startswith(_LAYERS) and not kind.endswith("Sequential")


def kind_of(call: fx.Node) -> OperatorKind:
    """Kind of the operator that ``call`` calls.

    Raises
    ------
    NetworkError
        The operator is not in the table; the message names it and its place.
    """
    name = aten_name(call)
    kind = _KIND_OF.get(name)
    if kind is None:
        raise network_error(
            f"operator '{call.target}' in '{where(call)}' is not known",
            hint="express it with known operators, or add it to the table in networks/aten.py",
        )
    if kind == "conv":
        weight = tensor_of(_operand(call, 1))
        channels = tensor_of(_operand(call, 0)).shape[1]
        return "depthwise_conv" if weight.shape[1] == 1 and channels > 1 else "conv"
    if kind == "pool" and prod(tensor_of(call).shape[2:]) == 1:
        return "global_pool"
    return kind


def macs_of(call: fx.Node, kind: OperatorKind) -> int:
    """Multiply-accumulates of one execution; bias and normalisation count none."""
    count = _MACS.get(kind)
    return count(call) if count else 0


def _operand(call: fx.Node, index: int) -> fx.Node:
    operand = call.args[index]
    assert isinstance(operand, fx.Node)
    return operand


def _conv_macs(call: fx.Node) -> int:
    """Each output element reads the kernel times the input channels of its group."""
    return tensor_of(call).numel() * prod(tensor_of(_operand(call, 1)).shape[1:])


def _matmul_macs(call: fx.Node) -> int:
    """Each output element is one dot product along the last axis of the left operand."""
    left = _operand(call, 1 if aten_name(call) == "addmm" else 0)
    return tensor_of(call).numel() * tensor_of(left).shape[-1]


_MACS: dict[OperatorKind, Callable[[fx.Node], int]] = {
    "conv": _conv_macs,
    "depthwise_conv": _conv_macs,
    "linear": _matmul_macs,
    "matmul": _matmul_macs,
}
