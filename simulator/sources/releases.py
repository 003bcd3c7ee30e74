"""When a sensor releases samples: steadily, with jitter, at random, in quiet and busy times.

All of these are frozen values in whole nanoseconds. A value that makes no sense raises
``ValueError`` when it is made.
"""

from dataclasses import dataclass
from math import isclose

from scheduler.tolerance import FIGURE_RELATIVE
from simulator.sources.moves import cut_off, move_shares

LONGEST_NS = 10**17
"""Of any time in a source: three years. With it no sum of times can leave 64 bits."""
MOST_STATES = 1000
MOST_IN_BURSTS = 10_000_000
"""Samples of all bursts of a source: they are kept in memory."""


@dataclass(frozen=True, slots=True)
class Periodic:
    """Release k at ``k * period_ns``."""

    period_ns: int
    """Time between two releases."""

    def __post_init__(self) -> None:
        _require_time("the period", self.period_ns)


@dataclass(frozen=True, slots=True)
class Jittered:
    """Release k at ``k * period_ns`` and a delay drawn from [0, jitter), each on its own."""

    period_ns: int
    """Time between two releases on average."""
    jitter_ns: int
    """No delay is as long as this; at most the period, so that releases keep their order."""

    def __post_init__(self) -> None:
        _require_time("the period", self.period_ns)
        if not 1 <= self.jitter_ns <= self.period_ns:
            raise ValueError(
                f"a jitter is from 1 ns to the period of {self.period_ns} ns, not {self.jitter_ns}"
            )


@dataclass(frozen=True, slots=True)
class Poisson:
    """Each release after the one before it, and the first after time 0, by an exponential time."""

    mean_interval_ns: int
    """Time between two releases on average."""

    def __post_init__(self) -> None:
        _require_time("the mean interval", self.mean_interval_ns)


Pace = Periodic | Jittered | Poisson
"""How releases follow each other while nothing else changes."""


@dataclass(frozen=True, slots=True)
class State:
    """One of the states that a modulated source is in by turns: a quiet hour, a busy one, an event.

    Its pace begins anew with each stay: a periodic one releases when the stay begins.
    """

    pace: Pace | None
    """How releases follow each other in it; None = there are none."""
    dwell_ns: int
    """Mean length of a stay; lengths are exponentially distributed."""
    positive_share: float | None = None
    """Share of its samples that are positive; None = as the source's other samples."""
    next_shares: tuple[float, ...] | None = None
    """By state: the probability that it is next. None = the next in order, the first after the
    last."""

    def __post_init__(self) -> None:
        _require_time("the mean dwell time", self.dwell_ns)
        require_share(self.positive_share)
        shares = self.next_shares
        if shares is not None and (
            not all(0.0 <= share <= 1.0 for share in shares)
            or not isclose(sum(shares), 1.0, rel_tol=FIGURE_RELATIVE)
        ):
            raise ValueError(f"shares of next states are from 0 to 1 and sum to 1, not {shares}")


@dataclass(frozen=True, slots=True)
class Modulated:
    """A Markov-modulated source: in its first state at time 0, it stays a while, then moves on."""

    states: tuple[State, ...]
    """At least one; each can be reached from each, so that what is seen does not hang on luck."""

    def __post_init__(self) -> None:
        if not 1 <= len(self.states) <= MOST_STATES:
            raise ValueError(
                f"a modulated source has 1 to {MOST_STATES} states, not {len(self.states)}"
            )
        for state in self.states:
            if state.next_shares is not None and len(state.next_shares) != len(self.states):
                raise ValueError(
                    f"{len(state.next_shares)} shares of next states for {len(self.states)} states"
                )
        if all(state.pace is None for state in self.states):
            raise ValueError("no state releases any sample")
        lost = cut_off(move_shares([state.next_shares for state in self.states]))
        if lost is not None:
            raise ValueError(f"state {lost[1]} is never reached from state {lost[0]}")


Release = Pace | Modulated
"""When samples are released."""


@dataclass(frozen=True, slots=True)
class Burst:
    """Samples that a sensor releases besides its usual ones, as after a knock."""

    at_ns: int
    """When the first comes."""
    samples: int
    """How many."""
    every_ns: int
    """Time between two of them; 0 = all at once."""

    def __post_init__(self) -> None:
        if not (0 <= self.at_ns <= LONGEST_NS and 0 <= self.every_ns <= LONGEST_NS):
            raise ValueError(f"times of a burst are from 0 to {LONGEST_NS} ns: {self}")
        if not 1 <= self.samples <= MOST_IN_BURSTS:
            raise ValueError(f"a burst has 1 to {MOST_IN_BURSTS} samples, not {self.samples}")
        if self.at_ns + self.samples * self.every_ns > LONGEST_NS:
            raise ValueError(f"a burst ends within {LONGEST_NS} ns: {self}")


def require_share(share: float | None) -> None:
    """Raise ``ValueError`` unless it is None or a share from 0 to 1."""
    if share is not None and not 0.0 <= share <= 1.0:
        raise ValueError(f"a share of positives is from 0 to 1, not {share}")


def _require_time(what: str, time_ns: int) -> None:
    if not 1 <= time_ns <= LONGEST_NS:
        raise ValueError(f"{what} is from 1 to {LONGEST_NS} ns, not {time_ns}")
