"""What happens, and when, to a sample that no gate stops: read from a plan, sound or not.

It is for pictures and for the faults that must change something: it puts up with whatever is
wrong and says where it met it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from devicemodels.cost import TooLong, UnsupportedOperator, duration_ns, nanoseconds, transfer_ns
from devicemodels.platform import Core, Link, OperatingPoint
from scheduler.plan import Crossing, Placement, Plan
from scheduler.taskgraph import Operator, TaskGraph

SHOWN = "0123456789abcdefghijklmnopqrstuvwxyz"
"""What stands for a segment, by index."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing that holds a core or a link."""

    lane: str
    """Name of the core or link, as the plan states it."""
    sign: str
    """One character: the segment's, or one of w(ake), s(witch), g(ate), e(ncode), d(ecode), >."""
    start_ns: int
    """From the release."""
    end_ns: int
    """From the release."""
    fault: str = ""
    """What is wrong with it, as far as the plan's names go."""


def timeline(plan: Plan) -> tuple[Piece, ...]:
    """The pieces in order; those that cannot be timed take no time and have a fault."""
    pieces: list[Piece] = []
    now = 0
    for lane, sign, time_ns, fault in _happens(plan):
        pieces.append(Piece(lane, sign, now, now + (time_ns or 0), fault))
        now = pieces[-1].end_ns
    return tuple(pieces)


def latency_ns(plan: Plan) -> int:
    """The end of the last piece."""
    return max((piece.end_ns for piece in timeline(plan)), default=0)


_Row = tuple[str, str, int | None, str]
"""Lane, sign, duration if there is one, fault."""


def _happens(plan: Plan) -> Iterator[_Row]:
    graph = plan.task_graph
    for index, segment in enumerate(graph.segments):
        if index == 0:
            placed = _placed(plan, segment.name)
            if placed is not None:
                yield from _wake(plan, placed.core)
        yield from _segment(plan, index)
        if index + 1 < len(graph.segments):
            yield from _onward(plan, segment.name, graph.segments[index + 1].name)


def _segment(plan: Plan, index: int) -> Iterator[_Row]:
    graph = plan.task_graph
    segment = graph.segments[index]
    sign = SHOWN[index % len(SHOWN)]
    placed = _placed(plan, segment.name)
    if placed is None:
        yield "?", sign, None, f"'{segment.name}' is not placed"
        return
    known = {operator.name: operator for operator in graph.operators}
    operators = tuple(known[name] for name in segment.operators if name in known)
    yield _work(plan, placed, sign, segment.work, operators)
    gate = graph.gate_after(segment.name)
    if gate is not None:
        yield _work(plan, placed, "g", f"gate:{gate.name}", gate.operators)


def _onward(plan: Plan, source: str, target: str) -> Iterator[_Row]:
    """From the end of one segment to the start of the next one."""
    sender, receiver = _placed(plan, source), _placed(plan, target)
    crossing = plan.crossing(source, target)
    if sender is None or receiver is None:
        return
    if sender.core == receiver.core:
        core = _core(plan, sender.core)
        if crossing is not None:
            yield crossing.link, ">", None, f"'{source}->{target}' stays on '{sender.core}'"
        if core is not None and sender.operating_point != receiver.operating_point:
            yield core.name, "s", nanoseconds(core.switch_latency_s), ""
        return
    if crossing is None:
        yield sender.core, ">", None, f"nothing carries '{source}->{target}' to '{receiver.core}'"
        return
    yield from _crosses(plan, crossing, sender, receiver)


def _crosses(
    plan: Plan, crossing: Crossing, sender: Placement, receiver: Placement
) -> Iterator[_Row]:
    edge = _edge_codec(plan.task_graph, crossing)
    work = f"{crossing.edge}/{crossing.codec}"
    if edge[0]:
        yield _work(plan, sender, "e", f"encode:{work}", edge[0])
    link = next((one for one in plan.platform.links if one.name == crossing.link), None)
    yield crossing.link, ">", *_carried(link, crossing, {sender.core, receiver.core})
    yield from _wake(plan, receiver.core)
    if edge[1]:
        yield _work(plan, receiver, "d", f"decode:{work}", edge[1])


def _carried(link: Link | None, crossing: Crossing, ends: set[str]) -> tuple[int | None, str]:
    if link is None:
        return None, f"no link '{crossing.link}'"
    fault = "" if ends <= set(link.connects) else f"'{link.name}' does not join {sorted(ends)}"
    try:
        took = transfer_ns(link.latency_s, link.bandwidth_bytes_per_s, crossing.wire_bytes)
    except (TooLong, ArithmeticError, ValueError) as refused:
        return None, str(refused)
    return took, fault


def _edge_codec(
    graph: TaskGraph, crossing: Crossing
) -> tuple[tuple[Operator, ...], tuple[Operator, ...]]:
    for edge in graph.edges:
        if (edge.source, edge.target) == (crossing.source, crossing.target):
            for codec in edge.codecs:
                if codec.name == crossing.codec:
                    return codec.encode, codec.decode
    return (), ()


def _wake(plan: Plan, name: str) -> Iterator[_Row]:
    core = _core(plan, name)
    chosen = next((one.idle_state for one in plan.idle if one.core == name), None)
    if core is not None and chosen is not None:
        state = next((one for one in core.idle_states if one.name == chosen), None)
        if state is None:
            yield name, "w", None, f"'{name}' has no idle state '{chosen}'"
        else:
            yield name, "w", nanoseconds(state.exit_latency_s), ""


def _work(
    plan: Plan, placed: Placement, sign: str, work: str, operators: tuple[Operator, ...]
) -> _Row:
    core = _core(plan, placed.core)
    if core is None:
        return placed.core, sign, None, f"no core '{placed.core}'"
    point = _point(core, placed.operating_point)
    if point is None:
        return core.name, sign, None, f"'{core.name}' has no point '{placed.operating_point}'"
    try:
        time_ns = duration_ns(core.cost, core.name, work, operators, point.frequency_hz)
    except (UnsupportedOperator, TooLong, ArithmeticError, ValueError) as refused:
        return core.name, sign, None, str(refused)
    return core.name, sign, time_ns, ""


def _placed(plan: Plan, segment: str) -> Placement | None:
    return next((one for one in plan.placements if one.segment == segment), None)


def _core(plan: Plan, name: str) -> Core | None:
    return next((core for core in plan.platform.cores if core.name == name), None)


def _point(core: Core, name: str) -> OperatingPoint | None:
    return next((point for point in core.operating_points if point.name == name), None)


def needed_crossings(plan: Plan) -> list[tuple[str, str]]:
    """Pairs of segments in a row that are placed on different cores, in order."""
    core_of = {placement.segment: placement.core for placement in plan.placements}
    names = [segment.name for segment in plan.task_graph.segments]
    return [pair for pair in pairwise(names) if core_of.get(pair[0]) != core_of.get(pair[1])]
