"""Networks placed by list scheduling: a graph heuristic decides, the rest is completed."""

from collections.abc import Callable, Sequence

from scheduler.graphs.problem import GraphObjective, GraphProblem
from scheduler.infeasible import Infeasible
from scheduler.placing.as_graph import as_graph, path_of
from scheduler.placing.completion import best_completed
from scheduler.placing.idle_levels import idle_levels
from scheduler.placing.shortfall import NoPlacement
from scheduler.problem import Problem
from scheduler.solution import Solution


def best_listed(
    problem: Problem,
    heuristic: Callable[[GraphProblem], Sequence[int]],
    method: str,
    *,
    objective: GraphObjective = "makespan",
    deadline_ns: int | None = None,
) -> Solution:
    """The best of what a heuristic makes of the chain, once for each level of idle states.

    ``heuristic`` gives the chosen mode of each task, and raises ``Infeasible`` if it finds none.

    Raises ``NoPlacement``, with the name of the method, if no placement can be completed.
    """
    paths = []
    refused: Infeasible | None = None
    for idle in idle_levels(problem):
        graph = as_graph(problem, idle, objective=objective, deadline_ns=deadline_ns)
        try:
            paths.append(path_of(graph, tuple(heuristic(graph))))
        except Infeasible as infeasible:
            refused = infeasible
    if not paths and refused is not None:
        raise NoPlacement(
            f"{method} found no plan on platform '{problem.platform.name}'",
            str(refused),
            "memory" if deadline_ns is None else "deadline",
        ) from refused
    return best_completed(problem, paths, method)
