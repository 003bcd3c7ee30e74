"""A fair link: the arithmetic of ``simulator.fair_sharing`` in 64-bit integers.

Work is counted in parts of a nanosecond, so that equal shares are whole numbers. What would not fit
into 62 bits is said (``TOO_FINE``), never rounded: that takes dozens of transfers that share a
link for long.
"""

from simulator.compiled.compiling import inlined
from simulator.compiled.layout import (
    CARRIED,
    DONE,
    ENTRIES,
    ENTRY,
    FAIR_NOW,
    FAR,
    PARTS,
    SERVED,
    UNDER_WAY,
    Integers,
    State,
)

MOST = 1 << 62
"""No number of a fair link may exceed this."""


@inlined
def enter(state: State, link: int, work_ns: int, slot: int) -> bool:
    """Let the activation of ``slot`` begin now; False if the numbers would become too large."""
    if not _advance(state, link):
        return False
    fair, heap = state.fair[link], state.shares[link]
    if fair[PARTS] > (MOST - fair[SERVED]) // (work_ns + 1):
        _make_small(fair, heap)
        if fair[PARTS] > MOST // (work_ns + 1):
            return False
    place = fair[UNDER_WAY]
    heap[place, DONE] = fair[SERVED] + work_ns * fair[PARTS]
    heap[place, ENTRY] = fair[ENTRIES]
    heap[place, CARRIED] = slot
    fair[ENTRIES] += 1
    fair[UNDER_WAY] = place + 1
    while place > 0 and _ahead(heap, place, (place - 1) // 2):
        _swap(heap, place, (place - 1) // 2)
        place = (place - 1) // 2
    most = MOST // fair[UNDER_WAY]
    return bool(fair[PARTS] <= most and (heap[0, DONE] - fair[SERVED]) // fair[PARTS] <= most)


@inlined
def next_arrival_ns(state: State, link: int) -> int:
    """When the next transfer arrives if none enters before; FAR if none is under way.

    That is now, if it was due while the last of the others arrived.
    """
    fair = state.fair[link]
    sharing = fair[UNDER_WAY]
    if sharing == 0:
        return FAR
    missing = state.shares[link, 0, DONE] - fair[SERVED]
    if missing <= 0:
        return int(fair[FAIR_NOW])
    # missing x sharing / parts, rounded up, without the product
    whole, rest = missing // fair[PARTS], missing % fair[PARTS]
    return int(fair[FAIR_NOW] + whole * sharing + -(-rest * sharing // fair[PARTS]))


@inlined
def arrive(state: State, link: int) -> int:
    """Take out the next transfer that has arrived by now; its slot, or -1 if there is none.

    -2 if the numbers would become too large.
    """
    if not _advance(state, link):
        return -2
    fair, heap = state.fair[link], state.shares[link]
    if fair[UNDER_WAY] == 0 or heap[0, DONE] > fair[SERVED]:
        return -1
    slot = heap[0, CARRIED]
    size = fair[UNDER_WAY] - 1
    fair[UNDER_WAY] = size
    if size == 0:
        fair[PARTS], fair[SERVED] = 1, 0
        return int(slot)
    for column in range(heap.shape[1]):
        heap[0, column] = heap[size, column]
    place = 0
    while True:
        child = 2 * place + 1
        if child >= size:
            break
        if child + 1 < size and _ahead(heap, child + 1, child):
            child += 1
        if not _ahead(heap, child, place):
            break
        _swap(heap, place, child)
        place = child
    return int(slot)


@inlined
def _advance(state: State, link: int) -> bool:
    """Share out the time since the last call; the clock says what time it is."""
    fair, heap = state.fair[link], state.shares[link]
    passed_ns, sharing = state.clock[0] - fair[FAIR_NOW], fair[UNDER_WAY]
    fair[FAIR_NOW] = state.clock[0]
    if sharing == 0 or passed_ns == 0:
        return True
    finer = sharing // _gcd(fair[PARTS], sharing)
    if finer > 1:
        _make_small(fair, heap)
        finer = sharing // _gcd(fair[PARTS], sharing)
        largest = fair[PARTS]
        for place in range(sharing):
            largest = max(largest, heap[place, DONE])
        if largest > MOST // finer or fair[PARTS] > MOST // finer // sharing:
            return False
        fair[PARTS] *= finer
        fair[SERVED] *= finer
        for place in range(sharing):
            heap[place, DONE] *= finer
    share = fair[PARTS] // sharing
    if passed_ns > (MOST - fair[SERVED]) // share:
        return False
    fair[SERVED] += passed_ns * share
    return True


@inlined
def _make_small(fair: Integers, heap: Integers) -> None:
    """Count from what is served now, in the largest parts that all numbers are whole in."""
    common = fair[PARTS]
    for place in range(fair[UNDER_WAY]):
        heap[place, DONE] -= fair[SERVED]
        common = _gcd(common, abs(heap[place, DONE]))
    fair[SERVED] = 0
    fair[PARTS] //= common
    for place in range(fair[UNDER_WAY]):
        heap[place, DONE] //= common


@inlined
def _gcd(a: int, b: int) -> int:
    while b:
        a, b = b, a % b
    return a


@inlined
def _ahead(heap: Integers, a: int, b: int) -> bool:
    if heap[a, DONE] != heap[b, DONE]:
        return bool(heap[a, DONE] < heap[b, DONE])
    return bool(heap[a, ENTRY] < heap[b, ENTRY])


@inlined
def _swap(heap: Integers, a: int, b: int) -> None:
    for column in range(heap.shape[1]):
        heap[a, column], heap[b, column] = heap[b, column], heap[a, column]
