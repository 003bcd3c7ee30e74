"""Workloads of a sensor that keeps its period, in one call; ``simulator.sources`` has all others.

``replay`` takes the fate of each sample from recorded scores, ``drawn`` draws it from the gates'
stop rates, and ``outcomes`` lists every fate that one sample can have.
"""

import numpy as np

from devicemodels.cost import nanoseconds
from scheduler.gating import answered
from scheduler.plan import Plan
from scheduler.recording import Recording
from scheduler.taskgraph import CLASSES
from simulator.sources.columns import Workload
from simulator.sources.fates import Replayed, gates_of
from simulator.sources.feed import workload
from simulator.sources.releases import Periodic
from simulator.sources.source import Source
from simulator.trace import NOT_STOPPED

__all__ = ["Workload", "drawn", "outcomes", "period_ns", "replay", "samples_within"]


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
    ``duration_ns`` how long; with neither, the recording is played once. A sample ends at the
    first gate of the plan that stops or answers it by its recorded score, see ``scheduler.exits``.
    Raises ``InputError`` if the recording is empty or lacks a gate of the plan, ``ValueError`` if
    both ``samples`` and ``duration_ns`` are given.
    """
    if samples is not None and duration_ns is not None:
        raise ValueError("give the number of samples or the duration, not both")
    if duration_ns is None:
        duration_ns = period_ns * (len(recording.labels) if samples is None else samples)
    return workload(Source(Periodic(period_ns), Replayed(recording)), plan, duration_ns)


def drawn(plan: Plan, period_ns: int, samples: int, seed: int, pipeline: int = 0) -> Workload:
    """Random samples, released every ``period_ns``: classes by the plan's prior, nested gates.

    See ``Drawn``, and ``docs/semantics.md`` for which draw decides what.
    """
    return workload(Source(Periodic(period_ns)), plan, samples * period_ns, seed, pipeline)


def outcomes(plan: Plan) -> list[tuple[float, Workload]]:
    """Every fate of one isolated sample with its probability, over one period.

    A fate is a class, an exit, and, at a gate that answers "positive" too, an answer. The
    probabilities add up to 1. A sample that ends at no gate is answered right.
    """
    gates, every_ns = gates_of(plan), period_ns(plan)
    fates = []
    for value, label in enumerate(CLASSES):
        reaching = plan.requirements.class_prior[label]
        for index, gate in enumerate(gates):
            ends = reaching * gate.stop_rate[label]
            positive = reaching * answered(gate, label)
            fates.append((ends - positive, _one(value, index, 0, every_ns)))
            if gate.answer_rate is not None:
                fates.append((positive, _one(value, index, 1, every_ns)))
            reaching -= ends
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
