"""What waits for a core: a heap of slots, in the order of ``simulator.queues.Job``."""

from simulator.compiled.compiling import inlined
from simulator.compiled.layout import (
    CAPACITY,
    DROPS_OLDEST,
    FROM_OUTSIDE,
    NONE,
    OUTSIDE,
    PIPELINE,
    PRIORITY,
    RELEASE,
    SAMPLE,
    STEP,
    WAITING,
    Integers,
    State,
    World,
)


@inlined
def _released_before(slots: Integers, a: int, b: int) -> bool:
    """By (release, pipeline, segment, sample); the steps of one pipeline are in their order."""
    if slots[a, RELEASE] != slots[b, RELEASE]:
        return bool(slots[a, RELEASE] < slots[b, RELEASE])
    if slots[a, PIPELINE] != slots[b, PIPELINE]:
        return bool(slots[a, PIPELINE] < slots[b, PIPELINE])
    if slots[a, STEP] != slots[b, STEP]:
        return bool(slots[a, STEP] < slots[b, STEP])
    return bool(slots[a, SAMPLE] < slots[b, SAMPLE])


@inlined
def _served_before(slots: Integers, a: int, b: int) -> bool:
    if slots[a, PRIORITY] != slots[b, PRIORITY]:
        return bool(slots[a, PRIORITY] < slots[b, PRIORITY])
    return bool(_released_before(slots, a, b))


@inlined
def _rise(heap: Integers, place: int, slots: Integers) -> None:
    while place > 0:
        parent = (place - 1) // 2
        if not _served_before(slots, heap[place], heap[parent]):
            return
        heap[place], heap[parent] = heap[parent], heap[place]
        place = parent


@inlined
def _sink(heap: Integers, size: int, place: int, slots: Integers) -> None:
    while True:
        child = 2 * place + 1
        if child >= size:
            return
        if child + 1 < size and _served_before(slots, heap[child + 1], heap[child]):
            child += 1
        if not _served_before(slots, heap[child], heap[place]):
            return
        heap[place], heap[child] = heap[child], heap[place]
        place = child


@inlined
def put(world: World, state: State, core: int, slot: int) -> int:
    """Let ``slot`` wait for ``core``; returns the slot that is dropped for it, or NONE."""
    station, heap = state.stations[core], state.queues[core]
    dropped = NONE
    if state.slots[slot, OUTSIDE]:
        if station[FROM_OUTSIDE] == world.rule[CAPACITY]:
            if not world.rule[DROPS_OLDEST]:
                return slot
            dropped = _take_oldest(state, core)
        else:
            station[FROM_OUTSIDE] += 1
    size = station[WAITING]
    heap[size] = slot
    station[WAITING] = size + 1
    _rise(heap, size, state.slots)
    return dropped


@inlined
def pop(state: State, core: int) -> int:
    """The slot to serve next; something must be waiting."""
    station, heap = state.stations[core], state.queues[core]
    slot = heap[0]
    _take_out(state, core, 0)
    station[FROM_OUTSIDE] -= state.slots[slot, OUTSIDE]
    return int(slot)


@inlined
def _take_oldest(state: State, core: int) -> int:
    """Take out the slot from outside that was released first, whatever its priority."""
    heap, slots = state.queues[core], state.slots
    oldest = NONE
    for place in range(state.stations[core, WAITING]):
        if slots[heap[place], OUTSIDE] and (
            oldest == NONE or _released_before(slots, heap[place], heap[oldest])
        ):
            oldest = place
    slot = heap[oldest]
    _take_out(state, core, oldest)
    return int(slot)


@inlined
def _take_out(state: State, core: int, place: int) -> None:
    station, heap = state.stations[core], state.queues[core]
    size = station[WAITING] - 1
    station[WAITING] = size
    if place < size:
        heap[place] = heap[size]
        _sink(heap, size, place, state.slots)
        _rise(heap, place, state.slots)
