"""One label a box: a quick pass over one layer of the graph.

The space of the second and third figure is divided into boxes. Of the ways to a place that fall
into one box, the one with the least of the first figure is kept; of the boxes, those that no other
one dominates. The labels keep their true figures, so what comes out are real ways; but better ones
may have been dropped on the way, so it proves nothing.
"""

from math import inf

import numpy as np
from numpy.typing import NDArray

from scheduler.kernels.compiling import compiled

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Origins = NDArray[np.int32]


@compiled
def extend_boxes(
    places: tuple[int, int, int],
    arcs: tuple[Integers, Integers, Integers],
    value: Floats,
    additive: int,
    rooms: Floats,
    boxes: tuple[Integers, Floats, Floats],
    labels: tuple[Integers, Floats],
) -> tuple[Integers, Floats, Origins]:
    """The labels of a layer: first by place, figures (L, F), and label before and arc (L, 2).

    Parameters
    ----------
    places
        First place of the layer before, first of this one, first of the next.
    arcs
        First by place they lead to, their order, and the place they come from.
    value
        (A, F): what an arc adds to each figure, three at least; from figure ``additive`` on, the
        sum is a maximum.
    rooms
        (F, P): what a label may have at most of each figure.
    boxes
        Of the second and third figure: how many boxes (2,), boxes a unit (2,), and by place (2, P)
        in which box a label without any of the figure is.
    labels
        First by place of the layer before, and their figures.
    """
    first, order, tails = arcs
    counts, scale, offset = boxes
    starts, rows = labels
    figures = rows.shape[1]
    least = np.full((counts[1], counts[0]), inf)
    source = np.empty((counts[1], counts[0], 2), np.int32)
    reached = np.empty((counts[1], 2), np.int64)
    below = np.empty(counts[0])
    new_starts = np.zeros(places[2] - places[1] + 1, np.int64)
    new_rows = np.empty((1024, figures))
    origin = np.empty((1024, 2), np.int32)
    count = 0
    for place in range(places[1], places[2]):
        reached[:, 0], reached[:, 1] = counts[0], -1
        for k in range(first[place], first[place + 1]):
            arc = order[k]
            tail = tails[arc] - places[0]
            _fill(
                (starts[tail], starts[tail + 1], place, arc), rows, value, additive, rooms,
                counts, scale, offset, least, source, reached,
            )  # fmt: skip
        below[:] = inf
        for y in range(counts[1]):
            beside, x = inf, reached[y, 0]
            while x <= reached[y, 1] or (x < counts[0] and beside < below[x]):
                if least[y, x] < min(beside, below[x]):
                    beside = least[y, x]
                    if count == origin.shape[0]:
                        new_rows, origin = _longer(new_rows, origin)
                    label, arc = source[y, x]
                    origin[count, 0], origin[count, 1] = label, arc
                    for f in range(additive):
                        new_rows[count, f] = rows[label, f] + value[arc, f]
                    for f in range(additive, figures):
                        new_rows[count, f] = max(rows[label, f], value[arc, f])
                    count += 1
                below[x] = min(below[x], beside)
                least[y, x] = inf
                x += 1
        new_starts[place - places[1] + 1] = count
    return new_starts, new_rows[:count].copy(), origin[:count].copy()


@compiled
def _fill(
    way: tuple[int, int, int, int],
    rows: Floats,
    value: Floats,
    additive: int,
    rooms: Floats,
    counts: Integers,
    scale: Floats,
    offset: Floats,
    least: Floats,
    source: Origins,
    reached: Integers,
) -> None:
    """Put the labels of one place, taken over one arc, into the boxes of another place."""
    low, high, place, arc = way
    energy, second, third = value[arc, 0], value[arc, 1], value[arc, 2]
    room0, room1, room2 = rooms[0, place], rooms[1, place], rooms[2, place]
    scale1, scale2, offset1, offset2 = scale[0], scale[1], offset[0, place], offset[1, place]
    last1, last2 = counts[0] - 1.0, counts[1] - 1.0
    for label in range(low, high):
        a, b, c = rows[label, 0] + energy, rows[label, 1] + second, rows[label, 2] + third
        if a > room0 or b > room1 or c > room2:
            continue
        fits = True
        for f in range(3, rows.shape[1]):
            if f < additive:
                fits &= rows[label, f] + value[arc, f] <= rooms[f, place]
            else:
                fits &= max(rows[label, f], value[arc, f]) <= rooms[f, place]
        if not fits:
            continue
        x = int(min(max(b * scale1 + offset1, 0.0), last1))
        y = int(min(max(c * scale2 + offset2, 0.0), last2))
        if a < least[y, x]:
            least[y, x] = a
            source[y, x, 0], source[y, x, 1] = label, arc
            reached[y, 0], reached[y, 1] = min(reached[y, 0], x), max(reached[y, 1], x)


@compiled
def _longer(rows: Floats, origin: Origins) -> tuple[Floats, Origins]:
    """The same with room for twice the labels."""
    long_rows = np.empty((2 * rows.shape[0], rows.shape[1]))
    long_origin = np.empty((2 * origin.shape[0], 2), np.int32)
    long_rows[: rows.shape[0]] = rows
    long_origin[: origin.shape[0]] = origin
    return long_rows, long_origin
