"""What one plan asks of the device it shares, from the plan document alone.

For the checker: it shares no code with the columns of the master problem. Only the laws of the
platform, and the exit outcomes that the checker of single plans plays, are the same.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import fsum

from devicemodels.cost import duration_ns, nanoseconds, transfer_ns
from devicemodels.platform import Core, OperatingPoint
from scheduler.plan import Placement, Plan
from scheduler.replay import outcomes
from scheduler.taskgraph import Operator


@dataclass(frozen=True, slots=True)
class Occupancy:
    """One pipeline's use of each part of the device."""

    worst_case: Mapping[str, float]
    """By core and link, as ``core NAME`` and ``link NAME``: time over period that a sample takes
    which no gate stops; wake-ups and switches are not work."""
    expected: Mapping[str, float]
    """The same on average over all exit outcomes."""
    weights_bytes: Mapping[str, int]
    """By memory."""
    activations_bytes: Mapping[str, int]
    """By memory: the largest."""
    dynamic_power_w: float
    """Mean power beyond rail and idle states."""


def occupancy(plan: Plan) -> Occupancy:
    """What a sound plan asks of its device."""
    played = outcomes(plan)
    segments = [segment.name for segment in plan.task_graph.segments]
    after = [segments.index(gate.segment) for gate in plan.task_graph.gates]
    reach = [
        fsum(o.probability for o in played if o.exit_gate is None or after[o.exit_gate] >= s)
        for s in range(len(segments))
    ]
    period_s = plan.requirements.period_s
    period_ns = nanoseconds(period_s)
    worst: dict[str, list[float]] = {}
    expected: dict[str, list[float]] = {}
    for where, segment, time_ns in _work(plan):
        worst.setdefault(where, []).append(time_ns / period_ns)
        expected.setdefault(where, []).append(reach[segment] * time_ns / period_ns)
    weights, activations = _bytes(plan)
    energy_j = fsum(o.probability * joules for o in played for joules in o.energy_j.values())
    return Occupancy(
        worst_case={where: fsum(shares) for where, shares in worst.items()},
        expected={where: fsum(shares) for where, shares in expected.items()},
        weights_bytes=weights,
        activations_bytes=activations,
        dynamic_power_w=energy_j / period_s - resting_power_w(plan),
    )


def resting_power_w(plan: Plan) -> float:
    """Rail and idle states of the plan's device."""
    powers = [
        state.power_w
        for core in plan.platform.cores
        for state in core.idle_states
        if state.name == plan.idle_state(core.name)
    ]
    return fsum((plan.platform.rail.power_w, *powers))


def _work(plan: Plan) -> Iterator[tuple[str, int, int]]:
    """(core or link, segment that a sample must reach for it, nanoseconds) of all that is done."""
    graph = plan.task_graph
    before: Placement | None = None
    for s, (segment, here) in enumerate(zip(graph.segments, plan.placements, strict=True)):
        core, point = _at(plan, here)
        busy = f"core {core.name}"
        if before is not None and before.core != here.core:
            yield from ((where, s, ns) for where, ns in _crossing(plan, before, here))
        yield busy, s, _ns(core, point, segment.work, graph.segment_operators(segment))
        gate = graph.gate_after(segment.name)
        if gate is not None:
            yield busy, s, _ns(core, point, f"gate:{gate.name}", gate.operators)
        before = here


def _crossing(plan: Plan, before: Placement, here: Placement) -> Iterator[tuple[str, int]]:
    """What it takes to have an activation at the core of the next segment."""
    crossing = plan.crossing(before.segment, here.segment)
    if crossing is None:
        raise ValueError(f"no crossing from '{before.segment}' to '{here.segment}'")
    edge = next(e for e in plan.task_graph.edges if e.source == before.segment)
    codec, key = edge.codec(crossing.codec), f"{edge.name}/{crossing.codec}"
    link = next(link for link in plan.platform.links if link.name == crossing.link)
    (sender, sending), (receiver, receiving) = _at(plan, before), _at(plan, here)
    if codec.encode:
        yield f"core {sender.name}", _ns(sender, sending, f"encode:{key}", codec.encode)
    bandwidth = link.bandwidth_bytes_per_s
    yield f"link {link.name}", transfer_ns(link.latency_s, bandwidth, crossing.wire_bytes)
    if codec.decode:
        yield f"core {receiver.name}", _ns(receiver, receiving, f"decode:{key}", codec.decode)


def _at(plan: Plan, placement: Placement) -> tuple[Core, OperatingPoint]:
    core = plan.platform.core(placement.core)
    named = placement.operating_point
    return core, next(point for point in core.operating_points if point.name == named)


def _ns(core: Core, point: OperatingPoint, work: str, operators: tuple[Operator, ...]) -> int:
    return duration_ns(core.cost, core.name, work, operators, point.frequency_hz)


def _bytes(plan: Plan) -> tuple[dict[str, int], dict[str, int]]:
    """Weights and largest activation by memory."""
    graph = plan.task_graph
    sizes = {operator.name: operator.output_bytes for operator in graph.operators}
    memory = {p.segment: plan.platform.core(p.core).memory for p in plan.placements}
    weights = {one.name: 0 for one in plan.platform.memories}
    activations = dict(weights)
    for segment in graph.segments:
        here = memory[segment.name]
        gate = graph.gate_after(segment.name)
        weights[here] += 0 if gate is None else sum(o.weight_bytes for o in gate.operators)
        for operator in graph.segment_operators(segment):
            live = operator.output_bytes + sum(sizes.get(name, 0) for name in operator.inputs)
            weights[here] += operator.weight_bytes
            activations[here] = max(activations[here], live)
    for crossing in plan.crossings:
        codec = next(e for e in graph.edges if e.source == crossing.source).codec(crossing.codec)
        weights[memory[crossing.source]] += sum(o.weight_bytes for o in codec.encode)
        weights[memory[crossing.target]] += sum(o.weight_bytes for o in codec.decode)
    return weights, activations
