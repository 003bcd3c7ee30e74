"""Where a long run stands: everything that goes on changing, from one batch to the next."""

from dataclasses import dataclass
from math import fsum

from devicemodels.cost import NANOSECONDS_PER_SECOND
from devicemodels.documents.errors import InputError
from scheduler.plan import Plan
from simulator.compiled.drawing import drawn_j
from simulator.compiled.engine import too_fine
from simulator.compiled.feeding import chunk_ns, next_arrivals, no_arrivals
from simulator.compiled.figures import missed
from simulator.compiled.layout import (
    FAR,
    NOW,
    REACHED,
    SLOTS_FULL,
    TOO_FINE,
    Arrivals,
    Counters,
    State,
    World,
)
from simulator.compiled.loop import advance
from simulator.compiled.prototypes import Prototypes
from simulator.compiled.state import record_of, with_room
from simulator.compiled.tally import Tally, tally
from simulator.sources.feed import Feed
from simulator.sources.source import Cursor

MOST_SLOTS = 1 << 20
"""Samples that may be under way at once, so that memory does not grow with the duration."""


@dataclass(frozen=True, slots=True)
class Course:
    """What a long run is of; nothing of it changes."""

    plans: tuple[Plan, ...]
    """One a pipeline."""
    feeds: tuple[Feed, ...]
    """One a pipeline."""
    world: World
    """The tables of the plans."""
    lone: Prototypes
    """What single samples do."""


@dataclass(slots=True)
class Journey:
    """Where a run stands at the end of a batch."""

    state: State
    """Of the loop."""
    counters: Counters
    """Since the beginning."""
    cursors: list[Cursor]
    """Of the sources; their time is that of the run."""
    energy_j: list[float]
    """By batch so far."""
    battery_j: list[float]
    """Likewise; empty if the battery's part is not added up."""
    samples: list[int]
    """Likewise."""
    misses: list[int]
    """Likewise."""

    @property
    def at_ns(self) -> int:
        """How far the run has come."""
        return self.cursors[0].time_ns

    @property
    def released(self) -> list[int]:
        """Samples so far, by pipeline."""
        return [cursor.sample for cursor in self.cursors]

    def go_to(self, course: Course, until_ns: int) -> None:
        """Play everything that happens before ``until_ns``."""
        most_ns = chunk_ns(course.feeds)
        while self.at_ns < until_ns:
            chunk_until_ns = min(until_ns, self.at_ns + most_ns)
            arrivals, self.cursors = next_arrivals(course.feeds, self.cursors, chunk_until_ns)
            self._play(course.world, arrivals, chunk_until_ns)

    def go_home(self, course: Course) -> int:
        """Finish what is under way, with nothing more to come; returns when that is done."""
        self._play(course.world, no_arrivals(len(course.plans)), FAR)
        return max(self.at_ns, int(self.state.clock[NOW]))

    def end_batch(self, course: Course, before: Tally) -> Tally:
        """Write down the batch that ends here, of which ``before`` was the beginning."""
        now = self.tally(course, self.at_ns)
        self.energy_j.append(now.since(before).energy_j(course.plans))
        if course.world.regulator.shape[1]:
            self.battery_j.append(self.battery_given_j(course, self.at_ns) - fsum(self.battery_j))
        self.samples.append(sum(self.released) - sum(self.samples))
        misses = int(missed(course.world, self.counters, course.lone).sum())
        self.misses.append(misses - sum(self.misses))
        return now

    def tally(self, course: Course, at_ns: int) -> Tally:
        """All that was done until ``at_ns``."""
        return tally(course.world, self.state, self.counters, course.lone, at_ns)

    def battery_given_j(self, course: Course, at_ns: int, last: bool = False) -> float:
        """What the battery has given until ``at_ns``; ``last`` if nothing more comes."""
        alone_j = course.lone.battery_of(self.counters.alone)
        return alone_j + drawn_j(course.world, self.state, at_ns, last)

    def _play(self, world: World, arrivals: Arrivals, until_ns: int) -> None:
        record, status = record_of(0, 0), SLOTS_FULL
        while status != REACHED:
            status = advance(world, self.state, arrivals, record, self.counters, until_ns, FAR)
            if status == TOO_FINE:
                raise too_fine()
            if status == SLOTS_FULL:
                if len(self.state.slots) >= MOST_SLOTS:
                    raise _overloaded(int(self.state.clock[NOW]))
                self.state = with_room(self.state)


def _overloaded(now_ns: int) -> InputError:
    return InputError.single(
        f"{MOST_SLOTS:,} samples are under way after {now_ns / NANOSECONDS_PER_SECOND:g} s: more "
        "are released than the plan can answer",
        hint="limit the queues, release fewer samples, or choose a faster plan",
    )
