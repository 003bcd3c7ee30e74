"""How far bounds leave the corners of a front open."""

from math import inf

import numpy as np
from numpy.typing import NDArray

from scheduler.kernels.compiling import compiled

Floats = NDArray[np.float64]


@compiled
def openings(corners: Floats, weights: Floats, least: Floats, scale: Floats) -> Floats:
    """(C, Q): by corner and end, how far the corner lies above the nearest plane, in units of
    ``scale`` (B,); negative where some plane (closest to being one that has closed a corner before)
    lies above the corner, so that nothing can be below it.

    ``corners`` is (C, d), ``weights`` (B, d), and ``least`` (B, Q) what no way to the end has less
    of.
    """
    planes, ends = least.shape
    found = np.empty((corners.shape[0], ends))
    latest = np.zeros(ends, np.int64)
    for c in range(corners.shape[0]):
        for q in range(ends):
            nearest = inf
            for k in range(planes):
                b = (latest[q] + k) % planes
                mix = -least[b, q]
                for f in range(weights.shape[1]):
                    mix += weights[b, f] * corners[c, f]
                nearest = min(nearest, mix / scale[b])
                if nearest < 0.0:
                    latest[q] = b
                    break
            found[c, q] = nearest
    return found
