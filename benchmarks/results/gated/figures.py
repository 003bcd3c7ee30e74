"""What is measured of one trained contender on test data: plain values, kept as JSON."""

from collections.abc import Mapping
from dataclasses import dataclass

from scheduler.plan import Cause

VERSION = "wakepath/gated-results@1"
"""Of the kept files."""


@dataclass(frozen=True, slots=True)
class CutFigures:
    """An edge that a gate stands before, or that a learned codec can send."""

    edge: str
    """``source->target``."""
    gate: str
    """Gate that decides before it; empty if there is none."""
    stopped: Mapping[str, float]
    """Share of each class answered "negative" by the gate, among those that reach it."""
    raw_bytes: int
    """Of one activation."""
    codec: str
    """That in force when this was measured."""
    wire_bytes: int
    """Of one activation on the wire, headers and bitmaps included."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How far samples come along the network."""

    segment: str
    """The segment that they reach."""
    depth: float
    """Share of the network's multiply-accumulates that lie before it."""
    share: Mapping[str, float]
    """Share of each class that reaches it."""


@dataclass(frozen=True, slots=True)
class NetworkFigures:
    """A contender on test data, at its own thresholds, a codec in force at every cut."""

    samples: Mapping[str, int]
    """How many of each class."""
    cuts: tuple[CutFigures, ...]
    """In order."""
    reach: tuple[Reach, ...]
    """By segment, in order."""
    stopped: Mapping[str, float]
    """Share of each class answered "negative" by any gate."""
    lost: float
    """Share of the positives that a gate stops though the network behind would have found them."""
    macs: Mapping[str, float]
    """Mean multiply-accumulates of a sample of each class, gate heads and codecs included."""
    raw_bytes: Mapping[str, float]
    """Mean bytes that a sample of each class would send across the cuts if they went raw."""
    wire_bytes: Mapping[str, float]
    """Mean bytes that it does send."""
    right: Mapping[str, float]
    """Share of right answers in each class; that of the positives is the recall."""
    accuracy: float
    """Share of right answers over the test samples as they are."""
    precision: float
    """Share of the samples answered "positive" that are; 0 if none is."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One plan, and the replayed test stream under it."""

    platform: str
    """Name of the platform."""
    algorithm: str
    """What planned it."""
    negatives: float
    """Share of the samples that are negative, in the plan and in the replay."""
    reason: str = ""
    """Why there is no plan; everything below is empty then."""
    energy_j: float = 0.0
    """Per sample, everything included."""
    floor_j: float = 0.0
    """Of it the rail, and every core in its most frugal idle state."""
    rail_j: float = 0.0
    """Of it the rail, which feeds the sensor."""
    by_cause_j: Mapping[Cause, float] | None = None
    """Energy per sample by cause."""
    cores: tuple[str, ...] = ()
    """By segment, where it runs."""
    gates: tuple[str, ...] = ()
    """Those in use."""
    codecs: tuple[str, ...] = ()
    """Those of the crossings, in order."""
    right: Mapping[str, float] | None = None
    """Share of right answers in each class over the whole test split, with this plan's gates and
    codecs."""

    @property
    def beyond_j(self) -> float:
        """Energy per sample beyond a device to which nothing ever happens."""
        return self.energy_j - self.floor_j


@dataclass(frozen=True, slots=True)
class Split:
    """One placement, a plan's own, at one class prior; energies per sample by cause."""

    platform: str
    """Name of the platform."""
    negatives: float
    """Share of negatives."""
    floor_j: float
    """As in ``Planned``."""
    open_j: Mapping[Cause, float]
    """The plan with no gates and raw crossings."""
    gated_j: Mapping[Cause, float]
    """With its gates and raw crossings."""
    final_j: Mapping[Cause, float]
    """As it is, with its codecs."""


@dataclass(frozen=True, slots=True)
class Floors:
    """What all contenders are planned for, on validation data."""

    accuracy: float
    """Lowest accuracy."""
    recall: float
    """Lowest recall."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything about one contender, trained once."""

    data_set: str
    """Name of the network that reads it."""
    seed: int
    """Of everything random."""
    contender: str
    """Its name in the registry."""
    period_s: float
    """Time from one sample to the next."""
    train_s: float
    """Processor time that making it took."""
    floors: Floors
    """Common to all contenders of the set and seed."""
    short: str
    """Which of the floors it does not reach on validation, with its figure; empty if both are."""
    macs: int
    """Multiply-accumulates of its trunk, all of it."""
    weight_bytes: int
    """Of its trunk's parameters."""
    stopped_on_validation: Mapping[str, float]
    """Share of each class answered "negative" by any gate where thresholds were chosen."""
    network: NetworkFigures
    """On test data."""
    planned: tuple[Planned, ...]
    """By platform, algorithm and class prior."""
    splits: tuple[Split, ...]
    """By platform, of the gated network only."""
    version: str = VERSION
    """Of this form."""

    def plan(self, platform: str, negatives: float, algorithm: str) -> Planned:
        """The plan for these; ``StopIteration`` if there is none."""
        return next(
            p
            for p in self.planned
            if (p.platform, p.negatives, p.algorithm) == (platform, negatives, algorithm)
        )


def kept_name(data_set: str, seed: int, contender: str) -> str:
    """File of an outcome in its work folder."""
    return f"{data_set}-{seed}-{contender}.json"
