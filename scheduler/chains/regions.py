"""Where a better plan could lie: regions of figures that bounds can be held against.

For a sum of figures that is one half-space. Energy times mean latency is below a value under a
hyperbola, which a few cells cover: between two latencies, below the energy at the shorter one, and
below a line that is parallel to the chord.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from scheduler.chains.goals import Goal
from scheduler.chains.graph import Plane, Region
from scheduler.chains.tables import Floats
from scheduler.kernels.arcs import CHARGED, ENERGY, MEAN, MEMORY

PIECES = 12
"""Half-spaces that a hyperbola is covered with."""

SLACK = 1e-12
"""Relative: sums in another order must not lose a plan."""


@dataclass(frozen=True, slots=True)
class Limited:
    """The limits of one branch, energy net of what the device draws anyway."""

    figures: tuple[int, ...]
    """Which figures are limited."""
    limits: Floats
    """By how much."""
    standing_j: float
    """What the device draws anyway: the rounding of energies is relative to it."""

    def index(self, figure: int) -> int:
        """Where a figure stands."""
        return self.figures.index(figure)


def limited(figures: Mapping[int, float], standing_j: float) -> Limited:
    """Limits as they hold for the figures of a branch."""
    net = [limit - (standing_j if f == ENERGY else 0.0) for f, limit in figures.items()]
    return Limited(tuple(figures), np.array(net), standing_j)


def weights_of(goal: Goal, count: int, mean: float = 0.0) -> Floats:
    """The goal's weights by figure; of a product, with ``mean`` joules a nanosecond."""
    weights = np.zeros(count)
    for f in goal.figures:
        weights[f] = 1.0
    if goal.product:
        weights[MEAN] = mean
    return weights


def priced(weights: Floats, within: Limited, prices: Floats) -> Floats:
    """Weights with the prices of limited figures; a memory's go for its activation too."""
    mixed = weights.copy()
    for f, price in zip(within.figures, prices, strict=True):
        mixed[f] += price
        if f >= MEMORY:
            mixed[f + 1] += price
    return mixed


def below(weights: Floats, value: float, within: Limited, prices: Floats) -> Plane:
    """What ways within the limits keep if ``weights @ figures`` is at most ``value``."""
    worth = float(prices @ within.limits)
    sizes = abs(value) + within.standing_j * weights[ENERGY] + prices @ np.abs(within.limits)
    slack = SLACK * float(sizes)
    return Plane(priced(weights, within, prices), value + worth + slack)


def each_limit(within: Limited, count: int) -> list[Region]:
    """One region a limit."""
    none = np.zeros(len(within.figures))
    regions: list[Region] = []
    for f, limit in zip(within.figures, within.limits, strict=True):
        unit = np.zeros(count)
        unit[f] = 1.0
        if f >= MEMORY:
            unit[f + 1] = 1.0
        regions.append([[Plane(unit, below(unit, limit, within, none).limit)]])
    return regions


def better(
    goal: Goal,
    value: float,
    standing_j: float,
    within: Limited,
    prices: Floats,
    count: int,
    least: tuple[float, float],
) -> Region:
    """Where ways are that keep the limits and have at most ``value``.

    ``least`` are the least energy (standing energy included) and mean latency of any way.
    """
    if goal.product:
        return under_hyperbola(value, standing_j, within, prices, count, least)
    net = value - (standing_j if ENERGY in goal.figures or CHARGED in goal.figures else 0.0)
    return [[below(weights_of(goal, count), net, within, prices)]]


def under_hyperbola(
    product: float,
    standing_j: float,
    within: Limited,
    prices: Floats,
    count: int,
    least: tuple[float, float],
) -> Region:
    """Where ways are whose energy times mean latency is at most ``product``."""
    product = max(product, 0.0)
    low = max(least[1], 1.0)
    high = max(product / least[0], 2.0 * low) if least[0] > 0.0 else 1e6 * low
    joules, latency = np.zeros(count), np.zeros(count)
    joules[ENERGY], latency[MEAN] = 1.0, 1.0
    free = np.zeros(len(prices))
    cells: list[list[Plane]] = [
        [below(latency, low, within, free)],
        [below(joules, product / high - standing_j, within, free)],
    ]
    for before, after in pairwise(np.geomspace(low, high, PIECES + 1)):
        weights = joules + product / (before * after) * latency
        reach = product / before + product / after
        cells.append(
            [
                below(weights, reach - standing_j, within, prices),
                below(latency, after, within, free),
                below(joules, product / before - standing_j, within, free),
            ]
        )
    return cells


def least_product(slopes: Sequence[float], values: Sequence[float]) -> float:
    """Least e * m over all (e, m) with ``e + slope * m >= value`` for every slope, ascending, and
    with m at least the last value.

    All lines touch one set of points. The product is quasi-concave, so it is least in a corner,
    where two lines meet that follow each other.
    """
    corners = [
        (v - s * (w - v) / (t - s)) * (w - v) / (t - s)
        for s, t, v, w in zip(slopes[:-1], slopes[1:], values[:-2], values[1:-1], strict=True)
    ]
    corners.append((values[-2] - slopes[-1] * values[-1]) * values[-1])
    return min(corners)
