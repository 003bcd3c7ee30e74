"""Network files of our own, against figures by hand; what cannot be read is refused in words."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import tflite
from click.testing import CliRunner

from devicemodels.documents.errors import InputError
from devicemodels.operators import Geometry, Quantisation
from networks.files.registry import read_network
from scheduler.documents import dump_taskgraph, load_taskgraph, read_taskgraph
from tests.network_files import residual_onnx, residual_tflite
from wakepath.commands.import_ import command

MACS = [4 * 3 * 4 * 27, 4 * 3 * 4 * 4, 4 * 2]
"""Of the three layers that have any: output elements times what each of them reads."""
WINDOWS = [
    Geometry(3, 4, (8, 6), (3, 3), (2, 2), (1, 1), 1),
    Geometry(4, 4, (4, 3), (1, 1), (1, 1), (1, 1), 1),
    Geometry(4, 2),
]
WHOLE_MAP = Geometry(4, 4, (4, 3), (4, 3), (4, 3), (1, 1))


def saved(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def refused(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_network(path)
    assert {problem.file for problem in caught.value.problems} == {str(path)}
    return str(caught.value)


def test_tflite_operators(tmp_path: Path) -> None:
    graph = read_network(saved(tmp_path, "small.tflite", residual_tflite()))
    assert (graph.name, graph.input_shape, graph.input_dtype) == ("small", (1, 8, 6, 3), "int8")
    heavy = [operator for operator in graph.operators if operator.macs]
    assert [operator.macs for operator in heavy] == MACS
    assert [operator.geometry for operator in heavy] == WINDOWS
    assert [operator.weight_bytes for operator in heavy] == [108 + 16, 16 + 16, 8 + 8]
    assert heavy[0].quantisation == Quantisation("int8", 4, 0.5, -3, 0.0)
    assert [(o.name, o.fused) for o in graph.operators] == [
        ("conv_1", ("activation",)),
        ("conv_2", ()),
        ("add_1", ("activation",)),
        ("global_pool_1", ()),
        ("linear_1", ()),
        ("softmax_1", ()),
    ]
    assert [segment.operators for segment in graph.segments] == [
        ("conv_1",),
        ("conv_2", "add_1", "global_pool_1"),
        ("linear_1", "softmax_1"),
    ]
    assert graph.operators[3].geometry == WHOLE_MAP
    assert [edge.raw_bytes for edge in graph.edges] == [48, 4]
    assert graph.edges[0].codecs[0].wire_format == "int8"


def test_float_tflite_has_the_same_work_and_four_times_the_weights(tmp_path: Path) -> None:
    graph = read_network(saved(tmp_path, "small.tflite", residual_tflite(quantised=False)))
    heavy = [operator for operator in graph.operators if operator.macs]
    assert [operator.macs for operator in heavy] == MACS
    assert [operator.weight_bytes for operator in heavy] == [4 * 108 + 16, 4 * 16 + 16, 4 * 8 + 8]
    assert all(operator.quantisation is None for operator in graph.operators)


def test_onnx_operators(tmp_path: Path) -> None:
    graph = read_network(saved(tmp_path, "small.onnx", residual_onnx()))
    heavy = [operator for operator in graph.operators if operator.macs]
    assert [operator.macs for operator in heavy] == MACS
    assert [operator.geometry for operator in heavy] == WINDOWS
    assert [operator.fused for operator in heavy] == [
        ("normalisation", "activation"),
        ("add", "activation"),
        (),
    ]
    assert heavy[0].weight_bytes == 4 * (
        108 + 4 + 4 + 4
    )  # the statistics fold into scale and shift
    pools = [o.geometry for o in graph.operators if o.kind == "global_pool"]
    assert pools == [WHOLE_MAP]
    assert [segment.operators for segment in graph.segments] == [
        ("conv_1",),
        ("conv_2", "global_pool_1", "reshape_1"),
        ("linear_1", "softmax_1"),
    ]


@pytest.mark.parametrize("name", ["small.tflite", "small.onnx"])
def test_document_keeps_geometry(name: str, tmp_path: Path) -> None:
    data = residual_tflite() if name.endswith("tflite") else residual_onnx()
    graph = read_network(saved(tmp_path, name, data))
    text = dump_taskgraph(graph)
    assert load_taskgraph(text, "again") == graph
    assert text.count('"geometry"') == sum(o.geometry is not None for o in graph.operators)


def test_what_is_not_known_is_not_written() -> None:
    path = Path(__file__).parents[2] / "scenarios" / "smartwatch" / "taskgraph.json"
    graph = read_taskgraph(path)
    assert dump_taskgraph(graph) == path.read_text()
    bare = tuple(replace(operator, geometry=None) for operator in graph.operators)
    text = dump_taskgraph(replace(graph, operators=bare, gates=(), edges=()))
    assert '"geometry"' not in text
    assert '"quantisation"' not in text


def test_refusals(tmp_path: Path) -> None:
    whole = residual_tflite()
    assert "bytes 4 to 7 are" in refused(saved(tmp_path, "a.tflite", b"PK\x03\x04 a zip file"))
    assert "corrupt" in refused(saved(tmp_path, "b.tflite", whole[: len(whole) // 2]))
    assert "no sound ONNX" in refused(saved(tmp_path, "c.onnx", residual_onnx()[:90]))
    assert "ending '.txt'" in refused(saved(tmp_path, "d.txt", whole))
    assert "there is no such file" in refused(tmp_path / "e.onnx")
    unknown = residual_tflite(last=tflite.BuiltinOperator.SIN)
    assert "operator 6 (SIN) is not known" in refused(saved(tmp_path, "f.tflite", unknown))
    unknown = residual_onnx(last="Sin")
    assert "operator 9 (Sin) is not known" in refused(saved(tmp_path, "g.onnx", unknown))
    several = refused(saved(tmp_path, "i.onnx", residual_onnx(last="Sin", pooled="Cos")))
    assert "(Cos) is not known" in several
    assert "(Sin) is not known" in several
    assert "fixed" in refused(saved(tmp_path, "h.onnx", residual_onnx(batch="n")))


def test_the_command_writes_nothing_for_a_broken_file(tmp_path: Path) -> None:
    target = tmp_path / "graph.json"
    broken = saved(tmp_path, "a.tflite", b"no network at all")
    done = CliRunner().invoke(command, [str(broken), "-o", str(target)])
    assert isinstance(done.exception, InputError)
    assert not target.exists()
    words = [sys.executable, "-m", "wakepath", "import", str(broken), "-o", str(target)]
    ended = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "Traceback" not in ended.stderr
    assert not target.exists()


def test_the_command_writes_what_it_prints(tmp_path: Path) -> None:
    target = tmp_path / "graph.json"
    sound = saved(tmp_path, "a.tflite", residual_tflite())
    done = CliRunner().invoke(command, [str(sound), "-o", str(target)])
    assert done.exit_code == 0
    assert "conv_1 + activation" in done.output
    assert read_taskgraph(target) == read_network(sound)
