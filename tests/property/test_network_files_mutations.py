"""Broken network files: each is a task graph or is refused in words, never a traceback."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from devicemodels.documents.errors import InputError
from networks.files.registry import read_network
from scheduler.documents import dump_taskgraph, load_taskgraph
from tests.network_files import residual_onnx, residual_tflite

FILES = {
    "a.tflite": residual_tflite(),
    "b.tflite": residual_tflite(quantised=False),
    "c.onnx": residual_onnx(),
}
BYTES = st.sampled_from([0, 1, 2, 4, 8, 127, 128, 254, 255]) | st.integers(0, 255)


def outcome(name: str, data: bytes) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        try:
            graph = read_network(path)
        except InputError as refusal:
            assert {problem.file for problem in refusal.problems} == {str(path)}
        else:
            assert load_taskgraph(dump_taskgraph(graph), name) == graph


@settings(max_examples=600, deadline=None, derandomize=True, database=None)
@given(data=st.data())
def test_mutated_files(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(FILES)))
    content = bytearray(FILES[name])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, max(0, len(content) - 1)))
        match data.draw(st.sampled_from(["replace", "word", "insert", "drop", "cut"])):
            case "replace":
                content[at : at + 1] = bytes([data.draw(BYTES)])
            case "word":
                content[at : at + 4] = bytes(data.draw(BYTES) for _ in range(4))
            case "insert":
                content[at:at] = data.draw(st.binary(min_size=1, max_size=8))
            case "drop":
                del content[at : at + data.draw(st.integers(1, 16))]
            case "cut":
                del content[at + 8 :]
    outcome(name, bytes(content))


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(noise=st.binary(max_size=200), name=st.sampled_from(sorted(FILES)))
def test_noise(noise: bytes, name: str) -> None:
    outcome(name, noise)
    outcome(name, FILES[name][:8] + noise)
