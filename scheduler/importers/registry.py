"""Every format of instances by name: the one place to add the next."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from devicemodels.documents.errors import InputError
from devicemodels.documents.files import read_text
from scheduler.graphs.problem import GraphProblem


@dataclass(frozen=True, slots=True)
class Format:
    """How files of one kind are known and read."""

    title: str
    """For lists of formats."""
    module: str
    """Has ``read(path, **options) -> GraphProblem`` and ``looks_like(text) -> bool``."""
    suffixes: tuple[str, ...] = ()
    """Endings that no other format has."""
    options: tuple[str, ...] = ()
    """Keyword arguments of ``read``."""


FORMATS: dict[str, Format] = {
    "graph": Format("a graph document, wakepath/graph@1", "scheduler.importers.graph_document"),
    "network": Format(
        "a task graph, wakepath/taskgraph@1, on a platform",
        "scheduler.importers.network",
        options=("platform",),
    ),
    "wfcommons": Format(
        "a workflow of WfCommons",
        "scheduler.importers.wfcommons",
        options=("cores", "bandwidth_bytes_per_s", "sharing"),
    ),
    "mm": Format("a multi-mode project", "scheduler.importers.mm", suffixes=(".mm", ".sm")),
    "stg": Format(
        "a Standard Task Graph",
        "scheduler.importers.stg",
        suffixes=(".stg",),
        options=("cores", "sharing"),
    ),
    "fjs": Format(
        "a flexible job shop",
        "scheduler.importers.fjs",
        suffixes=(".fjs",),
        options=("machines_from",),
    ),
    "cost-table": Format(
        "a cost table",
        "scheduler.importers.cost_table",
        suffixes=(".csv",),
        options=("edges", "ticks_per_unit", "sharing", "unlisted"),
    ),
}
"""By name, in the order in which a file without a telling suffix is tried."""


def read_instance(
    path: Path, format_name: str | None = None, options: Mapping[str, object] | None = None
) -> GraphProblem:
    """The instance in a file, of a format that is named or guessed.

    ``options`` go to the ``read`` of the format, which says what they mean. Raises ``InputError``
    with every problem of the file, and for an option that the format does not have.
    """
    name = guess_format(path) if format_name is None else format_name
    options = dict(options or {})
    refuse_unknown_options(name, options, str(path))
    problem: GraphProblem = import_module(FORMATS[name].module).read(path, **options)
    return problem


def refuse_unknown_options(name: str, options: Mapping[str, object], file: str) -> None:
    """Raise ``InputError`` if the format called ``name`` does not have some of ``options``."""
    chosen = FORMATS[name]
    unknown = [option for option in options if option not in chosen.options]
    if unknown:
        known = ", ".join(map(_flag, chosen.options)) or "none"
        message = f"{chosen.title} takes no {', '.join(map(_flag, unknown))}"
        raise InputError.single(message, hint=f"what it takes: {known}", file=file)


def guess_format(path: Path) -> str:
    """The format of a file by its suffix, else by its content; ``InputError`` if unknown."""
    suffix = path.suffix.lower()
    for name, known in FORMATS.items():
        if suffix in known.suffixes:
            return name
    text = read_text(path)
    for name, known in FORMATS.items():
        if import_module(known.module).looks_like(text):
            return name
    hint = f"say it: --as {', '.join(FORMATS)}"
    raise InputError.single("its format is not recognised", hint=hint, file=str(path))


def _flag(option: str) -> str:
    """How the command line calls an option."""
    return "--" + option.removesuffix("_bytes_per_s").replace("_", "-")
