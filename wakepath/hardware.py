"""The plan on this machine: calibrate, execute, and simulate with the calibrated costs."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from devicemodels.platform import Platform
from scheduler.plan import Plan
from scheduler.recording import Recording
from scheduler.retarget import retarget
from scheduler.taskgraph import TaskGraph
from simulator.engine import simulate
from simulator.queues import QueueRule
from simulator.trace import Trace
from simulator.workload import period_ns, replay
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
        return round(self.scenario.hardware.replay_period_s * 1e9)


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


def calibrated(on: Bench, plan: Plan | None = None) -> Platform:
    """The hardware with costs measured on validation windows, by the workers that execute.

    With a ``plan``, its cuts are those at which cores change while the costs are measured.
    """
    from backends.calibration import calibrate  # noqa: PLC0415

    with progress("calibrating this machine's cores") as advance:
        return calibrate(
            on.platform,
            on.graph,
            on.programs,
            on.stream.calibration.samples,
            on.every_ns,
            cuts=None if plan is None else [f"{c.source}->{c.target}" for c in plan.crossings],
            pool=on.pool,
            progress=advance,
        )


def execute_and_predict(
    on: Bench, plan: Plan, platform: Platform, recording: Recording
) -> Executed:
    """Run ``plan`` over the stream on calibrated hardware, and simulate that very run.

    Raises ``Infeasible`` (the hardware cannot play the plan) and ``ExecutionFailed``.
    """
    from backends.execution import execute  # noqa: PLC0415

    scenario, windows = on.scenario, on.stream.windows
    here = retarget(plan, platform, scenario.hardware.cores, scenario.hardware.replay_period_s)
    with progress("executing on this machine's cores") as advance:
        measured = execute(
            here,
            on.programs,
            windows.samples,
            windows.labels,
            on.every_ns,
            queue=LOSSLESS,
            pool=on.pool,
            progress=advance,
        )
    workload = replay(recording, here, period_ns(here), samples=len(recording.labels))
    return Executed(measured, simulate(here, workload, LOSSLESS))
