"""A source, and the cursor that says how far one has been played."""

from dataclasses import dataclass, field

from simulator.sources.fates import Drawn, Replayed
from simulator.sources.releases import MOST_IN_BURSTS, Burst, Release


@dataclass(frozen=True, slots=True)
class Source:
    """Everything a sensor does: when it releases samples, and what each turns out to be.

    With the same seed, two plans that are simulated on one source see the same releases and the
    same classes; where their gates and thresholds agree, so do the fates.
    """

    release: Release
    """When samples are released."""
    fates: Drawn | Replayed = field(default_factory=Drawn)
    """What they turn out to be."""
    bursts: tuple[Burst, ...] = ()
    """Samples that come in between; they count on in the order of release."""

    def __post_init__(self) -> None:
        if sum(burst.samples for burst in self.bursts) > MOST_IN_BURSTS:
            raise ValueError(f"the bursts have more than {MOST_IN_BURSTS} samples together")


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a source has been played: plain numbers, fit for a checkpoint.

    At one time it is the same whatever the chunks in which the source was played until then.
    """

    time_ns: int
    """All releases before this time have been made."""
    sample: int
    """How many they were: the number of the next sample."""
    tick: int
    """Number of the draw that the next own release takes."""
    grid_ns: int
    """Its time without jitter; of a Poisson source the time that its interval begins at."""
    due_ns: int
    """Its time, unless the state ends before."""
    state: int
    """State that the source is in; 0 where there is only one."""
    stay: int
    """How many stays it has ended."""
    leaves_ns: int
    """When this stay ends."""
    burst: int
    """How many samples of bursts have been released."""
