"""What parent and worker say to each other, outside of a run.

Plain values, pickled: both ends are our own processes.
"""

import json
from dataclasses import asdict, dataclass

from backends.orders import Stretch


@dataclass(frozen=True, slots=True)
class Birth:
    """What a worker is told when it is started; file descriptors are inherited."""

    core: str
    """Name of the core that it plays."""
    adapter: str
    """Name of its adapter."""
    cpu: int
    """Number of the CPU that it is pinned to."""
    doorbell: int
    """Read end of its own doorbell."""
    bells: dict[str, int]
    """Write end of every core's doorbell."""
    done: int
    """Write end of the parent's doorbell."""
    memory: int
    """The mailboxes."""
    control: int = -1
    """Socket to the parent; its end means that the parent is gone."""
    log: int = -1
    """Its log."""

    def as_argument(self) -> str:
        """For the command line; ``Birth(**json.loads(...))`` reads it."""
        return json.dumps(asdict(self))


@dataclass(frozen=True, slots=True)
class Load:
    """Order: make these programs ready."""

    artifacts: dict[str, bytes]
    """By key."""


@dataclass(frozen=True, slots=True)
class Prepare:
    """Order: a run begins; the log is new."""

    stretches: tuple[Stretch, ...]
    """Of the whole plan; a doorbell names one by its number."""


@dataclass(frozen=True, slots=True)
class Ready:
    """Answer to having been started and to each order."""

    cpus: tuple[int, ...]
    """The CPUs that the process may use."""


@dataclass(frozen=True, slots=True)
class Failed:
    """Something raised; the worker does nothing more."""

    message: str
    """Type and text of the exception."""
    details: str
    """The traceback, for whoever writes an adapter."""
    sample: int
    """At which sample, or ``IDLE``."""
    segment: int
    """At which segment, or ``IDLE``."""
