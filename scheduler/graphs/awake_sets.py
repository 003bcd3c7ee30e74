"""The cheapest modes, each set of resources that may be awake considered on its own."""

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from scheduler.graphs.tables import Tables

Floats = NDArray[np.float64]

MOST = 6
"""Resources with a price of waking up to which every set is tried; of more, none is charged."""


class AwakeSets:
    """For each set: the joules of waking it, and the modes that do without the others."""

    def __init__(self, tables: Tables, tick_j: list[float], cost: Floats) -> None:
        """``tick_j``: joules of a tick of rest by resource; ``cost``: by task and mode."""
        net = [
            resource.wake_energy_j - idle * resource.wake_ticks
            for resource, idle in zip(tables.problem.resources, tick_j, strict=True)
        ]
        self._saved = sum(min(0.0, joules) for joules in net)
        charged = [resource for resource, joules in enumerate(net) if joules > 0.0]
        charged = charged if len(charged) <= MOST else []
        needs = np.zeros((len(charged), *cost.shape), dtype=bool)
        for task, row in enumerate(tables.held):
            for mode, pairs in enumerate(row):
                for resource, _ in pairs:
                    if resource in charged:
                        needs[charged.index(resource), task, mode] = True
        self._sets: list[tuple[float, NDArray[np.bool_]]] = []
        for size in range(len(charged) + 1):
            for asleep in combinations(range(len(charged)), size):
                barred = np.asarray(needs[list(asleep)].any(0), dtype=np.bool_)
                possible = np.isfinite(np.where(barred, np.inf, cost)).any(1).all()
                if possible:
                    woken = sum(net[r] for i, r in enumerate(charged) if i not in asleep)
                    self._sets.append((woken, barred))

    def cheapest(self, cost: Floats) -> tuple[float, NDArray[np.intp]]:
        """Least joules of modes and wake-ups, and the mode of each task that reaches them."""
        best, chosen = np.inf, np.zeros(len(cost), dtype=np.intp)
        for woken, barred in self._sets:
            allowed = np.where(barred, np.inf, cost)
            value = woken + float(allowed.min(1).sum())
            if value < best:
                best, chosen = value, allowed.argmin(1)
        return best + self._saved, chosen
