"""Outcomes over seeds: means, spreads, and the strongest baseline of equal recall."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from benchmarks.results.gated.figures import Outcome, Planned, kept_name
from benchmarks.results.gated.sets import AT, GATED, ONE_CORE, OURS, UNGATED, DataSet
from devicemodels.documents.json_document import read_document
from scheduler.registry import DEFAULT_ALGORITHM

RECALL_TOLERANCE = 0.01
"""A baseline's mean recall on test data may be so much lower and still count as equal."""

ACCURACY_TOLERANCE = 0.005
"""The same of its accuracy, where that is asked for as well."""

PARTS_OF_OURS = ("gate-only", "compression-only")
"""Baselines that are the gated network with one of its two halves left out."""


@dataclass(frozen=True, slots=True)
class Spread:
    """One figure over seeds."""

    values: tuple[float, ...]
    """By seed."""

    @property
    def mean(self) -> float:
        return fmean(self.values)

    @property
    def low(self) -> float:
        return min(self.values)

    @property
    def high(self) -> float:
        return max(self.values)

    def text(self, shown: Callable[[float], str]) -> str:
        """The mean, and the range in brackets where it shows."""
        mean, low, high = shown(self.mean), shown(self.low), shown(self.high)
        return mean if low == high else f"{mean} ({low} to {high})"


@dataclass(frozen=True, slots=True)
class Rival:
    """A baseline beside the gated network."""

    contender: str
    """Its name."""
    times: float
    """Its mean energy over ours, beyond the floor."""
    times_total: float
    """The same of all energy."""
    one_core: bool
    """Whether all of it runs on one core."""


@dataclass(frozen=True, slots=True)
class Findings:
    """All outcomes of some data sets and seeds."""

    sets: tuple[DataSet, ...]
    """In order."""
    seeds: tuple[int, ...]
    """In order."""
    contenders: tuple[str, ...]
    """In the registry's order."""
    outcomes: Mapping[tuple[str, str], tuple[Outcome, ...]]
    """By data set and contender, one a seed."""

    def spread(self, data_set: str, contender: str, of: Callable[[Outcome], float]) -> Spread:
        """One figure of a contender over seeds."""
        return Spread(tuple(of(outcome) for outcome in self.outcomes[data_set, contender]))

    def actual(self, data_set: str, platform: str) -> str:
        """The platform that a data set's network is planned for in place of ``platform``."""
        return next(s for s in self.sets if s.name == data_set).platform(platform)

    def on(self, platform: str) -> str:
        """A platform's name, with what is taken for it, as Markdown."""
        others = [
            f"`{actual}` for {s.name}"
            for s in self.sets
            if (actual := s.platform(platform)) != platform
        ]
        return f"`{platform}`" + (f" ({', '.join(others)})" if others else "")

    def plans(
        self,
        data_set: str,
        contender: str,
        platform: str,
        negatives: float = AT,
        algorithm: str = DEFAULT_ALGORITHM,
    ) -> tuple[Planned, ...]:
        """Those of all seeds; none if any seed has no plan, or if nobody has that name."""
        actual = self.actual(data_set, platform)
        found = tuple(
            outcome.plan(actual, negatives, algorithm)
            for outcome in self.outcomes.get((data_set, contender), ())
        )
        return () if any(plan.reason for plan in found) else found

    def one_core(self, data_set: str, platform: str, ours: str = GATED) -> Rival | None:
        """The ungated network as ``alone`` has it, beside ``ours``; None if either has no plan."""
        one = self._rival(data_set, platform, UNGATED, ONE_CORE, ours=ours)
        return one or self._rival(data_set, platform, UNGATED, ours=ours)

    def alone(self, data_set: str, platform: str) -> tuple[Planned, ...]:
        """The ungated network on its best single core; on several where no core runs all of it."""
        one = self.plans(data_set, UNGATED, platform, algorithm=ONE_CORE)
        return one or self.plans(data_set, UNGATED, platform)

    def strongest(
        self,
        data_set: str,
        platform: str,
        without: Iterable[str] = (),
        *,
        as_accurate: bool = False,
        ours: str = GATED,
    ) -> Rival | None:
        """The cheapest baseline whose recall on test data is not below ours by more than allowed.

        ``without`` leaves some out, ``as_accurate`` those whose accuracy is lower than ours by more
        than allowed. None if there is none, or no plan of ours.
        """
        our_plans = self.plans(data_set, ours, platform)
        if not our_plans:
            return None
        recall = recall_of(our_plans) - RECALL_TOLERANCE
        accuracy = accuracy_of(our_plans) - ACCURACY_TOLERANCE if as_accurate else 0.0
        rivals = [
            rival
            for name in self.contenders
            if name not in (*OURS, *without)
            and (plans := self.plans(data_set, name, platform))
            and recall_of(plans) >= recall
            and accuracy_of(plans) >= accuracy
            and (rival := self._rival(data_set, platform, name, ours=ours))
        ]
        return min(rivals, key=lambda rival: rival.times, default=None)

    def _rival(
        self,
        data_set: str,
        platform: str,
        contender: str,
        algorithm: str = DEFAULT_ALGORITHM,
        *,
        ours: str,
    ) -> Rival | None:
        mine = self.plans(data_set, ours, platform)
        theirs = self.plans(data_set, contender, platform, algorithm=algorithm)
        if not mine or not theirs:
            return None
        return Rival(
            contender,
            fmean(p.beyond_j for p in theirs) / fmean(p.beyond_j for p in mine),
            fmean(p.energy_j for p in theirs) / fmean(p.energy_j for p in mine),
            all(len(set(plan.cores)) == 1 for plan in theirs),
        )


def recall_of(plans: Sequence[Planned]) -> float:
    """Mean recall on test data over the seeds."""
    return fmean(plan.right["positive"] for plan in plans if plan.right is not None)


def accuracy_of(plans: Sequence[Planned]) -> float:
    """Mean accuracy on test data over the seeds, at the class prior of the plans."""
    return fmean(mixed(p.right, p.negatives) for p in plans if p.right is not None)


def mixed(by_class: Mapping[str, float], negatives: float) -> float:
    """Mean over samples of which this share is negative."""
    return negatives * by_class["negative"] + (1.0 - negatives) * by_class["positive"]


def precision_at(right: Mapping[str, float], negatives: float) -> float:
    """Share of positives among what is answered "positive", likewise; 0 if nothing is."""
    found = (1.0 - negatives) * right["positive"]
    called = found + negatives * (1.0 - right["negative"])
    return found / called if called else 0.0


def bytes_saved(outcome: Outcome) -> float:
    """Share of the positives' bytes that never cross: of what crosses, wire against raw."""
    raw = outcome.network.raw_bytes["positive"]
    return 1.0 - outcome.network.wire_bytes["positive"] / raw if raw else 0.0


def read_findings(
    sets: Sequence[DataSet], seeds: Sequence[int], contenders: Sequence[str], folder: Path
) -> Findings:
    """The outcomes that are kept in ``folder``; all of them are there."""
    return Findings(
        tuple(sets),
        tuple(seeds),
        tuple(contenders),
        {
            (data_set.name, name): tuple(
                read_document(Outcome, folder / kept_name(data_set.name, seed, name))
                for seed in seeds
            )
            for data_set in sets
            for name in contenders
        },
    )
