"""Networks on platforms: a task graph, ``wakepath/taskgraph@1``, whose operators may overlap."""

from pathlib import Path

from devicemodels.catalog import catalog_names, load_platform
from devicemodels.documents.errors import InputError, Problem
from scheduler.documents import read_taskgraph
from scheduler.graphs.from_network import graph_problem
from scheduler.graphs.problem import GraphProblem
from scheduler.graphs.problem_check import check_problem


def read(path: Path, *, platform: str | None = None) -> GraphProblem:
    """The operators of a task graph on a platform of the catalog, or in a file.

    Raises ``InputError``, and ``Infeasible`` if no core can run some operator.
    """
    if platform is None:
        message = "it is a network, and a platform is needed to run it on"
        hint = f"--platform {', '.join(catalog_names())}, or a file"
        raise InputError.single(message, hint=hint, file=str(path))
    problem = graph_problem(read_taskgraph(path), load_platform(platform))
    violations = check_problem(problem)
    if violations:
        raise InputError(Problem(violation.message, file=str(path)) for violation in violations)
    return problem


def looks_like(text: str) -> bool:
    """Whether a text may be a task graph document; its version stands at the end."""
    return '"wakepath/taskgraph@1"' in text[-1000:]
