"""The worker processes of a platform, kept warm over several runs."""

import os
import select
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from backends.channels import (
    DONE,
    DOORBELL,
    IDLE,
    Mailboxes,
    clear_log,
    mailboxes,
    make_memory,
    map_memory,
    read_log,
    read_now,
)
from backends.failures import ExecutionFailed, WorkerDied, WorkerFailed
from backends.messages import Birth, Failed, Load, Prepare, Ready
from backends.orders import Stretch, stretches
from backends.process import WorkerProcess
from backends.registry import adapter
from devicemodels.documents.errors import InputError
from devicemodels.platform import Adapter, Core, Platform
from scheduler.plan import Plan
from scheduler.taskgraph import TaskGraph

if TYPE_CHECKING:
    from networks.programs import Program

CLOSING_PATIENCE_S = 2.0
"""How long a worker may take to notice that it has no more work, before it is killed."""

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
"""Environment of every worker."""


def cpus_of(platform: Platform) -> dict[str, int]:
    """Number of the CPU that each core with an adapter is pinned to.

    ``adapter.cpu`` counts the CPUs that this process may use. On a machine with fewer of them
    the count begins again: cores then share a CPU (see ``WorkerPool.notes``).
    """
    usable = sorted(os.sched_getaffinity(0))
    return {
        core.name: usable[core.adapter.cpu % len(usable)]
        for core in platform.cores
        if core.adapter is not None
    }


