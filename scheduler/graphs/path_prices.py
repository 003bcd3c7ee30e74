"""Prices on paths that must end before a deadline: a flow through the graph."""

import numpy as np
from numpy.typing import NDArray

from scheduler.graphs.awake_sets import Floats
from scheduler.graphs.tables import Tables


class PathPrices:
    """Each path that was found too long has a price; a task pays those of the paths through it."""

    def __init__(self, tables: Tables, horizon: int | None) -> None:
        """``horizon``: the tick by which every path has ended; None for no such limit."""
        self._tables, self._horizon = tables, horizon
        widest = max(map(len, tables.ticks))
        self._shares = np.zeros((len(tables.ticks), widest))
        for task, row in enumerate(tables.ticks):
            self._shares[task, : len(row)] = row
        self._shares /= max(1, horizon or 1)
        self._flow = np.zeros(len(tables.ticks))
        self.total = 0.0
        """The sum of all prices."""

    @property
    def priced(self) -> Floats:
        """By task and mode: what its ticks cost, a price being that of the whole horizon."""
        return self._flow[:, None] * self._shares

    def longest(self, chosen: NDArray[np.intp]) -> tuple[list[int], float]:
        """The longest path in the chosen modes, and its excess as a share of the horizon."""
        if not self._horizon:
            return [], 0.0
        tables, edges = self._tables, self._tables.problem.edges
        ends, before = [0] * len(chosen), [-1] * len(chosen)
        for task, mode in enumerate(chosen.tolist()):
            for index in tables.inward[task]:
                source = edges[index].source
                if ends[source] > ends[task] or before[task] < 0:
                    ends[task], before[task] = ends[source], source
            ends[task] += tables.ticks[task][mode]
        task = max(range(len(ends)), key=ends.__getitem__)
        excess = ends[task] / self._horizon - 1.0
        path = []
        while task >= 0:
            path.append(task)
            task = before[task]
        return path, excess

    def move(self, path: list[int], step: float) -> None:
        """Raise the price of ``path`` by ``step``; lower all prices alike if it is negative."""
        if step >= 0.0:
            self._flow[path] += step
            self.total += step
        elif self.total > 0.0:
            kept = max(0.0, 1.0 + step / self.total)
            self._flow *= kept
            self.total *= kept
