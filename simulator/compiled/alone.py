"""Samples that have the platform to themselves: each is a shifted copy of its prototype.

A sample that is released while everything rests, and whose answer is there before the next one is
released, does what any other of its fate does in that case. It is enough to count it: what the
prototypes did, times how many there were, is what happened. That everything rests matters to the
nanosecond: a sample that ends at the instant of the next release does not count as alone, because
its core has not gone idle by then.
"""

from simulator.compiled.compiling import inlined
from simulator.compiled.layout import (
    END,
    FAR,
    NEXT,
    NOW,
    Arrivals,
    Counters,
    State,
    World,
)
from simulator.compiled.work import fate


@inlined
def count_alone(
    world: World,
    state: State,
    arrivals: Arrivals,
    counters: Counters,
    pipeline: int,
    until_ns: int,
) -> int:
    """Count samples for as long as each is alone, the next of ``pipeline`` first; how many.

    The clock must be before that release, and nothing under way. It is left at the last answer.
    """
    span = arrivals.span[pipeline]
    others_ns = until_ns
    for other in range(arrivals.span.shape[0]):
        place = arrivals.span[other, NEXT]
        if other != pipeline and place < arrivals.span[other, END]:
            others_ns = min(others_ns, arrivals.release_ns[place])
    alone_ns, fates = world.alone[pipeline], counters.alone[pipeline]
    begin, end, now = span[NEXT], span[END], state.clock[NOW]
    place = begin
    while place < end:
        exit_gate = arrivals.exit_gate[place]
        following_ns = others_ns
        if place + 1 < end:
            following_ns = min(following_ns, arrivals.release_ns[place + 1])
        answered_ns = arrivals.release_ns[place] + alone_ns[exit_gate + 1]
        if answered_ns >= following_ns:
            break
        fates[fate(arrivals.label[place], exit_gate, arrivals.answer[place])] += 1
        now = answered_ns
        place += 1
    span[NEXT] = place
    state.clock[NOW] = now
    state.due[state.stations.shape[0]] = FAR
    return int(place - begin)
