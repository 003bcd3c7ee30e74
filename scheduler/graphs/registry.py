"""Every algorithm for graphs by name: the one place to add the next."""

from importlib import import_module

from devicemodels.documents.errors import InputError, Problem
from scheduler.graphs.figures import make_schedule
from scheduler.graphs.impossible import require_possible
from scheduler.graphs.problem import GraphProblem
from scheduler.graphs.problem_check import check_problem
from scheduler.graphs.schedule import Schedule
from scheduler.graphs.validity import check_schedule
from scheduler.infeasible import Infeasible

ALGORITHMS: dict[str, str] = {
    "heft": "scheduler.graphs.algorithms.heft",
    "cpop": "scheduler.graphs.algorithms.cpop",
    "peft": "scheduler.graphs.algorithms.peft",
    "heft-slack": "scheduler.graphs.algorithms.heft_slack",
    "brute-force": "scheduler.graphs.algorithms.brute_force",
}
"""Name to module; each has ``solve(problem, *, time_limit_s=None) -> GraphSolution``."""

HEURISTICS = ("heft", "cpop", "peft", "heft-slack")
"""What every schedule is compared with."""

DEFAULT_ALGORITHM = "heft"


class WrongSchedule(Exception):
    """An algorithm of ours made a schedule that the checker refuses: a bug, never an answer."""


def schedule_graph(
    problem: GraphProblem,
    algorithm: str = DEFAULT_ALGORITHM,
    time_limit_s: float | None = None,
) -> Schedule:
    """Schedule a graph; what comes back has passed the independent checker.

    ``time_limit_s`` is for algorithms that get better with time. Raises ``InputError`` if the
    problem itself is wrong, ``Infeasible`` if no schedule was found, with what binds where a bound
    proves that there is none, ``KeyError`` for an unknown algorithm.
    """
    wrong = check_problem(problem)
    if wrong:
        raise InputError(Problem(f"graph '{problem.name}': {one.message}") for one in wrong)
    try:
        solution = import_module(ALGORITHMS[algorithm]).solve(problem, time_limit_s=time_limit_s)
    except Infeasible:
        require_possible(problem)
        raise
    schedule = make_schedule(
        problem,
        solution.modes,
        solution.timing,
        method=algorithm,
        status=solution.status,
        lower_bound=solution.lower_bound,
    )
    violations = check_schedule(schedule)
    if violations:
        rows = "\n".join(f"  {one.kind}: {one.message}" for one in violations)
        raise WrongSchedule(f"{algorithm} made a wrong schedule of '{problem.name}':\n{rows}")
    return schedule
