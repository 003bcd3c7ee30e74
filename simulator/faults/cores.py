"""The life of a core that may stall or go off."""

from simulator.instants import Moment
from simulator.processes import CoreProcess
from simulator.queues import CoreQueue, Job
from simulator.run_state import Process, RunState
from simulator.trace import Stays


class FaultyCoreProcess(CoreProcess):
    """Does what a core does, and can be stalled, switched off and switched on meanwhile.

    When it goes off its process is given up, wherever it was, and another one begun: what the old
    one still waits for finds it of an earlier life.
    """

    def __init__(self, run: RunState, index: int, queue: CoreQueue) -> None:
        super().__init__(run, index, queue)
        self._life = 0
        self._held = False
        self.off = False
        self._job: Job | None = None
        self._rows = range(0)
        self._ends_at_ns = 0
        self._returning: list[Job] = []

    def run(self) -> Process:
        """Serve for ever; each turn of the loop is one choice of what to do."""
        env, life = self._run.env, self._life
        while True:
            if self._held or not self._queue:
                if self._operating_point is not None:
                    self._operating_point = None
                    self._rests_since_ns = self._run.now_ns
                yield self._bell.sleep()
                if life != self._life:
                    return
                continue
            self._job = self._queue.pop()
            self._ends_at_ns = self._run.now_ns + self._perform(self._job)
            while True:
                yield Moment(env, self._ends_at_ns - self._run.now_ns, self._ends)
                if life != self._life:
                    return
                if self._run.now_ns == self._ends_at_ns:
                    break
            job, self._job = self._job, None
            self._hand_on(job)
            yield Moment(env, 0, self._chooses)
            if life != self._life:
                return

    def arrive(self, job: Job) -> None:
        """Let a job wait here; where the core is off, the job is hit."""
        if self.off:
            self._run.hit(job, self._index)
        elif self._held:
            self._wait(job)
        else:
            super().arrive(job)

    def stall(self, lasts_ns: int) -> None:
        """Make no progress from now on."""
        self._held = True
        if self._job is not None:
            self._run.recorder.stretch(self._rows, self._run.now_ns, lasts_ns)
            self._ends_at_ns += lasts_ns

    def go_on(self) -> None:
        """The stall is over."""
        self._held = False
        if self._queue:
            self._bell.ring()

    def switch_off(self) -> None:
        """Kill the work under way; it and all that waits here is hit."""
        now_ns = self._run.now_ns
        if self._operating_point is None:
            self._rest.cut(self._rests_since_ns, now_ns)
        hit = []
        if self._job is not None:
            self._run.recorder.cut(self._rows, now_ns)
            hit.append(self._job)
        while self._queue:
            hit.append(self._queue.pop())
        self._life += 1
        self._held = self.off = True
        self._job = self._operating_point = None
        self._run.env.process(self.run())
        for job in hit:
            self._run.hit(job, self._index)

    def switch_on(self) -> None:
        """Come back, at rest; what waited for that arrives."""
        self._held = self.off = False
        self._rest.forget()
        self._rests_since_ns = self._run.now_ns
        returning, self._returning = self._returning, []
        for job in returning:
            self.arrive(job)

    def await_return(self, job: Job) -> None:
        """Let a job wait, elsewhere, until the core is back."""
        self._returning.append(job)

    def end(self, end_ns: int) -> Stays:
        """The run has ended, with the core at rest, off, or at work when all power went."""
        if self.off or self._operating_point is not None:
            return self._rest.stays()
        return super().end(end_ns)

    def _perform(self, job: Job) -> int:
        first = len(self._run.recorder)
        lasts_ns = super()._perform(job)
        self._rows = range(first, len(self._run.recorder))
        return lasts_ns
