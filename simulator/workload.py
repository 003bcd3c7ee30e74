"""What the sensor releases: when, and what each sample will turn out to be."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Workload:
    """The samples of one run, decided before any engine starts.

    Because a sample's fate at the gates is fixed here, two engines and two plans that share
    thresholds see the same world.
    """

    release_ns: NDArray[np.int64]
    """Shape (n,), not decreasing: when each sample is released."""
    label: NDArray[np.int8]
    """Shape (n,): 1 = truly positive."""
    exit_gate: NDArray[np.int16]
    """Shape (n,): index of the gate that stops it, or -1."""
    answer: NDArray[np.int8]
    """Shape (n,): the answer it ends with; 0 where a gate stops it."""
    duration_ns: int
    """Length of the run; not before the last release."""
