"""Thinning a Pareto front: the archive of Laumanns, Thiele, Deb and Zitzler 2002.

"Combining convergence and diversity in evolutionary multiobjective optimization", Evolutionary
Computation 10(3): the space of figures is divided into boxes, as wide as one is willing to give
away; of the boxes that no other one dominates, each keeps one point. Whatever the size of the
front, what is left covers it up to one box.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def pareto(values: Floats) -> Integers:
    """Indices of the rows that no other one dominates, in lexicographic order of the rows.

    ``values`` is (N, d) with d up to 3; less is better; of equal rows the first stays.
    """
    from scheduler.kernels.dominance import undominated  # noqa: PLC0415 - compiles

    order = np.lexsort(values.T[::-1])
    padded = np.zeros((len(values), 3))
    padded[:, : values.shape[1]] = values
    return order[undominated(padded, order)[order]]


def thin(values: Floats, steps: Sequence[float], relative: Sequence[bool]) -> Integers:
    """Indices of one point a box, of the boxes that no other one dominates, in order.

    Parameters
    ----------
    values
        (N, d), d up to 3; less is better, and above 0 where the step is relative.
    steps
        By figure: width of a box; 0 keeps every value apart.
    relative
        By figure: whether the width is a share of the value.
    """
    front = pareto(values)
    columns = [
        _boxes(values[front, f], step, share)
        for f, (step, share) in enumerate(zip(steps, relative, strict=True))
    ]
    boxes = np.column_stack(columns) if columns else np.zeros((len(front), 0))
    return front[np.sort(pareto(boxes))]


def _boxes(column: Floats, step: float, relative: bool) -> Floats:
    """Number of the box that each value lies in; the value itself if boxes have no width."""
    if step == 0.0:
        return column
    with np.errstate(divide="ignore"):  # 0 has a box of its own, however narrow they are
        scaled = np.log(column) / np.log1p(step) if relative else column / step
    return np.asarray(np.floor(scaled), float)
