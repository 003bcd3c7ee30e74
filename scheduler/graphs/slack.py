"""How much longer a task may take: a quick look before a change of mode is played."""

from collections.abc import Sequence

from scheduler.graphs.tables import Tables
from scheduler.graphs.timed import Timing


class Room:
    """The latest finish of each task if everything else stays as it is and ends by ``limit``.

    It knows precedence, transfers alone and the order on cores, not contention on links and pools:
    what it lets pass must still be played, and what it refuses is hardly ever possible.
    """

    def __init__(
        self,
        tables: Tables,
        modes: Sequence[int],
        order: Sequence[int],
        timing: Timing,
        limit: int,
    ) -> None:
        self._tables, self._modes, self._timing = tables, modes, timing
        self._limit, self._latest = limit, [limit] * len(modes)
        following: list[int | None] = [None] * len(tables.capacity)
        for task in reversed(order):
            mode = modes[task]
            self._latest[task] = self._before_successors(task, mode)
            for resource, _ in tables.held[task][mode]:
                after = following[resource]
                if after is not None and tables.capacity[resource] == 1:
                    start = self._latest[after] - tables.ticks[after][modes[after]]
                    self._latest[task] = min(self._latest[task], start)
                following[resource] = task

    def fits(self, task: int, mode: int) -> bool:
        """Whether ``task`` may take this mode, as far as can be seen from here."""
        tables, ready = self._tables, 0
        for index in tables.inward[task]:
            source = tables.problem.edges[index].source
            crossing = self._crossing(index, self._modes[source], mode)
            ready = max(ready, self._timing.finishes[source] + crossing)
        latest = self._before_successors(task, mode)
        if tables.held[task][mode] == tables.held[task][self._modes[task]]:
            latest = min(latest, self._latest[task])
            ready = max(ready, self._timing.starts[task])
        return ready + tables.ticks[task][mode] <= latest

    def _before_successors(self, task: int, mode: int) -> int:
        latest = self._limit
        for index in self._tables.outward[task]:
            target = self._tables.problem.edges[index].target
            start = self._latest[target] - self._tables.ticks[target][self._modes[target]]
            latest = min(latest, start - self._crossing(index, mode, self._modes[target]))
        return latest

    def _crossing(self, index: int, source_mode: int, target_mode: int) -> int:
        problem = self._tables.problem
        edge = problem.edges[index]
        source = problem.tasks[edge.source].modes[source_mode]
        target = problem.tasks[edge.target].modes[target_mode]
        link = problem.link_between(source, target, edge)
        return 0 if link is None else edge.ticks[link]
