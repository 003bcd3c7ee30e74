"""Serial execution: one thing after the other over the whole device.

Tasks run in the problem's order. Each starts when the task before it has finished, the outputs that
it reads have crossed their links one after the other, and its cores have then changed their
operating point one after the other if they must. It also waits until its cores are awake, which all
cores start on at tick 0. A transfer on a link that shares its rate counts one tick more, for the
rounding of its arrival, so that eager play is never later.
"""

from collections.abc import Sequence

from scheduler.graphs.problem import GraphEdge, GraphProblem
from scheduler.graphs.tables import tables_of


def serial_finishes(problem: GraphProblem, modes: Sequence[int]) -> tuple[int, ...]:
    """By task: when it has finished. Raises ``ValueError`` without a link between two cores."""
    tables = tables_of(problem)
    points: dict[int, int] = {}
    finishes: list[int] = []
    now = 0
    for task, k in enumerate(modes):
        mode = problem.tasks[task].modes[k]
        for index in tables.inward[task]:
            edge = problem.edges[index]
            source = problem.tasks[edge.source].modes[modes[edge.source]]
            link = problem.link_between(source, mode, edge)
            now += 0 if link is None else serial_ticks(problem, edge, link)
        held = [resource for resource, _ in tables.held[task][k]]
        cores = [resource for resource in held if tables.capacity[resource] == 1]
        now += sum(
            tables.switch[core] for core in cores if points.get(core, mode.point) != mode.point
        )
        points |= dict.fromkeys(cores, mode.point)
        now = max([now, *(tables.wake[resource] for resource in held)]) + mode.ticks
        finishes.append(now)
    return tuple(finishes)


def serial_ticks(problem: GraphProblem, edge: GraphEdge, link: int) -> int:
    """How long the output of ``edge`` takes over ``link`` in serial execution."""
    ticks = edge.ticks[link]
    return ticks + (problem.links[link].sharing == "fair" and ticks > 0)


def transfers_in_turn(problem: GraphProblem) -> tuple[int, ...]:
    """All edges in the order in which serial execution carries their outputs."""
    return tuple(
        sorted(range(len(problem.edges)), key=lambda index: (problem.edges[index].target, index))
    )
