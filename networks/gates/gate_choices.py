"""Which gates a planner may use together, each combination measured on validation as a whole."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import product

import numpy as np
from numpy.typing import NDArray

from networks.evaluation import accuracy, gated_answers, recall, with_rates
from networks.gates.margins import with_margin
from networks.gates.promises import FalseAlarmPromise, RecallPromise
from networks.gates.thresholds import choose, choose_positive_thresholds, choose_thresholds
from networks.spec import Recipe
from scheduler.gating import gate_use
from scheduler.recording import Recording
from scheduler.taskgraph import Gate, GateChoice, TaskGraph

RECALL_FLOORS = (1.0, 0.99, 0.97)
"""Shares of the true positives that a gate alone must let pass: one threshold for each."""


@dataclass(frozen=True, slots=True)
class ChosenGates:
    """A task graph whose gates have their thresholds, and what is known of these."""

    taskgraph: TaskGraph
    """With thresholds, rates, accuracy, recall and gate choices of validation data."""
    promise: RecallPromise
    """What the thresholds say of new data."""
    false_alarms: FalseAlarmPromise | None
    """What the positive thresholds say of it; None if gates do not answer."""


def choose_gates(
    taskgraph: TaskGraph,
    recording: Recording,
    macs_after: NDArray[np.int64],
    recipe: Recipe,
    subjects: NDArray[np.int32],
) -> ChosenGates:
    """Put thresholds on the gates as a recipe wants them.

    With ``recall_confidence``, every choice that the planner is offered keeps the recipe's floor on
    new data, all of them together with that confidence; so it may pick the cheapest.

    Parameters
    ----------
    taskgraph
        As traced.
    recording
        Of validation data, with raw activations at every cut.
    macs_after
        Shape (gates,): multiply-accumulates that stopping a sample at each gate saves.
    recipe
        Floor, confidence, whether the floor holds for every subject, positive exits.
    subjects
        Shape (n,): whose each sample is.
    """
    groups = subjects.astype(np.int64) if recipe.recall_per_subject else None
    chosen = choose(
        recording.gate_scores,
        recording.labels,
        recording.answers,
        recall_floor=recipe.recall_floor,
        macs_after=macs_after,
        confidence=recipe.recall_confidence,
        groups=groups,
    )
    above: tuple[float | None, ...] = (None,) * len(taskgraph.gates)
    false_alarms = None
    if recipe.positive_exits:
        positive = choose_positive_thresholds(
            recording.gate_scores,
            recording.labels,
            recording.answers,
            false_alarm_cap=recipe.false_alarm_cap,
            macs_after=macs_after,
            confidence=recipe.recall_confidence,
        )
        above, false_alarms = positive.thresholds, positive.promise
    margin = partial(
        with_margin, recording.gate_scores, recording.labels, share=recipe.margin_share
    )
    below = margin(thresholds=chosen.thresholds)
    gates = tuple(map(_at, taskgraph.gates, below, above))
    gated = with_rates(replace(taskgraph, gates=gates), recording)
    answers = gated_answers(gated, recording)
    if recipe.recall_confidence is None:
        choices = measured_choices(
            gated, recording, macs_after, groups=groups, margin_share=recipe.margin_share
        )
    else:
        tried = [margin(thresholds=thresholds) for thresholds in chosen.alternatives]
        choices = _promised_choices(gated, recording, tried, above)
    return ChosenGates(
        taskgraph=replace(
            gated,
            positive_share=float(recording.labels.mean()),
            accuracy=accuracy(answers, recording.labels),
            recall=recall(answers, recording.labels),
            gate_choices=choices,
        ),
        promise=chosen.promise,
        false_alarms=false_alarms,
    )


def measured_choices(
    taskgraph: TaskGraph,
    recording: Recording,
    macs_after: NDArray[np.int64],
    recall_floors: Sequence[float] = RECALL_FLOORS,
    *,
    groups: NDArray[np.int64] | None = None,
    margin_share: float = 0.0,
) -> tuple[GateChoice, ...]:
    """Every combination of gates, left out or at one of a few thresholds.

    Parameters
    ----------
    taskgraph
        Its gates' own thresholds, chosen together, are one more combination. Its positive
        thresholds are those of all combinations.
    recording
        Of validation data, with raw activations at every cut.
    macs_after
        Shape (gates,): multiply-accumulates that stopping a sample at each gate saves.
    recall_floors
        What a gate alone may lose; the combinations lose more, which is measured, not assumed.
    groups
        Shape (n,): a gate alone keeps the floors for each of these groups; None: for all together.
    margin_share
        Share of the negatives that each gate lets go on, see ``networks.gates.margins``.
    """
    thresholds = [
        sorted(
            {
                _alone(recording, gate, floor, macs_after[[gate]], groups, margin_share)
                for floor in recall_floors
            }
        )
        for gate in range(len(taskgraph.gates))
    ]
    combinations: list[tuple[float | None, ...]] = list(product(*([None, *t] for t in thresholds)))
    together = tuple(gate.threshold for gate in taskgraph.gates)
    if together not in combinations:
        combinations.append(together)
    return tuple(_measured(taskgraph, recording, settings) for settings in combinations)


def _promised_choices(
    taskgraph: TaskGraph,
    recording: Recording,
    tried: Sequence[tuple[float, ...]],
    above: Sequence[float | None],
) -> tuple[GateChoice, ...]:
    """No gate, and each of the thresholds that were tried; a gate that ends nothing is left out."""
    combinations: dict[tuple[float | None, ...], None] = {(None,) * len(above): None}
    for thresholds in tried:
        pairs = zip(thresholds, above, strict=True)
        combinations[tuple(None if t <= 0.0 and u is None else t for t, u in pairs)] = None
    return tuple(_measured(taskgraph, recording, settings) for settings in combinations)


def _at(gate: Gate, threshold: float, above: float | None) -> Gate:
    """The gate at its thresholds; what it would stop it does not answer."""
    return replace(
        gate,
        threshold=threshold,
        positive_threshold=None if above is None else max(threshold, above),
    )


def _alone(
    recording: Recording,
    gate: int,
    recall_floor: float,
    macs_after: NDArray[np.int64],
    groups: NDArray[np.int64] | None,
    margin_share: float,
) -> float:
    scores = recording.gate_scores[:, [gate]]
    chosen = choose_thresholds(
        scores,
        recording.labels,
        recording.answers,
        recall_floor=recall_floor,
        macs_after=macs_after,
        groups=groups,
    )
    (threshold,) = with_margin(scores, recording.labels, chosen, margin_share)
    return threshold


def _measured(
    taskgraph: TaskGraph, recording: Recording, settings: tuple[float | None, ...]
) -> GateChoice:
    """What the gates with a threshold do together; the others are left out."""
    used = zip(taskgraph.gates, settings, strict=True)
    gates = tuple(_at(gate, t, gate.positive_threshold) for gate, t in used if t is not None)
    return measured_choice(replace(taskgraph, gates=gates), recording)


def measured_choice(gated: TaskGraph, recording: Recording) -> GateChoice:
    """What the gates of ``gated`` do together; ``recording`` may know of more gates."""
    seen = recording.of_gates(gate.name for gate in gated.gates)
    answers = gated_answers(gated, seen)
    return GateChoice(
        gates=tuple(map(gate_use, with_rates(gated, seen).gates)),
        accuracy=accuracy(answers, recording.labels),
        recall=recall(answers, recording.labels),
    )
