"""What every importer ends with: cores that hold one task, a network, tasks in a forward order."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from heapq import heapify, heappop, heappush
from typing import NoReturn

from devicemodels.documents.errors import InputError
from scheduler.graphs.problem import GraphProblem, Resource, TaskMode

MOST_CORES = 1000
"""Processors, machines or workers of one instance."""

MOST_SHOWN = 10
"""Names in a message."""


class _Cyclic(Exception):
    """The edges have no forward order."""

    def __init__(self, tasks: tuple[int, ...]) -> None:
        super().__init__(f"a cycle of {len(tasks)} tasks")
        self.tasks = tasks
        """Indices of the tasks of one cycle, each before the next and the last before the first."""


def core_resources(names: Iterable[str]) -> tuple[Resource, ...]:
    """Cores of capacity one."""
    return tuple(Resource(name) for name in names)


def require_cores(cores: int | None, file: str) -> int:
    """The number of cores that was asked for; ``InputError`` if it is none, or absurd."""
    if cores is None:
        message = "the file does not say on how many cores its tasks may run"
        raise InputError.single(message, hint="say it: --cores 4", file=file)
    if not 1 <= cores <= MOST_CORES:
        message = f"{cores} cores are asked for; it must be from 1 to {MOST_CORES}"
        raise InputError.single(message, file=file)
    return cores


def one_core_each(count: int) -> tuple[tuple[int, ...], ...]:
    """By core: what a mode on it holds. The rows are to be shared between tasks."""
    return tuple(tuple(int(i == core) for i in range(count)) for core in range(count))


def core_modes(
    names: Sequence[str], holds: Sequence[tuple[int, ...]], ticks: Iterable[int | None]
) -> tuple[TaskMode, ...]:
    """A mode for each core that can run a task, named like the core; None where it cannot."""
    return tuple(
        TaskMode(name, time, core, holds[core])
        for core, (name, time) in enumerate(zip(names, ticks, strict=True))
        if time is not None
    )


def fully_linked(count: int) -> tuple[tuple[int | None, ...], ...]:
    """By sending and receiving core: link 0 between any two."""
    return tuple(tuple(None if a == b else 0 for b in range(count)) for a in range(count))


def forward(problem: GraphProblem, refuse: Callable[[int, str], NoReturn]) -> GraphProblem:
    """The problem with its tasks in an order in which every edge points forward.

    Of the tasks that may come next, the first as given does; edges are sorted by their ends. If
    there is no such order, ``refuse`` is called with a task of a cycle and what to say of it.
    """
    tasks, edges = problem.tasks, problem.edges
    try:
        order = _forward_order(len(tasks), [(edge.source, edge.target) for edge in edges])
    except _Cyclic as cyclic:
        names = " -> ".join(tasks[task].name for task in cyclic.tasks[:MOST_SHOWN])
        refuse(cyclic.tasks[0], f"{len(cyclic.tasks)} wait for each other: {names} -> ...")
    place = {old: new for new, old in enumerate(order)}
    moved = [replace(edge, source=place[edge.source], target=place[edge.target]) for edge in edges]
    return replace(
        problem,
        tasks=tuple(tasks[old] for old in order),
        edges=tuple(sorted(moved, key=lambda edge: (edge.source, edge.target))),
    )


def _forward_order(count: int, pairs: Iterable[tuple[int, int]]) -> list[int]:
    """Indices below ``count`` so that the first of each pair comes before the second.

    Kahn, "Topological sorting of large networks" (CACM 5, 1962); of the indices that may come
    next, the smallest does. Raises ``_Cyclic``.
    """
    before: list[list[int]] = [[] for _ in range(count)]
    after: list[list[int]] = [[] for _ in range(count)]
    for source, target in pairs:
        before[target].append(source)
        after[source].append(target)
    waiting = [len(sources) for sources in before]
    ready = [task for task in range(count) if waiting[task] == 0]
    heapify(ready)
    order = []
    while ready:
        task = heappop(ready)
        order.append(task)
        for target in after[task]:
            waiting[target] -= 1
            if waiting[target] == 0:
                heappush(ready, target)
    if len(order) < count:
        raise _Cyclic(_cycle(before, waiting))
    return order


def _cycle(before: Sequence[Sequence[int]], waiting: Sequence[int]) -> tuple[int, ...]:
    """A cycle among the tasks that still wait: each of them waits for another of them."""
    task = next(index for index, left in enumerate(waiting) if left)
    path: list[int] = []
    seen: dict[int, int] = {}
    while task not in seen:
        seen[task] = len(path)
        path.append(task)
        task = next(source for source in before[task] if waiting[source])
    return tuple(reversed(path[seen[task] :]))
