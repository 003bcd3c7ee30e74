"""The search: the most promising candidates for a few epochs, the best of them for all.

Branch and bound. A candidate whose bound is not below what a trained network takes that is good
enough cannot lower the energy any further, so it is never trained. Within the budget the order is
by turns: of each set of gated cuts the next candidate, sets with the lowest bound first, so that a
sweep of six trainings has seen more than six widths of one codec.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from networks.sweep.candidates import Candidate
from networks.sweep.results import (
    Measured,
    Skipped,
    SweepResult,
    Training,
    Untried,
    front_of,
    training_name,
)
from scheduler.tolerance import FIGURE_RELATIVE

SHORT_SHARE = 0.25
"""Share of the epochs that a first trial gets."""

FULL_SHARE = 1 / 3
"""Share of the trainings that are kept for all epochs."""

Measure = Callable[[Candidate, int], Measured]
"""Trains a candidate for some epochs and says what it gave, on validation data."""


class WrongBound(Exception):
    """A network was measured below what was proved of it: a bug, never an answer."""


@dataclass(frozen=True, slots=True)
class SweepRules:
    """How much is tried, and what is enough."""

    trainings: int
    """Networks that are trained, short trials included; at least 1."""
    epochs: int
    """Of a full training."""
    enough_recall: float
    """A network with this recall and accuracy spares dearer candidates their training."""
    enough_accuracy: float
    """See ``enough_recall``."""

    @property
    def short_trainings(self) -> int:
        """First trials; all trainings if these are no shorter."""
        if self.short_epochs == self.epochs:
            return self.trainings
        return self.trainings - max(1, math.floor(self.trainings * FULL_SHARE))

    @property
    def short_epochs(self) -> int:
        """Epochs of a first trial."""
        return max(1, round(self.epochs * SHORT_SHARE))


def search(candidates: Sequence[Candidate], measure: Measure, rules: SweepRules) -> SweepResult:
    """Try candidates within the budget; keep what no other beats.

    Deterministic if ``measure`` is. Raises ``WrongBound`` if a measurement contradicts a price.
    """
    run = _Run(measure, rules)
    for candidate in by_turns(candidates):
        if len(run.trainings) >= rules.short_trainings:
            break
        if run.beaten(candidate) is None:
            run.train(candidate, rules.short_epochs)
    # Where the promising ones do not use the budget up, others get what is left of it.
    for candidate in (*_ranked(candidates, run.trainings), *by_turns(candidates)):
        if len(run.trainings) >= rules.trainings:
            break
        if run.beaten(candidate) is None:
            run.train(candidate, rules.epochs)
    return run.result(candidates)


def by_turns(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Sets of gated cuts in turn, those with the lowest bound first; within one likewise.

    Ties keep the order of the candidates.
    """
    groups: dict[tuple[str, ...], list[Candidate]] = {}
    for candidate in sorted(candidates, key=lambda c: c.price.optimistic_j):
        groups.setdefault(tuple(candidate.design.cuts), []).append(candidate)
    rounds = max((len(group) for group in groups.values()), default=0)
    return [group[turn] for turn in range(rounds) for group in groups.values() if turn < len(group)]


def _ranked(candidates: Iterable[Candidate], trainings: Sequence[Training]) -> list[Candidate]:
    """Those that were tried: of the front first, then by energy, then by what they miss."""
    on_front = {member.training for member in front_of(trainings)}
    by_name = {candidate.name: candidate for candidate in candidates}
    ranked = sorted(
        trainings,
        key=lambda t: (t.name not in on_front, t.measured.shortfall, t.measured.least_energy_j),
    )
    return [by_name[training.candidate] for training in ranked]


@dataclass(slots=True)
class _Run:
    """A search under way."""

    measure: Measure
    rules: SweepRules
    trainings: list[Training] = field(default_factory=list)

    def train(self, candidate: Candidate, epochs: int) -> None:
        """Unless it was trained for as long already."""
        if training_name(candidate.name, epochs) in {t.name for t in self.trainings}:
            return
        measured = self.measure(candidate, epochs)
        bound = candidate.price.optimistic_j
        if measured.least_energy_j < bound * (1.0 - FIGURE_RELATIVE):
            raise WrongBound(
                f"{candidate.name} takes {measured.least_energy_j} J, and {bound} J were proved"
            )
        self.trainings.append(Training(candidate.name, epochs, bound, measured))

    def beaten(self, candidate: Candidate) -> Skipped | None:
        """What makes training this candidate idle; None if nothing does."""
        rules, bound = self.rules, candidate.price.optimistic_j
        good = [
            (point.energy_j, training.name)
            for training in self.trainings
            for point in training.measured.points
            if training.candidate != candidate.name
            and point.recall >= rules.enough_recall
            and point.accuracy >= rules.enough_accuracy
            and point.energy_j <= bound
        ]
        if not good:
            return None
        energy_j, name = min(good, key=lambda pair: pair[0])
        return Skipped(candidate.name, tuple(candidate.design.cuts), bound, name, energy_j)

    def result(self, candidates: Sequence[Candidate]) -> SweepResult:
        """With what is known in the end of those that were not trained."""
        tried = {training.candidate for training in self.trainings}
        rest = [candidate for candidate in candidates if candidate.name not in tried]
        beaten = [self.beaten(candidate) for candidate in rest]
        return SweepResult(
            epochs=self.rules.epochs,
            front=front_of(self.trainings),
            trainings=tuple(self.trainings),
            skipped=tuple(one for one in beaten if one is not None),
            untried=tuple(
                Untried(candidate.name, tuple(candidate.design.cuts), candidate.price.optimistic_j)
                for candidate, one in zip(rest, beaten, strict=True)
                if one is None
            ),
        )
