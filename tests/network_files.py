"""Small network files of our own: a residual block and a classifier, as .tflite and as ONNX."""

from dataclasses import dataclass, field
from typing import Any

import flatbuffers
import numpy as np
import onnx
import tflite
from onnx import TensorProto, helper

INT8, INT32, FLOAT32 = 9, 2, 0
SIZES = {INT8: 1, INT32: 4, FLOAT32: 4}


@dataclass
class TfliteFile:
    """Collects tensors and operators, then writes them as a flatbuffer."""

    tensors: list[tuple[tuple[int, ...], int, int, int]] = field(default_factory=list)
    operators: list[tuple[int, list[int], int, Any]] = field(default_factory=list)
    inputs: list[int] = field(default_factory=list)
    outputs: list[int] = field(default_factory=list)

    def tensor(
        self, shape: tuple[int, ...], dtype: int, *, scales: int = 0, constant: bool = False
    ) -> int:
        size = int(np.prod(shape)) * SIZES[dtype] if constant else 0
        self.tensors.append((shape, dtype, scales, size))
        return len(self.tensors) - 1

    def operator(self, opcode: int, reads: list[int], output: int, options: Any = None) -> int:
        self.operators.append((opcode, reads, output, options))
        return output

    def data(self) -> bytes:
        b = flatbuffers.Builder(1024)
        buffers = [_buffer(b, 0), *(_buffer(b, tensor[3]) for tensor in self.tensors)]
        tensors = []
        for index, (shape, dtype, scales, _) in enumerate(self.tensors):
            name = b.CreateString(f"t{index}")
            sizes = b.CreateNumpyVector(np.array(shape, np.int32))
            quantised = _scales(b, scales) if scales else None
            tflite.TensorStart(b)
            tflite.TensorAddShape(b, sizes)
            tflite.TensorAddType(b, dtype)
            tflite.TensorAddBuffer(b, index + 1)
            tflite.TensorAddName(b, name)
            if quantised is not None:
                tflite.TensorAddQuantization(b, quantised)
            tensors.append(tflite.TensorEnd(b))
        operators, codes = [], []
        for index, (opcode, reads, output, options) in enumerate(self.operators):
            read = b.CreateNumpyVector(np.array(reads, np.int32))
            made = b.CreateNumpyVector(np.array([output], np.int32))
            told = options(b) if options else None
            tflite.OperatorStart(b)
            tflite.OperatorAddOpcodeIndex(b, index)
            tflite.OperatorAddInputs(b, read)
            tflite.OperatorAddOutputs(b, made)
            if told is not None:
                tflite.OperatorAddBuiltinOptionsType(b, told[0])
                tflite.OperatorAddBuiltinOptions(b, told[1])
            operators.append(tflite.OperatorEnd(b))
            tflite.OperatorCodeStart(b)
            tflite.OperatorCodeAddDeprecatedBuiltinCode(b, min(opcode, 127))
            tflite.OperatorCodeAddBuiltinCode(b, opcode)
            codes.append(tflite.OperatorCodeEnd(b))
        parts = [_vector(b, tensors), _vector(b, operators)]
        ends = [b.CreateNumpyVector(np.array(e, np.int32)) for e in (self.inputs, self.outputs)]
        tflite.SubGraphStart(b)
        tflite.SubGraphAddTensors(b, parts[0])
        tflite.SubGraphAddOperators(b, parts[1])
        tflite.SubGraphAddInputs(b, ends[0])
        tflite.SubGraphAddOutputs(b, ends[1])
        graphs = _vector(b, [tflite.SubGraphEnd(b)])
        stored, known = _vector(b, buffers), _vector(b, codes)
        tflite.ModelStart(b)
        tflite.ModelAddVersion(b, 3)
        tflite.ModelAddOperatorCodes(b, known)
        tflite.ModelAddSubgraphs(b, graphs)
        tflite.ModelAddBuffers(b, stored)
        b.Finish(tflite.ModelEnd(b), file_identifier=b"TFL3")
        return bytes(b.Output())


def _vector(b: Any, items: list[int]) -> int:
    b.StartVector(4, len(items), 4)
    for item in reversed(items):
        b.PrependUOffsetTRelative(item)
    return int(b.EndVector())


