"""Eager play where transfers that meet ignore each other: one pass in order."""

from collections.abc import Sequence

from scheduler.graphs.tables import Tables
from scheduler.graphs.timed import Timing, TransferTiming


def play_unshared(tables: Tables, modes: Sequence[int], order: Sequence[int]) -> Timing:
    """As `scheduler.graphs.timing.play`, with links that are all unlimited."""
    problem, count = tables.problem, len(tables.ticks)
    starts, finishes = [0] * count, [0] * count
    lanes = _Lanes(tables)
    crossed: dict[int, TransferTiming] = {}
    for task in order:
        mode = modes[task]
        ready = 0
        for index in tables.inward[task]:
            edge = problem.edges[index]
            arrival = finishes[edge.source]
            if edge.ticks:
                source = problem.tasks[edge.source].modes[modes[edge.source]]
                link = problem.link_between(source, problem.tasks[task].modes[mode], edge)
                if link is not None:
                    left, arrival = arrival, arrival + edge.ticks[link]
                    crossed[index] = TransferTiming(index, link, left, arrival)
            ready = max(ready, arrival)
        starts[task] = lanes.start(task, mode, ready)
        finishes[task] = starts[task] + tables.ticks[task][mode]
    transfers = tuple(crossed[index] for index in sorted(crossed))
    return Timing(tuple(starts), tuple(finishes), transfers)


class _Lanes:
    """What runs on each resource, for tasks that are started in order."""

    def __init__(self, tables: Tables) -> None:
        resources = len(tables.capacity)
        self._tables = tables
        self._free = [0] * resources  # capacity 1: last finish; larger: last start
        self._point: list[int | None] = [None] * resources
        self._running: list[list[tuple[int, int]]] = [[] for _ in range(resources)]

    def start(self, task: int, mode: int, ready: int) -> int:
        """Start ``task`` at the first tick from ``ready`` that its resources allow."""
        tables = self._tables
        held, ticks, point = (
            tables.held[task][mode],
            tables.ticks[task][mode],
            tables.points[task][mode],
        )
        for resource, units in held:
            ready = max(ready, tables.wake[resource])
            if tables.capacity[resource] == 1:
                ready = max(ready, self._free[resource])
                if self._point[resource] not in (None, point):
                    ready = max(ready, self._free[resource] + tables.switch[resource])
            elif ticks:
                ready = self._when_free(resource, units, max(ready, self._free[resource]))
        for resource, units in held:
            if tables.capacity[resource] == 1:
                self._free[resource], self._point[resource] = ready + ticks, point
            elif ticks:
                self._free[resource] = ready
                self._running[resource].append((ready + ticks, units))
        return ready

    def _when_free(self, resource: int, units: int, ready: int) -> int:
        """The first tick from ``ready`` at which ``units`` are free, once no more start."""
        running = [pair for pair in self._running[resource] if pair[0] > ready]
        self._running[resource] = running
        used = sum(held for _, held in running)
        for finish, held in sorted(running):
            if used + units <= self._tables.capacity[resource]:
                break
            ready, used = finish, used - held
        return ready
