"""Choices of gates that were measured as a whole, on a handful of drawn samples.

Stop rates, accuracy and recall of each choice are counted, so choices can never contradict each
other. If all gates see the same score of a sample, they are nested; if each has its own, what a
gate stops depends on all gates before it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

from hypothesis import strategies as st

from scheduler.taskgraph import CLASSES, GateChoice, GateUse, SampleClass, TaskGraph

SCORES = 4
"""Scores are quarters: 0, 0.25, 0.5, 0.75."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A validation sample as gates and the whole network see it."""

    label: SampleClass
    """Its true class."""
    scores: tuple[float, ...]
    """By gate."""
    right: bool
    """Whether the whole network answers it right."""


@st.composite
def with_choices(draw: st.DrawFn, graph: TaskGraph) -> TaskGraph:
    """``graph`` with one or more choices among its gates, measured on the same samples.

    The gates' own thresholds and rates become those of the first choice that uses them.
    """
    count = len(graph.gates)
    nested = draw(st.booleans())
    quarters = st.integers(0, SCORES - 1).map(lambda score: score / SCORES)
    samples = []
    for label in CLASSES:
        for _ in range(draw(st.integers(1, 4))):
            scores = (
                (draw(quarters),) * count if nested else tuple(draw(quarters) for _ in range(count))
            )
            samples.append(Judged(label, scores, draw(st.booleans()) or draw(st.booleans())))
    settings = list(product((None, 0.25, 0.5), repeat=count))
    picked = draw(
        st.lists(st.sampled_from(settings), min_size=1, max_size=4, unique=True).map(
            lambda chosen: sorted(chosen, key=settings.index)
        )
    )
    choices = tuple(measured(graph, samples, thresholds) for thresholds in picked)
    best = max(choices, key=lambda choice: choice.accuracy)
    own = {use.gate: use for choice in reversed(choices) for use in choice.gates}
    return replace(
        graph,
        gates=tuple(
            replace(gate, threshold=own[gate.name].threshold, stop_rate=own[gate.name].stop_rate)
            if gate.name in own
            else gate
            for gate in graph.gates
        ),
        accuracy=best.accuracy,
        recall=best.recall,
        gate_choices=choices,
    )


def measured(
    graph: TaskGraph, samples: Sequence[Judged], thresholds: Sequence[float | None]
) -> GateChoice:
    """The choice that uses each gate at its threshold, or leaves it out, as counted."""
    left = list(samples)
    uses = []
    for index, (gate, threshold) in enumerate(zip(graph.gates, thresholds, strict=True)):
        if threshold is None:
            continue
        passing = [sample for sample in left if sample.scores[index] >= threshold]
        rates = {label: _stopped(left, passing, label) for label in CLASSES}
        uses.append(GateUse(gate.name, threshold, rates))
        left = passing
    positives = sum(sample.label == "positive" for sample in samples)
    found = sum(sample.label == "positive" and sample.right for sample in left)
    denied = sum(sample.label == "negative" for sample in samples) - sum(
        sample.label == "negative" and not sample.right for sample in left
    )
    return GateChoice(tuple(uses), (found + denied) / len(samples), found / positives)


def _stopped(reaching: Sequence[Judged], passing: Sequence[Judged], label: SampleClass) -> float:
    before = sum(sample.label == label for sample in reaching)
    after = sum(sample.label == label for sample in passing)
    return (before - after) / before if before else 0.0
