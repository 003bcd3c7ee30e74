"""What is chosen once for a whole plan, and a lower bound for each choice.

A branch is a choice of idle states, and a set of gate states to end in: where accuracy is short,
what the gates cost is fixed branch by branch, so that no bound mixes a cheap choice of gates with
an accurate one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from math import inf

import numpy as np

from scheduler.chains.duals import Duals, best_prices, surely
from scheduler.chains.goals import Bounds, Goal
from scheduler.chains.model import Chain, Path, Resting
from scheduler.chains.regions import Limited, least_product, limited, priced, weights_of
from scheduler.chains.tables import Floats
from scheduler.kernels.arcs import CHARGED, ENERGY, LOSS, MEAN, MEMORY
from scheduler.problem import Problem

SETS_OF_ENDS = 32
"""Into how many sets the gate states at the end are divided at most."""

SLOPES = 9
"""Lines that bound energy times mean latency, spread around where its best point lies."""


Ends = tuple[int, ...] | None
"""Gate states that a way may end in; None: all."""


@dataclass(frozen=True, slots=True)
class Branch:
    """One choice."""

    idle: tuple[int, ...]
    """By core: its idle state."""
    ends: Ends
    """Where a way may end."""


@dataclass(frozen=True, slots=True)
class Relaxed:
    """What the relaxation says of a branch."""

    bound: float
    """On the goal, in its unit; infinity if no way is within the limits."""
    prices: Floats
    """By limit."""
    slope: float
    """Joules a nanosecond of mean latency at the best product; 0 for other goals."""
    paths: tuple[Path, ...]
    """Ways through the chain that turned up, each figure of which is within some mix."""
    strained: tuple[int, ...]
    """Limited figures that have a price, or are exceeded by the best way without prices."""


def idle_choices(problem: Problem) -> list[tuple[int, ...]]:
    """Every choice of one idle state a core that no other choice beats whatever the plan."""
    worth = []
    for powers, wakes in zip(problem.idle_power_w, problem.wake, strict=True):
        states = [(p, w.time_ns, w.energy_j) for p, w in zip(powers, wakes, strict=True)]
        worth.append([i for i in range(len(states)) if not _beaten(states, i)])
    return list(product(*worth))


def _beaten(states: Sequence[tuple[float, int, float]], i: int) -> bool:
    """Whether another state draws no more and wakes no later with no more energy; a core that
    wakes earlier rests longer."""
    power_w, time_ns, energy_j = states[i]
    for j, (other_w, other_ns, other_j) in enumerate(states):
        rest_j = other_w * (time_ns - other_ns) * 1e-9
        if other_w <= power_w and other_ns <= time_ns and other_j + rest_j <= energy_j:
            same = (other_w, other_ns, other_j) == (power_w, time_ns, energy_j)
            if j < i or (j != i and not same):
                return True
    return False


def sets_of_ends(chain: Chain, bounds: Bounds) -> list[Ends]:
    """The gate states to end in, by what the gates cost; undivided where accuracy is no limit."""
    if LOSS not in bounds.figures or not chain.may_lose_more(bounds.figures[LOSS]):
        return [None]
    return divided_ends(chain)


def divided_ends(chain: Chain) -> list[Ends]:
    """The gate states to end in, by what the gates cost."""
    losses = chain.tables.end_loss
    last = range(int(chain.tables.states[-2]), int(chain.tables.states[-1]))
    levels = sorted({float(losses[q]) for q in last})
    cells = [
        [float(x) for x in cell] for cell in np.array_split(levels, min(len(levels), SETS_OF_ENDS))
    ]
    return [tuple(q for q in last if losses[q] in cell) for cell in cells]


class Relaxation:
    """Bounds for all branches of a chain."""

    def __init__(self, chain: Chain, goal: Goal, bounds: Bounds) -> None:
        self._chain, self._goal, self._bounds = chain, goal, bounds

    def within(self, resting: Resting) -> Limited:
        """The limits as they hold under a choice of idle states."""
        return limited(self._bounds.figures, resting.standing_j)

    def of(self, resting: Resting, ends: Ends, start: float = 0.0) -> Relaxed:
        """The best bound for a branch; ``start`` is a slope to begin with, for a product."""
        within = self.within(resting)
        if not self._goal.product:
            weights = weights_of(self._goal, self._chain.figures)
            duals = self._duals(resting, ends, weights, within)
            bound = surely(duals.bound, self._standing(resting))
            return self._relaxed(bound, duals, 0.0, within)
        return self._of_product(resting, ends, within, start)

    def at(self, resting: Resting, sets: Sequence[Ends], known: Relaxed) -> list[float]:
        """A bound for each set of ends, at the prices of another branch."""
        if self._goal.product:
            slopes = _slopes(known.slope)
            rows = [self._at(resting, sets, known.prices, slope) for slope in slopes]
            latency = self._least_mean(resting)
            return [_product_bound(slopes, column, latency) for column in zip(*rows, strict=True)]
        return self._at(resting, sets, known.prices, 0.0)

    def _at(
        self,
        resting: Resting,
        sets: Sequence[Ends],
        prices: Floats,
        slope: float,
    ) -> list[float]:
        within = self.within(resting)
        weights = priced(weights_of(self._goal, self._chain.figures, slope), within, prices)
        by_end = resting.by_end(weights)
        standing, paid = self._standing(resting), float(prices @ within.limits)
        least = (float((by_end if e is None else by_end[list(e)]).min()) for e in sets)
        return [surely(value, -paid, standing) for value in least]

    def _of_product(self, resting: Resting, ends: Ends, within: Limited, start: float) -> Relaxed:
        """Follow the tangents of the product to its best point, then bound it by lines around."""
        slope, best, paths = start, inf, []
        strained: set[int] = set()
        for _ in range(8):
            weights = weights_of(self._goal, self._chain.figures, slope)
            duals = self._duals(resting, ends, weights, within)
            if not duals.paths:
                return Relaxed(inf, duals.prices, slope, (), ())
            paths += duals.paths
            strained.update(_strained(duals, within))
            kept = [p for p in duals.paths if self._bounds.within(p.figures, resting.standing_j)]
            here = min(kept or duals.paths, key=lambda p: self._value(p, resting))
            if self._value(here, resting) >= best:
                break
            best = self._value(here, resting)
            slope = (here.figures[ENERGY] + resting.standing_j) / max(here.figures[MEAN], 1.0)
        slopes = _slopes(slope)
        column = [self._at(resting, [ends], duals.prices, line)[0] for line in slopes]
        bound = _product_bound(slopes, column, self._least_mean(resting))
        return Relaxed(bound, duals.prices, slope, tuple(paths), tuple(sorted(strained)))

    def _relaxed(self, bound: float, duals: Duals, slope: float, within: Limited) -> Relaxed:
        return Relaxed(bound, duals.prices, slope, tuple(duals.paths), _strained(duals, within))

    def _value(self, path: Path, resting: Resting) -> float:
        return self._goal.value(path.figures, resting.standing_j)

    def _duals(
        self,
        resting: Resting,
        ends: Ends,
        weights: Floats,
        within: Limited,
    ) -> Duals:
        return best_prices(
            lambda mixed: resting.least(mixed, ends), weights, within.figures, within.limits
        )

    def _standing(self, resting: Resting) -> float:
        charged = ENERGY in self._goal.figures or CHARGED in self._goal.figures
        return resting.standing_j if charged else 0.0

    def _least_mean(self, resting: Resting) -> float:
        unit = np.zeros(self._chain.figures)
        unit[MEAN] = 1.0
        return resting.least(unit)[0]


def _strained(duals: Duals, within: Limited) -> tuple[int, ...]:
    if not duals.paths:
        return ()
    first = duals.paths[0].figures
    return tuple(
        f
        for f, limit, price in zip(within.figures, within.limits, duals.prices, strict=True)
        if price > 0.0 or first[f] + (first[f + 1] if f >= MEMORY else 0.0) > limit
    )


def _slopes(best: float) -> list[float]:
    return (
        [0.0, *np.geomspace(best / 8.0, best * 8.0, SLOPES).tolist()] if best > 0.0 else [0.0, 1.0]
    )


def _product_bound(slopes: Sequence[float], values: Sequence[float], least_mean: float) -> float:
    if not np.all(np.isfinite(values)) or not np.isfinite(least_mean):
        return inf
    bound = least_product(slopes, [*values, least_mean])
    return bound - 1e-9 * abs(bound)
