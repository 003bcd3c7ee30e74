"""Playing a source: the whole of a run, or chunk by chunk with a cursor in between."""

from dataclasses import astuple, dataclass

import numpy as np
from numpy.typing import NDArray

from scheduler.plan import Plan
from simulator.sources.columns import Workload
from simulator.sources.draws import ALWAYS, Bits, Words, key_of, limit_of
from simulator.sources.fate_loops import IN_ORDER
from simulator.sources.fates import DrawnTable, ReplayedTable, tabulate
from simulator.sources.long_run import mean_interval_ns
from simulator.sources.moves import move_shares
from simulator.sources.release_loop import JITTERED, PERIODIC, POISSON, SILENT, enter, play
from simulator.sources.releases import (
    LONGEST_NS,
    Burst,
    Jittered,
    Modulated,
    Pace,
    Periodic,
    Poisson,
)
from simulator.sources.source import Cursor, Source

MOST_ROOM = 1 << 24
"""Releases that are made room for ahead of time."""


@dataclass(frozen=True, slots=True, eq=False)
class Feed:
    """A source made ready for one plan, seed and pipeline: tables that chunks are made from.

    Make it once and keep it: a recording is judged here, and shared by all chunks.
    """

    key: Words
    """Seed and pipeline, as ``key_of`` gives them."""
    states: NDArray[np.int64]
    """Shape (states, 4): see ``release_loop``."""
    moves: Bits
    """Shape (states, states): limits for the next state, summed up by row."""
    bursts: NDArray[np.int64]
    """Times of the samples of bursts, in order."""
    fates: DrawnTable | ReplayedTable
    """What samples turn out to be."""
    interval_ns: float
    """Between two releases in the long run, bursts aside."""

    @property
    def new_ns(self) -> int:
        """How much of what it plays is new; a recording in order repeats itself after that."""
        fates = self.fates
        if isinstance(fates, ReplayedTable) and (fates.positive == IN_ORDER).any():
            return min(LONGEST_NS, round(len(fates.windows[0]) * self.interval_ns))
        return LONGEST_NS

    def start(self) -> Cursor:
        """The cursor at time 0."""
        at = np.zeros(7, dtype=np.int64)
        enter(self.key, self.states, at, 0, 0)
        return Cursor(0, 0, *at.tolist())

    def generate(self, cursor: Cursor, until_ns: int) -> tuple[Workload, Cursor]:
        """The samples released from the cursor's time to before ``until_ns``, and what comes next.

        ``until_ns`` is also the workload's ``duration_ns``. Raises ``ValueError`` if it lies before
        the cursor, or later than ``LONGEST_NS``.
        """
        if not cursor.time_ns <= until_ns <= LONGEST_NS:
            raise ValueError(f"cannot play from {cursor.time_ns} ns to {until_ns} ns")
        at = np.array(astuple(cursor)[2:], dtype=np.int64)
        release_ns, states = play(
            self.key,
            self.states,
            self.moves,
            self.bursts,
            at,
            until_ns,
            self._room(cursor, until_ns),
        )
        label, exit_gate, answer = self.fates.fates(self.key, cursor.sample, states)
        chunk = Workload(release_ns, label, exit_gate, answer, until_ns, self.fates.answers)
        return chunk, Cursor(until_ns, cursor.sample + len(release_ns), *at.tolist())

    def _room(self, cursor: Cursor, until_ns: int) -> int:
        expected = (until_ns - cursor.time_ns) / self.interval_ns
        return min(MOST_ROOM, int(expected) + 1 + len(self.bursts) - cursor.burst)


def prepare(source: Source, plan: Plan, seed: int, pipeline: int = 0) -> Feed:
    """``source`` made ready for ``plan``; with ``Feed.generate`` it is then played in chunks.

    Raises ``InputError`` if a recording does not fit the plan, and ``ValueError`` if ``seed`` has
    more than 64 bits or ``pipeline`` more than 32.
    """
    release = source.release
    if isinstance(release, Modulated):
        rows = [(*_pace(state.pace), state.dwell_ns) for state in release.states]
        shares = [state.positive_share for state in release.states]
        moves = move_shares([state.next_shares for state in release.states])
    else:
        rows, shares, moves = [(*_pace(release), 0)], [None], ((1.0,),)
    limits = [[limit_of(total) for total in np.cumsum(row)[:-1]] + [ALWAYS] for row in moves]
    return Feed(
        key=key_of(seed, pipeline),
        states=np.array(rows, dtype=np.int64),
        moves=np.array(limits, dtype=np.uint64),
        bursts=_times(source.bursts),
        fates=tabulate(source.fates, plan, shares),
        interval_ns=mean_interval_ns(release),
    )


def generate(
    source: Source, plan: Plan, seed: int, pipeline: int, cursor: Cursor | None, until_ns: int
) -> tuple[Workload, Cursor]:
    """One chunk, from ``cursor`` (None = time 0) on; for many, ``prepare`` once instead."""
    feed = prepare(source, plan, seed, pipeline)
    return feed.generate(feed.start() if cursor is None else cursor, until_ns)


def workload(
    source: Source, plan: Plan, duration_ns: int, seed: int = 0, pipeline: int = 0
) -> Workload:
    """All samples of a run of ``duration_ns``. Raises as ``prepare`` and ``Feed.generate`` do."""
    return generate(source, plan, seed, pipeline, None, duration_ns)[0]


def _pace(pace: Pace | None) -> tuple[int, int, int]:
    """The first columns of the table of states."""
    match pace:
        case None:
            return SILENT, 0, 0
        case Periodic(period_ns):
            return PERIODIC, period_ns, 0
        case Jittered(period_ns, jitter_ns):
            return JITTERED, period_ns, jitter_ns
        case Poisson(mean_interval_ns):
            return POISSON, 0, mean_interval_ns


def _times(bursts: tuple[Burst, ...]) -> NDArray[np.int64]:
    """When the samples of all bursts come, in order."""
    times = [b.at_ns + b.every_ns * np.arange(b.samples, dtype=np.int64) for b in bursts]
    return np.sort(np.concatenate([np.zeros(0, dtype=np.int64), *times]))
