"""The reference engine: one plan, one workload, every event, on SimPy.

To read it, begin at ``simulate``, then ``_CoreProcess.run``: that loop is a core's life. SimPy
serves events in order of (time, priority); the priorities of ``_Priorities`` are the tie rule.
"""

from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass

import numpy as np
import simpy
from simpy.events import EventPriority

from scheduler.plan import Plan
from simulator.durations import Durations, UnsupportedPlan, durations
from simulator.queues import CoreQueue, Job, LinkQueue, QueueRule
from simulator.recorder import ActivityRecorder
from simulator.trace import NOT_STOPPED, UNFINISHED, Activity, Outcome, Samples, Trace
from simulator.workload import Workload

Progress = Callable[[int, int], None]
"""Called now and then with how many samples were released so far, and how many there are."""

PROGRESS_EVERY = 4096
"""Samples between two calls of the progress function."""

_Process = Generator[simpy.Event, None, None]


def simulate(
    plan: Plan,
    workload: Workload,
    queue: QueueRule = QueueRule(),  # noqa: B008 - frozen
    progress: Progress | None = None,
) -> Trace:
    """Run ``plan`` on ``workload`` until every released sample is answered or dropped.

    The same arguments give the same trace, to the last nanosecond. The trace is as long as the
    workload, or longer if the last answer comes later. Raises ``UnsupportedPlan`` if the plan is
    not a chain or contradicts itself, ``UnsupportedOperator`` if a core cannot do its work, and
    ``ValueError`` if the workload's releases are not in order of time.
    """
    if (np.diff(workload.release_ns, prepend=0) < 0).any():
        raise ValueError("the releases of a workload must be in order of time, from 0")
    gates = len(plan.gates)
    if workload.exit_gate.size and int(workload.exit_gate.max()) >= gates:
        raise UnsupportedPlan(
            f"the workload stops samples at gate {int(workload.exit_gate.max())}, counted from "
            f"0; plan '{plan.name}' has {gates} gates: make the workload from this plan"
        )
    return _Run(plan, workload, queue, progress).run()


@dataclass(frozen=True, slots=True)
class _Priorities:
    """The order of events at one instant; the smaller goes first.

    First all that ends and all that is released, so that everything of this instant waits in its
    queue; then the cores without work choose, then the links. SimPy starts processes at 0.
    """

    cores: int
    links: int

    def core_ends(self, core: int) -> EventPriority:
        return EventPriority(1 + core)

    def link_ends(self, link: int) -> EventPriority:
        return EventPriority(1 + self.cores + link)

    @property
    def release(self) -> EventPriority:
        return EventPriority(1 + self.cores + self.links)

    def core_chooses(self, core: int) -> EventPriority:
        return EventPriority(2 + self.cores + self.links + core)

    def link_chooses(self, link: int) -> EventPriority:
        return EventPriority(2 + self.cores + self.links + self.cores + link)


class _Moment(simpy.Event):
    """An event that is due after a delay, with its place among the events of that instant."""

    def __init__(self, env: simpy.Environment, delay_ns: int, priority: EventPriority) -> None:
        self.env = env
        self.callbacks = []
        self._ok = True
        self._value = None
        env.schedule(self, priority, delay_ns)


class _Bell:
    """Lets a core or link without work sleep until work arrives."""

    def __init__(self, env: simpy.Environment, priority: EventPriority) -> None:
        self._env = env
        self._priority = priority
        self._sleep: simpy.Event | None = None

    def sleep(self) -> simpy.Event:
        """An event that the next ``ring`` makes due."""
        self._sleep = simpy.Event(self._env)
        return self._sleep

    def ring(self) -> None:
        """Wake the sleeper, if there is one, once all of this instant has arrived."""
        if self._sleep is not None:
            self._sleep._ok = True
            self._sleep._value = None
            self._env.schedule(self._sleep, self._priority)
            self._sleep = None


class _Run:
    """What the processes of one simulation share."""

    def __init__(
        self, plan: Plan, workload: Workload, queue: QueueRule, progress: Progress | None
    ) -> None:
        self.plan = plan
        self.workload = workload
        self.progress = progress
        self.durations: Durations = durations(plan)
        self.env = simpy.Environment()
        self.recorder = ActivityRecorder()
        cores, links = len(plan.platform.cores), len(plan.platform.links)
        self.priorities = _Priorities(cores, links)
        self.exit_gate: list[int] = workload.exit_gate.tolist()
        self.finish_ns = [UNFINISHED] * len(self.exit_gate)
        self.outcome = [int(Outcome.LOST)] * len(self.exit_gate)
        self.cores = [_CoreProcess(self, core, CoreQueue(queue)) for core in range(cores)]
        self.links = [_LinkProcess(self, link) for link in range(links)]

    @property
    def now_ns(self) -> int:
        """The time; SimPy's own type also allows floats, which we never schedule."""
        return int(self.env.now)

    def run(self) -> Trace:
        """Run to the end of all events and make the trace."""
        for process in [c.run() for c in self.cores] + [link.run() for link in self.links]:
            self.env.process(process)
        self.env.process(self._releases())
        self.env.run()
        if self.progress is not None:
            self.progress(len(self.finish_ns), len(self.finish_ns))
        return self._trace()

    def _releases(self) -> _Process:
        """The sensor: each sample lands, at its time, at the core of the first segment."""
        env, first = self.env, self.cores[self.durations.steps[0].core]
        now, releases = 0, self.workload.release_ns.tolist()
        for sample, release_ns in enumerate(releases):
            yield _Moment(env, release_ns - now, self.priorities.release)
            now = release_ns
            first.arrive(Job(release_ns, 0, sample, True))
            if self.progress is not None and sample % PROGRESS_EVERY == 0:
                self.progress(sample, len(releases))

    def finish(self, sample: int) -> None:
        """The answer to ``sample`` is there."""
        self.finish_ns[sample] = self.now_ns
        self.outcome[sample] = Outcome.COMPLETED

    def drop(self, sample: int) -> None:
        """There was no room for ``sample``."""
        self.outcome[sample] = Outcome.DROPPED

    def _trace(self) -> Trace:
        outcome = np.array(self.outcome, dtype=np.int8)
        done = outcome == Outcome.COMPLETED
        samples = Samples(
            release_ns=self.workload.release_ns,
            finish_ns=np.array(self.finish_ns, dtype=np.int64),
            label=self.workload.label,
            answer=np.where(done, self.workload.answer, -1).astype(np.int8),
            exit_gate=np.where(done, self.workload.exit_gate, NOT_STOPPED).astype(np.int16),
            outcome=outcome,
        )
        return Trace(
            origin="simulated",
            plan=self.plan,
            duration_ns=max(self.workload.duration_ns, self.now_ns),
            samples=samples,
            activities=self.recorder.activities(),
            answers=self.workload.answers,
        )


