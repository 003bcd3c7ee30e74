"""What trainings of a sweep gave, and the front that they form."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from scheduler.pareto import non_dominated
from scheduler.plan import GateSetting


@dataclass(frozen=True, slots=True)
class Point:
    """One way to use a trained network: the plan of least energy with some of its gates."""

    energy_j: float
    """Expected energy a sample, modelled."""
    beyond_j: float
    """What of it is neither the rail's nor idle power: what gates and codecs can change."""
    recall: float
    """On validation data."""
    accuracy: float
    """Likewise."""
    gates: tuple[GateSetting, ...]
    """The gates in use."""
    codecs: Mapping[str, str]
    """Codec by the edge that crosses between cores."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What one training gave, on validation data."""

    points: tuple[Point, ...]
    """Those that keep the scenario's floors; none if the network cannot."""
    shortfall: float
    """By how much the best choice of gates misses the floors of recall and accuracy, added up."""

    @property
    def least_energy_j(self) -> float:
        """Of its points; infinite if there is none."""
        return min((point.energy_j for point in self.points), default=float("inf"))


@dataclass(frozen=True, slots=True)
class Training:
    """One candidate, trained for some epochs."""

    candidate: str
    """Name of the candidate."""
    epochs: int
    """Passes over the training data."""
    optimistic_j: float
    """What was known of it before: no plan of it takes less."""
    measured: Measured
    """What it gave."""

    @property
    def name(self) -> str:
        """Of its folder: ``c007-epochs5``."""
        return training_name(self.candidate, self.epochs)


@dataclass(frozen=True, slots=True)
class Member:
    """One point of the front."""

    training: str
    """Name of the training whose network it uses."""
    point: Point
    """What it costs, and how it answers."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A candidate that was never trained, and need not be."""

    candidate: str
    """Its name."""
    cuts: tuple[str, ...]
    """Where it would be gated."""
    optimistic_j: float
    """What it takes at best."""
    beaten_by: str
    """Name of a training whose network takes no more, measured, and is good enough."""
    energy_j: float
    """What that one takes."""


@dataclass(frozen=True, slots=True)
class Untried:
    """A candidate that the budget left out."""

    candidate: str
    """Its name."""
    cuts: tuple[str, ...]
    """Where it would be gated."""
    optimistic_j: float
    """What it takes at best: nothing says that it does."""


@dataclass(frozen=True, slots=True)
class SweepResult:
    """All that a sweep found out."""

    epochs: int
    """Of a full training."""
    front: tuple[Member, ...]
    """By energy; no member is at least as good as another in energy, recall and accuracy."""
    trainings: tuple[Training, ...]
    """In the order in which they were made."""
    skipped: tuple[Skipped, ...]
    """In the order of the candidates."""
    untried: tuple[Untried, ...]
    """Likewise."""

    @property
    def lower_bound_j(self) -> float:
        """Nothing that is left to train can take less: neither a candidate that was not trained,
        nor one that was only tried for a few epochs. No more than what was reached."""
        full = {t.candidate for t in self.trainings if t.epochs == self.epochs}
        left = [t.optimistic_j for t in self.trainings if t.candidate not in full]
        left += [one.optimistic_j for one in self.untried]
        return min([*left, *(t.measured.least_energy_j for t in self.trainings)])


def training_name(candidate: str, epochs: int) -> str:
    """How a training and its folder are called."""
    return f"{candidate}-epochs{epochs}"


def front_of(trainings: Iterable[Training]) -> tuple[Member, ...]:
    """The points that no other beats in energy, recall and accuracy together.

    Of points that are equal in all three the one of the earlier training stays, and within a
    training the one that was measured first.
    """
    members = [Member(t.name, point) for t in trainings for point in t.measured.points]
    return tuple(
        non_dominated(members, lambda m: (m.point.energy_j, -m.point.recall, -m.point.accuracy))
    )