def _buffer(b: Any, size: int) -> int:
    data = b.CreateByteVector(bytes(size)) if size else None
    tflite.BufferStart(b)
    if data is not None:
        tflite.BufferAddData(b, data)
    return int(tflite.BufferEnd(b))


def _scales(b: Any, count: int) -> int:
    scale = b.CreateNumpyVector(np.full(count, 0.5, np.float32))
    zero = b.CreateNumpyVector(np.full(count, -3, np.int64))
    tflite.QuantizationParametersStart(b)
    tflite.QuantizationParametersAddScale(b, scale)
    tflite.QuantizationParametersAddZeroPoint(b, zero)
    return int(tflite.QuantizationParametersEnd(b))


def conv_options(stride: int, activation: int) -> Any:
    def write(b: Any) -> tuple[int, int]:
        tflite.Conv2DOptionsStart(b)
        tflite.Conv2DOptionsAddStrideH(b, stride)
        tflite.Conv2DOptionsAddStrideW(b, stride)
        tflite.Conv2DOptionsAddFusedActivationFunction(b, activation)
        return tflite.BuiltinOptions.Conv2DOptions, tflite.Conv2DOptionsEnd(b)

    return write


def residual_tflite(*, quantised: bool = True, batch: int = 1, last: int | None = None) -> bytes:
    """conv 3x3/2 and relu, conv 1x1 added to its input, relu, mean, linear, softmax."""
    dtype, scales = (INT8, 1) if quantised else (FLOAT32, 0)
    bias = INT32 if quantised else FLOAT32
    op, file = tflite.BuiltinOperator, TfliteFile()

    def activation(*shape: int) -> int:
        return file.tensor((batch, *shape), dtype, scales=scales)

    def weights(*shape: int) -> list[int]:
        first = file.tensor(shape, dtype, scales=scales * shape[0], constant=True)
        return [first, file.tensor(shape[:1], bias, constant=True)]

    x = activation(8, 6, 3)
    a = activation(4, 3, 4)
    file.operator(op.CONV_2D, [x, *weights(4, 3, 3, 3)], a, conv_options(2, 1))
    c = activation(4, 3, 4)
    file.operator(op.CONV_2D, [a, *weights(4, 1, 1, 4)], c, conv_options(1, 0))
    total = file.operator(op.ADD, [a, c], activation(4, 3, 4))
    r = file.operator(op.RELU, [total], activation(4, 3, 4))
    axes = file.tensor((2,), INT32, constant=True)
    m = file.operator(op.MEAN, [r, axes], activation(4))
    f = file.operator(op.FULLY_CONNECTED, [m, *weights(2, 4)], activation(2))
    y = file.operator(op.SOFTMAX if last is None else last, [f], activation(2))
    file.inputs, file.outputs = [x], [y]
    return file.data()


def residual_onnx(*, batch: int | str = 1, last: str = "Softmax", pooled: str = "Relu") -> bytes:
    """The same network in float32, with channels first and a batch norm."""

    def constant(name: str, *shape: int) -> onnx.TensorProto:
        zeros = np.zeros(shape, np.float32)
        return helper.make_tensor(name, TensorProto.FLOAT, shape, zeros.tobytes(), raw=True)

    node = helper.make_node
    nodes = [
        node("Conv", ["x", "w1", "b1"], ["a1"], strides=[2, 2], pads=[1, 1, 1, 1]),
        node("BatchNormalization", ["a1", "s", "h", "mean", "var"], ["a2"]),
        node("Relu", ["a2"], ["a"]),
        node("Conv", ["a", "w2", "b2"], ["c"]),
        node("Add", ["a", "c"], ["total"]),
        node(pooled, ["total"], ["r"]),
        node("GlobalAveragePool", ["r"], ["m"]),
        node("Flatten", ["m"], ["flat"]),
        node("Gemm", ["flat", "w3", "b3"], ["f"], transB=1),
        node(last, ["f"], ["y"]),
    ]
    norm = [constant(name, 4) for name in ("b1", "s", "h", "mean", "var", "b2")]
    heavy = [constant("w1", 4, 3, 3, 3), constant("w2", 4, 4, 1, 1), constant("w3", 2, 4)]
    graph = helper.make_graph(
        nodes,
        "residual",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [batch, 3, 8, 6])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [batch, 2])],
        [*norm, *heavy, constant("b3", 2)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)])
    return bytes(model.SerializeToString())
