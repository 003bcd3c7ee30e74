"""Serial execution as a mixed-integer program without big-M.

Times are plain sums over the choices of `scheduler.graphs.exact.assignment_model`. The changes of
operating point of a core are a flow of one unit through its points, task by task.
"""

from scheduler.graphs.exact.assignment_model import AssignmentModel, build_assignment
from scheduler.graphs.exact.reduction import Reduction
from scheduler.graphs.exact.serial_timing import serial_ticks
from scheduler.graphs.problem import GraphProblem

Steps = list[list[tuple[float, int]]]
"""By task: the time that goes by before it starts and while it runs, as terms."""


def build_serial(problem: GraphProblem, reduction: Reduction, limit: int) -> AssignmentModel:
    """The program of all serial schedules of at most ``limit`` ticks, with its objective."""
    model = build_assignment(problem, reduction, limit)
    steps = [model.durations(task) for task in range(len(problem.tasks))]
    for edge, crossed in zip(problem.edges, model.crossings, strict=True):
        steps[edge.target] += [
            (serial_ticks(problem, edge, link) / model.tick, y) for link, y in crossed
        ]
    for resource, row in enumerate(problem.resources):
        holders = model.holders(resource)
        points = {point for by_point in holders.values() for point in by_point}
        if row.capacity == 1 and len(points) > 1 and (row.switch_ticks or row.switch_energy_j):
            _add_flow(model, resource, holders, steps)
    _add_time(model, steps)
    return model


def _add_flow(
    model: AssignmentModel, resource: int, holders: dict[int, dict[int, list[int]]], steps: Steps
) -> None:
    """One unit that flows through the core's points; None is before its first task.

    At each task it either stays where it is or goes to the point at which the task runs.
    """
    ticks = model.problem.resources[resource].switch_ticks
    price = model.price(model.costs.switch_j[resource])
    arriving: dict[int | None, list[tuple[float, int]]] = {None: []}
    first = True
    for task, by_point in holders.items():
        leaving: dict[int | None, list[tuple[float, int]]] = {}
        going: dict[int, list[int]] = {point: [] for point in by_point}
        for point, inflow in arriving.items():
            stay = model.rows.variable()
            leaving.setdefault(point, []).append((-1.0, stay))
            out = [(1.0, stay)]
            for target in by_point:
                switches = point is not None and point != target
                run = model.rows.variable(price if switches else 0.0)
                if switches and ticks:
                    steps[task].append((ticks / model.tick, run))
                going[target].append(run)
                leaving.setdefault(target, []).append((-1.0, run))
                out.append((1.0, run))
            one = 1.0 if first else 0.0
            model.rows.row([*out, *inflow], one, one)
        for point, runs in going.items():
            xs = by_point[point]
            model.rows.row([*((1.0, run) for run in runs), *((-1.0, x) for x in xs)], 0.0, 0.0)
        arriving, first = leaving, False


def _add_time(model: AssignmentModel, steps: Steps) -> None:
    """The makespan: a plain sum, or a chain of finishes where tasks wait for a core to wake."""
    wakes = [row.wake_ticks for row in model.problem.resources]
    limit = model.limit / model.tick
    makespan = model.rows.variable(model.makespan_price(), upper=limit)
    if not any(wakes):
        everything = [(-time, variable) for step in steps for time, variable in step]
        model.rows.row([(1.0, makespan), *everything], low=0.0)
        return
    before: list[tuple[float, int]] = []
    for task, step in enumerate(steps):
        finish = model.rows.variable(upper=limit)
        model.rows.row([(1.0, finish), *before, *((-t, v) for t, v in step)], low=0.0)
        modes = model.problem.tasks[task].modes
        awake = [
            -max([w for w, held in zip(wakes, modes[k].holds, strict=True) if held], default=0)
            for k in model.reduction.modes[task]
        ]
        run = [
            (wake / model.tick - time, x)
            for wake, (time, x) in zip(awake, model.durations(task), strict=True)
        ]
        model.rows.row([(1.0, finish), *run], low=0.0)
        before = [(-1.0, finish)]
    model.rows.row([(1.0, makespan), *before], low=0.0)
