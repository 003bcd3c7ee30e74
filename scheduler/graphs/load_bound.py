"""Work over capacity: a lower bound on the makespan, exact in integers.

With weights w, a schedule of C ticks has room for ``sum of w[r] * capacity[r] * C``, less what goes
by before the first and after the last piece of work, and each task takes at least its cheapest
mode's ``sum of w[r] * holds[r] * ticks`` of it: the Lagrangian dual of sharing out the work. Any
weights give a valid bound. Good ones are looked for in floating point, by raising those of loaded
resources (Arora, Hazan, Kale, "The multiplicative weights update method", Theory of Computing 8,
2012); the bounds of the best are then computed in integers.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from scheduler.graphs.awake_sets import Floats
from scheduler.graphs.reach import Reach
from scheduler.graphs.tables import Tables

ROUNDS = 40
"""Times that the weights are moved."""

BEST = 3
"""Weightings for which the bound is computed in integers."""

WEIGHT = 1 << 20
"""Weights are rounded to whole numbers up to this."""


def load_bound(tables: Tables, reach: Reach) -> int:
    """No schedule ends before this tick. ``reach`` says which modes are possible."""
    if not tables.ticks or not tables.capacity:
        return 0
    areas = _areas(tables, reach)
    tried = sorted(
        ([_estimate(tables, areas, weights), *weights.tolist()])
        for weights in _weightings(tables, areas)
    )
    return max(
        _exact(tables, reach, [round(weight * WEIGHT) for weight in weights])
        for _, *weights in tried[-BEST:]
    )


def _areas(tables: Tables, reach: Reach) -> Floats:
    """By task, mode and resource: units times ticks; infinite for an impossible mode."""
    areas = np.zeros((len(tables.ticks), max(map(len, tables.ticks)), len(tables.capacity)))
    for task, (ticks, held) in enumerate(zip(tables.ticks, tables.held, strict=True)):
        areas[task, len(ticks) :] = np.inf
        for mode, (duration, pairs) in enumerate(zip(ticks, held, strict=True)):
            if reach.tails[task][mode] is None:
                areas[task, mode] = np.inf
                continue
            for resource, units in pairs:
                areas[task, mode, resource] = units * duration
    return areas


def _weightings(tables: Tables, areas: Floats) -> Iterator[Floats]:
    """Each resource alone, then those that the loads lead to; the largest weight is 1."""
    count = len(tables.capacity)
    yield from np.eye(count)
    weights = np.ones(count)
    for step in range(ROUNDS):
        yield weights
        chosen = (areas @ weights).argmin(1)
        loads = areas[np.arange(len(areas)), chosen].sum(0) / tables.capacity
        weights = weights * (1.0 + loads / ((loads.max() or 1.0) * (step + 1)))
        weights = weights / weights.max()


def _estimate(tables: Tables, areas: Floats, weights: Floats) -> float:
    with np.errstate(invalid="ignore"):  # a weight of 0 on an impossible mode
        total = np.nan_to_num(areas @ weights, nan=np.inf, posinf=np.inf).min(1).sum()
    return float(total / (weights @ np.array(tables.capacity)))


def _exact(tables: Tables, reach: Reach, weights: Sequence[int]) -> int:
    """The bound of these weights, heads and tails and wake-ups included."""
    total, heads, tails = 0, [], []
    for task, (ticks, held) in enumerate(zip(tables.ticks, tables.held, strict=True)):
        possible = [mode for mode, tail in enumerate(reach.tails[task]) if tail is not None]
        least = min(
            ticks[mode] * sum(weights[resource] * units for resource, units in held[mode])
            for mode in possible
        )
        if least:
            total += least
            heads.append(min(head for head in reach.heads[task] if head is not None))
            tails.append(min(tail for tail in reach.tails[task] if tail is not None))
    if not total:
        return 0
    first = min(heads)
    room = sorted(
        (max(first, wake), weight * capacity)
        for wake, weight, capacity in zip(tables.wake, weights, tables.capacity, strict=True)
        if weight
    )
    return _until(total, room) + min(tails)


def _until(total: int, room: Sequence[tuple[int, int]]) -> int:
    """The first tick by which ``total`` is done, where ``room`` opens at (tick, rate)."""
    done, rate, now = 0, 0, room[0][0]
    for tick, more in room:
        if done + rate * (tick - now) >= total:
            break
        done, rate, now = done + rate * (tick - now), rate + more, tick
    return now + -(-(total - done) // rate)
