"""What a battery gives for what the device draws: input power as a function of output power.

Piecewise linear through (0, quiescent) and the given loads (load, load / efficiency), and beyond
the last one as before it. ``devicemodels.coherence`` sees to it that the input rises with the
output and is never below it. The tables are plain arrays and the functions are made of numpy only,
so that they serve arrays as they stand, and a single load inside a compiled loop.
"""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from devicemodels.platform import Regulator

Watts = TypeVar("Watts", float, NDArray[np.float64])
"""One power, or an array of them."""

Table = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Output powers (k,) rising from 0, and the input power at each, k at least 2."""


def input_table(regulator: Regulator | None) -> Table:
    """The corners of a regulator's law, in watts; without a regulator, input is output."""
    if regulator is None:
        return np.array([0.0, 1.0]), np.array([0.0, 1.0])
    corners = [(0.0, regulator.quiescent_power_w)]
    corners += [
        (one.output_power_w, one.output_power_w / one.efficiency) for one in regulator.loads
    ]
    output_w, input_w = np.array(corners, dtype=np.float64).T.copy()
    return output_w, input_w


def input_power_w(
    power_w: Watts, p_out_w: NDArray[np.float64], p_in_w: NDArray[np.float64]
) -> Watts:
    """Watts from the battery while the device draws ``power_w``, by an ``input_table``."""
    step = np.minimum(np.searchsorted(p_out_w, power_w, side="right"), len(p_out_w) - 1)
    before = np.maximum(step, 1) - 1
    slope = (p_in_w[before + 1] - p_in_w[before]) / (p_out_w[before + 1] - p_out_w[before])
    input_w: Watts = p_in_w[before] + slope * (power_w - p_out_w[before])
    return input_w


def input_per_output(
    power_w: Watts, p_out_w: NDArray[np.float64], p_in_w: NDArray[np.float64]
) -> Watts:
    """Joules from the battery for each that is spent at once while the device draws ``power_w``.

    The slope of the input power there: what the regulator needs by itself is paid over time
    already. At least 1, for no load makes energy.
    """
    step = np.minimum(np.searchsorted(p_out_w, power_w, side="right"), len(p_out_w) - 1)
    before = np.maximum(step, 1) - 1
    slope = (p_in_w[before + 1] - p_in_w[before]) / (p_out_w[before + 1] - p_out_w[before])
    at_least_one: Watts = np.maximum(slope, 1.0)
    return at_least_one
