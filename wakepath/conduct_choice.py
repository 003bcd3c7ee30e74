"""What a scenario file says of how cores rest, what goes wrong, and what is done about it."""

from dataclasses import dataclass
from typing import Literal

from devicemodels.documents.quantities import Seconds, Share


@dataclass(frozen=True, slots=True)
class IdleChoice:
    """How cores rest when nothing waits; the plan itself is made for fixed states."""

    name: Literal["fixed", "timeout", "break-even", "predictive", "clairvoyant"] = "fixed"
    """Which policy: the plan's own states, or one that a simulation tries instead."""
    after_s: tuple[Seconds, ...] | Seconds | None = None
    """Of a timeout: when the second idle state is entered, or when each after the first is."""
    exit_latency_limit_s: Seconds | None = None
    """States that take longer to leave are not entered; left out, any may be."""


@dataclass(frozen=True, slots=True)
class FaultChoice:
    """Something that goes wrong."""

    kind: Literal["stall", "failure", "loss", "corruption", "brown-out"]
    """A core that stands still or is off, a link that loses or spoils, an empty battery."""
    core: str | None = None
    """Of a stall or failure: the name of the core."""
    at_s: Seconds | None = None
    """Of a stall or failure: when it begins."""
    lasts_s: Seconds | None = None
    """Of a stall, and of a failure that is not for good: how long."""
    link: str | None = None
    """Of loss or corruption: the name of the link."""
    probability: Share | None = None
    """Of loss or corruption: how often, of the transfers."""
    remaining: Share | None = None
    """Of a brown-out: what is left in the battery then, of its capacity."""


@dataclass(frozen=True, slots=True)
class FaultsChoice:
    """What goes wrong while the plan runs, and what is done about it."""

    events: tuple[FaultChoice, ...] = ()
    """What goes wrong."""
    retries: int = 0
    """How often a sample that a fault hits may try again."""
    fallback: bool = False
    """Whether another plan takes over while a core is off; it is made when it is needed."""
