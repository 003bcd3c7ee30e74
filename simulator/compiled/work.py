"""What a core does for a sample, and what becomes of the sample then."""

from simulator.compiled.compiling import inlined
from simulator.compiled.drawing import begin, end_of_pieces, piece
from simulator.compiled.histogram import count
from simulator.compiled.layout import (
    ANSWER,
    COMPLETED,
    CORE_SWITCH,
    DROPPED,
    EXIT,
    EXIT_J,
    FREE,
    HEADS_NEGATIVE,
    IN_FLIGHT,
    IN_TIME,
    LABEL,
    LAST_FINISH,
    LATENCY_MAX,
    LATENCY_SUM,
    NEXT_FREE,
    NONE,
    NUMBERING,
    PIPELINE,
    PIPELINE_DEADLINE,
    PIPELINE_FIRST,
    POINT,
    RELEASE,
    ROW_ACTIVITY,
    ROW_END,
    ROW_PIPELINE,
    ROW_RESOURCE,
    ROW_SAMPLE,
    ROW_SEGMENT,
    ROW_START,
    ROWS,
    RUNS,
    SAMPLE,
    STEP,
    STEP_COMPUTE,
    STEP_DECODE,
    STEP_ENCODE,
    STEP_GATE,
    STEP_GATE_NS,
    STEP_POINT,
    STOPS,
    SWITCHES,
    WAKE_NS,
    WAKES,
    Arrivals,
    Counters,
    Record,
    State,
    World,
)
from simulator.compiled.rests import wake
from simulator.trace import Activity, Outcome

COMPUTE, GATE, ENCODE, DECODE = (
    int(Activity.COMPUTE),
    int(Activity.GATE),
    int(Activity.ENCODE),
    int(Activity.DECODE),
)
WAKE, SWITCH = int(Activity.WAKE), int(Activity.SWITCH)
IS_COMPLETED, IS_DROPPED = int(Outcome.COMPLETED), int(Outcome.DROPPED)

MOST_ROWS = 5
"""Activities of one piece of work: waking or switching, decoding, computing, gate, encoding."""


@inlined
def write(
    world: World,
    state: State,
    record: Record,
    resource: int,
    activity: int,
    slot: int,
    start_ns: int,
    lasts_ns: int,
) -> int:
    """Write down an activity if there is something to write on; returns when it ends."""
    end_ns = start_ns + lasts_ns
    if record.rows.shape[0]:
        row = record.rows[record.filled[ROWS]]
        record.filled[ROWS] += 1
        pipeline = state.slots[slot, PIPELINE]
        row[ROW_START] = start_ns
        row[ROW_END] = end_ns
        row[ROW_RESOURCE] = resource
        row[ROW_ACTIVITY] = activity
        row[ROW_PIPELINE] = pipeline
        row[ROW_SEGMENT] = state.slots[slot, STEP] - world.pipelines[pipeline, PIPELINE_FIRST]
        row[ROW_SAMPLE] = state.slots[slot, SAMPLE]
    return end_ns


@inlined
def perform(
    world: World, state: State, record: Record, counters: Counters, core: int, slot: int, now: int
) -> int:
    """All that ``core`` does for the piece of work that it takes now; returns when it ends."""
    index = state.slots[slot, STEP]
    step, work = world.steps[index], counters.work[index]
    station, began, lead_j = state.stations[core], now, 0.0
    if station[POINT] == NONE:
        left = wake(world, state, record, counters, core, now)
        wake_ns, lead_j = world.idle_exit_ns[core, left], world.idle_power[core, left, EXIT_J]
        work[WAKES] += 1
        work[WAKE_NS] += wake_ns
        now = write(world, state, record, core, WAKE, slot, now, wake_ns)
    elif station[POINT] != step[STEP_POINT]:
        work[SWITCHES] += 1
        lead_j = world.switch_j[core]
        now = write(world, state, record, core, SWITCH, slot, now, world.cores[core, CORE_SWITCH])
    ready = now
    station[POINT] = step[STEP_POINT]
    if step[STEP_DECODE] != NONE:
        now = write(world, state, record, core, DECODE, slot, now, step[STEP_DECODE])
    decoded = now
    work[RUNS] += 1
    now = write(world, state, record, core, COMPUTE, slot, now, step[STEP_COMPUTE])
    computed = now
    if step[STEP_GATE] != NONE:
        work[HEADS_NEGATIVE + state.slots[slot, LABEL]] += 1
        now = write(world, state, record, core, GATE, slot, now, step[STEP_GATE_NS])
    judged = now
    stops = step[STEP_GATE] != NONE and step[STEP_GATE] == state.slots[slot, EXIT]
    work[STOPS] += stops
    if step[STEP_ENCODE] != NONE and not stops:
        now = write(world, state, record, core, ENCODE, slot, now, step[STEP_ENCODE])
    if world.regulator.shape[1]:
        begin(state, core)
        watts = world.step_power[index]
        place = piece(state, core, 0, began, ready - began, 0.0, lead_j)
        place = piece(state, core, place, ready, decoded - ready, watts[DECODE], 0.0)
        place = piece(state, core, place, decoded, computed - decoded, watts[COMPUTE], 0.0)
        place = piece(state, core, place, computed, judged - computed, watts[GATE], 0.0)
        place = piece(state, core, place, judged, now - judged, watts[ENCODE], 0.0)
        end_of_pieces(state, core, place)
    return int(now)


@inlined
def finish(
    world: World,
    state: State,
    arrivals: Arrivals,
    record: Record,
    counters: Counters,
    slot: int,
    now: int,
) -> None:
    """The answer to the sample is there."""
    row = state.slots[slot]
    pipeline = row[PIPELINE]
    latency_ns = now - row[RELEASE]
    ends = counters.ends[pipeline]
    ends[COMPLETED] += 1
    ends[IN_TIME] += latency_ns <= world.pipelines[pipeline, PIPELINE_DEADLINE]
    ends[LATENCY_SUM] += latency_ns
    ends[LATENCY_MAX] = max(ends[LATENCY_MAX], latency_ns)
    ends[LAST_FINISH] = now
    counters.fates[pipeline, fate(row[LABEL], row[EXIT], row[ANSWER])] += 1
    count(counters.latencies[pipeline], latency_ns, 1)
    if record.outcome.shape[0]:
        place = row[SAMPLE] - arrivals.span[pipeline, NUMBERING]
        record.finish_ns[place] = now
        record.outcome[place] = IS_COMPLETED
    _leave(state, slot)


@inlined
def drop(state: State, arrivals: Arrivals, record: Record, counters: Counters, slot: int) -> None:
    """There was no room for the sample."""
    row = state.slots[slot]
    counters.ends[row[PIPELINE], DROPPED] += 1
    if record.outcome.shape[0]:
        place = row[SAMPLE] - arrivals.span[row[PIPELINE], NUMBERING]
        record.outcome[place] = IS_DROPPED
    _leave(state, slot)


@inlined
def _leave(state: State, slot: int) -> None:
    state.slots[slot, NEXT_FREE] = state.clock[FREE]
    state.clock[FREE] = slot
    state.clock[IN_FLIGHT] -= 1


@inlined
def fate(label: int, exit_gate: int, answer: int) -> int:
    """The column of ``Counters.fates``: by exit gate + 1, then class, then answer."""
    return ((exit_gate + 1) * 2 + label) * 2 + answer
