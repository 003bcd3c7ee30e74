"""Least weighted cost to come to a place in the chain and to go on from it.

A place is (segment, mode, gate state), before the gate after the segment or behind it. A move
costs ``by_energy[q] * energy + by_time[q] * time + constant`` for a sample in gate state q: any
non-negative mix of a plan's figures has that form, so one pass over the chain finds its least
value. Infinity where there is no way.
"""

from math import inf

import numpy as np
from numpy.typing import NDArray

from scheduler.kernels.compiling import compiled

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

OFF = -1
"""Setting of a gate that is left out."""


@compiled
def to_go(
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
    end: Floats,
) -> tuple[Floats, Floats, float]:
    """Before and behind each gate: least cost still to come; and that of the whole chain.

    ``head`` is (S, M, 3): time, energy and constant of the gate head. See ``chains.tables`` for
    ``position``, ``states`` and ``onward``; ``end`` is by gate state what ending in it costs.
    """
    segments, modes = head.shape[0], head.shape[1]
    before = np.full((segments, modes, end.size), inf)
    behind = np.full((segments, modes, end.size), inf)
    whole = inf
    for s in range(segments - 1, -1, -1):
        if s == segments - 1:
            for m in range(modes):
                for q in range(states[position[s + 1]], states[position[s + 1] + 1]):
                    behind[s, m, q] = end[q]
        _past_gate_back(s, head, position, onward, by_energy, by_time, before, behind)
        low, high = states[position[s]], states[position[s] + 1]
        for i in range(first[s], first[s + 1]):
            m, n = decisions[i, 0], decisions[i, 1]
            t, e, c = time[i], energy[i], constant[i]
            if m < 0:
                cost = by_energy[0] * e + by_time[0] * t + c + before[s, n, 0]
                whole = min(whole, cost)
                continue
            for q in range(low, high):
                cost = by_energy[q] * e + by_time[q] * t + c + before[s, n, q]
                behind[s - 1, m, q] = min(behind[s - 1, m, q], cost)
    return before, behind, whole


@compiled
def _past_gate_back(
    s: int,
    head: Floats,
    position: Integers,
    onward: Integers,
    by_energy: Floats,
    by_time: Floats,
    before: Floats,
    behind: Floats,
) -> None:
    """From behind the gate of segment ``s``, if there is one, to before it."""
    modes = head.shape[1]
    if position[s] == position[s + 1]:
        for m in range(modes):
            for q in range(before.shape[2]):
                before[s, m, q] = behind[s, m, q]
        return
    for a in range(onward.shape[0]):
        q, setting, to = onward[a, 0], onward[a, 1], onward[a, 2]
        for m in range(modes):
            cost = behind[s, m, to]
            if setting != OFF:
                cost += by_energy[q] * head[s, m, 1] + by_time[q] * head[s, m, 0] + head[s, m, 2]
            before[s, m, q] = min(before[s, m, q], cost)


@compiled
def so_far(
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
) -> tuple[Floats, Floats]:
    """Before and behind each gate: least cost of coming there, the segment's run included."""
    segments, modes = head.shape[0], head.shape[1]
    before = np.full((segments, modes, by_time.size), inf)
    behind = np.full((segments, modes, by_time.size), inf)
    for s in range(segments):
        low, high = states[position[s]], states[position[s] + 1]
        for i in range(first[s], first[s + 1]):
            m, n = decisions[i, 0], decisions[i, 1]
            t, e, c = time[i], energy[i], constant[i]
            if m < 0:
                cost = by_energy[0] * e + by_time[0] * t + c
                before[s, n, 0] = min(before[s, n, 0], cost)
                continue
            for q in range(low, high):
                cost = by_energy[q] * e + by_time[q] * t + c + behind[s - 1, m, q]
                before[s, n, q] = min(before[s, n, q], cost)
        _past_gate(s, head, position, onward, by_energy, by_time, before, behind)
    return before, behind


@compiled
def _past_gate(
    s: int,
    head: Floats,
    position: Integers,
    onward: Integers,
    by_energy: Floats,
    by_time: Floats,
    before: Floats,
    behind: Floats,
) -> None:
    """From before the gate of segment ``s``, if there is one, to behind it."""
    modes = head.shape[1]
    if position[s] == position[s + 1]:
        for m in range(modes):
            for q in range(before.shape[2]):
                behind[s, m, q] = before[s, m, q]
        return
    for a in range(onward.shape[0]):
        q, setting, to = onward[a, 0], onward[a, 1], onward[a, 2]
        for m in range(modes):
            cost = before[s, m, q]
            if setting != OFF:
                cost += by_energy[q] * head[s, m, 1] + by_time[q] * head[s, m, 0] + head[s, m, 2]
            behind[s, m, to] = min(behind[s, m, to], cost)


@compiled
def cheapest(
    first: Integers,
    decisions: Integers,
    time: Floats,
    energy: Floats,
    constant: Floats,
    head: Floats,
    position: Integers,
    onward: Integers,
    by_energy: Floats,
    by_time: Floats,
    before: Floats,
    behind: Floats,
) -> tuple[Integers, Integers]:
    """One way of least cost, after ``to_go``: by segment its move, by gate its transition (a row
    of ``onward``). There must be one."""
    segments = head.shape[0]
    moves = np.zeros(segments, np.int64)
    transitions = np.zeros(position[segments], np.int64)
    mode, q = -1, 0
    for s in range(segments):
        best = inf
        for i in range(first[s], first[s + 1]):
            if decisions[i, 0] == mode:
                cost = by_energy[q] * energy[i] + by_time[q] * time[i] + constant[i]
                cost += before[s, decisions[i, 1], q]
                if cost < best:
                    best = cost
                    moves[s] = i
        mode = decisions[moves[s], 1]
        if position[s] == position[s + 1]:
            continue
        best = inf
        for a in range(onward.shape[0]):
            if onward[a, 0] == q:
                cost = behind[s, mode, onward[a, 2]]
                if onward[a, 1] != OFF:
                    cost += by_energy[q] * head[s, mode, 1] + by_time[q] * head[s, mode, 0]
                    cost += head[s, mode, 2]
                if cost < best:
                    best = cost
                    transitions[position[s]] = a
        q = onward[transitions[position[s]], 2]
    return moves, transitions
