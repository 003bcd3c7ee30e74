"""The plan on this machine: calibrate, execute, and simulate with the calibrated costs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from devicemodels.cost import nanoseconds
from devicemodels.platform import Platform
from scheduler.plan import Plan
from scheduler.recording import Recording
from scheduler.retarget import retarget
from scheduler.taskgraph import TaskGraph
from simulator.engine import simulate
from simulator.joining import join
from simulator.queues import QueueRule
from simulator.trace import Trace
from simulator.workload import replay
from wakepath.flow import Stream
from wakepath.scenario import Scenario
from wakepath.terminal import progress, say

if TYPE_CHECKING:
    from backends.pool import WorkerPool
    from networks.programs import Program


LOSSLESS = QueueRule()
"""The replay is faster than life: a hiccup of this machine must delay samples, not drop them."""


@dataclass(frozen=True, slots=True)
class Executed:
    """One plan on this machine, measured and predicted."""

    measured: Trace
    """What happened."""
    simulated: Trace
    """What the simulator says should have happened, with this machine's calibrated costs."""


@dataclass(frozen=True, slots=True)
class Bench:
    """This machine's warm workers and all that they need to run a plan of one network."""

    scenario: Scenario
    """Which hardware, at which pace."""
    stream: Stream
    """What is run on it."""
    graph: TaskGraph
    """The network's."""
    platform: Platform
    """The hardware, not calibrated."""
    programs: "dict[str, Program]"
    """By key of the piece of work."""
    pool: "WorkerPool"
    """The workers."""

    @property
    def every_ns(self) -> int:
        """Time between two samples of the replay."""
        return nanoseconds(self.scenario.hardware.replay_period_s)


@contextmanager
def bench(
    scenario: Scenario, graph: TaskGraph, stream: Stream, platform: Platform
) -> Iterator[Bench]:
    """Start the workers of ``platform``; they end with the context.

    Raises ``InputError`` if a core cannot be driven.
    """
    from backends.pool import WorkerPool  # noqa: PLC0415 - imports what it drives
    from networks.programs import programs  # noqa: PLC0415 - imports torch

    made = programs(stream.network, graph)
    with WorkerPool(platform, graph, made) as pool:
        for note in pool.notes:
            say(note)
        yield Bench(scenario, stream, graph, platform, made, pool)


def calibrated(on: Bench, plan: Plan) -> Platform:
    """The hardware with costs measured on validation windows.

    Any plan of the network can be predicted with them, best those that cross as ``plan`` does.
    """
    from backends.calibration import calibrate  # noqa: PLC0415 - starts what it measures

    with progress("calibrating this machine's cores") as advance:
        return calibrate(
            on.platform,
            on.graph,
            on.programs,
            on.stream.calibration.samples,
            on.every_ns,
            crossings=plan.codecs or None,
            pool=on.pool,
            progress=advance,
        )


def calibrate_and_execute(on: Bench, plan: Plan, recording: Recording) -> Executed:
    """Run ``plan`` over the stream, and predict that run from costs measured meanwhile.

    Calibration, on validation windows, and execution, on the stream, take turns, because a shared
    machine's speed drifts from second to second. Nothing of the execution enters the prediction.
    Raises ``Infeasible`` (the hardware cannot play the plan) and ``ExecutionFailed``.
    """
    from backends.calibration import TURNS, Calibration  # noqa: PLC0415

    with progress("calibrating and executing in turns on this machine's cores") as advance:
        advance(0, TURNS)
        calibration = Calibration(
            on.platform,
            on.graph,
            on.programs,
            on.stream.calibration.samples,
            on.every_ns,
            pool=on.pool,
            crossings=plan.codecs or None,
        )
        parts = []
        for turn, windows in enumerate(np.array_split(np.arange(len(on.stream.windows)), TURNS)):
            calibration.take_turn()
            here = _retargeted(on, plan, calibration.platform())
            parts.append(_execute(on, here, windows, None))
            advance(turn + 1, TURNS)
    here = _retargeted(on, plan, calibration.platform())
    measured = replace(join(parts), plan=here)
    return Executed(measured, _simulated(on, here, recording))


def execute_calibrated(on: Bench, plan: Plan, platform: Platform, recording: Recording) -> Executed:
    """Run ``plan`` over the stream, predicted from a calibration made before.

    Raises ``Infeasible`` (the hardware cannot play the plan) and ``ExecutionFailed``.
    """
    here = _retargeted(on, plan, platform)
    with progress("executing on this machine's cores") as advance:
        measured = _execute(on, here, np.arange(len(on.stream.windows)), advance)
    return Executed(measured, _simulated(on, here, recording))


def _retargeted(on: Bench, plan: Plan, platform: Platform) -> Plan:
    hardware = on.scenario.hardware
    return retarget(plan, platform, hardware.cores, hardware.replay_period_s)


def _execute(
    on: Bench, here: Plan, windows: NDArray[np.int64], advance: Callable[[int, int], None] | None
) -> Trace:
    from backends.execution import execute  # noqa: PLC0415

    return execute(
        here,
        on.programs,
        on.stream.windows.samples[windows],
        on.stream.windows.labels[windows],
        on.every_ns,
        queue=LOSSLESS,
        pool=on.pool,
        progress=advance,
    )


def _simulated(on: Bench, here: Plan, recording: Recording) -> Trace:
    return simulate(here, replay(recording, here, on.every_ns), LOSSLESS)
