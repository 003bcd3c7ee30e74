"""Which of many vectors no other one dominates."""

import numpy as np
from numpy.typing import NDArray

from scheduler.kernels.compiling import compiled
from scheduler.kernels.stair import insert, steps_within, wider

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@compiled
def undominated(values: Floats, order: Integers) -> NDArray[np.bool_]:
    """Mask of the rows of ``values`` (N, 3) that are not dominated; of equal rows the first in
    ``order``, which is lexicographic, stays."""
    kept = np.zeros(order.size, np.bool_)
    stair = np.empty((2, 64))
    steps = 0
    for i in order:
        x, y = values[i, 1], values[i, 2]
        spot = steps_within(stair, steps, x)
        if spot > 0 and stair[1, spot - 1] <= y:
            continue
        if steps == stair.shape[1]:
            stair = wider(stair)
        steps = insert(stair, steps, spot, x, y)
        kept[i] = True
    return kept
