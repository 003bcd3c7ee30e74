"""Run a plan on this machine's cores: the same plan, the same trace as the simulator's.

The parent is the sensor. It sleeps until a window is due, puts it into shared memory, and rings
the doorbell of the core of the first segment; all else happens in the workers.
"""

import gc
import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from time import monotonic_ns
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from backends.collection import collect
from backends.failures import ExecutionFailed, RunInterrupted
from backends.pool import WorkerPool
from devicemodels.cost import NANOSECONDS_PER_SECOND
from scheduler.plan import Plan
from simulator.queues import QueueRule
from simulator.trace import Trace

if TYPE_CHECKING:
    from networks.programs import Program

Progress = Callable[[int, int], None]
"""Called now and then with how many samples were released so far, and how many there are."""

PROGRESS_EVERY = 64
"""Samples between two calls of the progress function."""

WARM_UP = 20
"""Samples that run before the trace begins: caches, branch predictors, the allocator."""


def execute(
    plan: Plan,
    programs: "Mapping[str, Program]",
    windows: NDArray[np.float32],
    labels: NDArray[np.int8],
    period_ns: int,
    *,
    queue: QueueRule = QueueRule(),  # noqa: B008 - frozen
    pool: WorkerPool | None = None,
    warm_up: int = WARM_UP,
    progress: Progress | None = None,
) -> Trace:
    """Run ``plan`` on real cores and real data.

    Window i is due ``i * period_ns`` after the start. One sample is on its way at a time; a window
    that is due meanwhile waits at the sensor under ``queue``, whose capacity counts the waiting.

    Parameters
    ----------
    plan
        For a platform whose cores have adapters.
    programs
        Of the plan's network, by key.
    windows
        Shape (n, ...): raw samples, each of the network's input shape.
    labels
        Shape (n,): 1 = truly positive; for the trace only.
    period_ns
        Time between two releases.
    pool
        Warm workers to run on; its platform must have the plan's cores. One is made, and ended
        with the run, if there is none.
    warm_up
        How many samples, from the first windows, run at the same pace before the trace begins.

    Raises
    ------
    InputError
        The platform's cores cannot be driven.
    ValueError
        Windows, labels, programs or pool do not belong to the plan.
    WorkerDied, WorkerFailed
        With the trace until then; the pool is closed.
    RunInterrupted
        Ctrl-C, with the trace until then; the pool is closed.
    """
    shape = plan.task_graph.input_shape
    if windows.shape[1:] not in (shape, shape[1:]) or len(labels) != len(windows):
        raise ValueError(
            f"windows of shape (n, {', '.join(map(str, shape[1:]))}) and n labels are needed, not "
            f"{windows.shape} and {labels.shape}"
        )
    if len(windows) == 0 or period_ns <= 0:
        raise ValueError("a run needs at least one window and a period above 0")
    working = {placement.core for placement in plan.placements}
    made = pool or WorkerPool(
        plan.platform,
        plan.task_graph,
        programs,
        [core.name for core in plan.platform.cores if core.name in working],
    )
    with nullcontext() if pool else made:
        run = _Run(plan, windows, labels, period_ns, queue, made)
        try:
            if warm_up:
                run.sense(min(warm_up, len(windows)), None)
            return run.sense(len(windows), progress)
        except (ExecutionFailed, RunInterrupted):
            made.close()
            raise


class _Run:
    """The sensor of one plan."""

    def __init__(
        self,
        plan: Plan,
        windows: NDArray[np.float32],
        labels: NDArray[np.int8],
        period_ns: int,
        queue: QueueRule,
        pool: WorkerPool,
    ) -> None:
        self.plan = plan
        self.windows = np.ascontiguousarray(windows, dtype=np.float32).reshape(len(windows), -1)
        self.labels = labels
        self.period_ns = period_ns
        self.queue = queue
        self.pool = pool

    def sense(self, count: int, progress: Progress | None) -> Trace:
        """Release the first ``count`` windows and wait for the last answer."""
        work = self.pool.prepare(self.plan, count)
        self.first = work[0].core
        self.mailbox = np.frombuffer(self.pool.memory, np.float32, self.windows.shape[1])
        self.release_ns: list[int] = []
        self.waiting: deque[int] = deque()
        self.on_its_way: int | None = None
        self.dropped = np.zeros(count, dtype=np.bool_)
        with _steady(self.pool.cpu_of(self.first)):
            self.start_ns = monotonic_ns() + self.period_ns
            try:
                self._release_all(count, progress)
            except ExecutionFailed as failure:
                self.pool.stop()
                failure.trace = self._trace()
                raise
            except KeyboardInterrupt:
                self.pool.stop()
                interrupted = RunInterrupted(f"interrupted after {len(self.release_ns)} samples")
                interrupted.trace = self._trace()
                raise interrupted from None
        return self._trace()

    def _release_all(self, count: int, progress: Progress | None) -> None:
        """The sensor's loop: sleep until a window is due or a sample has come to its end."""
        while len(self.release_ns) < count or self.on_its_way is not None:
            released = len(self.release_ns)
            timeout_s = None
            if released < count:
                due_ns = self.start_ns + released * self.period_ns - monotonic_ns()
                if due_ns <= 0:
                    self._release(released)
                    if progress is not None and released % PROGRESS_EVERY == 0:
                        progress(released, count)
                    continue
                timeout_s = due_ns / NANOSECONDS_PER_SECOND
            for sample in self.pool.wait(timeout_s):
                if sample == self.on_its_way:
                    self.on_its_way = None
                    if self.waiting:
                        self._hand_over(self.waiting.popleft(), None)
        if progress is not None:
            progress(count, count)

    def _release(self, sample: int) -> None:
        """A window is due: hand it over, or let it wait, or drop one."""
        if self.on_its_way is None:
            self._hand_over(sample, sample)
            return
        self.release_ns.append(monotonic_ns())
        capacity = self.queue.capacity
        if capacity is None or len(self.waiting) < capacity:
            self.waiting.append(sample)
        elif self.queue.policy == "drop_oldest":
            self.dropped[self.waiting.popleft()] = True
            self.waiting.append(sample)
        else:
            self.dropped[sample] = True

    def _hand_over(self, sample: int, new: int | None) -> None:
        """Put a window into shared memory and ring; ``new`` is released by that very ring."""
        self.on_its_way = sample
        self.mailbox[...] = self.windows[sample]
        now_ns = monotonic_ns()
        if new is not None:
            self.release_ns.append(now_ns)
        self.pool.ring(self.first, sample, 0, now_ns)

    def _trace(self) -> Trace:
        cores = {placement.core for placement in self.plan.placements}
        released = len(self.release_ns)
        return collect(
            plan=self.plan,
            logs={core: self.pool.log(core) for core in cores},
            release_ns=np.array(self.release_ns, dtype=np.int64),
            dropped=self.dropped[:released],
            labels=self.labels,
            start_ns=self.start_ns,
            duration_ns=released * self.period_ns,
        )


@contextmanager
def _steady(first_cpu: int) -> Iterator[None]:
    """Keep the sensor off the first core's CPU and out of garbage collection, for a run.

    A sensor that moved between CPUs would make two kinds of wake-up out of one.
    """
    usable = os.sched_getaffinity(0)
    collecting = gc.isenabled()
    gc.disable()
    os.sched_setaffinity(0, usable - {first_cpu} or usable)
    try:
        yield
    finally:
        os.sched_setaffinity(0, usable)
        if collecting:
            gc.enable()
