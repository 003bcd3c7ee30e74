"""What a scenario file says of its sensor: when it releases samples, and what they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from devicemodels.documents.quantities import Seconds, Share


@dataclass(frozen=True, slots=True)
class StateChoice:
    """A state that a modulated sensor is in by turns: a quiet hour, a busy one, an event."""

    name: str
    """Name of the state."""
    dwell_s: Seconds
    """Mean length of a stay; lengths are exponentially distributed."""
    release: Literal["periodic", "jittered", "poisson", "silent"]
    """How releases follow each other in it."""
    period_s: Seconds | None = None
    """Mean time between two releases; of a silent state there is none."""
    jitter_s: Seconds | None = None
    """Of a jittered release: each is later by less than this, and by a time of its own."""
    positive_share: Share | None = None
    """Share of its samples that are positive; left out, it is as in the rest of the workload."""
    next: Mapping[str, Share] | None = None
    """Probability of each state that may be next; left out, it is the next in order."""


@dataclass(frozen=True, slots=True)
class BurstChoice:
    """Samples that come besides the usual ones, as after a knock."""

    at_s: Seconds
    """When the first comes."""
    samples: int
    """How many."""
    every_s: Seconds = 0.0
    """Time between two of them; left out, all come at once."""


@dataclass(frozen=True, slots=True)
class WorkloadChoice:
    """When the sensor releases samples, and what they are."""

    release: Literal["periodic", "jittered", "poisson", "modulated"]
    """How releases follow each other."""
    period_s: Seconds
    """Mean time between two releases, and the time that the plan has for each."""
    duration_s: Seconds
    """How long the simulation goes on."""
    replay: bool = True
    """Whether samples are those of the stream, or drawn from the gates' stop rates."""
    jitter_s: Seconds | None = None
    """Of a jittered release: each is later by less than this, and by a time of its own."""
    states: tuple[StateChoice, ...] = ()
    """Of a modulated release: it starts in the first one."""
    bursts: tuple[BurstChoice, ...] = ()
    """What comes besides."""
    positive_share: Share | None = None
    """Share of samples that are positive; left out, as in the stream or in validation data."""
