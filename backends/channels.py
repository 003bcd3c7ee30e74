"""What the processes share: memory without a name, doorbells, and a log that outlives its writer.

All memory is a memfd: it has no name in ``/dev/shm``, so nothing is left behind however the
processes end. A doorbell is a pipe: the ringer never waits, and who waits for it sleeps.
"""

import mmap
import os
from dataclasses import dataclass
from enum import IntEnum
from struct import Struct

import numpy as np
from numpy.typing import NDArray

from scheduler.taskgraph import TaskGraph
from simulator.trace import Activity

ALIGNMENT = 64
"""Bytes; every mailbox begins on a cache line."""

DOORBELL = Struct("<qqq")
"""Sample, stretch of the plan, monotonic time at which the bell was rung (ns)."""

DONE = Struct("<q")
"""The sample that came to its end; written to the parent's doorbell."""

NOW = Struct("<qq")
"""Head of a log: the sample and segment that its worker is at, or ``IDLE`` twice."""

IDLE = -1
"""In ``NOW``: nothing to do."""

RECORD = Struct("<qqqhhBb2x")
"""One record: sample, start and end (monotonic ns), segment, exit gate, kind, answer."""

RECORD_DTYPE = np.dtype(
    [
        ("sample", "<i8"),
        ("start_ns", "<i8"),
        ("end_ns", "<i8"),
        ("segment", "<i2"),
        ("exit_gate", "<i2"),
        ("kind", "u1"),
        ("answer", "i1"),
        ("_padding", "V2"),
    ]
)
"""The same for numpy."""


class Kind(IntEnum):
    """What a record tells: an ``Activity``, plus one; 0 is a place that was not written yet."""

    COMPUTE = Activity.COMPUTE + 1
    GATE = Activity.GATE + 1
    ENCODE = Activity.ENCODE + 1
    DECODE = Activity.DECODE + 1
    WAKE = Activity.WAKE + 1
    TRANSFER = Activity.TRANSFER + 1
    FINISH = 100


@dataclass(frozen=True, slots=True)
class Mailboxes:
    """Where activations lie in the shared memory: the window, then one place an edge."""

    window_offset: int
    """Where the sensor puts the window."""
    edge_offset: tuple[int, ...]
    """By edge of the task graph: where its encoded activation goes."""
    size_bytes: int
    """All together."""


def mailboxes(task_graph: TaskGraph) -> Mailboxes:
    """Room for one sample: the widest codec of each edge fits."""
    sizes = [4 * int(np.prod(task_graph.input_shape))]
    sizes += [max(codec.wire_bytes for codec in edge.codecs) for edge in task_graph.edges]
    ends = np.cumsum([-(-size // ALIGNMENT) * ALIGNMENT for size in sizes]).tolist()
    return Mailboxes(0, tuple(ends[:-1]), ends[-1])


def make_memory(name: str, size_bytes: int) -> int:
    """A file descriptor of zeroed memory without a file; ``name`` shows in ``/proc`` only."""
    descriptor = os.memfd_create(f"wakepath-{name}")
    resize_memory(descriptor, size_bytes)
    return descriptor


def resize_memory(descriptor: int, size_bytes: int) -> None:
    """Zero the memory, give it a size and its pages, so that no page is missing in the loop."""
    os.ftruncate(descriptor, 0)
    os.posix_fallocate(descriptor, 0, max(size_bytes, mmap.PAGESIZE))


def map_memory(descriptor: int) -> mmap.mmap:
    """The shared memory behind ``descriptor``, whole and writable, every page mapped."""
    flags = mmap.MAP_SHARED | mmap.MAP_POPULATE
    return mmap.mmap(descriptor, os.fstat(descriptor).st_size, flags=flags)


class LogWriter:
    """A worker's side of a log: fixed places, written as things happen."""

    def __init__(self, descriptor: int) -> None:
        self._memory = map_memory(descriptor)
        self._at = NOW.size

    def at(self, sample: int, segment: int) -> None:
        """Say what the worker is at, for the case that it is killed."""
        NOW.pack_into(self._memory, 0, sample, segment)

    def add(self, sample: int, kind: Kind, segment: int, start_ns: int, end_ns: int) -> None:
        """One activity."""
        RECORD.pack_into(self._memory, self._at, sample, start_ns, end_ns, segment, 0, kind, 0)
        self._at += RECORD.size

    def finish(self, sample: int, segment: int, end_ns: int, exit_gate: int, answer: int) -> None:
        """A sample came to its end."""
        RECORD.pack_into(
            self._memory, self._at, sample, end_ns, end_ns, segment, exit_gate, Kind.FINISH, answer
        )
        self._at += RECORD.size


def clear_log(descriptor: int, records: int) -> None:
    """Make an empty log with room for that many records; nobody may be writing to it."""
    resize_memory(descriptor, NOW.size + records * RECORD.size)
    os.pwrite(descriptor, NOW.pack(IDLE, IDLE), 0)


def read_log(descriptor: int) -> NDArray[np.void]:
    """All records in the order of writing, whether or not the writer still lives."""
    memory = map_memory(descriptor)
    count = (len(memory) - NOW.size) // RECORD.size
    records = np.frombuffer(memory, dtype=RECORD_DTYPE, count=count, offset=NOW.size)
    written: NDArray[np.void] = records[records["kind"] != 0].copy()
    return written


def read_now(descriptor: int) -> tuple[int, int] | None:
    """The sample and segment that the log's writer is or was at; None if it idled."""
    said = os.pread(descriptor, NOW.size, 0)
    if len(said) < NOW.size:  # the log is being cleared
        return None
    sample, segment = NOW.unpack(said)
    return None if sample == IDLE else (sample, segment)
