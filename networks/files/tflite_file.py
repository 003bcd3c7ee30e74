"""``.tflite`` files: flatbuffers with TensorFlow Lite's public schema, read by package tflite.

A broken flatbuffer is not recognised as a whole: offsets lead anywhere. Reading it fails in the
ways of ``_BROKEN``, and what can be read is then checked against itself.
"""

import struct
from math import prod
from typing import Any

from devicemodels.operators import Geometry, OperatorKind, Quantisation
from networks.errors import network_error
from networks.files.entropy import ENTROPY_DTYPES, entropy_bits
from networks.files.layers import BITS, Layer, Tensor, fixed_shape, task_graph, unknown_operator
from networks.pooling import mean_window
from scheduler.taskgraph import TaskGraph

_BROKEN = (
    *(struct.error, IndexError, TypeError, ValueError, AttributeError, OverflowError),
    *(AssertionError, KeyError),
)
"""What flatbuffers, numpy and the schema's classes raise where an offset leads astray."""

_KINDS: dict[str, OperatorKind] = {
    **{"CONV_2D": "conv", "DEPTHWISE_CONV_2D": "depthwise_conv", "FULLY_CONNECTED": "linear"},
    **{"BATCH_MATMUL": "matmul", "ADD": "add", "SUB": "add", "MUL": "mul", "DIV": "mul"},
    **{"CONCATENATION": "concat", "AVERAGE_POOL_2D": "pool", "MAX_POOL_2D": "pool"},
    **{"MEAN": "global_pool", "REDUCE_MAX": "global_pool", "SOFTMAX": "softmax"},
    **{"LOG_SOFTMAX": "softmax", "PAD": "pad", "PADV2": "pad", "RESHAPE": "reshape"},
    **{"SQUEEZE": "reshape", "EXPAND_DIMS": "reshape", "TRANSPOSE": "reshape", "SLICE": "reshape"},
    **{"STRIDED_SLICE": "reshape", "QUANTIZE": "quantise", "DEQUANTIZE": "dequantise"},
    **{"RELU": "activation", "RELU6": "activation", "RELU_N1_TO_1": "activation"},
    **{"LOGISTIC": "activation", "TANH": "activation", "HARD_SWISH": "activation"},
    **{"ELU": "activation", "LEAKY_RELU": "activation", "PRELU": "activation"},
    "GELU": "activation",
}

_OPTIONS = {
    **{"CONV_2D": "Conv2DOptions", "DEPTHWISE_CONV_2D": "DepthwiseConv2DOptions"},
    **{"FULLY_CONNECTED": "FullyConnectedOptions", "AVERAGE_POOL_2D": "Pool2DOptions"},
    **{"MAX_POOL_2D": "Pool2DOptions", "ADD": "AddOptions", "SUB": "SubOptions"},
    **{"MUL": "MulOptions", "DIV": "DivOptions", "CONCATENATION": "ConcatenationOptions"},
    "BATCH_MATMUL": "BatchMatMulOptions",
}
"""Options that we need: strides, dilations, the fused activation."""

_WEIGHED = ("conv", "depthwise_conv", "linear", "matmul", "add", "mul", "activation", "concat")
"""Kinds whose constants are weights; those of the others are shapes, axes and paddings."""


def read(data: bytes, name: str, file: str) -> TaskGraph:
    """The task graph in the bytes of a ``.tflite`` file; ``InputError`` says what is wrong."""
    try:
        import tflite  # noqa: PLC0415 - an extra
    except ImportError:
        hint = "pip install 'wakepath[tflite]'"
        message = "package 'tflite' is needed to read it"
        raise network_error(message, hint=hint, file=file) from None
    if data[4:8] != b"TFL3":
        message = f"it is no .tflite file: bytes 4 to 7 are {data[4:8]!r}, not b'TFL3'"
        raise network_error(message, hint="look whether it was saved whole", file=file)
    try:
        return _Reader(tflite, data, file).task_graph(name)
    except _BROKEN as error:
        what = f"{type(error).__name__}: {error}".splitlines()[0][:120]
        message = f"the file is corrupt: a part of it cannot be read ({what})"
        raise network_error(message, hint="fetch or convert it again", file=file) from None


