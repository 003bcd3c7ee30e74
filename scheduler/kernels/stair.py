"""Which pairs of figures are covered: a staircase, ascending in the first, descending in the
second. Labels arrive in order of a third figure, so a pair is dominated if a step covers it."""

import numpy as np
from numpy.typing import NDArray

from scheduler.kernels.compiling import compiled

Floats = NDArray[np.float64]


@compiled
def steps_within(stair: Floats, steps: int, x: float) -> int:
    """How many steps have at most ``x`` of the first figure."""
    low, high = 0, steps
    while low < high:
        middle = (low + high) // 2
        if stair[0, middle] <= x:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def wider(stair: Floats) -> Floats:
    """The same staircase with room for twice the steps."""
    wide = np.empty((2, 2 * stair.shape[1]))
    for i in range(stair.shape[1]):
        wide[0, i], wide[1, i] = stair[0, i], stair[1, i]
    return wide


@compiled
def insert(stair: Floats, steps: int, spot: int, x: float, y: float) -> int:
    """Add a step, ``spot`` being ``steps_within`` of it, and remove those that it covers; how
    many there are then."""
    if spot > 0 and stair[0, spot - 1] == x:
        spot -= 1
    last = spot
    while last < steps and stair[1, last] >= y:
        last += 1
    shift = spot + 1 - last
    if shift == 1:
        for i in range(steps - 1, last - 1, -1):
            stair[0, i + 1], stair[1, i + 1] = stair[0, i], stair[1, i]
    elif shift < 0:
        for i in range(last, steps):
            stair[0, i + shift], stair[1, i + shift] = stair[0, i], stair[1, i]
    stair[0, spot], stair[1, spot] = x, y
    return steps + shift
