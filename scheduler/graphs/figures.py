"""What a timed graph costs, and its document."""

from collections.abc import Sequence
from itertools import pairwise
from math import fsum, isclose
from typing import Literal

from scheduler.graphs.problem import GraphProblem, TaskMode
from scheduler.graphs.schedule import (
    GraphCertificate,
    Schedule,
    ScheduledTask,
    ScheduledTransfer,
)
from scheduler.graphs.timed import Timing
from scheduler.tolerance import FIGURE_RELATIVE


def energy_j(problem: GraphProblem, modes: Sequence[int], timing: Timing) -> float:
    """Joules of all tasks, transfers, wake-ups and switches, with idle and rail over the period."""
    chosen = [task.modes[mode] for task, mode in zip(problem.tasks, modes, strict=True)]
    parts = [mode.energy_j for mode in chosen]
    for transfer in timing.transfers:
        edge = problem.edges[transfer.edge]
        parts.append(edge.energy_j[transfer.link] if edge.energy_j else 0.0)
    order = timing.order
    for index, resource in enumerate(problem.resources):
        lane = [task for task in order if chosen[task].holds[index]]
        switches = 0
        if lane:
            parts.append(resource.wake_energy_j)
        if resource.capacity == 1:
            points = [chosen[task].point for task in lane]
            switches = sum(one != other for one, other in pairwise(points))
            parts.append(resource.switch_energy_j * switches)
        if problem.period_ticks is not None and problem.tick_s is not None:
            awake = _busy_ticks(lane, timing) + switches * resource.switch_ticks
            awake += resource.wake_ticks if lane else 0
            idle_s = (problem.period_ticks - awake) * problem.tick_s
            parts.append(resource.idle_power_w * idle_s)
    if problem.period_ticks is not None and problem.tick_s is not None:
        parts.append(problem.rail_power_w * problem.period_ticks * problem.tick_s)
    return fsum(parts)


def _busy_ticks(lane: Sequence[int], timing: Timing) -> int:
    """Ticks at which any of the tasks runs."""
    busy, until = 0, 0
    for task in lane:  # by start
        busy += max(0, timing.finishes[task] - max(until, timing.starts[task]))
        until = max(until, timing.finishes[task])
    return busy


def objective_value(problem: GraphProblem, modes: Sequence[int], timing: Timing) -> float:
    """The figure that is minimised: ticks, or joules."""
    if problem.objective == "makespan":
        return timing.makespan
    return energy_j(problem, modes, timing)


def make_schedule(
    problem: GraphProblem,
    modes: Sequence[int],
    timing: Timing,
    *,
    method: str,
    status: Literal["optimal", "feasible"],
    lower_bound: float,
) -> Schedule:
    """The document of a timed answer; an ``optimal`` one has its own value as lower bound.

    A bound above the value by no more than rounding is taken for the value.
    """
    chosen = [task.modes[mode] for task, mode in zip(problem.tasks, modes, strict=True)]
    joules = energy_j(problem, modes, timing)
    value = timing.makespan if problem.objective == "makespan" else joules
    close = isclose(lower_bound, value, rel_tol=FIGURE_RELATIVE)
    bound = float(value if status == "optimal" or close else lower_bound)
    gap = (value - bound) / value if value else 0.0
    return Schedule(
        problem,
        _tasks(problem, chosen, timing),
        tuple(
            ScheduledTransfer(
                problem.tasks[problem.edges[transfer.edge].source].name,
                problem.tasks[problem.edges[transfer.edge].target].name,
                problem.links[transfer.link].name,
                transfer.start,
                transfer.finish,
            )
            for transfer in timing.transfers
        ),
        timing.makespan,
        joules,
        GraphCertificate(method, status, bound, gap),
    )


def _tasks(
    problem: GraphProblem, chosen: Sequence[TaskMode], timing: Timing
) -> tuple[ScheduledTask, ...]:
    rows = zip(problem.tasks, chosen, timing.starts, timing.finishes, strict=True)
    return tuple(ScheduledTask(task.name, mode.name, *when) for task, mode, *when in rows)
