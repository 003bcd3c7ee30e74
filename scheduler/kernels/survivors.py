"""Which moves can be part of a plan within given bounds, and the places that they lead to.

A move survives a bound if the least cost of coming to it, its own, and the least cost of going on
from it stay within the bound together.
"""

import numpy as np
from numpy.typing import NDArray

from scheduler.kernels.compiling import compiled

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

OFF = -1
"""Setting of a gate that is left out."""


@compiled
def keep(
    first: Integers,
    decisions: Integers,
    time: Floats,
    energy: Floats,
    constant: Floats,
    head: Floats,
    position: Integers,
    states: Integers,
    onward: Integers,
    by_energy: Floats,
    by_time: Floats,
    come: tuple[Floats, Floats],
    go: tuple[Floats, Floats],
    limit: float,
    kept: Flags,
    kept_gates: Flags,
) -> None:
    """Clear every flag of what is on no way whose cost is at most ``limit``.

    ``kept`` is (N, width), by move and gate state, counted from the first state at its place;
    ``kept_gates`` is (T, M), by transition of the gates and mode. ``come`` and ``go`` are the costs
    before and behind the gates, see ``potentials``.
    """
    segments, modes = head.shape[0], head.shape[1]
    for s in range(segments):
        low, high = states[position[s]], states[position[s] + 1]
        for i in range(first[s], first[s + 1]):
            m, n = decisions[i, 0], decisions[i, 1]
            for q in range(low, high):
                cost = by_energy[q] * energy[i] + by_time[q] * time[i] + constant[i]
                cost += go[0][s, n, q]
                if m >= 0:
                    cost += come[1][s - 1, m, q]
                kept[i, q - low] &= cost <= limit
        if position[s] == position[s + 1]:
            continue
        for a in range(onward.shape[0]):
            q, setting, to = onward[a, 0], onward[a, 1], onward[a, 2]
            if not low <= q < high:
                continue
            for m in range(modes):
                cost = come[0][s, m, q] + go[1][s, m, to]
                if setting != OFF:
                    cost += by_energy[q] * head[s, m, 1] + by_time[q] * head[s, m, 0]
                    cost += head[s, m, 2]
                kept_gates[a, m] &= cost <= limit


@compiled
def number(
    first: Integers,
    decisions: Integers,
    position: Integers,
    states: Integers,
    onward: Integers,
    modes: int,
    kept: Flags,
    kept_gates: Flags,
    allowed: Flags,
) -> tuple[Integers, Integers, Integers, int]:
    """Numbers of the places that survivors lead to, before and behind each gate (-1: none), in
    order; the first place of each layer; and the number of arcs.

    Place 0 is the start, the last one the end, which the ``allowed`` gate states lead to.
    """
    segments, count = position.size - 1, states[-1]
    before = np.full((segments, modes, count), -1)
    behind = np.full((segments, modes, count), -1)
    layers = np.zeros(2 * segments + 3, np.int64)
    layer, place, arcs = 1, 1, 0
    layers[1] = 1
    for s in range(segments):
        low, high = states[position[s]], states[position[s] + 1]
        for i in range(first[s], first[s + 1]):
            m = decisions[i, 0]
            for q in range(low, high):
                if kept[i, q - low] and (m < 0 or behind[s - 1, m, q] >= 0):
                    before[s, decisions[i, 1], q] = 0
                    arcs += 1
        place = _count(before[s], place)
        layer += 1
        layers[layer] = place
        if position[s] == position[s + 1]:
            behind[s] = before[s]
            continue
        for a in range(onward.shape[0]):
            q = onward[a, 0]
            for m in range(modes):
                if low <= q < high and kept_gates[a, m] and before[s, m, q] >= 0:
                    behind[s, m, onward[a, 2]] = 0
                    arcs += 1
        place = _count(behind[s], place)
        layer += 1
        layers[layer] = place
    for m in range(modes):
        for q in range(count):
            if behind[segments - 1, m, q] >= 0 and allowed[q]:
                arcs += 1
    layers[layer + 1] = place + 1
    return before, behind, layers[: layer + 2].copy(), arcs


@compiled
def _count(reached: Integers, place: int) -> int:
    """Number the places that are reached, from ``place`` on; the next number."""
    for m in range(reached.shape[0]):
        for q in range(reached.shape[1]):
            if reached[m, q] >= 0:
                reached[m, q] = place
                place += 1
    return place
