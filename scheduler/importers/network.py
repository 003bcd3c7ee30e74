"""Networks on platforms: a task graph, ``wakepath/taskgraph@1``, whose operators may overlap."""

from pathlib import Path

from devicemodels.catalog import catalog_names, load_platform
from devicemodels.documents.errors import InputError, Problem
from scheduler.documents import read_taskgraph
from scheduler.graphs.from_network import graph_problem
from scheduler.graphs.problem import GraphProblem
from scheduler.graphs.problem_check import check_problem
from scheduler.taskgraph import TaskGraph


def read(path: Path, *, platform: str | None = None) -> GraphProblem:
    """The operators of a task graph document on a platform, see :func:`on_platform`."""
    return on_platform(read_taskgraph(path), platform, str(path))


def on_platform(graph: TaskGraph, platform: str | None, file: str) -> GraphProblem:
    """The operators of ``graph`` on a platform of the catalog, or in a file.

    Raises ``InputError``, which calls the network ``file``, and ``Infeasible`` if no core can run
    some operator.
    """
    if platform is None:
        message = "it is a network, and a platform is needed to run it on"
        hint = f"--platform {', '.join(catalog_names())}, or a file"
        raise InputError.single(message, hint=hint, file=file)
    problem = graph_problem(graph, load_platform(platform))
    violations = check_problem(problem)
    if violations:
        raise InputError(Problem(violation.message, file=file) for violation in violations)
    return problem


def looks_like(text: str) -> bool:
    """Whether a text may be a task graph document; its version stands at the end."""
    return '"wakepath/taskgraph@1"' in text[-1000:]
