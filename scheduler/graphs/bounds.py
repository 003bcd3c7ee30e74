"""Lower bounds: no schedule of a graph is better. They back the certificates of heuristics."""

from scheduler.graphs.energy_bound import energy_bound
from scheduler.graphs.problem import GraphProblem
from scheduler.graphs.reach import Reach, reach_of
from scheduler.graphs.tables import Tables, tables_of

ROUNDS = 40
"""Times that the weights of the load bound are moved."""

WEIGHT = 1 << 20
"""Weights are whole numbers up to about this, so that the load bound is exact."""


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


def load_bound(tables: Tables, reach: Reach) -> int:
    """Work over capacity, for the worst weighting of the resources that is found.

    With weights w, a schedule of C ticks has room for ``sum of w[r] * capacity[r] * C``, less what
    goes by before the first and after the last piece of work, and each task takes at least its
    cheapest mode's ``sum of w[r] * holds[r] * ticks`` of it: the Lagrangian dual of sharing out the
    work. Weights grow with the load (Arora, Hazan, Kale, "The multiplicative weights update
    method", Theory of Computing 8, 2012); any weights give a valid bound.
    """
    work = _work(tables, reach)
    resources = range(len(tables.capacity))
    if not work:
        return 0
    best = 0
    for resource in resources:
        alone = [WEIGHT if other == resource else 0 for other in resources]
        best = max(best, _weighted(tables, reach, work, alone)[0])
    weights = [float(WEIGHT)] * len(tables.capacity)
    for step in range(ROUNDS):
        bound, loads = _weighted(tables, reach, work, [round(w) for w in weights])
        best = max(best, bound)
        worst = (max(loads) or 1.0) * (step + 1)
        weights = [w * (1.0 + load / worst) for w, load in zip(weights, loads, strict=True)]
        top = max(weights)
        weights = [w * WEIGHT / top for w in weights]
    return best


_Work = list[tuple[int, list[list[tuple[int, int]]]]]
"""By task: its index, and by possible mode the pairs of a resource and units times ticks."""


def _work(tables: Tables, reach: Reach) -> _Work:
    work = []
    for task, (ticks, held) in enumerate(zip(tables.ticks, tables.held, strict=True)):
        options = [
            [(resource, units * duration) for resource, units in pairs]
            for duration, pairs, tail in zip(ticks, held, reach.tails[task], strict=True)
            if tail is not None
        ]
        if all(sum(area for _, area in pairs) for pairs in options):
            work.append((task, options))
    return work


def _weighted(
    tables: Tables, reach: Reach, work: _Work, weights: list[int]
) -> tuple[int, list[float]]:
    """The bound of these weights, and what the cheapest modes load on each unit of capacity."""
    loads = [0] * len(weights)
    total, head, tail = 0, None, None
    for task, options in work:
        least, chosen = min(
            (sum(weights[resource] * area for resource, area in pairs), index)
            for index, pairs in enumerate(options)
        )
        for resource, area in options[chosen]:
            loads[resource] += area
        total += least
        if least:
            before = min(head for head in reach.heads[task] if head is not None)
            after = min(tail for tail in reach.tails[task] if tail is not None)
            head = before if head is None else min(head, before)
            tail = after if tail is None else min(tail, after)
    shares = [load / capacity for load, capacity in zip(loads, tables.capacity, strict=True)]
    if not total:
        return 0, shares
    room = sorted(
        (max(head or 0, wake), weight * capacity)
        for wake, weight, capacity in zip(tables.wake, weights, tables.capacity, strict=True)
        if weight
    )
    return _until(total, room) + (tail or 0), shares


def _until(total: int, room: list[tuple[int, int]]) -> int:
    """The first tick by which ``total`` is done, where ``room`` opens at (tick, rate)."""
    done, rate = 0, 0
    for (tick, more), following in zip(room, [*room[1:], None], strict=True):
        rate += more
        if following is None or done + rate * (following[0] - tick) >= total:
            return tick + -(-(total - done) // rate)
        done += rate * (following[0] - tick)
    raise AssertionError("there is no work without a resource that has a weight")
