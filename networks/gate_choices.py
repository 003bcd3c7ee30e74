"""Which gates a planner may use together, each combination measured on validation as a whole."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from networks.evaluation import accuracy, gated_answers, recall, with_rates
from networks.thresholds import choose_thresholds
from scheduler.gating import gate_use
from scheduler.recording import Recording
from scheduler.taskgraph import GateChoice, TaskGraph

RECALL_FLOORS = (1.0, 0.99, 0.97)
"""Shares of the true positives that a gate alone must let pass: one threshold for each."""


def measured_choices(
    taskgraph: TaskGraph,
    recording: Recording,
    macs_after: NDArray[np.int64],
    recall_floors: Sequence[float] = RECALL_FLOORS,
) -> tuple[GateChoice, ...]:
    """Every combination of gates, left out or at one of a few thresholds.

    Parameters
    ----------
    taskgraph
        Its gates' own thresholds, chosen together, are one more combination.
    recording
        Of validation data, with raw activations at every cut.
    macs_after
        Shape (gates,): multiply-accumulates that stopping a sample at each gate saves.
    recall_floors
        What a gate alone may lose; the combinations lose more, which is measured, not assumed.
    """
    gates = range(len(taskgraph.gates))
    thresholds = [
        sorted({_alone(recording, gate, floor, macs_after[[gate]]) for floor in recall_floors})
        for gate in gates
    ]
    combinations: list[tuple[float | None, ...]] = list(product(*([None, *t] for t in thresholds)))
    together = tuple(gate.threshold for gate in taskgraph.gates)
    if together not in combinations:
        combinations.append(together)
    return tuple(_measured(taskgraph, recording, settings) for settings in combinations)


def _alone(
    recording: Recording, gate: int, recall_floor: float, macs_after: NDArray[np.int64]
) -> float:
    (threshold,) = choose_thresholds(
        recording.gate_scores[:, [gate]],
        recording.labels,
        recording.answers,
        recall_floor=recall_floor,
        macs_after=macs_after,
    )
    return threshold


def _measured(
    taskgraph: TaskGraph, recording: Recording, settings: tuple[float | None, ...]
) -> GateChoice:
    """What the gates with a threshold do together; the others are left out."""
    used = zip(taskgraph.gates, settings, strict=True)
    gates = tuple(replace(gate, threshold=t) for gate, t in used if t is not None)
    return measured_choice(replace(taskgraph, gates=gates), recording)


def measured_choice(gated: TaskGraph, recording: Recording) -> GateChoice:
    """What the gates of ``gated`` do together; ``recording`` may know of more gates."""
    columns = [recording.gates.index(gate.name) for gate in gated.gates]
    seen = replace(
        recording,
        gate_scores=recording.gate_scores[:, columns],
        gates=tuple(gate.name for gate in gated.gates),
    )
    answers = gated_answers(gated, seen)
    return GateChoice(
        gates=tuple(map(gate_use, with_rates(gated, seen).gates)),
        accuracy=accuracy(answers, recording.labels),
        recall=recall(answers, recording.labels),
    )
