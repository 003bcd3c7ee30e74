"""Insertion: placing tasks one by one into the gaps of what is placed already.

Transfers on a fifo link are placed into the gaps of the link in the same way (Sinnen and Sousa,
"Communication contention in task scheduling", IEEE Trans. Parallel and Distributed Systems 16,
2005). On a fair link a transfer is taken to be alone; eager play finds the true times afterwards.
"""

from collections.abc import Sequence

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

    def options(self, task: int) -> list[tuple[int, float, int, int]]:
        """(finish, joules, mode, start) for each mode that may be chosen.

        All predecessors must have been placed. There is at least one option.
        """
        tables, choice, contended = self.tables, self._choice, self._contended
        ticks, energies_j = tables.ticks[task], tables.energies_j[task]
        held, points = tables.held[task], tables.points[task]
        arrivals = {} if contended else self._arrivals(task)
        rows = []
        for mode, core in enumerate(tables.cores[task]):
            if choice is not None and not choice.allows(task, mode):
                continue
            ready = self._received(task, core) if contended else arrivals[core]
            resource, units = held[mode][0] if len(held[mode]) == 1 else (0, 0)
            if units and tables.capacity[resource] == 1:  # most often, and worth the haste
                ready = max(ready, tables.wake[resource])
                start = self._lines[resource].earliest(ready, ticks[mode], points[mode])
            else:
                start = self._fit(held[mode], ticks[mode], points[mode], ready)
            rows.append((start + ticks[mode], energies_j[mode], mode, start))
        return rows

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

    def _fit(self, held: Sequence[tuple[int, int]], ticks: int, point: int, ready: int) -> int:
        """The first start from ``ready`` at which all resources have room for ``ticks``."""
        wake, capacity = self.tables.wake, self.tables.capacity
        while True:
            start = ready
            for resource, units in held:
                start = max(start, wake[resource])
                if capacity[resource] == 1:
                    start = self._lines[resource].earliest(start, ticks, point)
                else:
                    start = self._pools[resource].earliest(start, ticks, units)
            if start == ready:
                return start
            ready = start

    def _arrivals(self, task: int) -> dict[int | None, int]:
        """By core: when all that the task waits for is there, every transfer alone."""
        tables, edges, link_of = self.tables, self.tables.problem.edges, self.tables.problem.link
        ready = dict.fromkeys(tables.cores[task], 0)
        for index in tables.inward[task]:
            edge = edges[index]
            source, ticks = edge.source, edge.ticks
            origin = tables.cores[source][self.modes[source]] if ticks else None
            for core, before in ready.items():
                arrival = self.finishes[source]
                if origin is not None and core is not None and core != origin:
                    link = link_of[origin][core]
                    if link is not None:  # else the mode is never chosen
                        arrival += ticks[link]
                if arrival > before:
                    ready[core] = arrival
        return ready

    def _received(self, task: int, core: int | None) -> int:
        """When all inputs would be on ``core``, sent through the gaps of the links."""
        ready, taken = self._send(task, core)
        for link, start, ticks, _ in taken:
            self._link(link).remove(start, ticks)
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
