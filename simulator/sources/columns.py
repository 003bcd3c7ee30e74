"""The samples of a run, as columns: what a source makes and an engine plays."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.trace import AnswerSource


@dataclass(frozen=True, slots=True)
class Workload:
    """The samples of one run, or of one chunk of it, decided before any engine starts.

    Because a sample's fate at the gates is fixed here, two engines and two plans that share
    thresholds see the same world.
    """

    release_ns: NDArray[np.int64]
    """Shape (n,), not decreasing: when each sample is released."""
    label: NDArray[np.int8]
    """Shape (n,): 1 = truly positive."""
    exit_gate: NDArray[np.int16]
    """Shape (n,): index of the gate that it ends at, or -1."""
    answer: NDArray[np.int8]
    """Shape (n,): the answer it ends with, 1 = positive."""
    duration_ns: int
    """When the run ends, or the chunk; not before the last release."""
    answers: AnswerSource = "drawn"
    """Where ``exit_gate`` and ``answer`` come from."""
