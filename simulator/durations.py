"""Every duration of a plan, computed once before the loop, in integer nanoseconds.

The planner has its own code for the same figures; that the two agree is tested, not assumed.
"""

from dataclasses import dataclass

from devicemodels.cost import duration_ns, nanoseconds, transfer_ns
from devicemodels.platform import Core, OperatingPoint
from scheduler.plan import Plan
from scheduler.taskgraph import Operator


class UnsupportedPlan(ValueError):
    """The plan is of a kind that this engine does not simulate, or refers to what is not there."""


@dataclass(frozen=True, slots=True)
class Hop:
    """How the activation leaves a segment for the next one on another core."""

    link: int
    """Index into ``platform.links``."""
    encode_ns: int | None
    """On the sending core; None if there is nothing to compute."""
    transfer_ns: int
    """For which the link is held."""
    decode_ns: int | None
    """On the receiving core; None if there is nothing to compute."""


@dataclass(frozen=True, slots=True)
class Step:
    """One segment where the plan puts it, with the gate after it and the way on."""

    core: int
    """Index into ``platform.cores``."""
    operating_point: int
    """Index into that core's operating points."""
    compute_ns: int
    """Running the segment."""
    gate: int | None
    """Index into ``plan.gates`` of the gate that follows; None if there is none."""
    gate_ns: int
    """Running the gate's head; 0 without a gate."""
    hop: Hop | None
    """None if the next segment runs on the same core, or if there is none."""


@dataclass(frozen=True, slots=True)
class Durations:
    """All that the engine needs to know of a plan."""

    steps: tuple[Step, ...]
    """One a segment, in order."""
    fixed_state: tuple[int, ...]
    """By core: index of the idle state that the plan chose."""
    switch_ns: tuple[int, ...]
    """By core: changing the operating point while awake."""


def durations(plan: Plan) -> Durations:
    """The durations of a plan over a chain of segments.

    Raises ``UnsupportedPlan`` if the task graph is not a chain or a name in the plan refers to
    nothing, and ``devicemodels.cost.UnsupportedOperator`` if a core cannot do its work.
    """
    graph, platform = plan.task_graph, plan.platform
    if not graph.is_chain:
        raise UnsupportedPlan(
            f"task graph '{graph.name}' is not a chain of segments: each of its "
            f"{len(graph.segments)} segments must feed exactly the next one"
        )
    try:
        return Durations(
            steps=tuple(_step(plan, index) for index in range(len(graph.segments))),
            fixed_state=fixed_states(plan),
            switch_ns=tuple(nanoseconds(core.switch_latency_s) for core in platform.cores),
        )
    except KeyError as missing:
        raise UnsupportedPlan(
            f"plan '{plan.name}' names {missing}, which its task graph and platform do not have: "
            "check the plan"
        ) from None


def fixed_states(plan: Plan) -> tuple[int, ...]:
    """By core: index of the idle state that the plan chose; ``KeyError`` if it is not there."""
    chosen = []
    for core in plan.platform.cores:
        name = plan.idle_state(core.name)
        names = [state.name for state in core.idle_states]
        if name not in names:
            raise KeyError(name)
        chosen.append(names.index(name))
    return tuple(chosen)


def _step(plan: Plan, index: int) -> Step:
    segment = plan.task_graph.segments[index]
    core, point = _mode(plan, segment.name)
    operators = plan.task_graph.segment_operators(segment)
    head = plan.task_graph.gate_after(segment.name)
    return Step(
        core=plan.platform.cores.index(core),
        operating_point=core.operating_points.index(point),
        compute_ns=_work_ns(core, point, segment.work, operators),
        gate=None if head is None else _gate_index(plan, head.name),
        gate_ns=0 if head is None else _work_ns(core, point, f"gate:{head.name}", head.operators),
        hop=_hop(plan, index),
    )


def _hop(plan: Plan, index: int) -> Hop | None:
    """The way from segment ``index`` to the next one; None if it stays on its core."""
    if index + 1 == len(plan.task_graph.segments):
        return None
    edge = plan.task_graph.edges[index]
    crossing = plan.crossing(edge.source, edge.target)
    sender, receiver = _mode(plan, edge.source), _mode(plan, edge.target)
    if (crossing is None) != (sender[0] is receiver[0]):
        where = f"'{sender[0].name}' to '{receiver[0].name}'"
        has = "no crossing" if crossing is None else "a crossing"
        raise UnsupportedPlan(f"plan '{plan.name}' has {has} for edge {edge.name}, from {where}")
    if crossing is None:
        return None
    codec = edge.codec(crossing.codec)
    link = next((link for link in plan.platform.links if link.name == crossing.link), None)
    if link is None:
        raise KeyError(crossing.link)
    key = f"{edge.name}/{codec.name}"
    return Hop(
        link=plan.platform.links.index(link),
        encode_ns=_work_ns(*sender, f"encode:{key}", codec.encode) if codec.encode else None,
        transfer_ns=transfer_ns(link.latency_s, link.bandwidth_bytes_per_s, codec.wire_bytes),
        decode_ns=_work_ns(*receiver, f"decode:{key}", codec.decode) if codec.decode else None,
    )


def _mode(plan: Plan, segment: str) -> tuple[Core, OperatingPoint]:
    """The core and operating point of a segment."""
    placement = plan.placement(segment)
    core = plan.platform.core(placement.core)
    for point in core.operating_points:
        if point.name == placement.operating_point:
            return core, point
    raise KeyError(placement.operating_point)


def _gate_index(plan: Plan, gate: str) -> int:
    for index, setting in enumerate(plan.gates):
        if setting.gate == gate:
            return index
    raise KeyError(gate)


def _work_ns(core: Core, point: OperatingPoint, key: str, operators: tuple[Operator, ...]) -> int:
    return duration_ns(core.cost, core.name, key, operators, point.frequency_hz)
