"""How cores rest: the stays of ``simulator.idling.resting``, found when each has ended."""

from simulator.compiled.compiling import inlined
from simulator.compiled.layout import (
    CORE_FIRST_STATE,
    CORE_ONLY_STATE,
    ENTRIES_MADE,
    EXITS_MADE,
    LOOKUP,
    NONE,
    POINT,
    REST_NS,
    RESTED,
    SINCE,
    STAY_CORE,
    STAY_END,
    STAY_ENTERED,
    STAY_START,
    STAY_STATE,
    STAY_WOKE,
    STAYS,
    Counters,
    Record,
    State,
    World,
)
from simulator.idling.prediction import HISTORY, expected_ns
from simulator.idling.tables import FIRST, LAST, Lookup

DESCENT, EXPECTED = int(Lookup.DESCENT), int(Lookup.EXPECTED)

_expected_ns = inlined(expected_ns)


@inlined
def wake(
    world: World, state: State, record: Record, counters: Counters, core: int, now: int
) -> int:
    """Work came to a core at rest; returns the idle state that it leaves."""
    station = state.stations[core]
    left = settle(world, state, record, counters, core, now, True)
    if world.rule[LOOKUP] == EXPECTED:
        state.lengths[core, station[RESTED] % HISTORY] = now - station[SINCE]
    station[RESTED] += 1
    return int(left)


@inlined
def end_stays(world: World, state: State, record: Record, counters: Counters, now: int) -> None:
    """The run ends now, or is looked at: settle the stays of all cores that rest."""
    for core in range(world.cores.shape[0]):
        if state.stations[core, POINT] == NONE:
            settle(world, state, record, counters, core, now, False)


@inlined
def expected_length_ns(state: State, core: int) -> int:
    """How long the stay that begins is expected to be; not for a core's first."""
    return int(_expected_ns(state.lengths[core], state.stations[core, RESTED]))


@inlined
def settle(
    world: World,
    state: State,
    record: Record,
    counters: Counters,
    core: int,
    end_ns: int,
    woke: bool,
) -> int:
    """Count the states of one stay, and write them down if there is something to write on.

    Returns the last of them.
    """
    station = state.stations[core]
    start_ns, first = station[SINCE], station[RESTED] == 0
    only = world.cores[core, CORE_ONLY_STATE]
    if only != NONE:
        if record.stays.shape[0]:
            _write(record, core, only, start_ns, end_ns, not first, woke)
        return int(only)
    bits = (FIRST if first else 0) + (0 if woke else LAST)
    states, offsets_ns = world.idle_state[bits, core], world.idle_offset_ns[bits, core]
    length_ns = end_ns - start_ns
    if world.rule[LOOKUP] == EXPECTED:
        if first:
            which = world.cores[core, CORE_FIRST_STATE]
            _count(record, counters, core, which, start_ns, end_ns, False, woke)
            return int(which)
        length_ns = expected_length_ns(state, core)
    deepest = 0
    while deepest + 1 < world.idle_count[bits, core] and offsets_ns[deepest + 1] <= length_ns:
        deepest += 1
    begin_ns, entered = start_ns, not first
    if world.rule[LOOKUP] == DESCENT:
        for place in range(deepest):
            next_ns = start_ns + offsets_ns[place + 1]
            _count(record, counters, core, states[place], begin_ns, next_ns, entered, False)
            begin_ns, entered = next_ns, True
    _count(record, counters, core, states[deepest], begin_ns, end_ns, entered, woke)
    return int(states[deepest])


@inlined
def _count(
    record: Record,
    counters: Counters,
    core: int,
    which: int,
    start_ns: int,
    end_ns: int,
    entered: bool,
    woke: bool,
) -> None:
    rest = counters.rests[core, which]
    rest[REST_NS] += end_ns - start_ns
    rest[ENTRIES_MADE] += entered
    rest[EXITS_MADE] += woke
    if record.stays.shape[0]:
        _write(record, core, which, start_ns, end_ns, entered, woke)


@inlined
def _write(
    record: Record, core: int, which: int, start_ns: int, end_ns: int, entered: bool, woke: bool
) -> None:
    row = record.stays[record.filled[STAYS]]
    record.filled[STAYS] += 1
    row[STAY_CORE] = core
    row[STAY_STATE] = which
    row[STAY_START] = start_ns
    row[STAY_END] = end_ns
    row[STAY_ENTERED] = entered
    row[STAY_WOKE] = woke
