"""A binary heap of arcs, in lexicographic order of the labels that come next over them."""

import numpy as np
from numpy.typing import NDArray

from scheduler.kernels.compiling import compiled

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@compiled
def _ahead(a: int, b: int, heads: Floats) -> bool:
    """Whether arc ``a`` comes before arc ``b``; of equal ones the one with the lower number."""
    for f in range(heads.shape[1]):
        if heads[a, f] != heads[b, f]:
            return bool(heads[a, f] < heads[b, f])
    return a < b


@compiled
def rise(heap: Integers, i: int, heads: Floats) -> None:
    """Move entry ``i`` up to where it belongs."""
    while i > 0:
        parent = (i - 1) // 2
        if not _ahead(heap[i], heap[parent], heads):
            return
        heap[i], heap[parent] = heap[parent], heap[i]
        i = parent


@compiled
def sink(heap: Integers, size: int, heads: Floats) -> None:
    """Move the first entry down to where it belongs."""
    i = 0
    while True:
        child = 2 * i + 1
        if child >= size:
            return
        if child + 1 < size and _ahead(heap[child + 1], heap[child], heads):
            child += 1
        if not _ahead(heap[child], heap[i], heads):
            return
        heap[i], heap[child] = heap[child], heap[i]
        i = child
