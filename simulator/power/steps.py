"""Step functions of power, from intervals that draw something each."""

import numpy as np
from numpy.typing import NDArray

StepFunction = tuple[NDArray[np.int64], NDArray[np.float64]]
"""When each step begins, in nanoseconds, rising from 0; and its watts."""


def disjoint(
    start_ns: NDArray[np.int64],
    end_ns: NDArray[np.int64],
    watts: NDArray[np.float64],
) -> StepFunction:
    """Of intervals of some length that follow each other; 0 W between them."""
    times = np.stack([start_ns, end_ns], axis=1).reshape(-1)
    steps = np.stack([watts, np.zeros(len(watts))], axis=1).reshape(-1)
    times = np.concatenate([np.zeros(1, dtype=np.int64), times])
    steps = np.concatenate([np.zeros(1), steps])
    last_of_instant = np.append(times[1:] != times[:-1], True)
    return changes(times[last_of_instant], steps[last_of_instant])


def overlapping(
    start_ns: NDArray[np.int64],
    end_ns: NDArray[np.int64],
    watts: NDArray[np.float64],
) -> StepFunction:
    """Of intervals of some length that may overlap and add up; 0 W where none is."""
    times, place = np.unique(
        np.concatenate([np.zeros(1, dtype=np.int64), start_ns, end_ns]), return_inverse=True
    )
    starts, ends = place[1 : 1 + len(watts)], place[1 + len(watts) :]
    under_way, change_w = np.zeros(len(times), dtype=np.int64), np.zeros(len(times))
    np.add.at(under_way, starts, 1)
    np.add.at(under_way, ends, -1)
    np.add.at(change_w, starts, watts)
    np.add.at(change_w, ends, -watts)
    free = np.cumsum(under_way) == 0
    level_w = np.cumsum(change_w)
    last_free = np.maximum.accumulate(np.where(free, np.arange(len(times)), -1))
    rounding_w = np.where(last_free >= 0, level_w[last_free], 0.0)
    return changes(times, np.where(free, 0.0, level_w - rounding_w))


def changes(times: NDArray[np.int64], power_w: NDArray[np.float64]) -> StepFunction:
    """The first step, and those that differ from the one before."""
    differs = np.append(True, power_w[1:] != power_w[:-1])
    return times[differs], power_w[differs]


def before(times: NDArray[np.int64], power_w: NDArray[np.float64], end_ns: int) -> StepFunction:
    """Without the steps that begin at ``end_ns`` or later, but for the one at 0."""
    keep = (times < end_ns) | (times == 0)
    return times[keep], power_w[keep]
