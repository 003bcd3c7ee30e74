"""Candidates of a sweep whose trainings are a table, so that a search takes no time."""

from collections.abc import Mapping
from dataclasses import dataclass

from hypothesis import strategies as st

from networks.design import Design
from networks.gated import CutDesign
from networks.sweep.candidates import Candidate
from networks.sweep.pricing import Price
from networks.sweep.results import Measured, Point, SweepResult
from networks.sweep.search import SweepRules

PARTS = ("early", "middle", "late")
EPOCHS = 8
Truth = Mapping[tuple[str, int], Measured]
"""What each candidate gives after so many epochs."""


@dataclass(frozen=True, slots=True)
class SweepWorld:
    """A search and what it would find if it trained everything."""

    candidates: tuple[Candidate, ...]
    truth: Truth
    rules: SweepRules

    def measure(self, candidate: Candidate, epochs: int) -> Measured:
        return self.truth[candidate.name, epochs]


def candidate(name: str, parts: tuple[str, ...], optimistic_j: float) -> Candidate:
    cuts = {part: CutDesign(8, 2, 4) for part in parts}
    saves = dict.fromkeys(parts, 1.0)
    design = Design("drawn", cuts, (1.0,) * len(parts))
    return Candidate(name, design, Price(optimistic_j, 100.0, saves, saves))


def point(energy_j: float, recall: float = 1.0, accuracy: float = 1.0) -> Point:
    return Point(energy_j, energy_j, recall, accuracy, (), {})


@st.composite
def sweep_worlds(draw: st.DrawFn) -> SweepWorld:
    """Small numbers, so that energies tie; some candidates never keep the floors."""
    rules = SweepRules(
        trainings=draw(st.integers(1, 10)),
        epochs=draw(st.sampled_from((1, EPOCHS))),
        enough_recall=draw(st.sampled_from((0.5, 0.75))),
        enough_accuracy=0.5,
    )
    made, truth = [], {}
    for index in range(draw(st.integers(1, 8))):
        parts = draw(st.lists(st.sampled_from(PARTS), min_size=1, unique=True))
        one = candidate(f"c{index}", tuple(sorted(parts)), float(draw(st.integers(1, 6))))
        made.append(one)
        for epochs in {rules.short_epochs, rules.epochs}:
            truth[one.name, epochs] = draw(_measured(one.price.optimistic_j))
    return SweepWorld(tuple(made), truth, rules)


@st.composite
def _measured(draw: st.DrawFn, optimistic_j: float) -> Measured:
    shares = st.sampled_from((0.5, 0.75, 1.0))
    points = draw(
        st.lists(
            st.builds(
                point, st.integers(0, 5).map(lambda more: optimistic_j + more), shares, shares
            ),
            max_size=3,
        )
    )
    return Measured(tuple(points), 0.0 if points else draw(st.sampled_from((0.1, 0.2))))


def unsound(result: SweepResult, truth: Truth) -> list[str]:
    """Names of candidates that were skipped and would have lowered the energy after all."""
    return [
        one.candidate
        for one in result.skipped
        if any(
            measured.least_energy_j < one.energy_j
            for (name, _), measured in truth.items()
            if name == one.candidate
        )
    ]
