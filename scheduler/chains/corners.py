"""What a front leaves open: corners below its staircase, and planes that bounds close them with.

A plan that no point of a front dominates lies below one of its corners: less than the corner in
every figure. If a bound says that some mix of figures is never below the corner's own mix, nothing
lies there.
"""

import numpy as np

from scheduler.archive import pareto
from scheduler.chains.tables import Floats
from scheduler.kernels import closing

SLACK = 1e-12
"""Relative: sums in another order must not close a corner."""

PLANES = 3
"""Planes that a bunch is bounded by."""


def corners(values: Floats, most: Floats) -> Floats:
    """(C, d): every vector that no row of ``values`` (N, d) dominates is below one of them.

    ``most`` (d,) is what a plan has at most of each figure. d is up to 3; a few of the corners may
    lie below others.
    """
    if not len(values):
        return most[None, :].copy()
    if values.shape[1] == 1:
        return np.asarray(values.min(axis=0)[None, :])
    if values.shape[1] == 2:
        return _stair(values, most)
    levels = np.unique(values[:, 2])
    found = [np.append(most[:2], levels[0])[None, :]]
    for level, ceiling in zip(levels, np.append(levels[1:], most[2]), strict=True):
        flat = _stair(values[values[:, 2] <= level, :2], most[:2])
        found.append(np.column_stack((flat, np.full(len(flat), ceiling))))
    return np.concatenate(found)


def _stair(values: Floats, most: Floats) -> Floats:
    front = values[pareto(values)]
    first = np.append(front[:, 0], most[0])
    second = np.append(most[1], front[:, 1])
    return np.column_stack((first, second))


def openings(spots: Floats, weights: Floats, least: Floats, scale: Floats) -> Floats:
    """(C, Q): how far corners are open, by gate state at the end; negative if a bound closes them.

    ``weights[b] @ figures`` is at least ``least[b, q]`` of every way that ends in q; openings are
    in units of ``scale[b]``, the size of such values.
    """
    used = np.where((scale > 0.0) & np.isfinite(scale), scale, 1.0)
    return closing.openings(spots, weights, least - SLACK * used[:, None], used)


def cells(open_corners: Floats, weights: Floats, least: Floats) -> list[list[tuple[int, float]]]:
    """Corners in bunches; for each, the planes (index, limit) that bound it most tightly.

    Corners that the same plane comes nearest to closing go together. A way below a corner is below
    all planes of its bunch.
    """
    mixes = open_corners @ weights.T
    scale = np.maximum(np.abs(least), 1e-30)
    nearest = np.argmin((mixes - least) / scale, axis=1)
    bunches = []
    for plane in np.unique(nearest):
        limits = mixes[nearest == plane].max(axis=0)
        tightest = np.argsort((limits - least) / scale, kind="stable")[:PLANES]
        bunches.append([(int(b), float(limits[b])) for b in tightest])
    return bunches
