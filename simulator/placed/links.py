"""What carries the outputs of a placed graph between cores: one class for each kind of sharing.

A link is told of each transfer when its source has finished (``enter``) and lets it start and
arrive by its own rule. Transfers that take no time hold nothing.
"""

from collections.abc import Callable, Sequence
from heapq import heappop, heappush
from math import gcd

import simpy

from scheduler.graphs.problem import Sharing
from simulator.placed.reading import Transfer


class Crossings:
    """The transfers of one run: what is known of each, in columns, and whom to tell."""

    def __init__(
        self, env: simpy.Environment, transfers: Sequence[Transfer], have: Callable[[int], None]
    ) -> None:
        self.env = env
        self.transfers = transfers
        self.ticks = [one.ticks for one in transfers]
        self.start = [-1] * len(transfers)
        self.finish = [-1] * len(transfers)
        self._have = have

    def carry(self, transfer: int, arrives: Callable[[simpy.Event], None]) -> None:
        """Start a transfer that has its whole rate to itself until it ends."""
        self.start[transfer] = int(self.env.now)
        self.env.timeout(self.ticks[transfer], transfer).callbacks.append(arrives)

    def end(self, event: simpy.Event) -> None:
        """The transfer that the event is about has arrived."""
        self.arrive(event._value)

    def arrive(self, transfer: int) -> None:
        """``transfer`` has arrived, now: its target has one thing more of those it awaits."""
        self.finish[transfer] = int(self.env.now)
        self._have(self.transfers[transfer].target)


class UnlimitedLink:
    """Transfers ignore each other."""

    def __init__(self, crossings: Crossings, order: Sequence[int], index: int) -> None:
        self._crossings = crossings

    def enter(self, transfer: int) -> None:
        """Carry it from now on."""
        self._crossings.carry(transfer, self._crossings.end)


class FifoLink:
    """One transfer at a time, in the order that was given."""

    def __init__(self, crossings: Crossings, order: Sequence[int], index: int) -> None:
        self._crossings = crossings
        mine = [one for one in order if crossings.transfers[one].link == index]
        self._order = [transfer for transfer in mine if crossings.ticks[transfer]]
        self._next = 0
        self._busy = False
        self._waiting: set[int] = set()

    def enter(self, transfer: int) -> None:
        """Let it wait for its turn, if it takes any time."""
        if not self._crossings.ticks[transfer]:
            self._crossings.carry(transfer, self._crossings.end)
            return
        self._waiting.add(transfer)
        self._serve()

    def _serve(self) -> None:
        if self._busy or self._next == len(self._order):
            return
        first = self._order[self._next]
        if first in self._waiting:
            self._waiting.discard(first)
            self._next += 1
            self._busy = True
            self._crossings.carry(first, self._end)

    def _end(self, event: simpy.Event) -> None:
        self._busy = False
        self._crossings.end(event)
        self._serve()


class FairLink:
    """n transfers under way each progress at 1/n; they arrive at the first tick after their end.

    Processor sharing in virtual time (Parekh and Gallager, "A generalized processor sharing
    approach to flow control", 1993): ``_served`` is the work that each transfer under way would
    have had if it had been there since the link was last empty, so a transfer ends when that
    reaches what it was at its start plus the transfer's own work, whoever comes or goes. It and
    the instant ``_clock`` at which it was true are fractions over one denominator, ``_unit``,
    which grows when a share would not be a whole number: all of it is exact.
    """

    def __init__(self, crossings: Crossings, order: Sequence[int], index: int) -> None:
        self._crossings = crossings
        self._env = crossings.env
        self._unit = 1
        self._served = 0
        self._clock = 0
        self._under_way: list[tuple[int, int]] = []
        self._looks_at: int | None = None

    def enter(self, transfer: int) -> None:
        """Share the link with those under way from now on."""
        ticks = self._crossings.ticks[transfer]
        if not ticks:
            self._crossings.carry(transfer, self._crossings.end)
            return
        self._crossings.start[transfer] = int(self._env.now)
        self._deliver()
        self._progress()
        heappush(self._under_way, (self._served + ticks * self._unit, transfer))
        self._look_again()

    def _deliver(self) -> None:
        """Let all that have ended by now arrive, each at its exact instant."""
        now = int(self._env.now)
        while self._under_way:
            served, transfer = self._under_way[0]
            ends = self._clock + (served - self._served) * len(self._under_way)
            if ends > now * self._unit:
                return
            heappop(self._under_way)
            self._clock, self._served = ends, served
            self._crossings.arrive(transfer)
        self._unit, self._served, self._clock = 1, 0, now

    def _progress(self) -> None:
        """Bring ``_served`` from the last exact instant to now."""
        sharing = len(self._under_way)
        if not sharing:
            return
        spent = int(self._env.now) * self._unit - self._clock
        finer = sharing // gcd(spent, sharing)
        if finer > 1:
            self._unit *= finer
            self._served *= finer
            self._under_way = [(served * finer, transfer) for served, transfer in self._under_way]
        self._served += spent * finer // sharing
        self._clock = int(self._env.now) * self._unit

    def _look_again(self) -> None:
        """See to it that someone looks here at the tick at which the next transfer arrives."""
        if not self._under_way:
            return
        ends = self._clock + (self._under_way[0][0] - self._served) * len(self._under_way)
        tick = -(-ends // self._unit)
        if self._looks_at is None or tick < self._looks_at:
            self._looks_at = tick
            self._env.timeout(tick - self._env.now).callbacks.append(self._look)

    def _look(self, _: simpy.Event) -> None:
        """Also called in vain: those that came after the look was arranged delay the others."""
        if self._looks_at == self._env.now:
            self._looks_at = None
        self._deliver()
        self._look_again()


Link = UnlimitedLink | FifoLink | FairLink

LINKS: dict[Sharing, type[UnlimitedLink] | type[FifoLink] | type[FairLink]] = {
    "unlimited": UnlimitedLink,
    "fifo": FifoLink,
    "fair": FairLink,
}
