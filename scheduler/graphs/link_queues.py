"""What transfers that meet on a link do to each other: wait in line, or share its rate."""

from collections.abc import Sequence
from fractions import Fraction
from heapq import heappop, heappush
from math import ceil


class FifoLink:
    """One transfer at a time, by (when its source finished, edge) or in a given order."""

    def __init__(self, given: Sequence[int] | None) -> None:
        self._given = None if given is None else list(reversed(given))
        self._waiting: list[tuple[int, int]] = []
        self._free = 0

    def enter(self, now: int, edge: int) -> None:
        """The source of ``edge`` has finished."""
        heappush(self._waiting, (now, edge))

    def serve(self, now: int, ticks: Sequence[int]) -> int | None:
        """The edge whose transfer begins, once all that enter at ``now`` are in; None if none."""
        if self._free > now or not self._waiting:
            return None
        if self._given is None:
            edge = heappop(self._waiting)[1]
        else:
            entered = next((pair for pair in self._waiting if pair[1] == self._given[-1]), None)
            if entered is None:
                return None
            self._waiting.remove(entered)
            edge = self._given.pop()
        self._free = now + ticks[edge]
        return edge


class FairLink:
    """n transfers under way progress at 1/n each: a fluid, with exact fractions.

    Virtual time runs at 1/n, so a transfer ends when it has advanced by the transfer's own ticks,
    whoever comes and goes meanwhile (Parekh and Gallager, "A generalized processor sharing approach
    to flow control in integrated services networks", IEEE/ACM Trans. Networking 1, 1993).
    """

    def __init__(self) -> None:
        self._under_way: list[tuple[Fraction, int]] = []  # virtual end, edge
        self._virtual = Fraction(0)
        self._real = Fraction(0)

    def advance(self, now: int) -> list[int]:
        """Let time pass until ``now``; the edges whose transfers end meanwhile."""
        ended = []
        while self._under_way:
            share = len(self._under_way)
            end = self._real + (self._under_way[0][0] - self._virtual) * share
            if end > now:
                self._virtual += (now - self._real) / share
                break
            self._real = end
            self._virtual, edge = heappop(self._under_way)
            ended.append(edge)
        self._real = Fraction(now)
        return ended

    def enter(self, now: int, edge: int, ticks: int) -> None:
        """A transfer begins; whatever ends by ``now`` has been taken out with `advance`."""
        self.advance(now)
        heappush(self._under_way, (self._virtual + ticks, edge))

    def next_arrival(self) -> int | None:
        """The tick at which the next one has arrived if nothing else enters."""
        if not self._under_way:
            return None
        left = (self._under_way[0][0] - self._virtual) * len(self._under_way)
        return ceil(self._real + left)
