"""The life of a core and of a link, as SimPy processes.

To read it, begin at ``CoreProcess.run``: each turn of that loop is one choice of what to do.
"""

from collections import deque

import simpy

from simulator.fair_sharing import FairShare
from simulator.idling.resting import Rest
from simulator.instants import Bell, Moment
from simulator.queues import CoreQueue, Job, LinkQueue
from simulator.run_state import Process, RunState
from simulator.trace import Activity, Stays


class CoreProcess:
    """One core: serves the jobs that wait for it, one after the other, and idles in between."""

    def __init__(self, run: RunState, index: int, queue: CoreQueue) -> None:
        self._run = run
        self._index = index
        self._queue = queue
        self._rest = Rest(run.idle, index)
        self._rests_since_ns = 0
        self._operating_point: int | None = None  # None while it rests
        self._ends = run.priorities.core_ends(index)
        self._chooses = run.priorities.core_chooses(index)
        self._bell = Bell(run.env, self._chooses)

    def run(self) -> Process:
        """Serve for ever; each turn of the loop is one choice of what to do."""
        env = self._run.env
        while True:
            if not self._queue:
                self._operating_point = None
                self._rests_since_ns = self._run.now_ns
                yield self._bell.sleep()
                continue
            job = self._queue.pop()
            yield Moment(env, self._perform(job), self._ends)
            self._hand_on(job)
            yield Moment(env, 0, self._chooses)

    def arrive(self, job: Job) -> None:
        """Let a job wait here; the core, if idle, will choose once this instant has arrived."""
        self._wait(job)
        self._bell.ring()

    def _wait(self, job: Job) -> None:
        dropped = self._queue.put(job)
        if dropped is not None:
            self._run.drop(dropped)

    def end(self, end_ns: int) -> Stays:
        """The run has ended: by then all cores rest. Returns how they did."""
        return self._rest.end(self._rests_since_ns, end_ns)

    def _perform(self, job: Job) -> int:
        """Record all that the core does for a job, and return how long that takes."""
        run, record, core = self._run, self._run.recorder.add, self._index
        start = now = run.now_ns
        _, _, index, segment, sample, _ = job
        pipeline = run.pipelines[index]
        steps = pipeline.durations.steps
        step = steps[segment]
        if self._operating_point is None:
            wake_ns = self._rest.wake(self._rests_since_ns, now)
            now = record(now, wake_ns, core, Activity.WAKE, index, segment, sample)
        elif self._operating_point != step.operating_point:
            now = record(now, run.switch_ns[core], core, Activity.SWITCH, index, segment, sample)
        self._operating_point = step.operating_point
        arrived_by = steps[segment - 1].hop if segment else None
        if arrived_by is not None and arrived_by.decode_ns is not None:
            now = record(now, arrived_by.decode_ns, core, Activity.DECODE, index, segment, sample)
        now = record(now, step.compute_ns, core, Activity.COMPUTE, index, segment, sample)
        if step.gate is not None:
            now = record(now, step.gate_ns, core, Activity.GATE, index, segment, sample)
            if pipeline.exit_gate[sample] == step.gate:
                return now - start
        if step.hop is not None and step.hop.encode_ns is not None:
            now = record(now, step.hop.encode_ns, core, Activity.ENCODE, index, segment, sample)
        return now - start

    def _hand_on(self, job: Job) -> None:
        """After a job: the sample ends, stays here for the next segment, or crosses a link."""
        run = self._run
        priority, release_ns, index, segment, sample, _ = job
        pipeline = run.pipelines[index]
        steps = pipeline.durations.steps
        step = steps[segment]
        stopped = step.gate is not None and pipeline.exit_gate[sample] == step.gate
        if stopped or segment + 1 == len(steps):
            run.finish(job)
        elif step.hop is None:
            self.arrive(Job(priority, release_ns, index, segment + 1, sample, False))
        else:
            run.links[step.hop.link].arrive(job)


