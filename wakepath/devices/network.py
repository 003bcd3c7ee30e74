"""The network that is tried on a platform: one of the benchmark's by name, or a file."""

from pathlib import Path

from devicemodels.documents.explain import did_you_mean
from networks.errors import network_error
from networks.files.registry import READERS, read_network
from networks.zoo.tiny import tiny_names, tiny_network
from scheduler.documents import read_taskgraph
from scheduler.taskgraph import TaskGraph

DEFAULT = "kws"
"""Key word spotting, the benchmark's network that most devices have been measured with."""


def chosen_network(name_or_path: str) -> TaskGraph:
    """The network; ``InputError`` for a name or a file that there is not, or a broken file."""
    path = Path(name_or_path)
    if path.suffix == ".json":
        return read_taskgraph(path)
    if path.suffix or "/" in name_or_path:
        return read_network(path)
    if name_or_path in tiny_names():
        return tiny_network(name_or_path)
    endings = ", ".join((*READERS, ".json"))
    hint = did_you_mean(name_or_path, tiny_names(), "the benchmark has")
    raise network_error(
        f"there is no network '{name_or_path}'", hint=f"{hint}; or name a file ({endings})"
    )
