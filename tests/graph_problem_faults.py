"""Ways to break the problem of a schedule, so that it is none."""

from collections.abc import Iterator
from dataclasses import replace

from scheduler.graphs.problem import GraphProblem
from scheduler.graphs.schedule import Schedule


def problems(schedule: Schedule) -> Iterator[GraphProblem]:
    """Problems that are none."""
    problem = schedule.problem
    first, *others = problem.tasks
    mode, *rest = first.modes
    yield replace(problem, tasks=(first, *others, first))
    yield replace(problem, tasks=(replace(first, modes=()), *others))
    for wrong in (
        replace(mode, ticks=-1),
        replace(mode, holds=mode.holds[1:]),
        replace(mode, holds=tuple(9 for _ in mode.holds)),
        replace(mode, core=len(problem.resources)),
        replace(mode, energy_j=float("inf")),
        replace(mode, uses=(1, 2, 3)),
    ):
        yield replace(problem, tasks=(replace(first, modes=(wrong, *rest)), *others))
    for edge in problem.edges[:1]:
        backwards = replace(edge, source=edge.target, target=edge.source)
        yield replace(problem, edges=(backwards, *problem.edges[1:]))
        yield replace(problem, edges=(edge, *problem.edges))
        yield replace(problem, edges=(replace(edge, ticks=(1, 2, 3)), *problem.edges[1:]))
    yield replace(problem, link=problem.link[1:])
    yield replace(problem, link=tuple((7,) * len(row) for row in problem.link))
    yield replace(problem, rail_power_w=float("nan"))
    yield replace(problem, deadline_ticks=-1)
    yield replace(problem, period_ticks=10**400)
    yield replace(problem, resources=(replace(problem.resources[0], capacity=0),))
