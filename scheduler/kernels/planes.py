"""Least values of many mixes of figures at once: as ``potentials.so_far``, a vector per place."""

from math import inf

import numpy as np
from numpy.typing import NDArray

from scheduler.kernels.compiling import compiled

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

OFF = -1
"""Setting of a gate that is left out."""


@compiled
def least_mixes(  # noqa: PLR0912 - one nest of loops, compiled
    first: Integers,
    decisions: Integers,
    moves: tuple[Floats, Floats, Floats, Floats, Floats],
    head: Floats,
    position: Integers,
    states: Integers,
    onward: Integers,
    sample: Floats,
    always: Floats,
    end_loss: Floats,
) -> Floats:
    """(Q, B): by gate state at the end and mix, the least value of any way that ends there.

    ``moves`` are time, net energy, price of the time, price of the bytes and accuracy lost;
    ``head`` (S, M, 4) the first four of the gate heads. ``sample`` (Q, 3, B) is what the first
    three cost in a gate state, ``always`` (2, B) what the other two cost.
    """
    segments, modes = head.shape[0], head.shape[1]
    states_at_most, mixes = sample.shape[0], sample.shape[2]
    before = np.full((modes, states_at_most, mixes), inf)
    behind = np.full((modes, states_at_most, mixes), inf)
    time, energy, price, fixed, loss = moves
    for s in range(segments):
        low, high = states[position[s]], states[position[s] + 1]
        before[:] = inf
        for i in range(first[s], first[s + 1]):
            m, n = decisions[i, 0], decisions[i, 1]
            t, e, p, c, lost = time[i], energy[i], price[i], fixed[i], loss[i]
            for q in range(low, high):
                for b in range(mixes):
                    cost = sample[q, 0, b] * t + sample[q, 1, b] * e + sample[q, 2, b] * p
                    cost += always[0, b] * c + always[1, b] * lost
                    if m >= 0:
                        cost += behind[m, q, b]
                    before[n, q, b] = min(before[n, q, b], cost)
        if position[s] == position[s + 1]:
            before, behind = behind, before
            continue
        behind[:] = inf
        for a in range(onward.shape[0]):
            q, setting, to = onward[a, 0], onward[a, 1], onward[a, 2]
            if not low <= q < high:
                continue
            for m in range(modes):
                if setting != OFF and head[s, m, 3] == inf:
                    continue
                on = 0.0 if setting == OFF else 1.0
                t, e = on * head[s, m, 0], on * head[s, m, 1]
                p, c = on * head[s, m, 2], (head[s, m, 3] if setting != OFF else 0.0)
                for b in range(mixes):
                    cost = sample[q, 0, b] * t + sample[q, 1, b] * e + sample[q, 2, b] * p
                    cost += always[0, b] * c + before[m, q, b]
                    behind[m, to, b] = min(behind[m, to, b], cost)
    least = np.full((states_at_most, mixes), inf)
    for m in range(modes):
        for q in range(states_at_most):
            for b in range(mixes):
                cost = behind[m, q, b] + always[1, b] * end_loss[q]
                least[q, b] = min(least[q, b], cost)
    return least
