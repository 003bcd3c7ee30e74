"""The best Lagrangian bound: what a unit of each limited figure is worth.

Limits are moved into the objective at prices; for any prices, the least priced value over all ways
through the chain bounds the optimum from below (Geoffrion 1974, "Lagrangean relaxation for integer
programming"). The best prices solve the linear programme over mixes of ways (Dantzig and Wolfe
1960, "Decomposition principle for linear programs"), whose columns one pass each brings. With one
limit this is the LARAC iteration of Juettner et al. 2001.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import inf, isfinite

import numpy as np

from scheduler.chains.model import Path
from scheduler.chains.tables import Floats

ITERATIONS = 60
"""After which the bound is taken as good enough; every iteration's is valid."""

CEILING = 1e7
"""Largest price, in optima per limit: beyond it, a limit is as good as out of reach."""

TINY = 1e-30
"""Joules or nanoseconds: nothing that is minimised is smaller unless it is 0."""

ROUNDING = 1e-13
"""Of the sums that a bound is a difference of, relatively: they may be off by so much. At a price
near the ceiling they are millions of times the bound, and what they round off counts."""

ENOUGH = 1e-9
"""Relative gain below which the prices are final."""


@dataclass(slots=True)
class Duals:
    """What the relaxation found."""

    bound: float
    """No way within the limits has less; infinity if there is no way at all."""
    prices: Floats
    """By limit: of one unit of its figure."""
    paths: list[Path] = field(default_factory=list)
    """Ways through the chain that turned up."""


def best_prices(
    least: Callable[[Floats], tuple[float, Path | None]],
    objective: Floats,
    limited: Sequence[int],
    limits: Floats,
) -> Duals:
    """Maximise the Lagrangian bound on ``objective`` (weights by figure).

    ``limited`` are figures and ``limits`` what they may not exceed.
    """
    value, path = least(objective)
    found = Duals(value, np.zeros(len(limited)))
    if path is None:
        return found
    found.paths.append(path)
    start = _excess(path, limited, limits)
    if not np.any(start > 0.0):
        return found
    sizes = np.maximum(np.abs(limits), np.abs(path.figures[list(limited)]))
    sizes = np.where(sizes > 0.0, sizes, 1.0)
    frugal = objective * 0.0
    frugal[list(limited)] = np.where(start > 0.0, 1.0 / sizes, 0.0)
    _, other = least(frugal)
    if other is not None:
        found.paths.append(other)
        value = max(abs(value), abs(float(objective @ other.figures)))
    unit = max(abs(value), TINY) / sizes
    basis = _Basis(float(objective @ path.figures), start * unit, abs(value))
    for _ in range(ITERATIONS):
        prices = basis.prices()
        if basis.take_slack(prices):
            continue
        worth = objective.copy()
        worth[list(limited)] += np.maximum(prices, 0.0) * unit
        value, path = least(worth)
        if path is None:
            break
        bound = surely(value, -float(np.maximum(prices, 0.0) * unit @ limits))
        if bound > found.bound:
            found.bound, found.prices = bound, np.maximum(prices, 0.0) * unit
        found.paths.append(path)
        cost, excess = float(objective @ path.figures), _excess(path, limited, limits) * unit
        if not basis.take_path(cost, excess):
            break
    return found


def surely(value: float, *terms: float) -> float:
    """The sum of terms, less what they and what they come from may have been rounded by."""
    total = value + sum(terms)
    return total - ROUNDING * (abs(value) + sum(map(abs, terms))) if isfinite(total) else total


def _excess(path: Path, limited: Sequence[int], limits: Floats) -> Floats:
    excess: Floats = path.figures[list(limited)] - limits
    return excess


class _Basis:
    """The basis of the master programme: minimise the mean cost of a mix of ways whose mean excess
    is not positive. Rows: one a limit, and that the shares sum to 1."""

    def __init__(self, cost: float, excess: Floats, scale: float) -> None:
        rows = excess.size + 1
        self._scale = max(scale, TINY)
        self._columns = np.zeros((rows, rows))
        self._costs = np.zeros(rows)
        for k, over in enumerate(excess):
            self._columns[k, k] = -1.0 if over > 0.0 else 1.0
            self._costs[k] = CEILING if over > 0.0 else 0.0
        self._columns[:, -1] = np.append(excess, 1.0)
        self._costs[-1] = cost
        self._shares = np.append(np.abs(excess), 1.0)

    def prices(self) -> Floats:
        """By limit: what the programme would pay for a unit more."""
        self._duals: Floats = np.linalg.solve(self._columns.T, self._costs).astype(float)
        return -self._duals[:-1]

    def take_slack(self, prices: Floats) -> bool:
        """Bring in slack where a price is negative, or the artificial one where it is too high."""
        for k, price in enumerate(prices):
            if price < -ENOUGH or price > CEILING * (1.0 + ENOUGH):
                column = np.zeros(prices.size + 1)
                column[k] = 1.0 if price < 0.0 else -1.0
                return self._enter(column, 0.0 if price < 0.0 else CEILING)
        return False

    def take_path(self, cost: float, excess: Floats) -> bool:
        """Bring in a way; False if that gains nothing."""
        column = np.append(excess, 1.0)
        if cost - self._duals @ column > -ENOUGH * self._scale:
            return False
        return self._enter(column, cost)

    def _enter(self, column: Floats, cost: float) -> bool:
        direction = np.linalg.solve(self._columns, column)
        ratios = np.full(direction.size, inf)
        falling = direction > 1e-12
        ratios[falling] = self._shares[falling] / direction[falling]
        out = int(np.argmin(ratios))
        if ratios[out] == inf:
            return False
        self._shares -= ratios[out] * direction
        self._shares[out] = ratios[out]
        self._columns[:, out], self._costs[out] = column, cost
        return True
