"""ONNX files, read, checked and given shapes by package onnx."""

from collections.abc import Iterable, Mapping
from math import prod
from typing import Any

from devicemodels.operators import Geometry, OperatorKind, Quantisation
from networks.errors import network_error
from networks.files.entropy import ENTROPY_DTYPES, entropy_bits
from networks.files.layers import BITS, Layer, Tensor, fixed_shape, task_graph, unknown_operator
from networks.pooling import mean_window
from scheduler.taskgraph import TaskGraph

_KINDS: dict[str, OperatorKind] = {
    **{"Conv": "conv", "Gemm": "linear", "MatMul": "matmul", "Add": "add", "Sub": "add"},
    **{"Mul": "mul", "Div": "mul", "Concat": "concat", "MaxPool": "pool", "AveragePool": "pool"},
    **{"GlobalAveragePool": "global_pool", "GlobalMaxPool": "global_pool"},
    **{"ReduceMean": "global_pool", "ReduceMax": "global_pool", "Softmax": "softmax"},
    **{"LogSoftmax": "softmax", "Pad": "pad", "Reshape": "reshape", "Flatten": "reshape"},
    **{"Transpose": "reshape", "Squeeze": "reshape", "Unsqueeze": "reshape", "Slice": "reshape"},
    **{"Expand": "reshape", "QuantizeLinear": "quantise", "DequantizeLinear": "dequantise"},
    **{"Relu": "activation", "Clip": "activation", "Sigmoid": "activation", "Tanh": "activation"},
    **{"HardSwish": "activation", "HardSigmoid": "activation", "Gelu": "activation"},
    **{"Elu": "activation", "LeakyRelu": "activation", "PRelu": "activation"},
    **{"BatchNormalization": "normalisation", "LayerNormalization": "normalisation"},
    **{"GroupNormalization": "normalisation", "InstanceNormalization": "normalisation"},
}

_SHAPES = frozenset({"reshape", "pad", "global_pool", "pool", "quantise", "dequantise"})
"""Kinds whose constants are shapes, axes, paddings and scales, not weights."""

IDENTITIES = frozenset({"Identity", "Dropout"})
"""What computes nothing in use."""


def read(data: bytes, name: str, file: str) -> TaskGraph:
    """The task graph in the bytes of an ONNX file; ``InputError`` says what is wrong."""
    onnx, graph = read_model(data, file, shapes=True)
    return _Reader(onnx, graph, file).task_graph(name)


