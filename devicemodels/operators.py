"""The kinds of operator that a core may or may not be able to run."""

from typing import Literal, Protocol, get_args

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
