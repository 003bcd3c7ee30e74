"""Choices of gates that were measured as a whole, on a handful of drawn samples.

Stop rates, accuracy and recall of each choice are counted, so choices can never contradict each
other. If all gates see the same score of a sample, they are nested; if each has its own, what a
gate stops depends on all gates before it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

from hypothesis import strategies as st

from scheduler.gating import Thresholds, gate_as_used
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
    settings = list(product((None, (0.25, None), (0.5, None), (0.25, 0.75)), repeat=count))
    picked = draw(
        st.lists(st.sampled_from(settings), min_size=1, max_size=4, unique=True).map(
            lambda chosen: sorted(chosen, key=settings.index)
        )
    )
    choices = tuple(measured(graph, samples, setting) for setting in picked)
    best = max(choices, key=lambda choice: choice.accuracy)
    own = {use.gate: use for choice in reversed(choices) for use in choice.gates}
    return replace(
        graph,
        gates=tuple(
            gate_as_used(gate, own[gate.name]) if gate.name in own else gate for gate in graph.gates
        ),
        accuracy=best.accuracy,
        recall=best.recall,
        gate_choices=choices,
    )


def measured(
    graph: TaskGraph, samples: Sequence[Judged], settings: Sequence[Thresholds | None]
) -> GateChoice:
    """The choice that uses each gate at its thresholds, or leaves it out, as counted."""
    left = list(samples)
    uses = []
    right = dict.fromkeys(CLASSES, 0)
    for index, (gate, setting) in enumerate(zip(graph.gates, settings, strict=True)):
        if setting is None:
            continue
        low, high = setting
        stopped = [s for s in left if s.scores[index] < low]
        answered = [s for s in left if high is not None and s.scores[index] >= high]
        ends = {label: _share([*stopped, *answered], left, label) for label in CLASSES}
        answers = {label: _share(answered, left, label) for label in CLASSES}
        uses.append(GateUse(gate.name, low, ends, high, None if high is None else answers))
        right["negative"] += _count(stopped, "negative")
        right["positive"] += _count(answered, "positive")
        left = [s for s in left if s not in stopped and s not in answered]
    for label in CLASSES:
        right[label] += sum(s.label == label and s.right for s in left)
    return GateChoice(
        tuple(uses),
        sum(right.values()) / len(samples),
        right["positive"] / _count(samples, "positive"),
    )


def _share(part: Sequence[Judged], whole: Sequence[Judged], label: SampleClass) -> float:
    among = _count(whole, label)
    return _count(part, label) / among if among else 0.0


def _count(samples: Sequence[Judged], label: SampleClass) -> int:
    return sum(sample.label == label for sample in samples)
