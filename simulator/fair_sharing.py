"""A link that is shared fairly: which transfer has arrived when, in exact arithmetic.

Processor sharing with equal weights (Parekh and Gallager, "A generalized processor sharing
approach to flow control in integrated services networks", IEEE/ACM Transactions on Networking
1(3), 1993, doi:10.1109/90.234856): while n transfers are under way, each progresses at 1/n.
Their virtual time, here ``served``, is the work that a transfer would have been given if it had
been under way since the link was last empty; one that enters now is done when that has grown by
its own work, whoever comes and goes meanwhile.

Time is counted in whole nanoseconds, here too: a transfer is under way until the first nanosecond
at which its work is done. How many share the link changes at whole nanoseconds only, so ``served``
is a whole number of parts of a nanosecond, of which there never need to be more than the least
common multiple of the numbers of transfers that shared the link: all of it is exact, and the
numbers stay small however long the link is busy.
"""

from heapq import heappop, heappush
from math import gcd
from typing import Generic, TypeVar

Transfer = TypeVar("Transfer")


class FairShare(Generic[Transfer]):
    """The transfers under way on one link. Time may not run backwards from call to call."""

    def __init__(self) -> None:
        self._now_ns = 0
        self._parts = 1
        """Parts of a nanosecond that work is counted in."""
        self._served = 0
        self._entered = 0
        self._under_way: list[tuple[int, int, Transfer]] = []
        """A heap of (``served`` at which it is done, how many entered before, which)."""

    def __len__(self) -> int:
        """How many transfers share the link."""
        return len(self._under_way)

    def under_way(self) -> list[Transfer]:
        """The transfers that share the link."""
        return [transfer for _, _, transfer in self._under_way]

    def enter(self, now_ns: int, work_ns: int, transfer: Transfer) -> None:
        """Let ``transfer`` begin, which would take ``work_ns`` alone.

        What has arrived by now must have been taken out before.
        """
        self._advance(now_ns)
        done = self._served + work_ns * self._parts
        heappush(self._under_way, (done, self._entered, transfer))
        self._entered += 1

    def next_arrival_ns(self) -> int | None:
        """When the next transfer arrives if none enters before; None if none is under way."""
        if not self._under_way:
            return None
        missing = (self._under_way[0][0] - self._served) * len(self._under_way)
        return self._now_ns - (-missing // self._parts)

    def arrivals(self, now_ns: int) -> list[Transfer]:
        """Take out what has arrived by now: in order of exact ends, then of entering.

        ``now_ns`` may not be later than ``next_arrival_ns``.
        """
        self._advance(now_ns)
        arrived = []
        while self._under_way and self._under_way[0][0] <= self._served:
            arrived.append(heappop(self._under_way)[2])
        if not self._under_way:
            self._parts, self._served = 1, 0
        return arrived

    def _advance(self, now_ns: int) -> None:
        """Share out the time since the last call."""
        passed_ns, sharing = now_ns - self._now_ns, len(self._under_way)
        self._now_ns = now_ns
        if not sharing or not passed_ns:
            return
        finer = sharing // gcd(self._parts, sharing)
        if finer > 1:
            self._parts *= finer
            self._served *= finer
            self._under_way = [(done * finer, *rest) for done, *rest in self._under_way]  # type: ignore[misc]
        self._served += passed_ns * (self._parts // sharing)
