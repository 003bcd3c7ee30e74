"""Graph problems as Wakepath writes them, ``wakepath/graph@1``."""

from pathlib import Path

from devicemodels.documents.errors import InputError, Problem
from scheduler.graphs.documents import read_graph
from scheduler.graphs.problem import GraphProblem
from scheduler.graphs.problem_check import check_problem


def read(path: Path) -> GraphProblem:
    """The problem in a document; ``InputError`` names everything that is wrong with it."""
    problem = read_graph(path)
    violations = check_problem(problem)
    if violations:
        raise InputError(Problem(violation.message, file=str(path)) for violation in violations)
    return problem


def looks_like(text: str) -> bool:
    """Whether a text may be such a document; its version stands at the end."""
    return '"wakepath/graph@1"' in text
