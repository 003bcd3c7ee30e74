"""What a core draws while it does each piece of a plan's work."""

from collections.abc import Iterator

from devicemodels.platform import Core, OperatingPoint
from devicemodels.power import work_power_w
from scheduler.plan import Plan
from scheduler.taskgraph import Operator
from simulator.trace import Activity

Piece = tuple[int, Activity]
"""A segment, by its index, and what is done for it."""


def operating_points(plan: Plan, core: Core) -> dict[int, OperatingPoint]:
    """The operating point of each segment that runs on ``core``, by the segment's index."""
    points = {point.name: point for point in core.operating_points}
    return {
        index: points[plan.placement(segment.name).operating_point]
        for index, segment in enumerate(plan.task_graph.segments)
        if plan.placement(segment.name).core == core.name
    }


def working_powers_w(plan: Plan, core: Core) -> dict[Piece, float]:
    """Watts of each piece of work that ``plan`` gives to ``core``."""
    return {
        (index, activity): work_power_w(core, point, work, operators)
        for index, point in operating_points(plan, core).items()
        for activity, work, operators in _pieces(plan, index)
    }


def _pieces(plan: Plan, index: int) -> Iterator[tuple[Activity, str, tuple[Operator, ...]]]:
    """What the core of a segment does for it, with the key and the operators of each piece."""
    graph = plan.task_graph
    segment = graph.segments[index]
    yield Activity.COMPUTE, segment.work, graph.segment_operators(segment)
    gate = graph.gate_after(segment.name)
    if gate is not None:
        yield Activity.GATE, f"gate:{gate.name}", gate.operators
    for edge in graph.edges:
        crossing = plan.crossing(edge.source, edge.target)
        if crossing is None or segment.name not in (edge.source, edge.target):
            continue
        codec = edge.codec(crossing.codec)
        key = f"{edge.name}/{codec.name}"
        if edge.source == segment.name and codec.encode:
            yield Activity.ENCODE, f"encode:{key}", codec.encode
        if edge.target == segment.name and codec.decode:
            yield Activity.DECODE, f"decode:{key}", codec.decode
