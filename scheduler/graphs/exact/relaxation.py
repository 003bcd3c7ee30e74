"""A bound from linear programming: modes in shares, paths and loads as they are, no order.

Every schedule keeps the rows of this program, so none has a lower objective: each task takes a
share of each of its modes; a task starts after those that it waits for have finished and their
outputs have crossed; each resource, and each link that carries at most a tick's work a tick, has
time for its work between the heads and the tails of what it carries (see
`scheduler.graphs.exact.load_sets`); a core whose tasks run at several points changes between them
at least once each. What is left out is that things on a core exclude each other in time.
"""

from collections.abc import Sequence

from scheduler.graphs.exact.assignment_model import AssignmentModel, build_assignment
from scheduler.graphs.exact.load_sets import Work, load_sets, shortest_path, transfer_window
from scheduler.graphs.exact.reduction import Reduction
from scheduler.graphs.problem import GraphProblem

TOLERANCE = 1e-6
"""Relative: HiGHS's optimum may be above the true one by so much; the bound is lowered by it."""


def relaxed_bound(
    problem: GraphProblem, reduction: Reduction, horizon: int, *, time_limit_s: float | None = None
) -> float:
    """No schedule of at most ``horizon`` ticks has a lower objective: ticks, or joules.

    0 if HiGHS does not finish.
    """
    model = build_assignment(problem, reduction, horizon)
    makespan = model.rows.variable(model.makespan_price(), upper=horizon / model.tick)
    _add_paths(model, makespan)
    for resource, row in enumerate(problem.resources):
        switches = _add_switches(model, resource)
        work = _work(model, resource)
        _add_loads(model, makespan, row.capacity, work, switches)
        _add_busy(model, makespan, resource)
    for link, line in enumerate(problem.links):
        if line.sharing != "unlimited":
            _add_loads(model, makespan, 1, _transfers(model, link), [])
    result = model.rows.solve(relaxed=True, time_limit_s=time_limit_s)
    if result.status != 0:
        return 0.0
    bound = model.value(result.fun)
    return max(0.0, bound - TOLERANCE * abs(bound))


def _add_paths(model: AssignmentModel, makespan: int) -> None:
    """Starts, and what they wait for."""
    problem, tick = model.problem, model.tick
    starts = [model.rows.variable(upper=model.limit / tick) for _ in problem.tasks]
    for task, start in enumerate(starts):
        row, run = model.chosen[task], model.durations(task)
        heads, tails = model.reduction.earliest[task], model.reduction.tail[task]
        early = [(-head / tick, x) for head, x in zip(heads, row, strict=True)]
        late = [(-tail / tick, x) for tail, x in zip(tails, row, strict=True)]
        model.rows.row([(1.0, start), *early], low=0.0)
        finish = [(-1.0, start), *((-time, x) for time, x in run)]
        model.rows.row([(1.0, makespan), *finish, *late], low=0.0)
    for edge, crossed in zip(problem.edges, model.crossings, strict=True):
        run = [(-time, x) for time, x in model.durations(edge.source)]
        crosses = [(-edge.ticks[link] / tick, y) for link, y in crossed]
        ends = [(1.0, starts[edge.target]), (-1.0, starts[edge.source])]
        model.rows.row([*ends, *run, *crosses], low=0.0)


def _add_switches(model: AssignmentModel, resource: int) -> list[tuple[float, int]]:
    """The time that changes of operating point take at least, as terms."""
    row, price = model.problem.resources[resource], model.costs.switch_j[resource]
    holders = model.holders(resource)
    points = sorted({point for by_point in holders.values() for point in by_point})
    if row.capacity != 1 or len(points) < 2 or not (row.switch_ticks or row.switch_energy_j):
        return []
    most = len(holders) - 1.0
    changes = model.rows.variable(model.price(price), upper=most)
    visited = [model.rows.variable() for _ in points]
    for point, visit in zip(points, visited, strict=True):
        for by_point in holders.values():
            xs = [(-1.0, x) for x in by_point.get(point, ())]
            if xs:
                model.rows.row([(1.0, visit), *xs], low=0.0)
    model.rows.row([(1.0, changes), *((-1.0, visit) for visit in visited)], low=-1.0)
    return [(row.switch_ticks / model.tick, changes)]


def _work(model: AssignmentModel, resource: int) -> list[Work[int]]:
    reduction, tasks = model.reduction, model.problem.tasks
    return [
        Work(
            tasks[task].modes[k].holds[resource] * tasks[task].modes[k].ticks,
            model.chosen[task][at],
            reduction.earliest[task][at],
            reduction.tail[task][at],
        )
        for task, kept in enumerate(reduction.modes)
        for at, k in enumerate(kept)
        if tasks[task].modes[k].holds[resource]
    ]


def _transfers(model: AssignmentModel, link: int) -> list[Work[int]]:
    return [
        Work(edge.ticks[link], y, *transfer_window(model.problem, model.reduction, edge))
        for edge, crossed in zip(model.problem.edges, model.crossings, strict=True)
        for on, y in crossed
        if on == link and edge.ticks[link]
    ]


def _add_loads(
    model: AssignmentModel,
    makespan: int,
    capacity: int,
    work: Sequence[Work[int]],
    switches: Sequence[tuple[float, int]],
) -> None:
    least = shortest_path(model.problem, model.reduction)
    for inside, outside in load_sets(work, least):
        load = [(work[at].ticks / model.tick, work[at].variable) for at in inside]
        extra = switches if len(inside) == len(work) else []
        terms = [*load, *extra, (-float(capacity), makespan)]
        model.rows.row(terms, high=-capacity * outside / model.tick)


def _add_busy(model: AssignmentModel, makespan: int, resource: int) -> None:
    """Idle energy that a resource of several units saves: at most by being busy all the time."""
    joules = model.costs.busy_j[resource] * model.tick
    if not joules or model.problem.objective != "energy":
        return
    busy = model.rows.variable(model.price(-joules), upper=model.limit / model.tick)
    model.rows.row([(1.0, busy), (-1.0, makespan)], high=0.0)
    runs = [
        (-model.problem.tasks[task].modes[k].ticks / model.tick, x)
        for task, kept in enumerate(model.reduction.modes)
        for k, x in zip(kept, model.chosen[task], strict=True)
        if model.problem.tasks[task].modes[k].holds[resource]
    ]
    model.rows.row([(1.0, busy), *runs], high=0.0)
