"""How sure a mean over one run is: batch means with Student's t.

What is observed one after the other depends on what came before, so single observations say too
little about how far their mean may be off. The run is cut into batches; long enough, their means
are nearly independent and nearly normal. Batches whose means still follow each other (correlation
at lag 1) are too short and are merged in pairs. C. Alexopoulos and A. F. Seila, "Output data
analysis", in J. Banks (ed.), Handbook of Simulation, Wiley 1998, chapter 7.
"""

from dataclasses import dataclass
from math import inf, sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

FEWEST_BATCHES = 10
"""With fewer, nothing is said about how sure a mean is."""
ENOUGH_BATCHES = 16
"""Batches are merged down to at most twice as many in any case: more would make the interval hardly
narrower, and longer ones are nearer to independent and normal."""
MOST_BATCHES = 1024
"""What a run is cut into at first."""
MERGED_WRONGLY = 0.2
"""Share of series of independent batches that are merged all the same, which does little harm."""
WARNED_WRONGLY = 0.05
"""Share of those that are called dependent all the same, where nothing is left to merge."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure, and the bounds within which it lies with probability ``level``."""

    value: float
    """What was found."""
    low: float
    """Lower bound."""
    high: float
    """Upper bound; may be infinite."""
    level: float
    """Probability that intervals found in this way hold the true value."""
    batches: int
    """How many batch means it rests on."""
    correlation: float
    """Of successive batches, at lag 1; 0 where all batches are alike."""
    dependent: bool
    """Whether the longest batches there are still follow each other: the run is too short and the
    interval too narrow."""

    @property
    def half_width(self) -> float:
        """Half of the distance between the bounds."""
        return (self.high - self.low) / 2


def batch_sums(values: NDArray[np.float64], most: int = MOST_BATCHES) -> NDArray[np.float64]:
    """Sums over up to ``most`` batches of equal length, shape (batches,), from values (n,).

    What does not fill a batch is left out at the end.
    """
    each = -(-len(values) // most) if len(values) else 1
    whole = len(values) // each
    sums: NDArray[np.float64] = values[: whole * each].reshape(whole, each).sum(axis=1)
    return sums


def mean_interval(batches: NDArray[np.float64], level: float = 0.95) -> Interval | None:
    """Of the mean of equally long batches, given the mean of each in order of time, shape (b,).

    None if there are too few batches to say.
    """
    return ratio_interval(batches, np.ones(len(batches)), level)


def ratio_interval(
    numerators: NDArray[np.float64], denominators: NDArray[np.float64], level: float = 0.95
) -> Interval | None:
    """Of total numerator over total denominator, such as joules over samples, by batch (b,) each.

    By the residuals ``numerator - ratio x denominator``, whose mean is 0 (Fieller's method in its
    first order); for denominators that are all alike this is the interval of a mean. None if there
    are too few batches to say, or if the denominators add up to 0.
    """
    from scipy.special import stdtrit  # noqa: PLC0415 - only who asks for an interval needs it

    over, under = numerators, denominators
    while len(over) > 2 * ENOUGH_BATCHES:
        over, under = _merged(over), _merged(under)
    if len(over) < FEWEST_BATCHES or under.sum() == 0:
        return None
    value = float(numerators.sum() / denominators.sum())
    while True:
        ratio = float(over.sum() / under.sum())
        residuals = over - ratio * under
        correlation = lag_one(residuals)
        follow = correlation > _rare_correlation(len(residuals), MERGED_WRONGLY)
        if not follow or len(over) < 2 * FEWEST_BATCHES:
            break
        over, under = _merged(over), _merged(under)
    count = len(residuals)
    dependent = correlation > _rare_correlation(count, WARNED_WRONGLY)
    spread = float(residuals.std(ddof=1)) / sqrt(count) / abs(float(under.mean()))
    half = float(stdtrit(count - 1, 0.5 + level / 2)) * spread
    return Interval(value, value - half, value + half, level, count, correlation, dependent)


def falling(interval: Interval, scale: float, offset: float) -> Interval:
    """Of ``scale / (x + offset)``, such as days of battery by the power drawn, by that of x.

    Monotone in x, so the bounds change places and keep their probability. Where ``x + offset`` may
    be 0 the upper bound is infinite.
    """

    def of(x: float) -> float:
        return scale / (x + offset) if x + offset > 0 else inf

    return Interval(
        of(interval.value),
        of(interval.high),
        of(interval.low),
        interval.level,
        interval.batches,
        interval.correlation,
        interval.dependent,
    )


def lag_one(values: NDArray[np.float64]) -> float:
    """Correlation of each value with the next; 0 if all are alike, but for rounding."""
    centred = values - values.mean()
    square = float(centred @ centred)
    scale = float(np.abs(values).max(initial=0.0))
    if square <= len(values) * (1e-13 * scale) ** 2:
        return 0.0
    return float(centred[:-1] @ centred[1:]) / square


def _rare_correlation(count: int, share: float) -> float:
    """The lag-one correlation that this share of series of independent batches exceed.

    It is nearly normal with mean -1/n and variance 1/n.
    """
    return -1 / count + NormalDist().inv_cdf(1 - share) / sqrt(count)


def _merged(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sums of pairs; an odd one is left out at the beginning."""
    pairs: NDArray[np.float64] = values[len(values) % 2 :].reshape(-1, 2).sum(axis=1)
    return pairs
