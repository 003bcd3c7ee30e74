"""Every kind of network file by its ending: the one place to add the next."""

from importlib import import_module
from pathlib import Path

from devicemodels.documents.files import read_bytes
from networks.errors import network_error
from scheduler.taskgraph import TaskGraph

READERS = {".tflite": "networks.files.tflite_file", ".onnx": "networks.files.onnx_file"}
"""Modules with ``read(data, name, file) -> TaskGraph``."""


def read_network(path: Path) -> TaskGraph:
    """The network in a file as a task graph without gates, named after the file.

    Raises ``InputError`` for whatever cannot be read: another kind of file, a corrupt one, an
    operator that we do not know, shapes that are not fixed, several inputs or outputs.
    """
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise network_error(
            f"its ending '{path.suffix}' is not that of a network file",
            hint=f"what can be read: {', '.join(READERS)}",
            file=str(path),
        )
    data = read_bytes(path)
    graph: TaskGraph = import_module(reader).read(data, path.stem, str(path))
    return graph
