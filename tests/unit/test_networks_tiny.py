"""The benchmark's networks as task graphs: published totals and shapes, without torch."""

import subprocess
import sys
from pathlib import Path

import pytest

from devicemodels.documents.errors import InputError
from devicemodels.operators import MAC_KINDS
from networks.zoo import network_graph
from networks.zoo.tiny import tiny_names, tiny_network
from scheduler.documents import dump_taskgraph, load_taskgraph
from tests.network_files import residual_tflite

MACS = {"kws": 2_656_768, "ic": 12_501_632, "ad": 264_192, "vww": 7_489_664, "sww": 826_368}

MOBILENET = [
    *((8, 48), (16, 48), (32, 24), (32, 24), (64, 12), (64, 12), (128, 6)),
    *((128, 6),) * 5,
    *((256, 3), (256, 3)),
]
"""Channels and size after each full convolution: table 1 of the paper, at 96 pixels for 224 and a
quarter of the channels."""


@pytest.mark.parametrize("name", MACS)
def test_published_macs(name: str) -> None:
    assert sum(operator.macs for operator in tiny_network(name).operators) == MACS[name]


def test_names() -> None:
    assert set(tiny_names()) == set(MACS)


@pytest.mark.parametrize("name", MACS)
def test_all_is_int8_and_geometry_agrees_with_the_shapes(name: str) -> None:
    graph = tiny_network(name)
    assert graph.input_dtype == "int8"
    shapes = {"input": graph.input_shape, **{o.name: o.output_shape for o in graph.operators}}
    for operator in graph.operators:
        assert operator.dtype == "int8"
        assert operator.output_bytes == operator.output_elements
        source, geometry = shapes[operator.inputs[0]], operator.geometry
        assert (geometry is not None) == (operator.kind in {*MAC_KINDS, "global_pool"})
        if geometry is not None:
            assert source == (1, *geometry.input_size, geometry.input_channels)
            assert operator.output_shape[-1] == geometry.output_channels
        weights = operator.weight_bytes - 4 * operator.output_shape[-1] * (operator.macs > 0)
        pixels = operator.output_elements // operator.output_shape[-1]
        assert operator.macs == weights * pixels


def test_mobilenet_has_the_published_shapes() -> None:
    full = [o for o in tiny_network("vww").operators if o.kind == "conv"]
    assert [(o.output_shape[3], o.output_shape[1]) for o in full] == MOBILENET
    assert all(o.output_shape[1] == o.output_shape[2] for o in full)


def test_residual_blocks_are_not_cut_inside() -> None:
    graph = tiny_network("ic")
    heavy = [sum(o.macs > 0 for o in graph.segment_operators(s)) for s in graph.segments]
    assert heavy == [1, 2, 3, 3, 1]


def test_a_network_is_a_document() -> None:
    graph = tiny_network("kws")
    assert load_taskgraph(dump_taskgraph(graph), "again") == graph


def test_by_name_or_by_file(tmp_path: Path) -> None:
    assert network_graph("kws") == tiny_network("kws")
    document, binary = tmp_path / "a.json", tmp_path / "small.tflite"
    document.write_text(dump_taskgraph(tiny_network("ad")))
    assert network_graph(str(document)) == tiny_network("ad")
    binary.write_bytes(residual_tflite())
    assert network_graph(str(binary)).name == "small"


def test_names_that_nothing_has(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no network 'kwz'") as caught:
        network_graph("kwz")
    hint = "did you mean 'kws'?; or the path of a file: .tflite, .onnx, .json"
    assert hint in str(caught.value)
    with pytest.raises(InputError, match="there is no such file"):
        network_graph(str(tmp_path / "absent.tflite"))
    with pytest.raises(InputError, match=r"ending '.pt'"):
        network_graph("network.pt")
    with pytest.raises(InputError, match="no network 'resnet' in MLPerf Tiny"):
        tiny_network("resnet")


def test_no_torch_is_needed() -> None:
    code = (
        "import sys; from networks.zoo import network_graph; network_graph('kws');"
        "print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
