"""The survivors written out as a graph, whose arcs carry one number for each figure of a plan."""

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
def write_out(
    lists: tuple[Integers, Integers, Integers, Integers, Integers],
    moves: tuple[Floats, Floats, Floats, Floats, Floats, Floats],
    heads: tuple[Floats, Integers],
    memory: Integers,
    gates: tuple[Floats, Floats, Floats],
    survivors: tuple[Flags, Flags, Flags],
    places: tuple[Integers, Integers, int, int],
    figures: Integers,
) -> tuple[Integers, Integers, Integers, Floats]:
    """The arcs: place before, place after, what it is (a move; the N moves and a transition of the
    gates; -1 for the end), and its share of each of ``figures``. In order of their layers.

    Parameters
    ----------
    lists
        First move by segment, decisions of the moves, gates before each segment, first gate state
        by gates, transitions.
    moves
        Time, net energy, price of the time, price of the bytes, accuracy lost, resident bytes.
    heads
        (S, M, 4): time, net energy and the two prices of the gate heads; their weights.
    memory
        By mode.
    gates
        By gate state: reach, whether it counts in the 99th percentile, loss at the end.
    survivors
        By move and gate state, by transition and mode, by gate state at the end.
    places
        Before and behind each gate, the end, the number of arcs; see ``number``.
    """
    first, decisions, position, states, onward = lists
    kept, kept_gates, allowed = survivors
    before, behind, end, arcs = places
    segments, modes = before.shape[0], before.shape[1]
    tail, to_place = np.empty(arcs, np.int64), np.empty(arcs, np.int64)
    what, value = np.empty(arcs, np.int64), np.zeros((arcs, figures.size))
    arc = 0
    for s in range(segments):
        low, high = states[position[s]], states[position[s] + 1]
        for i in range(first[s], first[s + 1]):
            m, n = decisions[i, 0], decisions[i, 1]
            for q in range(low, high):
                if kept[i, q - low] and (m < 0 or behind[s - 1, m, q] >= 0):
                    tail[arc] = 0 if m < 0 else behind[s - 1, m, q]
                    to_place[arc], what[arc] = before[s, n, q], i
                    _fill_move(value[arc], figures, i, q, m, n, moves, memory, gates)
                    arc += 1
        if position[s] == position[s + 1]:
            continue
        for a in range(onward.shape[0]):
            q = onward[a, 0]
            for m in range(modes):
                if low <= q < high and kept_gates[a, m] and before[s, m, q] >= 0:
                    tail[arc], to_place[arc] = before[s, m, q], behind[s, m, onward[a, 2]]
                    what[arc] = decisions.shape[0] + a
                    if onward[a, 1] != OFF:
                        _fill_head(value[arc], figures, s, m, q, heads, memory, gates)
                    arc += 1
    for m in range(modes):
        for q in range(allowed.size):
            if behind[segments - 1, m, q] >= 0 and allowed[q]:
                tail[arc], to_place[arc], what[arc] = behind[segments - 1, m, q], end, -1
                value[arc] = np.where(figures == LOSS, gates[2][q], 0.0)
                arc += 1
    return tail, to_place, what, value


@compiled
def _fill_move(
    value: Floats,
    figures: Integers,
    i: int,
    q: int,
    m: int,
    n: int,
    moves: tuple[Floats, Floats, Floats, Floats, Floats, Floats],
    memory: Integers,
    gates: tuple[Floats, Floats, Floats],
) -> None:
    time, energy, price, fixed, loss, resident = moves
    shares = gates[0][q], gates[1][q]
    for f in range(figures.size):
        code = figures[f]
        if code == LOSS:
            value[f] = loss[i]
        elif code < MEMORY:
            value[f] = _share(code, time[i], energy[i], price[i], fixed[i], shares)
        elif (code - MEMORY) % 2 == 1:
            value[f] = resident[i, 2] if code == MEMORY + 2 * memory[n] + 1 else 0.0
        else:
            value[f] = resident[i, 1] if code == MEMORY + 2 * memory[n] else 0.0
            if m >= 0 and code == MEMORY + 2 * memory[m]:
                value[f] += resident[i, 0]


@compiled
def _fill_head(
    value: Floats,
    figures: Integers,
    s: int,
    m: int,
    q: int,
    heads: tuple[Floats, Integers],
    memory: Integers,
    gates: tuple[Floats, Floats, Floats],
) -> None:
    head, head_bytes = heads
    shares = gates[0][q], gates[1][q]
    for f in range(figures.size):
        code = figures[f]
        if code >= MEMORY:
            value[f] = head_bytes[s] if code == MEMORY + 2 * memory[m] else 0.0
        elif code != LOSS:
            time, energy, price, fixed = head[s, m, 0], head[s, m, 1], head[s, m, 2], head[s, m, 3]
            value[f] = _share(code, time, energy, price, fixed, shares)


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
def potentials(tail: Integers, head: Integers, cost: Floats, places: int, backward: bool) -> Floats:
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
