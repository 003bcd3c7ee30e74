"""The turns of cores and links: what happens when work ends there, and what is taken up next."""

from simulator.compiled.compiling import inlined
from simulator.compiled.drawing import begin, begin_rest, end_of_pieces, piece
from simulator.compiled.fair import arrive as take_arrived
from simulator.compiled.fair import enter, next_arrival_ns
from simulator.compiled.layout import (
    ENTERED,
    EXIT,
    FAR,
    HEAD,
    JOB,
    NONE,
    NOW,
    OUTSIDE,
    POINT,
    SINCE,
    STEP,
    STEP_CORE,
    STEP_GATE,
    STEP_LAST,
    STEP_LINK,
    STEP_TRANSFER,
    TRANSFER_J,
    TRANSFER_NS,
    TRANSFERS,
    UNDER_WAY,
    WAITING,
    Arrivals,
    Counters,
    Record,
    State,
    World,
)
from simulator.compiled.waiting import pop, put
from simulator.compiled.work import drop, finish, perform, write
from simulator.trace import Activity

TRANSFER = int(Activity.TRANSFER)


@inlined
def arrive(
    world: World,
    state: State,
    arrivals: Arrivals,
    record: Record,
    counters: Counters,
    core: int,
    slot: int,
) -> None:
    """Let a sample wait for a core; the core, if free, chooses once this instant has arrived."""
    dropped = put(world, state, core, slot)
    if dropped != NONE:
        drop(state, arrivals, record, counters, dropped)
    if state.due[core] == FAR:
        state.due[state.stations.shape[0] + 1 + core] = state.clock[NOW]


@inlined
def core_ends(
    world: World,
    state: State,
    arrivals: Arrivals,
    record: Record,
    counters: Counters,
    core: int,
    now: int,
) -> None:
    """The sample ends, stays here for the next segment, or crosses a link."""
    stations = state.stations.shape[0]
    state.due[core] = FAR
    state.due[stations + 1 + core] = now
    slot = state.stations[core, JOB]
    row = state.slots[slot]
    step = world.steps[row[STEP]]
    stopped = step[STEP_GATE] != NONE and step[STEP_GATE] == row[EXIT]
    if stopped or step[STEP_LAST]:
        finish(world, state, arrivals, record, counters, slot, now)
    elif step[STEP_LINK] == NONE:
        row[STEP] += 1
        row[OUTSIDE] = 0
        arrive(world, state, arrivals, record, counters, core, slot)
    else:
        link = world.cores.shape[0] + step[STEP_LINK]
        station, ring = state.stations[link], state.queues[link]
        ring[(station[HEAD] + station[WAITING]) % ring.shape[0]] = slot
        station[WAITING] += 1
        if world.fair[step[STEP_LINK]] or state.due[link] == FAR:
            state.due[stations + 1 + link] = now


@inlined
def core_chooses(
    world: World, state: State, record: Record, counters: Counters, core: int, now: int
) -> None:
    """A free core takes what is first in its queue, or goes idle."""
    state.due[state.stations.shape[0] + 1 + core] = FAR
    station = state.stations[core]
    if station[WAITING] == 0:
        station[POINT] = NONE
        station[SINCE] = now
        if world.regulator.shape[1]:
            begin_rest(world, state, core, now)
        return
    slot = pop(state, core)
    station[JOB] = slot
    state.due[core] = perform(world, state, record, counters, core, slot, now)


@inlined
def _next_in_ring(state: State, link: int) -> int:
    station, ring = state.stations[link], state.queues[link]
    slot = ring[station[HEAD]]
    station[HEAD] = (station[HEAD] + 1) % ring.shape[0]
    station[WAITING] -= 1
    return int(slot)


@inlined
def link_chooses(
    world: World, state: State, record: Record, counters: Counters, link: int, now: int
) -> bool:
    """A FIFO link takes the first that waits, a fair one all; False if numbers overflow."""
    state.due[state.stations.shape[0] + 1 + link] = FAR
    station, index = state.stations[link], link - world.cores.shape[0]
    while station[WAITING] > 0:
        slot = _next_in_ring(state, link)
        transfer_ns = world.steps[state.slots[slot, STEP], STEP_TRANSFER]
        if not world.fair[index]:
            station[JOB] = slot
            _count_transfer(state, counters, slot, transfer_ns)
            if world.regulator.shape[1]:
                spent_j = world.step_power[state.slots[slot, STEP], TRANSFER_J]
                begin(state, link)
                end_of_pieces(state, link, piece(state, link, 0, now, transfer_ns, 0.0, spent_j))
            state.due[link] = write(world, state, record, link, TRANSFER, slot, now, transfer_ns)
            return True
        state.slots[slot, ENTERED] = now
        if state.fair[index, UNDER_WAY] == 0:
            station[SINCE] = now
        if not enter(state, index, transfer_ns, slot):
            return False
    if world.fair[index]:
        state.due[link] = next_arrival_ns(state, index)
    return True


@inlined
def link_ends(
    world: World,
    state: State,
    arrivals: Arrivals,
    record: Record,
    counters: Counters,
    link: int,
    now: int,
) -> bool:
    """One transfer has arrived; False if the numbers of a fair link overflow."""
    index = link - world.cores.shape[0]
    if world.fair[index]:
        slot = take_arrived(state, index)
        if slot < NONE:
            return False
        state.due[link] = next_arrival_ns(state, index)
        if slot == NONE:
            return True
        entered = state.slots[slot, ENTERED]
        _count_transfer(state, counters, slot, now - entered)
        counters.overlap_ns[index] += now - entered
        if state.fair[index, UNDER_WAY] == 0:
            counters.overlap_ns[index] -= now - state.stations[link, SINCE]
        write(world, state, record, link, TRANSFER, slot, entered, now - entered)
    else:
        slot = state.stations[link, JOB]
        state.due[link] = FAR
        state.due[state.stations.shape[0] + 1 + link] = now
    row = state.slots[slot]
    row[STEP] += 1
    row[OUTSIDE] = 1
    arrive(world, state, arrivals, record, counters, world.steps[row[STEP], STEP_CORE], slot)
    return True


@inlined
def _count_transfer(state: State, counters: Counters, slot: int, lasts_ns: int) -> None:
    work = counters.work[state.slots[slot, STEP]]
    work[TRANSFERS] += 1
    work[TRANSFER_NS] += lasts_ns
