"""Non-dominated labels of one layer of the graph, from those of the layer before.

A label is the figures of one way to a place; figure 0 is what is minimised. The labels of a place
are in lexicographic order of their figures, so those that arrive over one arc are too: a heap
merges the arcs, and whatever dominates a label comes before it. Of equal labels the first stays.
"""

from math import inf

import numpy as np
from numpy.typing import NDArray

from scheduler.kernels.compiling import compiled
from scheduler.kernels.heap import rise, sink
from scheduler.kernels.stair import insert, steps_within, wider

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Origins = NDArray[np.int32]


@compiled
def extend(
    places: tuple[int, int, int],
    arcs: tuple[Integers, Integers, Integers],
    value: Floats,
    additive: int,
    compared: Integers,
    lines: tuple[Floats, Floats, Floats, Integers, Integers],
    floors: tuple[Floats, Integers],
    labels: tuple[Integers, Floats, Floats],
    budget: float,
    new_labels: tuple[Integers, Floats, Floats],
    origin: Origins,
) -> int:
    """Fill ``new_labels`` with the labels of a layer; their number, or -1 if there is no room.

    Parameters
    ----------
    places
        First place of the layer before, first of this one, first of the next.
    arcs
        First by place they lead to, their order, and the place they come from.
    value
        (A, F): what an arc adds to each figure; from figure ``additive`` on, the sum is a maximum.
    compared
        The figures that dominance compares besides figure 0.
    lines
        Weights (B, F), potentials (B, P), limits (B); first line of each cell, first cell of each
        group. A label may lead to a plan only if in every group there is a cell all of whose lines
        have ``weights @ figures + potential <= limit``.
    floors
        (F, P): figures that cannot bind any more below this are raised to it; and by figure which
        other one does not matter then (-1: none).
    labels, new_labels
        First by place of the layer, figures (L, F), debts (L).
    budget
        A label may also be dropped for one with no more of any compared figure and little more of
        figure 0; its debt, which says how much that may add up to, stays within this.
    origin
        (L, 2): label of the layer before, arc.
    """
    first, order, _ = arcs
    starts, rows, debts = labels
    new_starts, new_rows, new_debts = new_labels
    room, figures = new_rows.shape
    width = 1
    for place in range(places[1], places[2]):
        width = max(width, first[place + 1] - first[place])
    heap, at, end = np.empty(width, np.int64), np.empty(width, np.int64), np.empty(width, np.int64)
    heads = np.empty((width, figures))
    stair = np.empty((2, 64))
    count = 0
    for place in range(places[1], places[2]):
        block, steps = count, 0
        lowest = inf
        size = _gather(
            place,
            places[0],
            arcs,
            starts,
            at,
            end,
            rows,
            value,
            additive,
            lines,
            floors,
            heads,
            heap,
        )
        while size > 0:
            k = heap[0]
            arc = order[first[place] + k]
            fresh, spot = _fresh(new_rows, block, count, heads, k, compared, lowest, stair, steps)
            if fresh:
                if count == room:
                    return -1
                for f in range(figures):
                    new_rows[count, f] = heads[k, f]
                new_debts[count] = debts[at[k]]
                origin[count, 0], origin[count, 1] = at[k], arc
                if budget > 0.0:
                    count = _settle(new_rows, new_debts, origin, block, count, compared, budget)
                count += 1
                if compared.size == 1:
                    lowest = heads[k, compared[0]]
                elif compared.size == 2:
                    if steps == stair.shape[1]:
                        stair = wider(stair)
                    steps = insert(stair, steps, spot, heads[k, compared[0]], heads[k, compared[1]])
            at[k] += 1
            if not _next(k, arc, place, at, end, rows, value, additive, lines, floors, heads):
                size -= 1
                heap[0] = heap[size]
            sink(heap, size, heads)
        new_starts[place - places[1] + 1] = count
    return count


