"""What networks ask of a law, as arrays: cycles of a network = counts @ parameters.

The counts are read off the law itself, with one parameter 1 and the others 0, so that the fit and
the prediction cannot differ.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from devicemodels.calibration.core_classes import CYCLES_PER_DISPATCH, CoreClass, FloatArray
from devicemodels.operators import Operation

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Design:
    """Networks as arrays."""

    networks: tuple[str, ...]
    """Their names, in the order of the arrays."""
    counts: FloatArray
    """Cycles for each unit of each parameter [networks, parameters]."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Measured latencies as arrays [rows]."""

    device: IntArray
    """Row of the parameter matrix that it was measured on."""
    network: IntArray
    """Index into ``Design.networks``."""
    frequency_hz: FloatArray
    """Clock."""
    log_s: FloatArray
    """Logarithm of the latency."""

    def where(self, keep: npt.NDArray[np.bool_]) -> "Measured":
        """The rows that ``keep`` marks."""
        return Measured(
            self.device[keep], self.network[keep], self.frequency_hz[keep], self.log_s[keep]
        )


def design(core_class: CoreClass, networks: Mapping[str, Sequence[Operation]]) -> Design:
    """The arrays of ``networks``; raises ``UnsupportedOperator`` for one that the law cannot run.

    ``networks`` has the operators of each by its name.
    """
    count = len(core_class.parameters)
    counts = np.zeros((len(networks), count))
    for p in range(count):
        law = core_class.law([1.0 if q == p else 0.0 for q in range(count)])
        for n, (name, operators) in enumerate(networks.items()):
            law.busy(name, "it", operators, 1e9)  # for what it raises
            counts[n, p] = sum(law.cycles_of(each) for each in operators)
    return Design(tuple(networks), counts)


def log_latency(
    networks: Design, theta: FloatArray, rows: Measured
) -> tuple[FloatArray, FloatArray]:
    """Logarithm of each row's latency [rows], and its slope by each log parameter.

    ``theta`` holds the logarithms of the parameters [devices, parameters].
    """
    parts = networks.counts[rows.network] * np.exp(theta)[rows.device]
    cycles = parts.sum(axis=1) + CYCLES_PER_DISPATCH
    return np.log(cycles / rows.frequency_hz), parts / cycles[:, None]
