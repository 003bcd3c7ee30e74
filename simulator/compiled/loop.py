"""The event loop: takes one event after the other, in the order of ``simulator.instants``.

``State.due`` holds when the next event of each kind is due, in the order in which they go at one
instant; so the first of the smallest is next, whenever it was put there. With the handful of cores
and links of a device, looking at all of them is faster than a heap.
"""

from simulator.compiled.alone import count_alone
from simulator.compiled.compiling import inlined
from simulator.compiled.drawing import draw_until
from simulator.compiled.layout import (
    ANSWER,
    END,
    EXIT,
    FAR,
    FREE,
    IN_FLIGHT,
    LABEL,
    NEXT,
    NEXT_FREE,
    NONE,
    NOW,
    NUMBERING,
    OUTSIDE,
    PAUSED,
    PIPELINE,
    PIPELINE_FIRST,
    PIPELINE_PRIORITY,
    PRIORITY,
    REACHED,
    RELEASE,
    RELEASED,
    ROWS,
    ROWS_FULL,
    SAMPLE,
    SLOTS_FULL,
    STAYS,
    STEP,
    STEP_CORE,
    TOO_FINE,
    Arrivals,
    Counters,
    Integers,
    Record,
    State,
    World,
)
from simulator.compiled.turns import arrive, core_chooses, core_ends, link_chooses, link_ends
from simulator.compiled.work import MOST_ROWS


@inlined
def advance(
    world: World,
    state: State,
    arrivals: Arrivals,
    record: Record,
    counters: Counters,
    until_ns: int,
    events: int,
) -> int:
    """Take what happens before ``until_ns``, at most ``events`` of it.

    All samples released before ``until_ns`` must be among the arrivals. Returns ``REACHED`` if
    nothing is left to do before ``until_ns``, ``PAUSED`` if that was ``events`` events,
    ``ROWS_FULL`` or ``SLOTS_FULL`` if there is no room for the next one: make some and call again.
    ``TOO_FINE`` if a fair link's numbers do not fit 64 bits; there is no going on then.
    """
    due, clock = state.due, state.clock
    release = state.stations.shape[0]
    pipeline = _next_pipeline(state, arrivals)
    while True:
        kind = _next_kind(due)
        at = due[kind]
        if at >= until_ns:
            return REACHED
        if events <= 0:
            return PAUSED
        events -= 1
        if _is_full(world, record):
            return ROWS_FULL
        if kind != release:
            clock[NOW] = at
            if world.regulator.shape[1]:
                draw_until(world, state, at)
            if not _take(world, state, arrivals, record, counters, kind, at):
                return TOO_FINE
            continue
        counted = 0
        if world.alone.shape[0] and clock[IN_FLIGHT] == 0 and clock[NOW] < at:
            counted = count_alone(world, state, arrivals, counters, pipeline, until_ns)
        if counted == 0:
            if clock[FREE] == NONE:
                return SLOTS_FULL
            clock[NOW] = at
            if world.regulator.shape[1]:
                draw_until(world, state, at)
            _release(world, state, arrivals, record, counters, pipeline)
        events -= counted
        pipeline = _next_pipeline(state, arrivals)


@inlined
def _is_full(world: World, record: Record) -> bool:
    """Whether one more event might be too much to write down."""
    rows, stays = record.rows.shape[0], record.stays.shape[0]
    if rows and record.filled[ROWS] + MOST_ROWS > rows:
        return True
    return bool(stays and record.filled[STAYS] + world.idle_state.shape[2] > stays)


@inlined
def _next_kind(due: Integers) -> int:
    """The first of those that are due next."""
    first, at = 0, due[0]
    for kind in range(1, due.shape[0]):
        if due[kind] < at:
            first, at = kind, due[kind]
    return first


@inlined
def _take(
    world: World,
    state: State,
    arrivals: Arrivals,
    record: Record,
    counters: Counters,
    kind: int,
    now: int,
) -> bool:
    """Let an event happen that is not a release; False if a fair link's numbers overflow."""
    stations, cores = state.stations.shape[0], world.cores.shape[0]
    if kind < cores:
        core_ends(world, state, arrivals, record, counters, kind, now)
        return True
    if kind < stations:
        return bool(link_ends(world, state, arrivals, record, counters, kind, now))
    station = kind - stations - 1
    if station < cores:
        core_chooses(world, state, record, counters, station, now)
        return True
    return bool(link_chooses(world, state, record, counters, station, now))


@inlined
def _next_pipeline(state: State, arrivals: Arrivals) -> int:
    """Which pipeline releases next, the first of those that release at once; arranges it."""
    found, at = 0, FAR
    for pipeline in range(arrivals.span.shape[0]):
        place = arrivals.span[pipeline, NEXT]
        if place < arrivals.span[pipeline, END] and arrivals.release_ns[place] < at:
            found, at = pipeline, arrivals.release_ns[place]
    state.due[state.stations.shape[0]] = at
    return found


@inlined
def _release(
    world: World,
    state: State,
    arrivals: Arrivals,
    record: Record,
    counters: Counters,
    pipeline: int,
) -> None:
    """The sensor of ``pipeline`` releases its next sample; there must be a free slot."""
    clock, span = state.clock, arrivals.span[pipeline]
    place = span[NEXT]
    span[NEXT] = place + 1
    slot = clock[FREE]
    row = state.slots[slot]
    clock[FREE] = row[NEXT_FREE]
    clock[IN_FLIGHT] += 1
    counters.ends[pipeline, RELEASED] += 1
    step = world.pipelines[pipeline, PIPELINE_FIRST]
    row[RELEASE] = arrivals.release_ns[place]
    row[PIPELINE] = pipeline
    row[SAMPLE] = place + span[NUMBERING]
    row[STEP] = step
    row[EXIT] = arrivals.exit_gate[place]
    row[LABEL] = arrivals.label[place]
    row[ANSWER] = arrivals.answer[place]
    row[PRIORITY] = world.pipelines[pipeline, PIPELINE_PRIORITY]
    row[OUTSIDE] = 1
    arrive(world, state, arrivals, record, counters, world.steps[step, STEP_CORE], slot)