@compiled
def _gather(
    place: int,
    before: int,
    arcs: tuple[Integers, Integers, Integers],
    starts: Integers,
    at: Integers,
    end: Integers,
    rows: Floats,
    value: Floats,
    additive: int,
    lines: tuple[Floats, Floats, Floats, Integers, Integers],
    floors: tuple[Floats, Integers],
    heads: Floats,
    heap: Integers,
) -> int:
    """Put the first label over each arc into a heap; how many there are."""
    first, order, tails = arcs
    size = 0
    for k in range(first[place + 1] - first[place]):
        arc = order[first[place] + k]
        at[k], end[k] = starts[tails[arc] - before], starts[tails[arc] - before + 1]
        if _next(k, arc, place, at, end, rows, value, additive, lines, floors, heads):
            heap[size] = k
            size += 1
            rise(heap, size - 1, heads)
    return size


@compiled
def _next(
    k: int,
    arc: int,
    place: int,
    at: Integers,
    end: Integers,
    rows: Floats,
    value: Floats,
    additive: int,
    lines: tuple[Floats, Floats, Floats, Integers, Integers],
    floors: tuple[Floats, Integers],
    heads: Floats,
) -> bool:
    """Put the next label over an arc that may still lead to a plan into ``heads[k]``."""
    while at[k] < end[k]:
        label = at[k]
        for f in range(additive):
            heads[k, f] = rows[label, f] + value[arc, f]
        for f in range(additive, rows.shape[1]):
            heads[k, f] = max(rows[label, f], value[arc, f])
        if _within(heads, k, place, lines):
            for f in range(additive):
                if heads[k, f] <= floors[0][f, place]:
                    heads[k, f] = floors[0][f, place]
                    if floors[1][f] >= 0:
                        heads[k, floors[1][f]] = 0.0
            return True
        at[k] += 1
    return False


@compiled
def _within(
    heads: Floats, k: int, place: int, lines: tuple[Floats, Floats, Floats, Integers, Integers]
) -> bool:
    weights, potentials, limits, cells, groups = lines
    for g in range(groups.size - 1):
        some = False
        for c in range(groups[g], groups[g + 1]):
            every = True
            for b in range(cells[c], cells[c + 1]):
                bound = potentials[b, place]
                for f in range(heads.shape[1]):
                    bound += weights[b, f] * heads[k, f]
                if not bound <= limits[b]:
                    every = False
                    break
            if every:
                some = True
                break
        if not some:
            return False
    return True


@compiled
def _fresh(
    rows: Floats,
    block: int,
    count: int,
    heads: Floats,
    k: int,
    compared: Integers,
    lowest: float,
    stair: Floats,
    steps: int,
) -> tuple[bool, int]:
    """Whether no label from ``block`` on dominates ``heads[k]``, and its place on the stairs."""
    if compared.size == 0:
        return count == block, 0
    if compared.size == 1:
        return heads[k, compared[0]] < lowest, 0
    if compared.size == 2:
        spot = steps_within(stair, steps, heads[k, compared[0]])
        return spot == 0 or stair[1, spot - 1] > heads[k, compared[1]], spot
    return not _covered(rows, block, count, heads, k, compared), 0


@compiled
def _covered(
    rows: Floats, block: int, count: int, heads: Floats, k: int, compared: Integers
) -> bool:
    """Whether some label from ``block`` on has no more of any compared figure."""
    for other in range(block, count):
        covers = True
        for f in compared:
            if rows[other, f] > heads[k, f]:
                covers = False
                break
        if covers:
            return True
    return False


@compiled
def _settle(
    rows: Floats,
    debts: Floats,
    origin: Origins,
    block: int,
    new: int,
    compared: Integers,
    budget: float,
) -> int:
    """Drop the last labels before ``new`` that it may stand for; the index it has then."""
    spot = new
    while spot > block:
        owed = max(debts[new], rows[new, 0] - rows[spot - 1, 0] + debts[spot - 1])
        if owed > budget:
            break
        covers = True
        for f in compared:
            if rows[new, f] > rows[spot - 1, f]:
                covers = False
        if not covers:
            break
        debts[new] = owed
        spot -= 1
    if spot < new:
        for f in range(rows.shape[1]):
            rows[spot, f] = rows[new, f]
        debts[spot] = debts[new]
        origin[spot, 0], origin[spot, 1] = origin[new, 0], origin[new, 1]
    return spot
