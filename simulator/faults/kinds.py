"""What can go wrong in a simulated run, and what a pipeline does about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from scheduler.plan import Plan

MOST_RETRIES = 1000


@dataclass(frozen=True, slots=True)
class CoreStall:
    """A core makes no progress for a while, as under an interrupt storm.

    The work under way ends that much later, at the power it draws; nothing starts.
    """

    core: str
    """Name of the core."""
    at_ns: int
    """When it begins."""
    lasts_ns: int
    """How long it lasts, at least 1."""

    @property
    def name(self) -> str:
        """In reports."""
        return f"stall of {self.core}"


@dataclass(frozen=True, slots=True)
class CoreFailure:
    """A core goes off. What it does and what waits there is hit; while off it draws nothing."""

    core: str
    """Name of the core."""
    from_ns: int
    """When it goes off."""
    until_ns: int | None = None
    """When it comes back, at rest; None for never."""

    @property
    def name(self) -> str:
        """In reports."""
        return f"failure of {self.core}"


@dataclass(frozen=True, slots=True)
class LinkLoss:
    """A transfer takes its time and energy, and nothing arrives."""

    link: str
    """Name of the link."""
    probability: float
    """Of each transfer, whatever became of others."""

    @property
    def name(self) -> str:
        """In reports."""
        return f"loss on {self.link}"


@dataclass(frozen=True, slots=True)
class LinkCorruption:
    """A transfer arrives and nobody notices, but the sample's answer is of no use."""

    link: str
    """Name of the link."""
    probability: float
    """Of each transfer that arrives."""

    @property
    def name(self) -> str:
        """In reports."""
        return f"corruption on {self.link}"


@dataclass(frozen=True, slots=True)
class BrownOut:
    """Everything goes off for good when the battery, full at the start, is down to a share."""

    at_remaining_share: float
    """Of the battery's capacity, from 0 to below 1."""

    @property
    def name(self) -> str:
        """In reports."""
        return "brown-out"


Fault = CoreStall | CoreFailure | LinkLoss | LinkCorruption | BrownOut


@dataclass(frozen=True, slots=True)
class Reaction:
    """What a pipeline does about a sample that a fault hits; by default the sample is lost."""

    retries: int = 0
    """How often one sample may try again: a lost transfer at once, a segment once its core is
    back. A core that never comes back is not waited for."""
    fallbacks: Mapping[str, Plan] = field(default_factory=dict)
    """By name of a core: a plan that does without it. While the core is off, samples are released
    to that plan, and those that it hits begin again with it. It has the same task graph, gates and
    platform; cores go on resting as the pipeline's own plan says."""


@dataclass(frozen=True, slots=True)
class Faults:
    """All that goes wrong in one run."""

    faults: tuple[Fault, ...]
    """In any order; those of one core may not overlap in time, and a link has one of a kind."""
    reactions: tuple[Reaction, ...] = ()
    """One a pipeline; if there are none, all samples hit are lost."""
    seed: int = 0
    """What links lose and corrupt follows from it."""
