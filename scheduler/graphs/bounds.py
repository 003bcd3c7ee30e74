"""Lower bounds: no schedule of a graph is better. They back the certificates of heuristics."""

from scheduler.graphs.energy_bound import energy_bound
from scheduler.graphs.load_bound import load_bound
from scheduler.graphs.problem import GraphProblem
from scheduler.graphs.reach import Reach, reach_of
from scheduler.graphs.tables import Tables, tables_of


def lower_bound(problem: GraphProblem) -> float:
    """No schedule has a lower objective: ticks, or joules.

    Raises ``Infeasible`` if the bounds prove that there is none.
    """
    if problem.objective == "makespan":
        return float(makespan_bound(problem))
    return energy_bound(problem)


def makespan_bound(problem: GraphProblem) -> int:
    """No schedule ends before this tick: the better of critical path and load.

    Raises ``Infeasible`` if a task is left without a mode for want of links.
    """
    tables = tables_of(problem)
    reach = reach_of(tables)
    return max(critical_path_bound(tables, reach), load_bound(tables, reach))


def critical_path_bound(tables: Tables, reach: Reach) -> int:
    """The longest path, with each task in the mode that suits the path best."""
    longest = 0
    for ticks, heads, tails in zip(tables.ticks, reach.heads, reach.tails, strict=True):
        through = (
            head + duration + tail
            for duration, head, tail in zip(ticks, heads, tails, strict=True)
            if head is not None and tail is not None
        )
        longest = max(longest, min(through))
    return longest