class WorkerPool:
    """One worker process for each core of a platform, as a context manager.

    Several plans of the same task graph can run on it, one after the other: processes stay, and
    a program is prepared once an adapter and loaded once a core. After a failure the pool is
    closed. The processes end with the pool, with this process, and with nothing else: they do not
    see Ctrl-C.

    Parameters
    ----------
    platform
        The cores, each with an adapter.
    task_graph
        The network of every plan that will run.
    programs
        ``networks.programs.programs(...)`` of that network.
    cores
        Names of the cores that will have work; all by default.

    Raises
    ------
    InputError
        A core has no adapter, or its adapter is unknown or not installed.
    """

    def __init__(
        self,
        platform: Platform,
        task_graph: TaskGraph,
        programs: "Mapping[str, Program]",
        cores: Iterable[str] | None = None,
    ) -> None:
        self.platform = platform
        self.task_graph = task_graph
        self.boxes: Mailboxes = mailboxes(task_graph)
        """Where activations lie in the shared memory."""
        self._programs = programs
        self._artifacts: dict[tuple[str, str], bytes] = {}
        self._loaded: dict[str, set[str]] = {}
        self._workers: dict[str, WorkerProcess] = {}
        self._cpus = cpus_of(platform)
        self._closed = False
        names = [core.name for core in platform.cores] if cores is None else list(cores)
        adapters = {name: _adapter_of(platform.core(name)) for name in names}
        for driven in adapters.values():
            adapter(driven.name)  # an unknown or missing one is an error before anything starts
        self._memory_fd = make_memory("mailboxes", self.boxes.size_bytes)
        self.memory = map_memory(self._memory_fd)
        self.done_fd, done_write = os.pipe()
        pipes = {name: os.pipe() for name in names}
        self._bells = {name: write for name, (_, write) in pipes.items()}
        try:
            for name in names:
                self._loaded[name] = set()
                birth = Birth(
                    core=name,
                    adapter=adapters[name].name,
                    cpu=self._cpus[name],
                    doorbell=pipes[name][0],
                    bells=self._bells,
                    done=done_write,
                    memory=self._memory_fd,
                )
                self._workers[name] = WorkerProcess(birth)
        except BaseException:
            self.close()
            raise
        finally:
            for read, _ in pipes.values():
                os.close(read)
            os.close(done_write)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of measurements should know about CPUs; empty if all is as asked for."""
        usable = len(os.sched_getaffinity(0))
        wanted = [(c.name, c.adapter.cpu) for c in self.platform.cores if c.adapter is not None]
        return tuple(
            f"core '{name}' wants CPU {cpu} counted from 0, but this process may use {usable}: "
            f"it shares CPU {self._cpus[name]}"
            for name, cpu in wanted
            if cpu >= usable and name in self._workers
        )

    @property
    def process_ids(self) -> dict[str, int]:
        """Process id by core."""
        return {name: worker.process.pid for name, worker in self._workers.items()}

    def cpu_of(self, core: str) -> int:
        """Number of the CPU that the worker of a core is pinned to."""
        return self._cpus[core]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End all workers and give back the memory; a second call does nothing."""
        for worker in self._workers.values():
            worker.control.close()
        for worker in self._workers.values():
            worker.end()
        if not self._closed:
            for descriptor in (*self._bells.values(), self._memory_fd, self.done_fd):
                os.close(descriptor)
        self._workers, self._closed = {}, True

    def prepare(self, plan: Plan, samples: int) -> tuple[Stretch, ...]:
        """Make every worker ready for a run of ``plan`` over that many samples.

        Raises ``ValueError`` if the plan is of another network or needs a core that has no
        worker, ``WorkerFailed`` and ``WorkerDied``.
        """
        if plan.task_graph.edges != self.task_graph.edges:
            raise ValueError(f"plan '{plan.name}' is of another network than the pool's programs")
        work = stretches(plan, self.boxes, frozenset(self._programs))
        unknown = sorted({stretch.core for stretch in work} - set(self._workers))
        if unknown:
            raise ValueError(f"plan '{plan.name}' needs cores without a worker: {unknown}")
        self.load({name: _keys(work, name) for name in self._workers})
        for name, worker in self._workers.items():
            records = sum(stretch.most_records for stretch in work if stretch.core == name)
            clear_log(worker.log_fd, records * samples)
            self._tell(worker, Prepare(work))
        self._all_ready(self._workers.values())
        return work

    def load(self, keys: Mapping[str, Iterable[str]]) -> None:
        """Load programs, by core, that are not there yet; raises as ``prepare`` does."""
        orders: dict[str, Load] = {}
        for name, wanted in keys.items():
            new = [key for key in wanted if key not in self._loaded[name]]
            if new:
                driver = _adapter_of(self.platform.core(name)).name
                orders[name] = Load({key: self._artifact(driver, key) for key in new})
                self._loaded[name].update(new)
        for name, order in orders.items():
            self._tell(self._workers[name], order)
        self._all_ready(self._workers[name] for name in orders)

    def ring(self, core: str, sample: int, stretch: int, now_ns: int) -> None:
        """Ring the doorbell of a core. A dead worker is not noticed here but in ``wait``."""
        try:
            os.write(self._bells[core], DOORBELL.pack(sample, stretch, now_ns))
        except BrokenPipeError:
            return

    def wait(self, timeout_s: float | None) -> list[int]:
        """Sleep until samples ended, and say which; or until the time is up.

        Raises ``WorkerDied`` and ``WorkerFailed``.
        """
        controls = {worker.control.fileno(): worker for worker in self._workers.values()}
        ready, _, _ = select.select([self.done_fd, *controls], [], [], timeout_s)
        for descriptor in ready:
            if descriptor in controls:
                self._receive(controls[descriptor])
        if self.done_fd not in ready:
            return []
        message = os.read(self.done_fd, DONE.size * 1024)
        return [sample for (sample,) in DONE.iter_unpack(message)]

    def stop(self) -> None:
        """End all workers at once, but keep their logs: what they did can still be read."""
        for worker in self._workers.values():
            worker.kill()

    def log(self, core: str) -> NDArray[np.void]:
        """All that the worker of a core wrote down since ``prepare``."""
        return read_log(self._workers[core].log_fd)

    def _artifact(self, driver: str, key: str) -> bytes:
        if (driver, key) not in self._artifacts:
            prepared = adapter(driver).prepare(key, self._programs[key].exported)
            self._artifacts[driver, key] = prepared
        return self._artifacts[driver, key]

    def _tell(self, worker: WorkerProcess, order: Load | Prepare) -> None:
        worker.answers_due += 1
        try:
            worker.control.send(order)
        except (BrokenPipeError, ConnectionError):
            return  # it is dead, which the wait for its answer tells

    def _all_ready(self, workers: Iterable[WorkerProcess]) -> None:
        for worker in workers:
            while worker.answers_due:
                self._receive(worker)

    def _receive(self, worker: WorkerProcess) -> None:
        """One message of a worker, or its end."""
        try:
            answer = worker.control.recv()
        except (EOFError, ConnectionError):
            raise self._death(worker) from None
        match answer:
            case Ready():
                worker.answers_due -= 1
            case Failed():
                raise WorkerFailed(
                    worker.core,
                    answer.message,
                    answer.details,
                    None if answer.sample == IDLE else answer.sample,
                    self._segment(answer.segment),
                )

    def _death(self, worker: WorkerProcess) -> ExecutionFailed:
        status = worker.process.wait()
        at = read_now(worker.log_fd)
        sample, segment = (None, None) if at is None else (at[0], self._segment(at[1]))
        return WorkerDied(worker.core, status, sample, segment)

    def _segment(self, index: int) -> str | None:
        return None if index == IDLE else self.task_graph.segments[index].name


def _adapter_of(core: Core) -> Adapter:
    if core.adapter is None:
        raise InputError.single(
            f"core '{core.name}' has no adapter: it is modelled, not real",
            hint="execute on a platform whose cores have one, such as 'host'",
        )
    return core.adapter


def _keys(work: tuple[Stretch, ...], core: str) -> list[str]:
    return [key for stretch in work if stretch.core == core for key in stretch.keys]
