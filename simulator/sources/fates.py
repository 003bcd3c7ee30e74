"""What each sample will turn out to be: its class, the gate that it ends at, its answer.

``Drawn`` draws it from the plan's stop rates, ``Replayed`` looks it up in a recording. Here they
become flat columns for the loops of ``simulator.sources.fate_loops``, for one plan.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from devicemodels.documents.errors import InputError
from scheduler.exits import exits
from scheduler.gating import answered
from scheduler.plan import Plan
from scheduler.recording import Recording
from scheduler.taskgraph import CLASSES, Gate
from simulator.sources.draws import Bits, Words, limit_of
from simulator.sources.fate_loops import IN_ORDER, draw_fates, look_up_fates
from simulator.sources.releases import require_share
from simulator.trace import NOT_STOPPED, AnswerSource

Fates = tuple[NDArray[np.int8], NDArray[np.int16], NDArray[np.int8]]
"""Label, exit gate and answer of each sample, as in ``Workload``."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """Classes by a prior, nested gates by the plan's stop rates, right answers by its accuracy.

    The network answers a sample that no gate stops right with one probability for both classes,
    such that the plan's accuracy comes out at the plan's own class prior. Another prior changes
    what the network meets, not the network.
    """

    positive_share: float | None = None
    """Share of samples that are positive; None = the plan's class prior."""

    def __post_init__(self) -> None:
        require_share(self.positive_share)


@dataclass(frozen=True, slots=True, eq=False)
class Replayed:
    """Recorded windows, judged by the plan's thresholds: gates keep their real correlation."""

    recording: Recording
    """Scores and answers by window."""
    positive_share: float | None = None
    """None = the windows in order, over and over; else each sample's class is drawn with this
    share, and then any of the recorded windows of that class."""

    def __post_init__(self) -> None:
        require_share(self.positive_share)


@dataclass(frozen=True, slots=True, eq=False)
class DrawnTable:
    """What ``Drawn`` comes to for one plan, as limits on 53 random bits."""

    positive: Bits
    """Shape (states,): for being positive."""
    stop: Bits
    """Shape (classes, gates): for ending there."""
    answer: Bits
    """Shape (classes, gates): for ending there as "positive"."""
    right: int
    """For being answered right."""
    answers: AnswerSource = "drawn"
    """For the workload."""

    def fates(self, key: Words, first: int, states: NDArray[np.int16]) -> Fates:
        """Those of the samples from ``first`` on, released in ``states``."""
        columns = _columns(len(states))
        gates = (self.stop, self.answer)
        draw_fates(key, first, states, self.positive, gates, np.uint64(self.right), columns)
        return columns


@dataclass(frozen=True, slots=True, eq=False)
class ReplayedTable:
    """What ``Replayed`` comes to for one plan: the recording, judged once."""

    positive: NDArray[np.int64]
    """Shape (states,): limit on 53 random bits for being positive, or ``IN_ORDER``."""
    windows: Fates
    """Of each recorded window."""
    negatives: NDArray[np.int64]
    """Windows that are negative."""
    positives: NDArray[np.int64]
    """Windows that are positive."""
    answers: AnswerSource = "recorded"
    """For the workload."""

    def fates(self, key: Words, first: int, states: NDArray[np.int16]) -> Fates:
        """Those of the samples from ``first`` on, released in ``states``."""
        columns = _columns(len(states))
        by_class = (self.negatives, self.positives)
        look_up_fates(key, first, states, self.positive, self.windows, by_class, columns)
        return columns


def tabulate(
    fates: Drawn | Replayed, plan: Plan, shares: Sequence[float | None]
) -> DrawnTable | ReplayedTable:
    """The table for samples of states with these shares of positives, None = as ``fates`` says.

    Raises ``InputError`` if a recording is empty, lacks a gate of the plan, or lacks a class that
    is to be drawn.
    """
    stated = [fates.positive_share if share is None else share for share in shares]
    if isinstance(fates, Replayed):
        return _replayed(fates.recording, plan, stated)
    prior = plan.requirements.class_prior["positive"]
    gates = gates_of(plan)
    stop = [[limit_of(gate.stop_rate[label]) for gate in gates] for label in CLASSES]
    answer = [[limit_of(answered(gate, label)) for gate in gates] for label in CLASSES]
    shape = len(CLASSES), len(gates)
    return DrawnTable(
        positive=np.array([limit_of(prior if s is None else s) for s in stated], dtype=np.uint64),
        stop=np.array(stop, dtype=np.uint64).reshape(shape),
        answer=np.array(answer, dtype=np.uint64).reshape(shape),
        right=limit_of(_right_if_not_stopped(plan, gates)),
    )


def gates_of(plan: Plan) -> tuple[Gate, ...]:
    """The task graph's gates, in the plan's order."""
    by_name = {gate.name: gate for gate in plan.task_graph.gates}
    return tuple(by_name[setting.gate] for setting in plan.gates)


def _replayed(recording: Recording, plan: Plan, stated: Sequence[float | None]) -> ReplayedTable:
    if len(recording.labels) == 0:
        raise InputError.single("the recording has no samples to replay")
    by_class = [np.flatnonzero(recording.labels == value) for value in range(len(CLASSES))]
    for share in stated:
        for label, windows in zip(CLASSES, by_class, strict=True):
            wanted = share is not None and share != float(label == "negative")
            if wanted and len(windows) == 0:
                raise InputError.single(
                    f"the recording has no {label} window, but a share of {share:g} of the samples "
                    "is to be positive",
                    hint="replay the recording in order, without a share of positives",
                )
    limits = [IN_ORDER if share is None else limit_of(share) for share in stated]
    return ReplayedTable(
        positive=np.array(limits, dtype=np.int64),
        windows=_judged(recording, plan),
        negatives=by_class[0],
        positives=by_class[1],
    )


def _judged(recording: Recording, plan: Plan) -> Fates:
    """The fate of each window: it ends at the first gate that stops or answers it."""
    missing = [setting.gate for setting in plan.gates if setting.gate not in recording.gates]
    if missing:
        has = ", ".join(recording.gates) or "none"
        raise InputError.single(
            f"the recording has no scores of gate '{missing[0]}'; it has {has}",
            hint="record the stream with the network that the plan was made for",
        )
    seen = recording.of_gates(setting.gate for setting in plan.gates)
    ends = exits(seen.gate_scores, plan.gates)
    nowhere = ends.gate == len(plan.gates)
    exit_gate = np.where(nowhere, NOT_STOPPED, ends.gate)
    answer = np.where(nowhere, recording.answers, ends.positive)
    return recording.labels.astype(np.int8), exit_gate.astype(np.int16), answer.astype(np.int8)


def _columns(samples: int) -> Fates:
    return np.empty(samples, np.int8), np.empty(samples, np.int16), np.empty(samples, np.int8)


def _right_if_not_stopped(plan: Plan, gates: tuple[Gate, ...]) -> float:
    """Probability of a right answer of the whole network that gives the plan's accuracy."""
    reaching = {label: plan.requirements.class_prior[label] for label in CLASSES}
    right = 0.0
    for gate in gates:
        for label, share in reaching.items():
            as_positive = answered(gate, label)
            as_negative = gate.stop_rate[label] - as_positive
            right += share * (as_positive if label == "positive" else as_negative)
            reaching[label] = share * (1.0 - gate.stop_rate[label])
    left = sum(reaching.values())
    if left == 0.0:
        return 1.0
    return min(1.0, max(0.0, (plan.expected.accuracy - right) / left))