class _LinkProcess:
    """What links of both kinds have in common."""

    def __init__(self, run: RunState, index: int) -> None:
        self._run = run
        self._index = index
        self._resource = len(run.cores) + index
        self._queue: LinkQueue = deque()
        self._ends = run.priorities.link_ends(index)
        self._chooses = run.priorities.link_chooses(index)
        self._bell = Bell(run.env, self._chooses)

    def arrive(self, job: Job) -> None:
        """Let an activation wait here; ``job.segment`` is the one that wrote it."""
        self._queue.append(job)
        self._bell.ring()

    def _transfer_ns(self, job: Job) -> int:
        """How long a transfer takes that has the link to itself."""
        hop = self._run.pipelines[job.pipeline].durations.steps[job.segment].hop
        assert hop is not None
        return hop.transfer_ns

    def _record(self, start_ns: int, lasts_ns: int, job: Job) -> None:
        whose = (job.pipeline, job.segment, job.sample)
        self._run.recorder.add(start_ns, lasts_ns, self._resource, Activity.TRANSFER, *whose)

    def _deliver(self, job: Job) -> None:
        """Hand an activation to the core of the segment that reads it, if it has come through."""
        if self._run.carried is not None and not self._run.carried(self._index, job):
            return
        priority, release_ns, index, segment, sample, _ = job
        receiver = self._run.pipelines[index].durations.steps[segment + 1].core
        following = Job(priority, release_ns, index, segment + 1, sample, True)
        self._run.cores[receiver].arrive(following)


class FifoLinkProcess(_LinkProcess):
    """A link that carries one activation at a time, the first come first."""

    def run(self) -> Process:
        """Carry for ever; each turn of the loop is one choice of what to do."""
        run = self._run
        while True:
            if not self._queue:
                yield self._bell.sleep()
                continue
            job = self._queue.popleft()
            transfer_ns = self._transfer_ns(job)
            self._record(run.now_ns, transfer_ns, job)
            yield Moment(run.env, transfer_ns, self._ends)
            self._deliver(job)
            yield Moment(run.env, 0, self._chooses)

    def stop(self) -> None:
        """Transfers are recorded when they begin."""


class FairLinkProcess(_LinkProcess):
    """A link that carries all activations that come, each at an equal share of its rate."""

    def __init__(self, run: RunState, index: int) -> None:
        super().__init__(run, index)
        self._share: FairShare[tuple[Job, int]] = FairShare()
        self._looks_at_ns: int | None = None

    def run(self) -> Process:
        """Take all that waits whenever something does; what arrives is seen to by ``_look``."""
        while True:
            yield self._bell.sleep()
            now_ns = self._run.now_ns
            while self._queue:
                job = self._queue.popleft()
                self._share.enter(now_ns, self._transfer_ns(job), (job, now_ns))
            self._look_again()

    def _look_again(self) -> None:
        """See to it that someone looks here at the instant of the next arrival."""
        at_ns = self._share.next_arrival_ns()
        if at_ns is not None and (self._looks_at_ns is None or at_ns < self._looks_at_ns):
            self._looks_at_ns = at_ns
            moment = Moment(self._run.env, at_ns - self._run.now_ns, self._ends)
            moment.callbacks.append(self._look)

    def _look(self, _: simpy.Event) -> None:
        """Deliver what has arrived; in vain if others came since the look was arranged."""
        now_ns = self._run.now_ns
        if self._looks_at_ns == now_ns:
            self._looks_at_ns = None
        for job, start_ns in self._share.arrivals(now_ns):
            self._record(start_ns, now_ns - start_ns, job)
            self._deliver(job)
        self._look_again()

    def stop(self) -> None:
        """Transfers are recorded when they have arrived: here are those that never will."""
        for job, start_ns in self._share.under_way():
            self._record(start_ns, self._run.now_ns - start_ns, job)
