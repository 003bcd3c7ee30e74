"""What an algorithm for graphs hands back."""

from dataclasses import dataclass
from math import isclose
from typing import Literal

from scheduler.graphs.bounds import lower_bound
from scheduler.graphs.figures import objective_value
from scheduler.graphs.problem import GraphProblem
from scheduler.graphs.timed import Timing
from scheduler.infeasible import Infeasible
from scheduler.tolerance import FIGURE_RELATIVE


@dataclass(frozen=True, slots=True)
class GraphSolution:
    """A placement with its times, and how good it is known to be."""

    modes: tuple[int, ...]
    """By task: index of the chosen mode."""
    timing: Timing
    """When everything happens."""
    status: Literal["optimal", "feasible"]
    """``optimal`` only if proved by an exact method."""
    lower_bound: float
    """On the objective, in its unit; the objective itself if optimal."""


def heuristic_solution(
    problem: GraphProblem, modes: tuple[int, ...], timing: Timing, name: str
) -> GraphSolution:
    """The solution of a heuristic, with the best bound known; optimal if it meets the bound.

    Raises ``Infeasible`` as `require_in_time`.
    """
    require_in_time(problem, timing, name)
    bound, value = lower_bound(problem), objective_value(problem, modes, timing)
    closed = isclose(bound, value, rel_tol=FIGURE_RELATIVE)
    return GraphSolution(modes, timing, "optimal" if closed else "feasible", bound)


def require_in_time(problem: GraphProblem, timing: Timing, name: str) -> None:
    """Raise ``Infeasible`` if the times do not keep the deadline or the period.

    The heuristic ``name`` has then found no schedule, which does not prove that there is none.
    """
    for word, limit in (("deadline", problem.deadline_ticks), ("period", problem.period_ticks)):
        if limit is not None and timing.makespan > limit:
            raise Infeasible(
                f"{name} found no schedule within the {word} of {limit} ticks",
                f"its schedule takes {timing.makespan}; an exact algorithm may find a shorter one",
            )
