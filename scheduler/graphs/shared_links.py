"""Eager play where transfers meet on links: events in the order of time."""

from collections.abc import Sequence
from heapq import heappop, heappush

from scheduler.graphs.link_queues import FairLink, FifoLink
from scheduler.graphs.tables import Tables
from scheduler.graphs.timed import Timing, TransferTiming

FINISH, ARRIVE, FLOW, TRY = range(4)
"""What happens at a tick: a task finishes, a transfer arrives, a fair link is looked at, a task
may start."""


def play_shared(
    tables: Tables,
    modes: Sequence[int],
    order: Sequence[int],
    transfer_order: Sequence[int] | None,
) -> Timing:
    """As `scheduler.graphs.timing.play`, for links of any kind."""
    return _Player(tables, modes, order, transfer_order).run()


class _Player:
    """The state of one play."""

    def __init__(
        self,
        tables: Tables,
        modes: Sequence[int],
        order: Sequence[int],
        transfer_order: Sequence[int] | None,
    ) -> None:
        problem, tasks = tables.problem, range(len(tables.ticks))
        self._tables = tables
        self._ticks = [tables.ticks[task][modes[task]] for task in tasks]
        self._point = [tables.points[task][modes[task]] for task in tasks]
        held = [tables.held[task][modes[task]] for task in tasks]
        self._awake = [
            max((tables.wake[resource] for resource, _ in row), default=0) for row in held
        ]
        self._held = [  # at 0 ticks it takes its turn, but no units of what has several
            [pair for pair in row if self._ticks[task] or tables.capacity[pair[0]] == 1]
            for task, row in enumerate(held)
        ]
        self._waits = [len(edges) for edges in tables.inward]
        self._starts: list[int | None] = [None] * len(tasks)
        self._crosses = _crossings(tables, modes)
        self._cost = [
            0 if link is None else edge.ticks[link]
            for edge, link in zip(problem.edges, self._crosses, strict=True)
        ]
        self._left: dict[int, int] = {}
        self._arrived: dict[int, int] = {}
        self._fifo = {
            link: FifoLink(self._given(link, transfer_order))
            for link, row in enumerate(problem.links)
            if row.sharing == "fifo"
        }
        self._fair = {
            link: FairLink() for link, row in enumerate(problem.links) if row.sharing == "fair"
        }
        self._entering: list[int] = []
        self._heap: list[tuple[int, int, int]] = []
        self._queue: list[list[int]] = [[] for _ in tables.capacity]
        for task in reversed(order):
            for resource, _ in self._held[task]:
                self._queue[resource].append(task)
        self._used = [0] * len(tables.capacity)
        self._free = [0] * len(tables.capacity)
        self._last: list[int | None] = [None] * len(tables.capacity)

    def _given(self, link: int, transfer_order: Sequence[int] | None) -> list[int] | None:
        if transfer_order is None:
            return None
        crossing = {e for e, on in enumerate(self._crosses) if on == link and self._cost[e]}
        given = [edge for edge in transfer_order if edge in crossing]
        if sorted(given) != sorted(crossing):
            name = self._tables.problem.links[link].name
            raise ValueError(
                f"the transfer order has edges {given} for link '{name}', which carries "
                f"{sorted(crossing)}"
            )
        return given

    def run(self) -> Timing:
        for task, waits in enumerate(self._waits):
            if not waits:
                heappush(self._heap, (0, TRY, task))
        while self._heap:
            now = self._heap[0][0]
            while self._heap and self._heap[0][0] == now:
                _, kind, index = heappop(self._heap)
                self._happen(now, kind, index)
            self._serve_links(now)
        return self._timing()

    def _happen(self, now: int, kind: int, index: int) -> None:
        if kind == FINISH:
            self._finish(now, index)
        elif kind == ARRIVE:
            self._arrive(now, index)
        elif kind == FLOW:
            for edge in self._fair[index].advance(now):
                self._arrive(now, edge)
            self._look_again(index)
        else:
            self._try(now, index)

    def _try(self, now: int, task: int) -> None:
        """Start ``task`` now if it may; come back later if time alone stands in its way."""
        if self._starts[task] is not None or self._waits[task]:
            return
        tables, at = self._tables, max(now, self._awake[task])
        for resource, units in self._held[task]:
            if self._queue[resource][-1] != task:
                return
            if self._used[resource] + units > tables.capacity[resource]:
                return
            switches = self._last[resource] not in (None, self._point[task])
            if switches and tables.capacity[resource] == 1:
                at = max(at, self._free[resource] + tables.switch[resource])
        if at > now:
            heappush(self._heap, (at, TRY, task))
            return
        self._starts[task] = now
        for resource, units in self._held[task]:
            self._queue[resource].pop()
            self._last[resource] = self._point[task]
            self._used[resource] += units
            self._try_next(now, resource)
        heappush(self._heap, (now + self._ticks[task], FINISH, task))

    def _try_next(self, now: int, resource: int) -> None:
        if self._queue[resource]:
            heappush(self._heap, (now, TRY, self._queue[resource][-1]))

    def _finish(self, now: int, task: int) -> None:
        for resource, units in self._held[task]:
            self._used[resource] -= units
            self._free[resource] = now
            self._try_next(now, resource)
        for edge in self._tables.outward[task]:
            link = self._crosses[edge]
            if link is None or not self._cost[edge]:
                self._left[edge] = now
                self._arrive(now, edge)
            elif link in self._fifo:
                self._fifo[link].enter(now, edge)
            elif link in self._fair:
                self._entering.append(edge)
            else:
                self._left[edge] = now
                heappush(self._heap, (now + self._cost[edge], ARRIVE, edge))

    def _arrive(self, now: int, edge: int) -> None:
        self._arrived[edge] = now
        target = self._tables.problem.edges[edge].target
        self._waits[target] -= 1
        if not self._waits[target]:
            heappush(self._heap, (now, TRY, target))

    def _serve_links(self, now: int) -> None:
        """Once everything else of this tick has happened: transfers that begin at it."""
        for fifo in self._fifo.values():
            edge = fifo.serve(now, self._cost)
            if edge is not None:
                self._left[edge] = now
                heappush(self._heap, (now + self._cost[edge], ARRIVE, edge))
        for edge in sorted(self._entering):
            link = self._crosses[edge]
            assert link is not None
            self._left[edge] = now
            self._fair[link].enter(now, edge, self._cost[edge])
            self._look_again(link)
        self._entering.clear()

    def _look_again(self, link: int) -> None:
        tick = self._fair[link].next_arrival()
        if tick is not None:
            heappush(self._heap, (tick, FLOW, link))

    def _timing(self) -> Timing:
        starts = [start for start in self._starts if start is not None]
        if len(starts) < len(self._starts):
            stuck = self._tables.problem.tasks[self._starts.index(None)].name
            raise ValueError(f"the orders wait for each other: task '{stuck}' never starts")
        return Timing(
            tuple(starts),
            tuple(start + ticks for start, ticks in zip(starts, self._ticks, strict=True)),
            tuple(
                TransferTiming(edge, link, self._left[edge], self._arrived[edge])
                for edge, link in enumerate(self._crosses)
                if link is not None
            ),
        )


def _crossings(tables: Tables, modes: Sequence[int]) -> list[int | None]:
    """By edge: the link that it crosses; ``ValueError`` where none joins the two cores."""
    tasks = tables.problem.tasks
    return [
        tables.problem.link_between(
            tasks[edge.source].modes[modes[edge.source]],
            tasks[edge.target].modes[modes[edge.target]],
            edge,
        )
        for edge in tables.problem.edges
    ]
