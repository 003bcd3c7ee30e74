"""What can go wrong while real cores run, each with what had happened until then."""

import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.trace import Trace


class ExecutionFailed(Exception):
    """A run on real cores that did not come to its end; the pool it ran on is closed."""

    trace: "Trace | None" = None
    """What happened until then: every released sample is COMPLETED, DROPPED or LOST. None if
    the workers had not started to run yet."""


class WorkerDied(ExecutionFailed):
    """The process of a core ended without being asked to."""

    def __init__(self, core: str, status: int, sample: int | None, segment: str | None) -> None:
        self.core = core
        """Name of the core."""
        self.signal = signal.Signals(-status).name if status < 0 else None
        """Name of the signal that ended it; None if it ended by itself."""
        self.sample = sample
        """Index of the sample that it was working on; None if it idled."""
        self.segment = segment
        """Name of the segment that it was working on; None if it idled."""
        how = f"was killed by {self.signal}" if self.signal else f"ended with status {status}"
        at = f"at segment '{segment}' of sample {sample}" if segment else "while it idled"
        super().__init__(f"the worker of core '{core}' {how} {at}")


class WorkerFailed(ExecutionFailed):
    """Something raised in the process of a core: its adapter, a program, a codec."""

    def __init__(
        self, core: str, message: str, details: str, sample: int | None, segment: str | None
    ) -> None:
        self.core = core
        """Name of the core."""
        self.details = details
        """The worker's traceback."""
        self.sample = sample
        """Index of the sample that it was working on; None if it was loading."""
        self.segment = segment
        """Name of the segment that it was working on; None if it was loading."""
        at = f"at segment '{segment}' of sample {sample}" if segment else "before the run"
        super().__init__(f"core '{core}' failed {at}: {message}")


class RunInterrupted(KeyboardInterrupt):
    """Ctrl-C during a run; the workers are stopped."""

    trace: "Trace"
    """What happened until then."""