class _Reader:
    def __init__(self, tflite: Any, data: bytes, file: str) -> None:
        self.tflite = tflite
        self.file = file
        self.limit = len(data) // 4
        self.model = tflite.Model.GetRootAs(data, 0)
        self.graph = self.model.Subgraphs(0)
        self.opcodes = {v: k for k, v in vars(tflite.BuiltinOperator).items() if type(v) is int}
        self.dtypes = {v: k.lower() for k, v in vars(tflite.TensorType).items() if type(v) is int}
        self.made: set[int] = set()

    def task_graph(self, name: str) -> TaskGraph:
        graphs = self.model.SubgraphsLength()
        if graphs != 1:
            raise network_error(f"it has {graphs} subgraphs; one can be read", file=self.file)
        ends = []
        for what, count, get in (
            ("input", self.graph.InputsLength(), self.graph.Inputs),
            ("output", self.graph.OutputsLength(), self.graph.Outputs),
        ):
            if count != 1:
                message = f"it has {count} {what}s; networks with one can be planned"
                raise network_error(message, file=self.file)
            ends.append(self.tensor(get(0)))
        sample, answer = ends
        self.made.add(self.graph.Inputs(0))
        if self.graph.OperatorsLength() > self.limit:
            raise ValueError(f"{self.graph.OperatorsLength()} operators in so small a file")
        opcodes = [self.opcode(index) for index in range(self.graph.OperatorsLength())]
        unknown = [f"operator {i} ({code})" for i, code in enumerate(opcodes) if code not in _KINDS]
        if unknown:
            raise unknown_operator(*unknown, file=self.file)
        read = (self.layer(index) for index in range(self.graph.OperatorsLength()))
        layers = list(read)
        return task_graph(name, sample, answer.name, layers, additions=False, file=self.file)

    def tensor(self, index: int) -> Tensor:
        if not 0 <= index < self.graph.TensorsLength():
            raise ValueError(f"tensor {index} of {self.graph.TensorsLength()}")
        found = self.graph.Tensors(index)
        what = f"tensor {index}"
        sizes = [found.Shape(i) for i in range(self.bounded(found.ShapeLength()))]
        signature = [found.ShapeSignature(i) for i in range(min(found.ShapeSignatureLength(), 16))]
        if any(size < 0 for size in signature[1:]):
            sizes = signature
        dtype = self.dtypes.get(found.Type(), f"type {found.Type()}")
        if dtype not in BITS:
            raise network_error(f"{what} has elements of {dtype}", file=self.file)
        return Tensor(str(index), fixed_shape(sizes, what, self.file), dtype)

    @staticmethod
    def bounded(rank: int) -> int:
        if rank > 16:
            raise ValueError(f"a tensor of {rank} dimensions")
        return rank

    def constant(self, index: int) -> Tensor | None:
        """The tensor of that index if its values stand in the file."""
        if not 0 <= index < self.graph.TensorsLength():
            raise ValueError(f"tensor {index} of {self.graph.TensorsLength()}")
        buffer = self.graph.Tensors(index).Buffer()
        if not 0 <= buffer < self.model.BuffersLength():
            raise ValueError(f"buffer {buffer} of {self.model.BuffersLength()}")
        size = self.model.Buffers(buffer).DataLength()
        if index in self.made or not size:
            return None
        tensor = self.tensor(index)
        if size != tensor.size_bytes or size > 4 * self.limit:
            raise ValueError(f"tensor {index} needs {tensor.size_bytes} bytes, has {size}")
        return tensor

    def opcode(self, index: int) -> str:
        operator = self.graph.Operators(index)
        if not 0 <= operator.OpcodeIndex() < self.model.OperatorCodesLength():
            raise ValueError(f"opcode {operator.OpcodeIndex()}")
        code = self.model.OperatorCodes(operator.OpcodeIndex())
        number = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
        return str(self.opcodes.get(number, f"number {number}"))

    def layer(self, index: int) -> Layer:
        operator, opcode = self.graph.Operators(index), self.opcode(index)
        what, kind = f"operator {index} ({opcode})", _KINDS[opcode]
        if operator.OutputsLength() != 1 or operator.InputsLength() > self.limit:
            raise ValueError(f"{what} has {operator.OutputsLength()} outputs")
        output = self.tensor(operator.Outputs(0))
        operands = [operator.Inputs(i) for i in range(operator.InputsLength())]
        operands = [i for i in operands if i != -1]  # an operand that is left out
        constants = {i: c for i in operands if (c := self.constant(i)) is not None}
        live = [self.tensor(i) for i in operands if i in self.made]
        missing = [i for i in operands if i not in constants and i not in self.made]
        if missing or operator.Outputs(0) in self.made:
            raise ValueError(f"{what} reads tensor {missing}, which nothing before it writes")
        if not live:
            raise unknown_operator(f"{what} of constants alone", file=self.file)
        self.made.add(operator.Outputs(0))
        weights = constants.get(operands[1]) if len(operands) > 1 else None
        if kind == "pool" and prod(output.shape[1:-1]) == 1:
            kind = "global_pool"
        options = self.options(operator, opcode)
        macs, geometry = self.shape_of_work(what, opcode, live, output, weights, options)
        if kind == "depthwise_conv" and live[0].shape[-1] == 1:
            kind = "conv"
        weighed = kind in _WEIGHED
        return Layer(
            kind=kind,
            reads=tuple(tensor.name for tensor in live),
            output=output,
            macs=macs,
            weight_bytes=sum(c.size_bytes for c in constants.values()) if weighed else 0,
            fused=("activation",) if self.activated(options) else (),
            geometry=geometry,
            quantisation=self.quantisation(operator, weights if weighed else None, operands),
        )

    def options(self, operator: Any, opcode: str) -> Any:
        table = operator.BuiltinOptions()
        wanted = _OPTIONS.get(opcode)
        if table is None or wanted is None:
            return None
        if operator.BuiltinOptionsType() != getattr(self.tflite.BuiltinOptions, wanted):
            raise ValueError(f"{opcode} has options of type {operator.BuiltinOptionsType()}")
        options = getattr(self.tflite, wanted)()
        options.Init(table.Bytes, table.Pos)
        return options

    @staticmethod
    def activated(options: Any) -> bool:
        has = hasattr(options, "FusedActivationFunction")
        return has and options.FusedActivationFunction() != 0

    def shape_of_work(
        self,
        what: str,
        opcode: str,
        live: list[Tensor],
        output: Tensor,
        weights: Tensor | None,
        options: Any,
    ) -> tuple[int, Geometry | None]:
        """Multiply-accumulates and geometry, after the shapes are found to agree."""
        source, elements = live[0].shape, prod(output.shape)
        if opcode == "BATCH_MATMUL":
            inner = source[-2] if options and options.AdjX() else source[-1]
            return elements * inner, None
        if opcode == "FULLY_CONNECTED":
            if weights is None or len(weights.shape) != 2:
                raise unknown_operator(f"{what} whose weights are computed", file=self.file)
            features, inner = weights.shape
            if prod(source) % inner or prod(source) // inner * features != elements:
                raise ValueError(f"{what} has shapes that do not agree")
            return elements * inner, Geometry(inner, features)
        if opcode not in ("CONV_2D", "DEPTHWISE_CONV_2D", "AVERAGE_POOL_2D", "MAX_POOL_2D"):
            means = opcode in ("MEAN", "REDUCE_MAX")
            whole = mean_window(prod(source[-1:]), source[1:-1], output.shape)
            return 0, whole if means else None
        if len(source) != 4 or len(output.shape) != 4 or options is None:
            raise ValueError(f"{what} has shapes {source} and {output.shape}")
        stride, dilation = (options.StrideH(), options.StrideW()), (1, 1)
        groups, inner = 1, 0
        if opcode.endswith("POOL_2D"):
            kernel, agree = (options.FilterHeight(), options.FilterWidth()), True
        else:
            if weights is None or len(weights.shape) != 4:
                raise unknown_operator(f"{what} whose weights are computed", file=self.file)
            kernel, channels = weights.shape[1:3], weights.shape[3]
            dilation = (options.DilationHFactor(), options.DilationWFactor())
            inner = 1 if opcode == "DEPTHWISE_CONV_2D" else channels
            groups = source[3] // inner
            made = channels if opcode == "DEPTHWISE_CONV_2D" else weights.shape[0]
            agree = source[3] % inner == 0 and output.shape[3] == made and made % groups == 0
        if min(*stride, *dilation, *kernel) < 1 or not agree or output.shape[0] != source[0]:
            raise ValueError(f"{what} has shapes that do not agree")
        spans = [d * (k - 1) + 1 for d, k in zip(dilation, kernel, strict=True)]
        same = options.Padding() == 0
        for size, span, step, got in zip(
            source[1:3], spans, stride, output.shape[1:3], strict=True
        ):
            if got != -(-(size if same else size - span + 1) // step):
                raise ValueError(f"{what} has an output of another size than its window gives")
        geometry = Geometry(
            source[3], output.shape[3], source[1:3], kernel, stride, dilation, groups
        )
        return elements * prod(kernel) * inner, geometry

    def quantisation(
        self, operator: Any, weights: Tensor | None, operands: list[int]
    ) -> Quantisation | None:
        out = self.graph.Tensors(operator.Outputs(0)).Quantization()
        told = self.graph.Tensors(operands[1]).Quantization() if weights is not None else None
        scales = 0 if told is None else told.ScaleLength()
        if weights is not None and scales > max(1, *weights.shape):
            raise ValueError(f"{scales} scales for weights of shape {weights.shape}")
        quantised = out is not None and out.ScaleLength() > 0
        if not quantised and not scales:
            return None
        scale = float(out.Scale(0)) if quantised else None
        if scale is not None and not 0.0 < scale < float("inf"):
            raise ValueError(f"an output has scale {scale}")
        zero = int(out.ZeroPoint(0)) if quantised and out.ZeroPointLength() else 0
        dtype = "" if weights is None else weights.dtype
        stored = self.stored(operands[1]) if dtype in ENTROPY_DTYPES else None
        entropy = None if stored is None else entropy_bits(stored)
        return Quantisation(dtype, scales, scale, zero, entropy)

    def stored(self, index: int) -> bytes:
        """The bytes of a constant."""
        return bytes(self.model.Buffers(self.graph.Tensors(index).Buffer()).DataAsNumpy())
