"""How a gate decides: which scores end a sample there, and with which answer.

A score is a probability in [0, 1] that the sample is positive. At a threshold of 0 a gate stops
nothing. At a threshold of 1 it stops everything, a score that rounding made exactly 1 included; so
limits are compared instead of thresholds, and the limit of a threshold of 1 lies above all scores.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from scheduler.taskgraph import CLASSES, Gate, GateUse, SampleClass


class Decides(Protocol):
    """A gate, a use of one, or a plan's setting of one."""

    @property
    def threshold(self) -> float:
        """A sample whose score is below it is answered "negative"."""

    @property
    def positive_threshold(self) -> float | None:
        """A sample whose score is at least this is answered "positive"."""


def stops_below(threshold: float) -> float:
    """A sample is stopped as "negative" exactly if its score, as float64, is below this limit."""
    return inf if threshold >= 1.0 else threshold


def answers_from(positive_threshold: float | None) -> float:
    """A sample that is not stopped is answered "positive" exactly if its score is not below."""
    return inf if positive_threshold is None else positive_threshold


@dataclass(frozen=True, slots=True)
class Exits:
    """Where the samples of a stream end."""

    gate: NDArray[np.int64]
    """Shape (n,): index of the first gate that ends the sample; the number of gates if none."""
    positive: NDArray[np.bool_]
    """Shape (n,): whether that gate answers "positive"."""


def exits(scores: NDArray[np.float32], gates: Sequence[Decides]) -> Exits:
    """Where each sample ends; ``scores`` has the shape (n, gates), in the order of ``gates``."""
    wide = scores.astype(np.float64).reshape(len(scores), len(gates))
    below = wide < [stops_below(gate.threshold) for gate in gates]
    above = wide >= [answers_from(gate.positive_threshold) for gate in gates]
    nowhere = np.ones((len(wide), 1), dtype=bool)
    gate = np.argmax(np.concatenate([below | above, nowhere], axis=1), axis=1)
    stopped = np.concatenate([below, nowhere], axis=1)[np.arange(len(wide)), gate]
    return Exits(np.asarray(gate, dtype=np.int64), ~stopped)


def ending_rates(ends: Exits, labels: NDArray[np.int8], gate: int) -> dict[SampleClass, float]:
    """Share that ends at ``gate``, whatever the answer, among those of each class that reach it.

    0 where nobody reaches it.
    """
    return _rates(ends, labels, gate, ends.gate == gate)


def stopping_rates(ends: Exits, labels: NDArray[np.int8], gate: int) -> dict[SampleClass, float]:
    """The part of ``ending_rates`` that is answered "negative"."""
    return _rates(ends, labels, gate, (ends.gate == gate) & ~ends.positive)


def answering_rates(ends: Exits, labels: NDArray[np.int8], gate: int) -> dict[SampleClass, float]:
    """The part of ``ending_rates`` that is answered "positive"."""
    return _rates(ends, labels, gate, (ends.gate == gate) & ends.positive)


def _rates(
    ends: Exits, labels: NDArray[np.int8], gate: int, which: NDArray[np.bool_]
) -> dict[SampleClass, float]:
    rates: dict[SampleClass, float] = {}
    for value, label in enumerate(CLASSES):
        reaching = which[(labels == value) & (ends.gate >= gate)]
        rates[label] = float(reaching.mean()) if reaching.size else 0.0
    return rates


def wrong_gate(gate: Gate | GateUse) -> str | None:
    """What is wrong with the thresholds and rates of a gate, in words; None if nothing is."""
    for label in CLASSES:
        rate = gate.stop_rate.get(label, -1.0)
        if not 0.0 <= rate <= 1.0:
            return f"stop rate of {label} is {rate}"
    if gate.positive_threshold is None:
        return None if gate.answer_rate is None else "an answer_rate without a positive_threshold"
    if not gate.positive_threshold >= gate.threshold:
        return (
            f"the positive_threshold {gate.positive_threshold} is below the threshold "
            f"{gate.threshold}: scores in between would have two answers"
        )
    if gate.answer_rate is None:
        return "a positive_threshold without the answer_rate that was measured at it"
    for label in CLASSES:
        answered, ends = gate.answer_rate.get(label, -1.0), gate.stop_rate[label]
        if not 0.0 <= answered <= ends:
            return f"answer rate of {label} is {answered}, the stop rate it is a part of {ends}"
    return None
