"""Insertion: placing tasks one by one into the gaps of what is placed already.

Transfers on a fifo link are placed into the gaps of the link in the same way (Sinnen and Sousa,
"Communication contention in task scheduling", IEEE Trans. Parallel and Distributed Systems 16,
2005). On a fair link a transfer is taken to be alone; eager play finds the true times afterwards.
"""

from collections.abc import Iterator

from scheduler.graphs.lanes import Line, Pool
from scheduler.graphs.mode_choice import ModeChoice
from scheduler.graphs.placement import Placement
from scheduler.graphs.tables import Tables


class Insertion:
    """What is placed so far."""

    def __init__(self, tables: Tables) -> None:
        """Raises ``Infeasible`` if no choice of modes within budgets and links was found."""
        count = len(tables.ticks)
        self.tables = tables
        self.modes = [0] * count
        self.starts = [0] * count
        self.finishes = [0] * count
        self._choice = ModeChoice(tables) if ModeChoice.matters(tables) else None
        self._lines = [Line(switch) for switch in tables.switch]
        self._pools = [Pool(capacity) for capacity in tables.capacity]
        sharing = [link.sharing for link in tables.problem.links]
        self._links = [Line() if kind == "fifo" else None for kind in sharing]
        self._contended = "fifo" in sharing
        self._sent: list[tuple[int, int]] = []

    def options(self, task: int) -> Iterator[tuple[int, int, int]]:
        """(finish, start, mode) for each mode that may be chosen, predecessors being placed."""
        tables = self.tables
        arrivals = None if self._contended else self._arrivals(task)
        for mode, core in enumerate(tables.cores[task]):
            if self._choice is not None and not self._choice.allows(task, mode):
                continue
            if arrivals is None:
                ready, transfers = self._send(task, core)
                for link, start, ticks, _ in transfers:
                    self._link(link).remove(start, ticks)
            else:
                ready = arrivals[core]
            start = self._fit(task, mode, ready)
            yield start + tables.ticks[task][mode], start, mode

    def place(self, task: int, mode: int, start: int) -> None:
        """Place ``task`` as one of its options says."""
        tables = self.tables
        ticks, point = tables.ticks[task][mode], tables.points[task][mode]
        if self._choice is not None:
            self._choice.take(task, mode)
        if self._contended:
            _, transfers = self._send(task, tables.cores[task][mode])
            self._sent += [(begin, edge) for _, begin, _, edge in transfers]
        for resource, units in tables.held[task][mode]:
            if tables.capacity[resource] == 1:
                self._lines[resource].add(start, ticks, point)
            else:
                self._pools[resource].add(start, ticks, units)
        self.modes[task], self.starts[task], self.finishes[task] = mode, start, start + ticks

    def placement(self) -> Placement:
        """Everything that has been placed."""
        rows = sorted(zip(self.starts, self.finishes, range(len(self.starts)), strict=True))
        return Placement(
            tuple(self.modes),
            tuple(task for _, _, task in rows),
            tuple(edge for _, edge in sorted(self._sent)) if self._contended else None,
        )

    def _fit(self, task: int, mode: int, ready: int) -> int:
        tables = self.tables
        ticks, held = tables.ticks[task][mode], tables.held[task][mode]
        start = ready
        while True:
            for resource, units in held:
                start = max(start, tables.wake[resource])
                if tables.capacity[resource] == 1:
                    point = tables.points[task][mode]
                    start = self._lines[resource].earliest(start, ticks, point)
                else:
                    start = self._pools[resource].earliest(start, ticks, units)
            if start == ready or len(held) == 1:
                return start
            ready = start

    def _arrivals(self, task: int) -> dict[int | None, int]:
        """By core: when all that the task waits for is there, every transfer alone."""
        tables, edges, link_of = self.tables, self.tables.problem.edges, self.tables.problem.link
        ready = dict.fromkeys(tables.cores[task], 0)
        for index in tables.inward[task]:
            edge = edges[index]
            source, there = edge.source, self.finishes[edge.source]
            origin = tables.cores[source][self.modes[source]] if edge.ticks else None
            for core, before in ready.items():
                arrival = there
                if origin is not None and core is not None and core != origin:
                    link = link_of[origin][core]
                    arrival += edge.ticks[link] if link is not None else 0  # never chosen
                if arrival > before:
                    ready[core] = arrival
        return ready

    def _send(self, task: int, core: int | None) -> tuple[int, list[tuple[int, int, int, int]]]:
        """Send all inputs to ``core``, those finished first in front; when all are there.

        Also what was taken on fifo links: (link, start, ticks, edge).
        """
        tables, problem = self.tables, self.tables.problem
        ready, taken = 0, []
        inputs = sorted((self.finishes[problem.edges[i].source], i) for i in tables.inward[task])
        for finish, index in inputs:
            edge, arrival = problem.edges[index], finish
            origin = tables.cores[edge.source][self.modes[edge.source]] if edge.ticks else None
            if origin is not None and core is not None and core != origin:
                link = problem.link[origin][core]
                ticks = edge.ticks[link] if link is not None else 0
                if link is not None and ticks and self._links[link] is not None:
                    start = self._link(link).earliest(finish, ticks)
                    self._link(link).add(start, ticks)
                    taken.append((link, start, ticks, index))
                    arrival = start
                arrival += ticks
            ready = max(ready, arrival)
        return ready, taken

    def _link(self, link: int) -> Line:
        line = self._links[link]
        assert line is not None
        return line
