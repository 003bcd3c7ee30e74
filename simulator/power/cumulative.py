"""Joules from the start of a run up to instants, from power that changes in steps."""

import numpy as np
from numpy.typing import NDArray

from devicemodels.cost import NANOSECONDS_PER_SECOND
from simulator.power.steps import StepFunction


def cumulative_j(
    steps: StepFunction,
    impulse_ns: NDArray[np.int64],
    impulse_j: NDArray[np.float64],
    at_ns: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Energy spent in [0, t], shape (n,), for each t of ``at_ns`` (n,).

    ``impulse_j`` (j,) is spent at the instants ``impulse_ns`` (j,), which do not fall; what is
    spent at t itself counts.
    """
    time_ns, power_w = steps
    before_j = np.zeros(len(time_ns))
    np.cumsum(np.diff(time_ns) * power_w[:-1] / NANOSECONDS_PER_SECOND, out=before_j[1:])
    step = np.searchsorted(time_ns, at_ns, side="right") - 1
    since_s = (at_ns - time_ns[step]) / NANOSECONDS_PER_SECOND
    at_once_j = np.append(0.0, np.cumsum(impulse_j))
    spent_j = at_once_j[np.searchsorted(impulse_ns, at_ns, side="right")]
    energy_j: NDArray[np.float64] = before_j[step] + since_s * power_w[step] + spent_j
    return energy_j
