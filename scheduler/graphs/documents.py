"""Graph problems and schedules as files."""

from pathlib import Path

from devicemodels.documents.json_document import dump_document, load_document, read_document
from scheduler.graphs.problem import GraphProblem
from scheduler.graphs.schedule import Schedule


def dump_graph(problem: GraphProblem) -> str:
    """The JSON text of a graph problem, a ``wakepath/graph@1`` document."""
    return dump_document(problem)


def load_graph(text: str, file: str) -> GraphProblem:
    """The graph problem in a JSON text; ``InputError`` names all problems of ``file``.

    This checks the form only: ``scheduler.graphs.problem_check`` checks what it says.
    """
    return load_document(GraphProblem, text, file)


def read_graph(path: Path) -> GraphProblem:
    """The graph problem in a file; ``InputError`` names all problems of its form."""
    return read_document(GraphProblem, path)


def dump_schedule(schedule: Schedule) -> str:
    """The JSON text of a schedule, a ``wakepath/schedule@1`` document."""
    return dump_document(schedule)


def load_schedule(text: str, file: str) -> Schedule:
    """The schedule in a JSON text; ``InputError`` names all problems of ``file``.

    This checks the form only: ``scheduler.graphs.validity`` checks what the schedule says.
    """
    return load_document(Schedule, text, file)


def read_schedule(path: Path) -> Schedule:
    """The schedule in a file; ``InputError`` names all problems of its form."""
    return read_document(Schedule, path)
