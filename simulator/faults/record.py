"""What a trace says of faults, beside what happened."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduler.plan import Plan

NO_CAUSE = -1
"""In ``cause``: no fault cost the sample its answer."""


@dataclass(frozen=True, slots=True)
class FaultRecord:
    """Of one pipeline."""

    causes: tuple[str, ...]
    """Names of the faults, in their order."""
    cause: NDArray[np.int16]
    """Shape (n,): by sample, the index of the fault that cost it its answer, or ``NO_CAUSE``."""
    fallbacks: tuple[Plan, ...]
    """Plans that activities may belong to, beside the trace's own."""
    planned: NDArray[np.int16]
    """Shape (m,): by activity, 0 for the trace's plan, 1 + i for fallback i."""
    done: NDArray[np.float64]
    """Shape (m,): by activity, the share of it that was done before it was cut; 1 mostly."""
    off: tuple[tuple[int, int, int], ...]
    """(Core, from, until): when cores were off, in nanoseconds, within the run."""

    def lost(self) -> dict[str, int]:
        """How many samples each fault cost their answer, by its name; those that cost none too."""
        counts = dict.fromkeys(self.causes, 0)
        for index, name in enumerate(self.causes):
            counts[name] += int(np.count_nonzero(self.cause == index))
        return counts
