"""What a sample does that has the platform to itself, by its fate: found by the loop itself."""

from dataclasses import dataclass

import numpy as np

from simulator.compiled.drawing import drawn_j
from simulator.compiled.layout import (
    FAR,
    LATENCY_MAX,
    SPAN_COLUMNS,
    WORK_COLUMNS,
    Arrivals,
    Counters,
    Floats,
    Integers,
    State,
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

    battery_j: Floats
    """Shape (pipelines, gates + 1): what the battery gives for it beyond what it gives for rest;
    zeros where nobody asks, or the answer depends on what else goes on."""

    def battery_of(self, alone: Integers) -> float:
        """The same for all samples that were counted in ``Counters.alone``."""
        return float((answered_by_exit(alone) * self.battery_j).sum())

    def work_of(self, alone: Integers) -> Integers:
        """What all samples did that were counted in ``Counters.alone``; shape as its ``work``."""
        pipelines, exits, classes = self.work.shape[:3]
        counts = alone.reshape(pipelines, exits, classes, -1).sum(axis=3)
        work: Integers = np.tensordot(counts, self.work, axes=3)
        return work


def answered_by_exit(alone: Integers) -> Integers:
    """Samples that were only counted, shape (pipelines, gates + 1), by exit gate + 1."""
    answered: Integers = alone.reshape(len(alone), -1, 4).sum(axis=2)
    return answered


def prototypes(world: World, gates: tuple[int, ...]) -> Prototypes:
    """Run each fate alone; ``gates`` is how many each pipeline has."""
    exits = max(gates) + 1
    latency_ns = np.zeros((len(gates), exits), dtype=np.int64)
    work = np.zeros((len(gates), exits, 2, len(world.steps), WORK_COLUMNS), dtype=np.int64)
    battery_j = np.zeros((len(gates), exits), dtype=np.float64)
    for pipeline, its_gates in enumerate(gates):
        for exit_gate in range(-1, its_gates):
            for label in range(2):
                place = (pipeline, exit_gate + 1)
                state, counted = _run_one(world, max(gates), pipeline, exit_gate, label)
                work[(*place, label)] = counted.work
                latency_ns[place] = counted.ends[pipeline, LATENCY_MAX]
            if world.regulator.shape[1]:
                battery_j[place] = _beyond_rest_j(world, state, int(latency_ns[place]))
    return Prototypes(latency_ns, work, battery_j)


def _beyond_rest_j(world: World, state: State, latency_ns: int) -> float:
    """After a lone sample, and a nanosecond for what is spent where it ends."""
    end_ns = latency_ns + 1
    return drawn_j(world, state, end_ns) - drawn_j(world, resting_state(world), end_ns)


def _run_one(
    world: World, gates: int, pipeline: int, exit_gate: int, label: int
) -> tuple[State, Counters]:
    span = np.zeros((len(world.pipelines), SPAN_COLUMNS), dtype=np.int64)
    span[pipeline] = (0, 1, 0)
    arrivals = Arrivals(
        release_ns=np.zeros(1, dtype=np.int64),
        label=np.array([label], dtype=np.int8),
        exit_gate=np.array([exit_gate], dtype=np.int16),
        answer=np.zeros(1, dtype=np.int8),
        span=span,
    )
    state, counters = resting_state(world), zero_counters(world, gates)
    advance(world, state, arrivals, record_of(0, 0), counters, FAR, FAR)
    return state, counters
