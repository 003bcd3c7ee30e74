"""A graph problem as flat tuples of integers: what the inner loops of the algorithms read."""

from dataclasses import dataclass

from scheduler.graphs.problem import GraphProblem


@dataclass(frozen=True, slots=True)
class Tables:
    """The numbers of a problem, by index. Modes are counted within their task."""

    problem: GraphProblem
    """Where they come from."""
    ticks: tuple[tuple[int, ...], ...]
    """By task and mode."""
    cores: tuple[tuple[int | None, ...], ...]
    """By task and mode: the resource where the data are."""
    energies_j: tuple[tuple[float, ...], ...]
    """By task and mode."""
    points: tuple[tuple[int, ...], ...]
    """By task and mode."""
    held: tuple[tuple[tuple[tuple[int, int], ...], ...], ...]
    """By task and mode: pairs of a resource and the units held, where these are not zero."""
    inward: tuple[tuple[int, ...], ...]
    """By task: edges that it waits for, by index."""
    outward: tuple[tuple[int, ...], ...]
    """By task: edges that wait for it, by index."""
    capacity: tuple[int, ...]
    """By resource."""
    wake: tuple[int, ...]
    """By resource: ticks before its first task."""
    switch: tuple[int, ...]
    """By resource: ticks between two operating points."""


class _Latest:
    """The tables of the last problem asked for: most callers ask many times about one."""

    tables: Tables | None = None


def tables_of(problem: GraphProblem) -> Tables:
    """The tables of ``problem``; made once for calls in a row about the same object."""
    latest = _Latest.tables
    if latest is None or latest.problem is not problem:
        latest = _Latest.tables = tabulate(problem)
    return latest


def tabulate(problem: GraphProblem) -> Tables:
    """The tables of ``problem``, made anew."""
    inward: list[list[int]] = [[] for _ in problem.tasks]
    outward: list[list[int]] = [[] for _ in problem.tasks]
    for index, edge in enumerate(problem.edges):
        inward[edge.target].append(index)
        outward[edge.source].append(index)
    pairs: dict[tuple[int, ...], tuple[tuple[int, int], ...]] = {}
    for task in problem.tasks:
        for mode in task.modes:
            if mode.holds not in pairs:
                pairs[mode.holds] = tuple((r, h) for r, h in enumerate(mode.holds) if h)
    return Tables(
        problem,
        ticks=tuple(tuple([m.ticks for m in task.modes]) for task in problem.tasks),
        cores=tuple(tuple([m.core for m in task.modes]) for task in problem.tasks),
        energies_j=tuple(tuple([m.energy_j for m in task.modes]) for task in problem.tasks),
        points=tuple(tuple([m.point for m in task.modes]) for task in problem.tasks),
        held=tuple(tuple([pairs[m.holds] for m in task.modes]) for task in problem.tasks),
        inward=tuple(map(tuple, inward)),
        outward=tuple(map(tuple, outward)),
        capacity=tuple(r.capacity for r in problem.resources),
        wake=tuple(r.wake_ticks for r in problem.resources),
        switch=tuple(r.switch_ticks for r in problem.resources),
    )
