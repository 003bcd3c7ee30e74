"""Mixes of figures that touch a front all along: their least values bound it from below."""

from itertools import pairwise

import numpy as np

from scheduler.chains.model import Resting
from scheduler.chains.tables import Floats

PRICES = (0.0, *np.geomspace(1.0 / 50.0, 200.0, 56))
"""Of the second figure against the first, in terms of the front's mean slope."""

THIRD_PRICES = (0.0, 0.05, 0.3, 2.0)
"""Of the third figure, likewise."""

NOTHING = 1e-9
"""Relative: by how much less a bound is not worth its while."""


def mixes(resting: Resting, figures: tuple[int, ...]) -> Floats:
    """(B, figures of a chain): mixes of one to three figures, and each figure alone.

    Their prices fit the front of one choice of idle states; bounds they are for every other too.
    """
    units = np.zeros((len(figures), resting.chain.figures))
    units[range(len(figures)), list(figures)] = 1.0
    paths = [resting.least(unit)[1] for unit in units]
    values = np.array([p.figures[list(figures)] for p in paths if p is not None])
    if len(figures) == 1 or len(values) < len(units):
        return units
    spans = np.ptp(values, axis=0)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        slopes = spans[0] / spans
    slopes[~(np.isfinite(slopes) & (spans > NOTHING * np.abs(values).max(axis=0)))] = 0.0
    bases = [units[0] + price * slopes[1] * units[1] for price in PRICES]
    bases = [a for a, b in pairwise([*bases, units[1]]) if not np.array_equal(a, b)]
    if len(figures) == 2 or slopes[2] == 0.0:
        return np.array([*bases, *units[1:]])
    layers = [np.array(bases) + price * slopes[2] * units[2] for price in THIRD_PRICES]
    return _useful(resting, layers, units[1:])


def _useful(resting: Resting, layers: list[Floats], units: Floats) -> Floats:
    """Without the prices of the third figure that bound no more than the figure's own bound."""
    least = [resting.by_end_of_all(layer) for layer in layers]
    third = resting.by_end_of_all(units)[-1]
    figure = int(np.argmax(units[-1]))
    kept = [layers[0]]
    for layer, bounds in zip(layers[1:], least[1:], strict=True):
        implied = least[0] + layer[:, figure, None] * third
        with np.errstate(invalid="ignore"):
            better = np.any(bounds - implied > NOTHING * np.abs(implied), axis=1)
        kept.append(layer[better])
    return np.concatenate([*kept, units])
