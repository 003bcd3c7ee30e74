"""Networks by name: those with torch, one file each, and the benchmark's as task graphs.

A file with a ``SPEC`` can be trained and planned by name. Those of ``tiny`` need no torch.
"""

import importlib
import pkgutil
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from devicemodels.documents.explain import did_you_mean
from networks.errors import network_error
from networks.files.registry import READERS, read_network
from networks.zoo.tiny import tiny_names, tiny_network
from scheduler.documents import read_taskgraph
from scheduler.taskgraph import TaskGraph

if TYPE_CHECKING:
    from networks.spec import NetworkSpec

_WITHOUT_TORCH = "tiny"
"""The file of the benchmark's networks."""


def network_graph(name_or_path: str) -> TaskGraph:
    """A network of MLPerf Tiny by its name, or the one in a file; imports no torch.

    A file is a ``.tflite`` or ONNX file, or a task graph document (``.json``).

    Raises
    ------
    InputError
        No network has that name, or the file cannot be read.
    """
    if name_or_path in tiny_names():
        return tiny_network(name_or_path)
    path = Path(name_or_path)
    if path.suffix.lower() == ".json":
        return read_taskgraph(path)
    if not path.suffix and path.name == name_or_path:
        near = did_you_mean(name_or_path, tiny_names(), "MLPerf Tiny has")
        hint = f"{near}; or the path of a file: {', '.join((*READERS, '.json'))}"
        raise network_error(f"no network '{name_or_path}'", hint=hint)
    return read_network(path)


def is_network(name_or_path: str) -> bool:
    """Whether that is the name of a benchmark's network, or the path of a network file."""
    return name_or_path in tiny_names() or Path(name_or_path).suffix.lower() in READERS


def network_names() -> tuple[str, ...]:
    """Names of the files here that define a torch network; none of them is imported."""
    files = (module.name for module in pkgutil.iter_modules(__path__))
    return tuple(sorted(name for name in files if name != _WITHOUT_TORCH))


def network_spec(name: str) -> "NetworkSpec":
    """The trainable network called ``name``; imports torch.

    Raises
    ------
    NetworkError
        There is no such file, or it has no ``SPEC``.
    """
    names = network_names()
    if name not in names:
        near = get_close_matches(name, names, n=1)
        hint = f"did you mean '{near[0]}'?" if near else f"one of {', '.join(names)}"
        raise network_error(f"no network '{name}' in networks/zoo", hint=hint)
    spec: NetworkSpec | None = getattr(importlib.import_module(f"{__name__}.{name}"), "SPEC", None)
    if spec is None:
        raise network_error(
            f"network '{name}' has no gates and no recipe: it can be traced, not trained"
        )
    return spec
