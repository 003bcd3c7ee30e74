"""What the processes of one simulation share: the clock, the samples' fates, cores and links."""

from collections.abc import Callable, Generator, Sequence
from copy import copy
from typing import Protocol

import numpy as np
import simpy

from scheduler.plan import Plan
from simulator.assembly import samples_of
from simulator.durations import Durations, durations
from simulator.idling.tables import IdleTables
from simulator.instants import Priorities
from simulator.queues import Job
from simulator.recorder import ActivityRecorder
from simulator.trace import UNFINISHED, Outcome, Samples, Stays
from simulator.workload import Workload

Process = Generator[simpy.Event, None, None]


class Station(Protocol):
    """A core or a link."""

    def run(self) -> Process:
        """Serve for ever."""

    def arrive(self, job: Job) -> None:
        """Let a job wait here."""


class LinkStation(Station, Protocol):
    """A link."""

    def stop(self) -> None:
        """All power went: record what was under way, if that was not done."""


class CoreStation(Station, Protocol):
    """A core."""

    def end(self, end_ns: int) -> Stays:
        """The run has ended; returns how the core rested."""


class PipelineRun:
    """One plan with its workload, and what has become of its samples so far."""

    def __init__(self, index: int, priority: int, plan: Plan, workload: Workload) -> None:
        self.index = index
        self.owner = index
        """The pipeline whose samples these are: itself, but for a fallback plan."""
        self.priority = priority
        self.plan = plan
        self.workload = workload
        self.durations: Durations = durations(plan)
        self.exit_gate: list[int] = workload.exit_gate.tolist()
        self.finish_ns = [UNFINISHED] * len(self.exit_gate)
        self.outcome = [int(Outcome.LOST)] * len(self.exit_gate)

    def with_plan(self, index: int, plan: Plan) -> "PipelineRun":
        """The same samples, by another plan."""
        other = copy(self)
        other.index, other.plan, other.durations = index, plan, durations(plan)
        return other

    def afresh(self) -> "PipelineRun":
        """The same, with nothing done yet."""
        return PipelineRun(self.index, self.priority, self.plan, self.workload)

    def lose(self, sample: int) -> None:
        """A sample's answer is of no use."""
        self.finish_ns[sample] = UNFINISHED
        self.outcome[sample] = Outcome.LOST

    def samples(self) -> Samples:
        """What was released and how it ended."""
        finish_ns = np.array(self.finish_ns, dtype=np.int64)
        return samples_of(self.workload, finish_ns, np.array(self.outcome, dtype=np.int8))


def _never_hit(job: Job, core: int) -> None:
    raise AssertionError(f"core {core} is off in a run without faults: {job}")


class RunState:
    """The world of one simulation; ``cores`` and ``links`` are put in by the engine."""

    def __init__(self, pipelines: Sequence[PipelineRun], idle: IdleTables) -> None:
        self.pipelines = pipelines
        self.idle = idle
        self.env = simpy.Environment()
        self.recorder = ActivityRecorder()
        platform = pipelines[0].plan.platform
        self.priorities = Priorities(len(platform.cores), len(platform.links))
        self.switch_ns = pipelines[0].durations.switch_ns
        self.cores: list[CoreStation] = []
        self.links: list[LinkStation] = []
        self.routes = list(range(len(pipelines)))
        """By pipeline: the pipeline whose plan its next sample follows; a fallback's if not its
        own."""
        self.hit: Callable[[Job, int], None] = _never_hit
        """Told of a job that is at a core which is off, and of the core."""
        self.carried: Callable[[int, Job], bool] | None = None
        """Asked whether a transfer over a link arrives; None where all do."""

    @property
    def now_ns(self) -> int:
        """The time; SimPy's own type also allows floats, which we never schedule."""
        return int(self.env.now)

    def finish(self, job: Job) -> None:
        """The answer to the job's sample is there."""
        pipeline = self.pipelines[job.pipeline]
        pipeline.finish_ns[job.sample] = self.now_ns
        pipeline.outcome[job.sample] = Outcome.COMPLETED

    def drop(self, job: Job) -> None:
        """There was no room for the job's sample."""
        self.pipelines[job.pipeline].outcome[job.sample] = Outcome.DROPPED
