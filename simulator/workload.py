"""What the sensor releases: when, and what each sample will turn out to be.

``replay`` takes the fate of each sample from recorded scores, ``drawn`` draws it from the gates'
stop rates, and ``outcomes`` lists every fate that one sample can have.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from devicemodels.cost import nanoseconds
from devicemodels.documents.errors import InputError
from scheduler.plan import Plan
from scheduler.recording import Recording
from scheduler.taskgraph import CLASSES, Gate
from simulator.random_draws import uniform
from simulator.trace import NOT_STOPPED, AnswerSource


@dataclass(frozen=True, slots=True)
class Workload:
    """The samples of one run, decided before any engine starts.

    Because a sample's fate at the gates is fixed here, two engines and two plans that share
    thresholds see the same world.
    """

    release_ns: NDArray[np.int64]
    """Shape (n,), not decreasing: when each sample is released."""
    label: NDArray[np.int8]
    """Shape (n,): 1 = truly positive."""
    exit_gate: NDArray[np.int16]
    """Shape (n,): index of the gate that stops it, or -1."""
    answer: NDArray[np.int8]
    """Shape (n,): the answer it ends with; 0 where a gate stops it."""
    duration_ns: int
    """Length of the run; not before the last release."""
    answers: AnswerSource = "drawn"
    """Where ``exit_gate`` and ``answer`` come from."""


def period_ns(plan: Plan) -> int:
    """Time between two releases that the plan was made for."""
    return nanoseconds(plan.requirements.period_s)


def samples_within(duration_ns: int, every_ns: int) -> int:
    """How many samples a periodic sensor releases before ``duration_ns``, the first at 0."""
    return -(-duration_ns // every_ns)


def replay(
    recording: Recording,
    plan: Plan,
    period_ns: int,
    samples: int | None = None,
    duration_ns: int | None = None,
) -> Workload:
    """A recorded stream, released every ``period_ns``, judged by the plan's thresholds.

    The recording starts again where it ends. ``samples`` is how many to release, or
    ``duration_ns`` how long; with neither, the recording is played once. A sample stops at the
    first gate of the plan whose recorded score is below the plan's threshold, both as float64.
    Raises ``InputError`` if the recording is empty or lacks a gate of the plan, ``ValueError`` if
    both ``samples`` and ``duration_ns`` are given.
    """
    recorded = len(recording.labels)
    if recorded == 0:
        raise InputError.single("the recording has no samples to replay")
    if samples is not None and duration_ns is not None:
        raise ValueError("give the number of samples or the duration, not both")
    columns = _columns(recording, plan)
    if duration_ns is not None:
        samples = samples_within(duration_ns, period_ns)
    elif samples is None:
        samples = recorded
    thresholds = np.array([setting.threshold for setting in plan.gates], dtype=np.float64)
    stops = recording.gate_scores[:, columns].astype(np.float64) < thresholds
    exit_gate = _first_stop(stops)
    answer = np.where(exit_gate == NOT_STOPPED, recording.answers, 0)
    played = np.arange(samples) % recorded
    return Workload(
        release_ns=_periodic(samples, period_ns),
        label=recording.labels[played].astype(np.int8),
        exit_gate=exit_gate[played],
        answer=answer[played].astype(np.int8),
        duration_ns=samples * period_ns if duration_ns is None else duration_ns,
        answers="recorded",
    )


def drawn(plan: Plan, period_ns: int, samples: int, seed: int, pipeline: int = 0) -> Workload:
    """Random samples, released every ``period_ns``: classes by the plan's prior, nested gates.

    Draw 0 of a sample is its class, draw 1 + g whether gate g stops it if it comes that far, the
    last draw whether the whole network answers it right. That has the same probability for both
    classes, chosen so that the expected share of right answers is the plan's (as near as a
    probability can bring it).
    """
    gates = _gates(plan)
    index = np.arange(samples, dtype=np.uint64)[:, np.newaxis]
    draws = uniform(seed, pipeline, index, np.arange(2 + len(gates)))
    prior = plan.requirements.class_prior
    label = (draws[:, 0] < prior["positive"]).astype(np.int8)
    rates = np.array([[gate.stop_rate[c] for gate in gates] for c in CLASSES]).reshape(2, -1)
    exit_gate = _first_stop(draws[:, 1:-1] < rates[label])
    right = draws[:, -1] < _right_if_not_stopped(plan, gates)
    answer = np.where(exit_gate == NOT_STOPPED, np.where(right, label, 1 - label), 0)
    return Workload(
        release_ns=_periodic(samples, period_ns),
        label=label,
        exit_gate=exit_gate,
        answer=answer.astype(np.int8),
        duration_ns=samples * period_ns,
    )


def outcomes(plan: Plan) -> list[tuple[float, Workload]]:
    """Every fate of one isolated sample (class x exit) with its probability, over one period.

    The probabilities add up to 1. A sample that no gate stops is answered right.
    """
    gates, every_ns = _gates(plan), period_ns(plan)
    fates = []
    for value, label in enumerate(CLASSES):
        reaching = plan.requirements.class_prior[label]
        for index, gate in enumerate(gates):
            stopped = reaching * gate.stop_rate[label]
            fates.append((stopped, _one(value, index, 0, every_ns)))
            reaching -= stopped
        fates.append((reaching, _one(value, NOT_STOPPED, value, every_ns)))
    return fates


def _one(label: int, exit_gate: int, answer: int, every_ns: int) -> Workload:
    return Workload(
        release_ns=np.zeros(1, dtype=np.int64),
        label=np.array([label], dtype=np.int8),
        exit_gate=np.array([exit_gate], dtype=np.int16),
        answer=np.array([answer], dtype=np.int8),
        duration_ns=every_ns,
    )


def _periodic(samples: int, every_ns: int) -> NDArray[np.int64]:
    if every_ns < 0 or samples < 0:
        raise ValueError(f"cannot release {samples} samples every {every_ns} ns")
    return np.arange(samples, dtype=np.int64) * every_ns


def _first_stop(stops: NDArray[np.bool_]) -> NDArray[np.int16]:
    """Index of the first gate that stops each sample; shape (n, gates) to (n,)."""
    if stops.shape[1] == 0:
        return np.full(stops.shape[0], NOT_STOPPED, dtype=np.int16)
    first = np.where(stops.any(axis=1), stops.argmax(axis=1), NOT_STOPPED)
    return first.astype(np.int16)


def _gates(plan: Plan) -> tuple[Gate, ...]:
    """The task graph's gates, in the plan's order."""
    by_name = {gate.name: gate for gate in plan.task_graph.gates}
    return tuple(by_name[setting.gate] for setting in plan.gates)


def _columns(recording: Recording, plan: Plan) -> list[int]:
    """The recording's column of each gate of the plan."""
    missing = [setting.gate for setting in plan.gates if setting.gate not in recording.gates]
    if missing:
        has = ", ".join(recording.gates) or "none"
        raise InputError.single(
            f"the recording has no scores of gate '{missing[0]}'; it has {has}",
            hint="record the stream with the network that the plan was made for",
        )
    return [recording.gates.index(setting.gate) for setting in plan.gates]


def _right_if_not_stopped(plan: Plan, gates: tuple[Gate, ...]) -> float:
    """Probability of a right answer of the whole network that gives the plan's accuracy."""
    passing = {label: plan.requirements.class_prior[label] for label in CLASSES}
    for gate in gates:
        passing = {c: share * (1.0 - gate.stop_rate[c]) for c, share in passing.items()}
    stopped_right = plan.requirements.class_prior["negative"] - passing["negative"]
    reaching = sum(passing.values())
    if reaching == 0.0:
        return 1.0
    return min(1.0, max(0.0, (plan.expected.accuracy - stopped_right) / reaching))