def read_model(data: bytes, file: str, *, shapes: bool) -> tuple[Any, Any]:
    """The package that reads ONNX files, and the checked graph of one, with its shapes if asked."""
    try:
        import onnx  # noqa: PLC0415 - an extra
        from google.protobuf.message import DecodeError  # noqa: PLC0415 - comes with onnx
    except ImportError:
        message = "package 'onnx' is needed to read it"
        raise network_error(message, hint="pip install 'wakepath[onnx]'", file=file) from None
    try:
        model = onnx.load_model_from_string(data)
        onnx.checker.check_model(model)
        if shapes:
            model = onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=True)
    except (
        *(DecodeError, onnx.checker.ValidationError, onnx.shape_inference.InferenceError),
        *(ValueError, TypeError, RuntimeError, IndexError, KeyError),
    ) as error:
        lines = [line for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
        message = f"it is no sound ONNX file: {lines[0][:160]}"
        raise network_error(message, hint="look whether it was saved whole", file=file) from None
    return onnx, model.graph


class _Reader:
    def __init__(self, onnx: Any, graph: Any, file: str) -> None:
        self.onnx = onnx
        self.graph = graph
        self.file = file
        self.values = {v.name: v for v in (*graph.value_info, *graph.input, *graph.output)}
        self.constants = {
            item.name: self.checked(item.name, item.dims, item.data_type, 0)
            for item in graph.initializer
        }
        self.entropy = {
            item.name: entropy_bits(item.raw_data)
            for item in graph.initializer
            if self.constants[item.name].dtype in ENTROPY_DTYPES and item.raw_data
        }
        """Of constants whose elements are bytes and stand in the file as such, by name."""
        self.alias: dict[str, str] = {}
        """What an identity passes on, by the name of its output."""
        self.scaled: dict[str, int] = {}
        """Scales of constants that are stored quantised."""
        self.unknown: list[str] = []
        """Operators in no table, so that all of them are named at once."""

    def task_graph(self, name: str) -> TaskGraph:
        inputs = [value.name for value in self.graph.input if value.name not in self.constants]
        outputs = [value.name for value in self.graph.output]
        for what, names in (("input", inputs), ("output", outputs)):
            if len(names) != 1:
                message = f"it has {len(names)} {what}s; networks with one can be planned"
                raise network_error(message, file=self.file)
        sample = self.tensor(inputs[0])
        read = (self.layer(index, node) for index, node in enumerate(self.graph.node))
        layers = [layer for layer in read if layer is not None]
        if self.unknown:
            raise unknown_operator(*self.unknown, file=self.file)
        answer = self.named(outputs[0])
        return task_graph(name, sample, answer, layers, additions=True, file=self.file)

    def named(self, name: str) -> str:
        return self.alias.get(name, name)

    def checked(self, name: str, sizes: Iterable[int], number: int, least: int = 1) -> Tensor:
        """A tensor with known sizes; sizes of 0 occur among constants."""
        types = self.onnx.TensorProto.DataType
        dtype = types.Name(number).lower() if number in types.values() else f"type {number}"
        dtype = {"float": "float32", "double": "float64"}.get(dtype, dtype)
        what = f"tensor '{name}'"
        if dtype not in BITS:
            raise network_error(f"{what} has elements of {dtype}", file=self.file)
        return Tensor(name, fixed_shape(list(sizes), what, self.file, least), dtype)

    def tensor(self, name: str) -> Tensor:
        if name in self.constants:
            return self.constants[name]
        value = self.values.get(name)
        kind = None if value is None else value.type.tensor_type
        if kind is None or not kind.HasField("shape"):
            message = f"the shape of tensor '{name}' cannot be inferred"
            raise network_error(message, hint="export with fixed shapes", file=self.file)
        sizes = [d.dim_value if d.HasField("dim_value") else -1 for d in kind.shape.dim]
        return self.checked(name, sizes, kind.elem_type)

    def layer(self, index: int, node: Any) -> Layer | None:
        what = f"operator {index} ({node.op_type})"
        operands = [self.named(name) for name in node.input]
        given = [name for name in operands if name]
        outputs = [name for name in node.output if name]
        if all(name in self.constants for name in given) or node.op_type == "Shape":
            self.fold(node, operands, outputs)
            return None
        if node.op_type in IDENTITIES:
            self.alias[outputs[0]] = operands[0]
            return None
        kind = _KINDS.get(node.op_type) if node.domain in ("", "ai.onnx") else None
        if kind is None:
            self.unknown.append(what)
            return None
        if len(outputs) != 1:
            message = f"{what} gives {len(outputs)} tensors, one is known to be planned"
            raise network_error(message, file=self.file)
        live = tuple(name for name in given if name not in self.constants)
        output = self.tensor(outputs[0])
        macs, geometry, kind = self.shape_of_work(what, node, kind, operands, output)
        constants = [self.constants[name] for name in given if name in self.constants]
        if node.op_type == "BatchNormalization":
            constants = [
                c for c in constants if c.name in operands[1:3]
            ]  # the rest folds into them
        elif node.op_type == "Clip" or kind in _SHAPES:
            constants = []
        return Layer(
            kind=kind,
            reads=live,
            output=output,
            macs=macs,
            weight_bytes=sum(constant.size_bytes for constant in constants),
            geometry=geometry,
            quantisation=self.quantisation(operands),
        )

    def fold(self, node: Any, operands: list[str], outputs: list[str]) -> None:
        """What depends on constants alone is one, of its own shape; its values do not matter."""
        for name in outputs:
            if node.op_type == "DequantizeLinear":  # it stays in memory as it is stored
                self.constants[name] = self.constants[operands[0]]
                self.scaled[name] = prod(self.constants[operands[1]].shape)
            else:
                self.constants[name] = self.tensor(name)

    def quantisation(self, operands: list[str]) -> Quantisation | None:
        weights = operands[1] if len(operands) > 1 else ""
        if weights not in self.scaled:
            return None
        stored = self.constants[weights]
        return Quantisation(
            stored.dtype, self.scaled[weights], weight_entropy_bits=self.entropy.get(stored.name)
        )

    def shape_of_work(
        self, what: str, node: Any, kind: OperatorKind, operands: list[str], output: Tensor
    ) -> tuple[int, Geometry | None, OperatorKind]:
        """Multiply-accumulates, geometry, and the kind that follows from it."""
        source, elements = self.tensor(operands[0]).shape, prod(output.shape)
        told: Mapping[str, Any] = {
            item.name: self.onnx.helper.get_attribute_value(item) for item in node.attribute
        }
        if kind in ("linear", "matmul"):
            inner = source[0] if told.get("transA") else source[-1]
            fixed = len(operands) > 1 and operands[1] in self.constants
            if not fixed:
                return elements * inner, None, "matmul"
            return elements * inner, Geometry(inner, output.shape[-1]), "linear"
        if kind == "pool" and prod(output.shape[2:]) == 1:
            kind = "global_pool"
        if kind == "global_pool" and node.op_type not in ("MaxPool", "AveragePool"):
            return 0, mean_window(prod(source[1:2]), tuple(source[2:]), output.shape), kind
        if node.op_type not in ("Conv", "MaxPool", "AveragePool"):
            return 0, None, kind
        rank, groups, inner = len(source) - 2, 1, 0
        kernel = tuple(told.get("kernel_shape", ()))
        if node.op_type == "Conv":
            weights = self.tensor(operands[1]).shape
            groups, inner, kernel = told.get("group", 1), weights[1], tuple(weights[2:])
            if groups < 1 or inner * groups != source[1] or weights[0] != output.shape[1]:
                message = f"{what} has weights {list(weights)} for input {list(source)}"
                raise network_error(message, file=self.file)
            kind = "depthwise_conv" if inner == 1 and source[1] > 1 else "conv"
        stride = tuple(told.get("strides", (1,) * rank))
        dilation = tuple(told.get("dilations", (1,) * rank))
        parts = (source[1], output.shape[1], tuple(source[2:]), kernel, stride, dilation, groups)
        return elements * prod(kernel) * inner, Geometry(*parts), kind