class _CoreProcess:
    """One core: serves the jobs that wait for it, one after the other, and idles in between."""

    def __init__(self, run: _Run, index: int, queue: CoreQueue) -> None:
        self._run = run
        self._index = index
        self._queue = queue
        self._operating_point: int | None = None
        self._ends = run.priorities.core_ends(index)
        self._chooses = run.priorities.core_chooses(index)
        self._bell = _Bell(run.env, self._chooses)

    def run(self) -> _Process:
        """Serve for ever; each turn of the loop is one choice of what to do."""
        env = self._run.env
        while True:
            if not self._queue:
                self._operating_point = None  # idle, at once
                yield self._bell.sleep()
                continue
            job = self._queue.pop()
            yield _Moment(env, self._perform(job), self._ends)
            self._hand_on(job)
            yield _Moment(env, 0, self._chooses)

    def arrive(self, job: Job) -> None:
        """Let a job wait here; the core, if idle, will choose once this instant has arrived."""
        dropped = self._queue.put(job)
        if dropped is not None:
            self._run.drop(dropped.sample)
        self._bell.ring()

    def _perform(self, job: Job) -> int:
        """Record all that the core does for a job, and return how long that takes."""
        run, record = self._run, self._run.recorder.add
        start = now = run.now_ns
        _, segment, sample, _ = job
        step, table = run.durations.steps[segment], run.durations
        core = self._index
        if self._operating_point is None:
            now = record(now, table.wake_ns[core], core, Activity.WAKE, segment, sample)
        elif self._operating_point != step.operating_point:
            now = record(now, table.switch_ns[core], core, Activity.SWITCH, segment, sample)
        self._operating_point = step.operating_point
        arrived_by = table.steps[segment - 1].hop if segment else None
        if arrived_by is not None and arrived_by.decode_ns is not None:
            now = record(now, arrived_by.decode_ns, core, Activity.DECODE, segment, sample)
        now = record(now, step.compute_ns, core, Activity.COMPUTE, segment, sample)
        if step.gate is not None:
            now = record(now, step.gate_ns, core, Activity.GATE, segment, sample)
            if run.exit_gate[sample] == step.gate:
                return now - start
        if step.hop is not None and step.hop.encode_ns is not None:
            now = record(now, step.hop.encode_ns, core, Activity.ENCODE, segment, sample)
        return now - start

    def _hand_on(self, job: Job) -> None:
        """After a job: the sample ends, stays here for the next segment, or crosses a link."""
        run = self._run
        release_ns, segment, sample, _ = job
        step = run.durations.steps[segment]
        stopped = step.gate is not None and run.exit_gate[sample] == step.gate
        if stopped or segment + 1 == len(run.durations.steps):
            run.finish(sample)
        elif step.hop is None:
            self.arrive(Job(release_ns, segment + 1, sample, False))
        else:
            run.links[step.hop.link].arrive(job)


class _LinkProcess:
    """One link: carries the activations that wait for it, the first come first."""

    def __init__(self, run: _Run, index: int) -> None:
        self._run = run
        self._index = index
        self._queue: LinkQueue = deque()
        self._ends = run.priorities.link_ends(index)
        self._chooses = run.priorities.link_chooses(index)
        self._bell = _Bell(run.env, self._chooses)

    def run(self) -> _Process:
        """Carry for ever; each turn of the loop is one choice of what to do."""
        run, resource = self._run, len(self._run.cores) + self._index
        while True:
            if not self._queue:
                yield self._bell.sleep()
                continue
            release_ns, segment, sample, _ = self._queue.popleft()
            hop = run.durations.steps[segment].hop
            assert hop is not None
            run.recorder.add(
                run.now_ns, hop.transfer_ns, resource, Activity.TRANSFER, segment, sample
            )
            yield _Moment(run.env, hop.transfer_ns, self._ends)
            receiver = run.cores[run.durations.steps[segment + 1].core]
            receiver.arrive(Job(release_ns, segment + 1, sample, True))
            yield _Moment(run.env, 0, self._chooses)

    def arrive(self, job: Job) -> None:
        """Let an activation wait here; ``job.segment`` is the one that wrote it."""
        self._queue.append(job)
        self._bell.ring()
