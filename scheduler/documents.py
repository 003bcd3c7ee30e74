"""Task graphs and plans as files."""

from collections.abc import Iterator
from pathlib import Path

from devicemodels.documents.errors import InputError
from devicemodels.documents.files import read_text
from devicemodels.documents.json_document import dump_document, load_document, read_document
from devicemodels.documents.json_source import locate_json
from devicemodels.documents.source import TreePath
from scheduler.exits import wrong_gate
from scheduler.plan import Plan
from scheduler.taskgraph import TaskGraph
from scheduler.taskgraph_check import too_small


def dump_taskgraph(graph: TaskGraph) -> str:
    """The JSON text of a task graph, a ``wakepath/taskgraph@1`` document."""
    return dump_document(graph)


def load_taskgraph(text: str, file: str) -> TaskGraph:
    """The task graph in a JSON text; ``InputError`` names all problems of ``file``."""
    graph = load_document(TaskGraph, text, file)
    found = [*too_small(graph), *_wrong_gates(graph)]
    if found:
        source = locate_json(text, file)
        raise InputError(
            source.problem(path, f"{source.dotted(path)}: {message}") for path, message in found
        )
    return graph


def _wrong_gates(graph: TaskGraph) -> Iterator[tuple[TreePath, str]]:
    """The place of each gate, and use of a gate, whose thresholds and rates do not agree."""
    for index, gate in enumerate(graph.gates):
        wrong = wrong_gate(gate)
        if wrong is not None:
            yield ("gates", index), wrong
    for number, choice in enumerate(graph.gate_choices):
        for index, use in enumerate(choice.gates):
            wrong = wrong_gate(use)
            if wrong is not None:
                yield ("gate_choices", number, "gates", index), wrong


def read_taskgraph(path: Path) -> TaskGraph:
    """The task graph in a file; ``InputError`` names all its problems."""
    return load_taskgraph(read_text(path), str(path))


def dump_plan(plan: Plan) -> str:
    """The JSON text of a plan, a ``wakepath/plan@1`` document."""
    return dump_document(plan)


def load_plan(text: str, file: str) -> Plan:
    """The plan in a JSON text; ``InputError`` names all problems of ``file``.

    This checks the form only: ``scheduler.validity`` checks what the plan says.
    """
    return load_document(Plan, text, file)


def read_plan(path: Path) -> Plan:
    """The plan in a file; ``InputError`` names all problems of its form."""
    return read_document(Plan, path)
