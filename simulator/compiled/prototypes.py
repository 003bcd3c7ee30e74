"""What a sample does that has the platform to itself, by its fate: found by the loop itself."""

from dataclasses import dataclass

import numpy as np

from simulator.compiled.layout import (
    FAR,
    LATENCY_MAX,
    SPAN_COLUMNS,
    WORK_COLUMNS,
    Arrivals,
    Counters,
    Integers,
    World,
)
from simulator.compiled.loop import advance
from simulator.compiled.state import record_of, resting_state, zero_counters


@dataclass(frozen=True, slots=True)
class Prototypes:
    """One lone sample of each pipeline, exit and class."""

    latency_ns: Integers
    """Shape (pipelines, gates + 1): from release to answer, by exit gate + 1."""
    work: Integers
    """Shape (pipelines, gates + 1, classes, steps, WORK_COLUMNS): as ``Counters.work``."""

    def work_of(self, alone: Integers) -> Integers:
        """What all samples did that were counted in ``Counters.alone``; shape as its ``work``."""
        pipelines, exits, classes = self.work.shape[:3]
        counts = alone.reshape(pipelines, exits, classes, -1).sum(axis=3)
        work: Integers = np.tensordot(counts, self.work, axes=3)
        return work


def prototypes(world: World, gates: tuple[int, ...]) -> Prototypes:
    """Run each fate alone; ``gates`` is how many each pipeline has."""
    exits = max(gates) + 1
    latency_ns = np.zeros((len(gates), exits), dtype=np.int64)
    work = np.zeros((len(gates), exits, 2, len(world.steps), WORK_COLUMNS), dtype=np.int64)
    for pipeline, its_gates in enumerate(gates):
        for exit_gate in range(-1, its_gates):
            for label in range(2):
                counted = _run_one(world, max(gates), pipeline, exit_gate, label)
                work[pipeline, exit_gate + 1, label] = counted.work
                latency_ns[pipeline, exit_gate + 1] = counted.ends[pipeline, LATENCY_MAX]
    return Prototypes(latency_ns, work)


def _run_one(world: World, gates: int, pipeline: int, exit_gate: int, label: int) -> Counters:
    span = np.zeros((len(world.pipelines), SPAN_COLUMNS), dtype=np.int64)
    span[pipeline] = (0, 1, 0)
    arrivals = Arrivals(
        release_ns=np.zeros(1, dtype=np.int64),
        label=np.array([label], dtype=np.int8),
        exit_gate=np.array([exit_gate], dtype=np.int16),
        answer=np.zeros(1, dtype=np.int8),
        span=span,
    )
    counters = zero_counters(world, gates)
    advance(world, resting_state(world), arrivals, record_of(0, 0), counters, FAR, FAR)
    return counters
