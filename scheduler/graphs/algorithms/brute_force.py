"""Every choice of modes in every order: the yardstick for tiny graphs, and nothing else.

Of all schedules with the same modes and orders the eager one is best where links are unlimited or
fifo (the orders of transfers are tried as well). On fair links holding back a task can pay, so what
is found there is the best eager schedule, and not called optimal.
"""

from collections.abc import Iterator, Sequence
from itertools import permutations, product
from math import factorial, fsum, prod

from scheduler.graphs.figures import energy_j
from scheduler.graphs.problem import GraphProblem
from scheduler.graphs.reach import reach_of
from scheduler.graphs.solution import GraphSolution, heuristic_solution
from scheduler.graphs.tables import Tables, tables_of
from scheduler.graphs.timed import Timing
from scheduler.graphs.timing import play
from scheduler.infeasible import Infeasible
from scheduler.tolerance import ACCURACY_SLACK

LARGEST = 200_000
"""Schedules above which brute force refuses."""

Modes = tuple[int, ...]
Best = tuple[tuple[float, float], Modes, Timing]


def solve(problem: GraphProblem, *, time_limit_s: float | None = None) -> GraphSolution:
    """The best of all schedules; it takes the time it needs.

    Raises ``Infeasible`` if there is none, also where there are too many to try.
    """
    tables = tables_of(problem)
    reach_of(tables)  # says which task no link reaches
    choices = list(_choices(problem))
    if not choices:
        raise Infeasible(
            "no choice of modes keeps the budgets, the accuracy loss and the links",
            "all were tried: raise a budget, or add a mode or a link",
        )
    orders = _orders(tables)
    count = len(orders) * sum(prod(map(factorial, _queues(problem, m))) for m in choices)
    if count > LARGEST:
        raise _too_many(count)
    best, shortest = None, None
    limits = [t for t in (problem.deadline_ticks, problem.period_ticks) if t is not None]
    for modes in choices:
        for timing in _timings(tables, modes, orders):
            shortest = min(shortest or timing.makespan, timing.makespan)
            if all(timing.makespan <= limit for limit in limits):
                best = _better(problem, best, modes, timing)
    if best is None:
        raise Infeasible(
            f"no schedule ends by tick {min(limits)}",
            f"the shortest of all {count} ends at tick {shortest}",
        )
    value, modes, timing = best
    if any(link.sharing == "fair" for link in problem.links):
        return heuristic_solution(problem, modes, timing, "brute-force")
    return GraphSolution(modes, timing, "optimal", value[0])


def _too_many(count: int) -> Infeasible:
    return Infeasible(
        f"brute-force would try {count} schedules", f"it refuses above {LARGEST}: use cp-sat"
    )


def _choices(problem: GraphProblem) -> Iterator[Modes]:
    """All choices of modes that keep the limits which do not depend on time."""
    size = prod(len(task.modes) for task in problem.tasks)
    if size > LARGEST:
        raise _too_many(size)
    for chosen in product(*(range(len(task.modes)) for task in problem.tasks)):
        modes = [task.modes[index] for task, index in zip(problem.tasks, chosen, strict=True)]
        used = [
            sum(mode.uses[index] for mode in modes if mode.uses)
            for index in range(len(problem.budgets))
        ]
        if any(units > row.size for units, row in zip(used, problem.budgets, strict=True)):
            continue
        lost = fsum(mode.accuracy_loss for mode in modes)
        if problem.loss_budget is not None and lost > problem.loss_budget + ACCURACY_SLACK:
            continue
        try:
            for edge in problem.edges:
                problem.link_between(modes[edge.source], modes[edge.target], edge)
        except ValueError:
            continue
        yield chosen


def _orders(tables: Tables) -> list[Modes]:
    """All orders of the tasks in which every edge points forward."""
    count = len(tables.ticks)
    waits = [len(edges) for edges in tables.inward]
    orders: list[Modes] = []
    path: list[int] = []

    def extend() -> None:
        if len(orders) > LARGEST:
            raise _too_many(len(orders))
        if len(path) == count:
            orders.append(tuple(path))
        for task in range(count):
            if not waits[task]:
                path.append(task)
                waits[task] = -1
                targets = [tables.problem.edges[index].target for index in tables.outward[task]]
                for target in targets:
                    waits[target] -= 1
                extend()
                for target in targets:
                    waits[target] += 1
                waits[task] = 0
                path.pop()

    extend()
    return orders


def _queues(problem: GraphProblem, modes: Sequence[int]) -> list[int]:
    """How many transfers cross each fifo link."""
    return [len(edges) for edges in _fifo_edges(problem, modes)]


def _fifo_edges(problem: GraphProblem, modes: Sequence[int]) -> list[list[int]]:
    lines: list[list[int]] = [[] for _ in problem.links]
    for index, edge in enumerate(problem.edges):
        source = problem.tasks[edge.source].modes[modes[edge.source]]
        target = problem.tasks[edge.target].modes[modes[edge.target]]
        link = problem.link_between(source, target, edge)
        if link is not None and problem.links[link].sharing == "fifo" and edge.ticks[link]:
            lines[link].append(index)
    return lines


def _timings(tables: Tables, modes: Modes, orders: Sequence[Modes]) -> Iterator[Timing]:
    """The eager schedules of these modes in all orders, orders that come to the same once."""
    seen = set()
    lines = [list(permutations(edges)) for edges in _fifo_edges(tables.problem, modes)]
    for order in orders:
        key = tuple(
            tuple(
                task for task in order if tables.problem.tasks[task].modes[modes[task]].holds[index]
            )
            for index in range(len(tables.capacity))
        )
        if key in seen:
            continue
        seen.add(key)
        for queues in product(*lines):
            try:
                yield play(tables.problem, modes, order, sum(queues, ()))
            except ValueError:  # a transfer in front waits for a task behind it
                continue


def _better(problem: GraphProblem, best: Best | None, modes: Modes, timing: Timing) -> Best:
    """The better of ``best`` and this one; of equals the first."""
    first = problem.objective == "makespan"
    if best is not None and first and timing.makespan > best[0][0]:
        return best
    joules = energy_j(problem, modes, timing)
    value = (timing.makespan, joules) if first else (joules, timing.makespan)
    return (value, modes, timing) if best is None or value < best[0] else best
