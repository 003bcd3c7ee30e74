"""Which arcs of a graph lie on a way that is close to a bound.

A mix of figures has a least value by end; the excess of a way is how much more it has. An arc stays
if for some mix there is a way over it whose excess is small.
"""

from math import inf

import numpy as np
from numpy.typing import NDArray

from scheduler.kernels.compiling import compiled

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]


@compiled
def close_to_bounds(
    tail: Integers,
    head: Integers,
    value: Floats,
    weights: Floats,
    margins: Floats,
    groups: tuple[Integers, int],
    places: int,
) -> Flags:
    """(A,): whether the excess over some mix is at most its margin.

    ``weights`` (B, d) are of the first figures of ``value`` (A, F). Arcs are in order of their
    tails' layers; those into the last place are in a group each (A,), -1 for all other arcs, and
    have an excess over the least value of their own group.
    """
    mixes, figures = weights.shape
    group, count = groups
    come, go = np.full((places, mixes), inf), np.full((places, mixes), inf)
    least = np.full((count, mixes), inf)
    cost = np.empty(mixes)
    come[0] = 0.0
    for a in range(tail.size):
        _mix(cost, value, a, weights, figures)
        if group[a] >= 0:
            for b in range(mixes):
                least[group[a], b] = min(least[group[a], b], come[tail[a], b] + cost[b])
        else:
            for b in range(mixes):
                come[head[a], b] = min(come[head[a], b], come[tail[a], b] + cost[b])
    kept = np.zeros(tail.size, np.bool_)
    for a in range(tail.size - 1, -1, -1):
        _mix(cost, value, a, weights, figures)
        for b in range(mixes):
            ahead = -least[group[a], b] if group[a] >= 0 else go[head[a], b]
            if abs(ahead) == inf:
                continue
            kept[a] |= come[tail[a], b] + cost[b] + ahead <= margins[b]
            go[tail[a], b] = min(go[tail[a], b], cost[b] + ahead)
    return kept


@compiled
def _mix(cost: Floats, value: Floats, arc: int, weights: Floats, figures: int) -> None:
    """The value of an arc in each mix."""
    for b in range(cost.size):
        cost[b] = 0.0
        for f in range(figures):
            cost[b] += weights[b, f] * value[arc, f]
