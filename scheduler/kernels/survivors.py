"""Which moves can be part of a plan within given bounds, and the graph of those that can.

A move survives a bound if the least cost of coming to it, its own, and the least cost of going on
from it stay within the bound together. What is left is small enough to be written out as a graph
whose arcs carry one number for each figure of a plan.
"""

from math import inf

import numpy as np
from numpy.typing import NDArray

from scheduler.kernels.compiling import compiled

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

OFF = -1
"""Setting of a gate that is left out."""

ENERGY, MAX, MEAN, P99, LOSS, CHARGED, MEMORY = 0, 1, 2, 3, 4, 5, 6
"""Figures of a plan: energy, three latencies, accuracy lost, energy with prices; weights in memory
j are ``MEMORY + 2 j``, its activation is one more."""


@compiled
def through(
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
    come_before: Floats,
    come_behind: Floats,
    go_before: Floats,
    go_behind: Floats,
    width: int,
) -> tuple[Floats, Floats]:
    """Least cost of a way that takes a move, (N, width) by move and gate state, counted from the
    first state at its place; and a transition of the gates, (T, M) by mode. See ``potentials``."""
    segments, modes = head.shape[0], head.shape[1]
    least = np.full((decisions.shape[0], width), inf)
    least_gates = np.full((onward.shape[0], modes), inf)
    for s in range(segments):
        low, high = states[position[s]], states[position[s] + 1]
        for i in range(first[s], first[s + 1]):
            m, n = decisions[i, 0], decisions[i, 1]
            for q in range(low, high):
                cost = by_energy[q] * energy[i] + by_time[q] * time[i] + constant[i]
                cost += go_before[s, n, q]
                if m >= 0:
                    cost += come_behind[s - 1, m, q]
                least[i, q - low] = cost
        if position[s] == position[s + 1]:
            continue
        for a in range(onward.shape[0]):
            q, setting, to = onward[a, 0], onward[a, 1], onward[a, 2]
            if not low <= q < high:
                continue
            for m in range(modes):
                cost = come_before[s, m, q] + go_behind[s, m, to]
                if setting != OFF:
                    cost += by_energy[q] * head[s, m, 1] + by_time[q] * head[s, m, 0]
                    cost += head[s, m, 2]
                least_gates[a, m] = cost
    return least, least_gates


@compiled
def number(
    first: Integers,
    decisions: Integers,
    position: Integers,
    states: Integers,
    onward: Integers,
    segments: int,
    modes: int,
    kept: Flags,
    kept_gates: Flags,
    allowed: Flags,
) -> tuple[Integers, Integers, Integers, int]:
    """Numbers of the places that survivors lead to, in order; the first is the start, the last
    the end, which ``allowed`` gate states lead to. Then the first place of each layer, and the number of arcs."""
    count = states[-1]
    before = np.full((segments, modes, count), -1)
    behind = np.full((segments, modes, count), -1)
    layers = np.zeros(2 * segments + 3, np.int64)
    layer, place, arcs = 1, 1, 0
    layers[1] = 1
    for s in range(segments):
        low, high = states[position[s]], states[position[s] + 1]
        for i in range(first[s], first[s + 1]):
            m, n = decisions[i, 0], decisions[i, 1]
            for q in range(low, high):
                if kept[i, q - low] and (m < 0 or behind[s - 1, m, q] >= 0):
                    before[s, n, q] = 0
                    arcs += 1
        for m in range(modes):
            for q in range(low, high):
                if before[s, m, q] >= 0:
                    before[s, m, q] = place
                    place += 1
        layer += 1
        layers[layer] = place
        if position[s] == position[s + 1]:
            behind[s] = before[s]
            continue
        for a in range(onward.shape[0]):
            q, to = onward[a, 0], onward[a, 2]
            if low <= q < high:
                for m in range(modes):
                    if kept_gates[a, m] and before[s, m, q] >= 0:
                        behind[s, m, to] = 0
                        arcs += 1
        for m in range(modes):
            for q in range(count):
                if behind[s, m, q] >= 0:
                    behind[s, m, q] = place
                    place += 1
        layer += 1
        layers[layer] = place
    for m in range(modes):
        for q in range(count):
            if behind[segments - 1, m, q] >= 0 and allowed[q]:
                arcs += 1
    layers[layer + 1] = place + 1
    return before, behind, layers[: layer + 2].copy(), arcs


