"""A histogram of nanoseconds whose buckets are at most 1/128 of their value wide.

Up to 255 ns each value has a bucket of its own; from there on each doubling has 128 of them. A
bucket keeps how many values it has and by how much, all together, they exceed its lower bound: if
they are all equal, that value is exact.
"""

from math import floor

import numpy as np
from numpy.typing import NDArray

from simulator.compiled.compiling import inlined
from simulator.compiled.layout import Integers

FINE_BITS = 7
FINE = 1 << FINE_BITS
BUCKETS = (63 - FINE_BITS + 1) * FINE
"""Enough for every 63-bit number."""


@inlined
def bucket(value: int) -> int:
    """The bucket of a value, which may not be negative."""
    shift = 0
    rest = value >> (FINE_BITS + 1)
    while rest:
        shift += 1
        rest >>= 1
    return (value >> shift) + shift * FINE


@inlined
def lower_bound(index: int) -> int:
    """The least value of a bucket."""
    shift = max(0, index // FINE - 1)
    return (index - shift * FINE) << shift


@inlined
def count(histogram: Integers, value: int, times: int) -> None:
    """Put a value in, ``times`` times; ``histogram`` has the shape (BUCKETS, 2)."""
    index = bucket(value)
    histogram[index, 0] += times
    histogram[index, 1] += (value - lower_bound(index)) * times


def percentiles(histogram: Integers, shares: tuple[float, ...]) -> tuple[float, ...]:
    """What ``numpy.percentile`` gives for shares (of 1) of the values, each taken as the mean of
    its bucket; there must be at least one value."""
    filled = np.flatnonzero(histogram[:, 0])
    counts = histogram[filled, 0]
    upto = np.cumsum(counts)
    lower: NDArray[np.int64] = np.array([lower_bound(int(index)) for index in filled])
    values = lower + histogram[filled, 1] / counts
    found = []
    for share in shares:
        place = share * (int(upto[-1]) - 1)
        below = floor(place)
        first, second = (
            float(values[min(int(np.searchsorted(upto, rank, side="right")), len(values) - 1)])
            for rank in (below, below + 1)
        )
        found.append(first + (second - first) * (place - below))
    return tuple(found)
