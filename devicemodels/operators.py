"""The kinds of operator that a core may or may not be able to run."""

from dataclasses import dataclass, field
from typing import Literal, Protocol, get_args

from devicemodels.documents.files import WRITTEN_IF_PRESENT

OperatorKind = Literal[
    "conv",
    "depthwise_conv",
    "linear",
    "matmul",
    "add",
    "mul",
    "concat",
    "pool",
    "global_pool",
    "activation",
    "normalisation",
    "softmax",
    "pad",
    "reshape",
    "quantise",
    "dequantise",
]
"""What an operator computes, as far as the cost of it depends on that."""

OPERATOR_KINDS: tuple[OperatorKind, ...] = get_args(OperatorKind)

MAC_KINDS: frozenset[OperatorKind] = frozenset({"conv", "depthwise_conv", "linear", "matmul"})
"""Kinds that have multiply-accumulates; every other kind counts none."""


@dataclass(frozen=True, slots=True)
class Geometry:
    """How a convolution, a linear or a pooling lies over its input, whatever the data layout."""

    input_channels: int
    """Channels (features of a linear) of its input."""
    output_channels: int
    """Channels (features of a linear) of its output."""
    input_size: tuple[int, ...] = ()
    """Size of the input feature map without channels, height first; empty for a linear."""
    kernel: tuple[int, ...] = ()
    """Size of the window, as ``input_size``."""
    stride: tuple[int, ...] = ()
    """Step of the window, as ``input_size``."""
    dilation: tuple[int, ...] = ()
    """Distance of the window's elements, as ``input_size``."""
    groups: int = 1
    """Groups of channels that are convolved apart."""


@dataclass(frozen=True, slots=True)
class Quantisation:
    """How the numbers of an operator are quantised; ``real = scale * (stored - zero_point)``."""

    weight_dtype: str
    """Element type of the weights as stored; empty if there are none."""
    weight_scales: int
    """Scales of the weights: 0 not quantised, 1 for the tensor, else one a channel."""
    output_scale: float | None = None
    """Scale of the output activation; None if that is not quantised."""
    output_zero_point: int = 0
    """Stored value that means zero in the output activation."""
    weight_entropy_bits: float | None = field(default=None, metadata=WRITTEN_IF_PRESENT)
    """Information of one stored weight: the entropy of the values' frequencies, where known."""


class Operation(Protocol):
    """What a cost law needs to know of one operator: the scheduler's ``Operator`` is one."""

    @property
    def name(self) -> str:
        """Unique within its task graph."""
        ...

    @property
    def kind(self) -> OperatorKind:
        """What the operator computes."""
        ...

    @property
    def macs(self) -> int:
        """Multiply-accumulates of convolution, linear and matmul; 0 for every other kind."""
        ...

    @property
    def output_elements(self) -> int:
        """Elements of the output tensor."""
        ...

    @property
    def weight_bytes(self) -> int:
        """Bytes of parameters that one execution reads."""
        ...

    @property
    def dtype(self) -> str:
        """Element type, as torch names it."""
        ...

    @property
    def geometry(self) -> Geometry | None:
        """How it lies over its input, where that is known."""
        ...

    @property
    def quantisation(self) -> Quantisation | None:
        """How its numbers are quantised, where that is known."""
        ...
