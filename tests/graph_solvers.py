"""Exact methods for graphs as tests call them: a solution only with the checker's consent."""

import warnings
from collections.abc import Callable

from scheduler.graphs.figures import make_schedule
from scheduler.graphs.guard import SolverWarning
from scheduler.graphs.problem import GraphProblem
from scheduler.graphs.schedule import Schedule
from scheduler.graphs.solution import GraphSolution
from scheduler.graphs.validity import check_schedule
from scheduler.infeasible import Infeasible


def solved(
    solve: Callable[[GraphProblem], GraphSolution], problem: GraphProblem
) -> Schedule | None:
    """The checked schedule, or None if there is none; a solver caught erring fails the test."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", SolverWarning)
        try:
            solution = solve(problem)
        except Infeasible:
            return None
    schedule = make_schedule(
        problem,
        solution.modes,
        solution.timing,
        method="exact",
        status=solution.status,
        lower_bound=solution.lower_bound,
    )
    assert check_schedule(schedule) == ()
    return schedule