@compiled
def write_out(
    first: Integers,
    decisions: Integers,
    time: Floats,
    energy: Floats,
    price: Floats,
    fixed: Floats,
    loss: Floats,
    resident: Floats,
    head: Floats,
    head_bytes: Integers,
    memory: Integers,
    position: Integers,
    states: Integers,
    onward: Integers,
    reach: Floats,
    in_p99: Floats,
    end_loss: Floats,
    kept: Flags,
    kept_gates: Flags,
    before: Integers,
    behind: Integers,
    arcs: int,
    end: int,
    allowed: Flags,
    figures: Integers,
) -> tuple[Integers, Integers, Integers, Floats]:
    """The arcs: place before, place after, what it is (a move; the N moves and a transition of the
    gates; -1 for the end), and its share of each of ``figures``."""
    segments, modes = head.shape[0], head.shape[1]
    tail, to_place = np.empty(arcs, np.int64), np.empty(arcs, np.int64)
    what, value = np.empty(arcs, np.int64), np.zeros((arcs, figures.size))
    arc = 0
    for s in range(segments):
        low, high = states[position[s]], states[position[s] + 1]
        for i in range(first[s], first[s + 1]):
            m, n = decisions[i, 0], decisions[i, 1]
            for q in range(low, high):
                if not kept[i, q - low] or (m >= 0 and behind[s - 1, m, q] < 0):
                    continue
                tail[arc] = 0 if m < 0 else behind[s - 1, m, q]
                to_place[arc] = before[s, n, q]
                what[arc] = i
                for f in range(figures.size):
                    code = figures[f]
                    if code >= MEMORY:
                        j = (code - MEMORY) // 2
                        if (code - MEMORY) % 2 == 1:
                            value[arc, f] = resident[i, 2] if memory[n] == j else 0.0
                        else:
                            value[arc, f] = resident[i, 1] if memory[n] == j else 0.0
                            if m >= 0 and memory[m] == j:
                                value[arc, f] += resident[i, 0]
                    elif code == LOSS:
                        value[arc, f] = loss[i]
                    else:
                        shares = reach[q], in_p99[q]
                        value[arc, f] = _share(
                            code, time[i], energy[i], price[i], fixed[i], shares
                        )
                arc += 1
        if position[s] == position[s + 1]:
            continue
        for a in range(onward.shape[0]):
            q, setting, to = onward[a, 0], onward[a, 1], onward[a, 2]
            if not low <= q < high:
                continue
            for m in range(modes):
                if not kept_gates[a, m] or before[s, m, q] < 0:
                    continue
                tail[arc], to_place[arc] = before[s, m, q], behind[s, m, to]
                what[arc] = decisions.shape[0] + a
                for f in range(figures.size):
                    code = figures[f]
                    if setting == OFF or code == LOSS:
                        value[arc, f] = 0.0
                    elif code >= MEMORY:
                        here = code == MEMORY + 2 * memory[m]
                        value[arc, f] = head_bytes[s] if here else 0.0
                    else:
                        shares = reach[q], in_p99[q]
                        t, e, c = head[s, m, 0], head[s, m, 1], head[s, m, 2]
                        value[arc, f] = _share(code, t, e, c, head[s, m, 3], shares)
                arc += 1
    for m in range(modes):
        for q in range(reach.size):
            if behind[segments - 1, m, q] >= 0 and allowed[q]:
                tail[arc], to_place[arc], what[arc] = behind[segments - 1, m, q], end, -1
                for f in range(figures.size):
                    value[arc, f] = end_loss[q] if figures[f] == LOSS else 0.0
                arc += 1
    return tail, to_place, what, value


@compiled
def _share(
    code: int,
    time: float,
    energy: float,
    price: float,
    fixed: float,
    shares: tuple[float, float],
) -> float:
    if code == ENERGY:
        return shares[0] * energy
    if code == CHARGED:
        return shares[0] * (energy + price) + fixed
    if code == MAX:
        return time
    return time * (shares[0] if code == MEAN else shares[1])


@compiled
def group(keys: Integers, count: int) -> tuple[Integers, Integers]:
    """Indices in order of their keys in ``range(count)``, and the first of each key."""
    first = np.zeros(count + 1, np.int64)
    for key in keys:
        first[key + 1] += 1
    for key in range(count):
        first[key + 1] += first[key]
    place = first.copy()
    order = np.empty(keys.size, np.int64)
    for i in range(keys.size):
        order[place[keys[i]]] = i
        place[keys[i]] += 1
    return first, order


@compiled
def potentials(
    tail: Integers, head: Integers, cost: Floats, places: int, backward: bool
) -> Floats:
    """By place: least cost of coming there from the start, or (``backward``) of going on to the
    end. Arcs are in order of their tails' layers."""
    least = np.full(places, inf)
    if backward:
        least[places - 1] = 0.0
        for a in range(tail.size - 1, -1, -1):
            least[tail[a]] = min(least[tail[a]], cost[a] + least[head[a]])
    else:
        least[0] = 0.0
        for a in range(tail.size):
            least[head[a]] = min(least[head[a]], cost[a] + least[tail[a]])
    return least
