"""Waiting jobs of a core and of a link, and what happens when a core's queue is full."""

from collections import deque
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from typing import Literal, NamedTuple

DropPolicy = Literal["drop_newest", "drop_oldest"]
"""What to drop when a queue is full: the job that arrives, or the one released first."""


class Job(NamedTuple):
    """A sample that waits for a segment; compares in the order in which a core serves."""

    priority: int
    """Of its pipeline; the smallest goes first."""
    release_ns: int
    """When the sample was released."""
    pipeline: int
    """Index of its pipeline."""
    segment: int
    """Index of the segment it waits for."""
    sample: int
    """Index of the sample in its pipeline."""
    from_outside: bool
    """Whether it came from the sensor or over a link; such jobs count against the capacity."""


@dataclass(frozen=True, slots=True)
class QueueRule:
    """How many jobs may wait at each core; raises ``ValueError`` on a capacity below 1."""

    capacity: int | None = None
    """Most jobs from outside that wait at one core; None for no limit."""
    policy: DropPolicy = "drop_newest"
    """What to drop when one more arrives."""

    def __post_init__(self) -> None:
        if self.capacity is not None and self.capacity < 1:
            raise ValueError(f"a queue's capacity must be at least 1, not {self.capacity}")


class CoreQueue:
    """Jobs that wait for a core, in order of (priority, release, pipeline, segment, sample)."""

    def __init__(self, rule: QueueRule) -> None:
        self._rule = rule
        self._heap: list[Job] = []
        self._from_outside = 0

    def __len__(self) -> int:
        return len(self._heap)

    def put(self, job: Job) -> Job | None:
        """Let ``job`` wait; returns the job that is dropped for it, or None."""
        dropped = None
        if job.from_outside:
            if self._from_outside == self._rule.capacity:
                if self._rule.policy == "drop_newest":
                    return job
                dropped = self._drop_oldest()
            else:
                self._from_outside += 1
        heappush(self._heap, job)
        return dropped

    def pop(self) -> Job:
        """The job to serve next; ``IndexError`` if none waits."""
        job = heappop(self._heap)
        self._from_outside -= job.from_outside
        return job

    def _drop_oldest(self) -> Job:
        """Take out the job from outside that was released first, whatever its priority."""
        oldest = min((job for job in self._heap if job.from_outside), key=lambda job: job[1:])
        self._heap.remove(oldest)
        heapify(self._heap)
        return oldest


LinkQueue = deque[Job]
"""Activations that wait for a link, the first come first; ``segment`` is the sender."""
