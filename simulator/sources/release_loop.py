"""Release times, as machine code: one loop for every pace, for states by turns and for bursts.

Where the loop has come to is an array of whole numbers, ``Cursor``'s fields from ``tick`` on in
their order. All that happens before a time has been played when the loop stops there, whatever the
times at which it stopped before, so that cutting a run into chunks changes nothing.
"""

import numpy as np
from numpy.typing import NDArray

from scheduler.kernels.compiling import compiled
from simulator.sources.draws import (
    DWELL_DRAW,
    MOVE_DRAW,
    RELEASE_DRAW,
    Bits,
    Words,
    bits_of,
    exponential_ns,
    within_ns,
)

Integers = NDArray[np.int64]
Shorts = NDArray[np.int16]

SILENT, PERIODIC, JITTERED, POISSON = range(4)
"""Kinds of pace."""
KIND, STEP, SPREAD, DWELL = range(4)
"""Columns of the table of states: kind of pace, time between nominal releases (0 of a Poisson one),
its jitter or mean interval, mean dwell time (0 = for ever)."""
TICK, GRID, DUE, STATE, STAY, LEAVES, BURST = range(7)
"""Places of the cursor's array."""
NEVER = 1 << 62


@compiled
def _delay_ns(key: Words, tick: int, kind: int, length_ns: int) -> int:
    """How long after its nominal time, or after the one before, a release comes.

    ``length_ns`` is the jitter or the mean interval.
    """
    if kind == PERIODIC:
        return 0
    if kind == SILENT:
        return NEVER
    drawn = bits_of(key, tick, RELEASE_DRAW)
    return within_ns(length_ns, drawn) if kind == JITTERED else exponential_ns(length_ns, drawn)


@compiled
def enter(key: Words, states: Integers, at: Integers, state: int, now_ns: int) -> None:
    """Begin stay ``at[STAY]``, in ``state``, at ``now_ns``; the first one begins a run."""
    kind, length_ns = states[state, KIND], states[state, SPREAD]
    at[STATE] = state
    at[GRID] = now_ns
    at[DUE] = now_ns + _delay_ns(key, at[TICK], kind, length_ns)
    at[LEAVES] = NEVER
    if states[state, DWELL] > 0:
        drawn = bits_of(key, at[STAY], DWELL_DRAW)
        at[LEAVES] = now_ns + exponential_ns(states[state, DWELL], drawn)


@compiled
def _move(key: Words, states: Integers, moves: Bits, at: Integers) -> None:
    """End a stay and begin the next; a release that was due after its end is never made."""
    drawn = bits_of(key, at[STAY], MOVE_DRAW)
    state = 0
    while drawn >= moves[at[STATE], state]:
        state += 1
    at[TICK] += 1
    at[STAY] += 1
    enter(key, states, at, state, at[LEAVES])


@compiled
def _fill(
    key: Words,
    pace: tuple[int, int, int],
    before_ns: int,
    state: int,
    at: tuple[int, int, int, int],
    times: Integers,
    of_state: Shorts,
) -> tuple[int, int, int, int]:
    """Put the own releases before ``before_ns`` into the columns, as far as there is room.

    ``at`` is how many releases the columns hold, tick, nominal time and time of the next one; it is
    returned as it is afterwards. A function of its own, because the loop is many times faster when
    it does not also make the columns.
    """
    kind, step_ns, spread_ns = pace
    count, tick, grid_ns, due_ns = at
    while due_ns < before_ns and count < len(times):
        times[count] = due_ns
        of_state[count] = state
        count += 1
        tick += 1
        grid_ns = due_ns if kind == POISSON else grid_ns + step_ns
        due_ns = grid_ns + _delay_ns(key, tick, kind, spread_ns)
    return count, tick, grid_ns, due_ns


@compiled
def play(
    key: Words,
    states: Integers,
    moves: Bits,
    bursts: Integers,
    at: Integers,
    until_ns: int,
    room: int,
) -> tuple[Integers, Shorts]:
    """Times of all releases still to come before ``until_ns``, and the states they fall in.

    ``states`` has the shape (states, 4); ``moves`` (states, states) are limits on 53 random bits,
    summed up by row, for the state that comes next; ``bursts`` are times in order. ``at`` is taken
    on. ``room`` is about how many releases to expect. At one instant a state ends first, then the
    source's own releases come, then those of bursts.
    """
    times, of_state = np.empty(room, np.int64), np.empty(room, np.int16)
    count = 0
    while True:
        if count == len(times):
            times, of_state = _larger(times, of_state)
        state = at[STATE]
        before_ns = min(until_ns, at[LEAVES])
        burst_ns = bursts[at[BURST]] if at[BURST] < len(bursts) else NEVER
        own_ns = min(before_ns, burst_ns + 1)
        count, at[TICK], at[GRID], at[DUE] = _fill(
            key,
            (states[state, KIND], states[state, STEP], states[state, SPREAD]),
            own_ns,
            state,
            (count, at[TICK], at[GRID], at[DUE]),
            times,
            of_state,
        )
        if count == len(times):
            continue
        if burst_ns < before_ns:
            times[count] = burst_ns
            of_state[count] = state
            count += 1
            at[BURST] += 1
        elif at[LEAVES] < until_ns:
            _move(key, states, moves, at)
        else:
            return times[:count], of_state[:count]


@compiled
def _larger(times: Integers, of_state: Shorts) -> tuple[Integers, Shorts]:
    """The same two columns with twice the room."""
    room = 2 * len(times) + 16
    more_times, more_states = np.empty(room, np.int64), np.empty(room, np.int16)
    more_times[: len(times)] = times
    more_states[: len(of_state)] = of_state
    return more_times, more_states
