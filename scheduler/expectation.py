"""From an algorithm's choice to a plan: expected energy by cause, latency, accuracy.

The expectation is over all exit outcomes of one sample, and the energy is that between two
releases: whatever a core does replaces the idle power it would have drawn meanwhile.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import fsum
from typing import Literal

from devicemodels.cost import NANOSECONDS_PER_SECOND
from devicemodels.documents.files import document_hash
from scheduler.gating import use_gates
from scheduler.plan import (
    CAUSES,
    Cause,
    Certificate,
    Crossing,
    Expected,
    GateSetting,
    IdleChoice,
    Placement,
    Plan,
)
from scheduler.problem import Cost, Problem
from scheduler.taskgraph import Operator, Segment, TaskGraph
from scheduler.tolerance import IDLE_RELATIVE, P99_SHARE


@dataclass(frozen=True, slots=True)
class Assignment:
    """What an algorithm decides, by index."""

    modes: tuple[int, ...]
    """By segment: index into ``problem.modes``."""
    codecs: tuple[int | None, ...]
    """By edge: index of the codec; None where the edge stays on its core."""
    idle: tuple[int, ...]
    """By core: index of the idle state."""
    gates: int = 0
    """Index into ``problem.gate_choices``."""
    knobs: tuple[int, ...] = ()
    """By segment: index of the knob; empty where all are as the network was traced."""

    def knob(self, segment: int) -> int:
        """The knob of a segment."""
        return self.knobs[segment] if self.knobs else 0


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happens to a sample on its way."""

    cause: Cause
    """What its energy is for."""
    segment: int
    """The segment whose reach is its probability; for a crossing, the receiving one."""
    core: int | None
    """The core it holds; None for a transfer."""
    cost: Cost
    """Its time and energy."""


def events(problem: Problem, assignment: Assignment) -> Iterator[Event]:
    """All that happens to a sample that no gate stops, in order.

    Raises ``ValueError`` if the assignment uses a mode, link or codec that does not exist.
    """
    last = len(assignment.modes) - 1
    gated = problem.uses_gate(assignment.gates)
    for s, m in enumerate(assignment.modes):
        core = problem.modes[m].core
        if s == 0:
            yield Event("wake", 0, core, problem.wake[core][assignment.idle[core]])
        row = problem.knobs[s][assignment.knob(s)]
        yield Event("compute", s, core, _possible(row.compute[m]))
        head = problem.gate[s]
        if gated[s] and head is not None:
            yield Event("gate", s, core, _possible(head[m]))
        if s < last:
            yield from _crossing(problem, assignment, s)


def _crossing(problem: Problem, assignment: Assignment, edge: int) -> Iterator[Event]:
    """From the end of segment ``edge`` to the start of the next one."""
    m, n = assignment.modes[edge], assignment.modes[edge + 1]
    sender, receiver = problem.modes[m].core, problem.modes[n].core
    codec = assignment.codecs[edge]
    if sender == receiver:
        if m != n:
            yield Event("switch", edge + 1, sender, problem.switch[sender])
        return
    link = problem.link[sender][receiver]
    if link is None or codec is None:
        raise ValueError(f"edge {edge} changes core without a link or without a codec")
    row = problem.codecs[edge][codec]
    yield Event("codec", edge + 1, sender, _possible(row.encode[m]))
    yield Event("link", edge + 1, None, row.transfer[link])
    yield Event("wake", edge + 1, receiver, problem.wake[receiver][assignment.idle[receiver]])
    yield Event("codec", edge + 1, receiver, _possible(row.decode[n]))


def _possible(cost: Cost | None) -> Cost:
    if cost is None:
        raise ValueError("the mode cannot run this work")
    return cost


def expect(problem: Problem, assignment: Assignment) -> Expected:
    """Expected figures of an assignment; raises ``ValueError`` as ``events`` does."""
    period_s = problem.period_ns / NANOSECONDS_PER_SECOND
    energy: dict[Cause, list[float]] = {cause: [] for cause in CAUSES}
    energy["rail"].append(problem.platform.rail.power_w * period_s)
    left_ns = [[float(problem.period_ns)] for _ in problem.platform.cores]
    latency_ns, p99_ns, mean_ns = 0, 0, []
    reach = problem.reach(assignment.gates)
    for event in events(problem, assignment):
        probability = reach[event.segment]
        energy[event.cause].append(probability * event.cost.energy_j)
        if event.core is not None:
            left_ns[event.core].append(-probability * event.cost.time_ns)
        latency_ns += event.cost.time_ns
        p99_ns += event.cost.time_ns if probability > P99_SHARE else 0
        mean_ns.append(probability * event.cost.time_ns)
    for powers, state, parts in zip(problem.idle_power_w, assignment.idle, left_ns, strict=True):
        energy["idle"].append(powers[state] * _idle_ns(parts) / NANOSECONDS_PER_SECOND)
    mean_s = fsum(mean_ns) / NANOSECONDS_PER_SECOND
    choice = problem.gate_choices[assignment.gates]
    by_cause: dict[Cause, float] = {cause: fsum(parts) for cause, parts in energy.items()}
    total = fsum(by_cause.values())
    return Expected(
        energy_per_sample_j=total,
        energy_by_cause_j=by_cause,
        mean_power_w=total / period_s,
        latency_mean_s=mean_s,
        latency_p99_s=p99_ns / NANOSECONDS_PER_SECOND,
        latency_max_s=latency_ns / NANOSECONDS_PER_SECOND,
        energy_delay_product_js=total * mean_s,
        stop_rate_by_gate=_stop_rates(problem, assignment),
        accuracy=problem.graph.accuracy - accuracy_loss(problem, assignment),
        recall=choice.recall,
    )


def _idle_ns(parts: list[float]) -> float:
    """What a core is not busy of the period; below 0 for one that is busy for longer."""
    left = fsum(parts)
    return 0.0 if abs(left) <= IDLE_RELATIVE * parts[0] else left


def accuracy_loss(problem: Problem, assignment: Assignment) -> float:
    """Accuracy lost by the choice of gates, the codecs in use and the knobs, added up."""
    gates = problem.graph.accuracy - problem.gate_choices[assignment.gates].accuracy
    codecs = [
        problem.codecs[edge][codec].accuracy_loss
        for edge, codec in enumerate(assignment.codecs)
        if codec is not None
    ]
    return fsum((gates, *codecs, _knob_loss(problem, assignment)))


def _knob_loss(problem: Problem, assignment: Assignment) -> float:
    return fsum(row[assignment.knob(s)].accuracy_loss for s, row in enumerate(problem.knobs))


def _stop_rates(problem: Problem, assignment: Assignment) -> dict[str, float]:
    rates = {}
    reach, used = problem.reach(assignment.gates), problem.uses_gate(assignment.gates)
    for s, segment in enumerate(problem.graph.segments):
        gate = problem.graph.gate_after(segment.name)
        if gate is not None and used[s]:
            rates[gate.name] = 1.0 - reach[s + 1] / reach[s] if reach[s] > 0.0 else 0.0
    return rates


def configured(problem: Problem, assignment: Assignment) -> TaskGraph:
    """The task graph as it was decided: with the chosen gates and knobs, and no others."""
    graph = use_gates(problem.graph, problem.gate_choices[assignment.gates])
    segments: list[Segment] = []
    operators: list[Operator] = []
    for s, segment in enumerate(graph.segments):
        if knob := assignment.knob(s):
            chosen = segment.knobs[knob - 1]
            names = tuple(operator.name for operator in chosen.operators)
            segments.append(Segment(segment.name, names, knob=chosen.name))
            operators += chosen.operators
        else:
            segments.append(replace(segment, knobs=()))
            operators += graph.segment_operators(segment)
    return replace(
        graph,
        segments=tuple(segments),
        operators=tuple(operators),
        accuracy=graph.accuracy - _knob_loss(problem, assignment),
    )


def make_plan(
    problem: Problem,
    assignment: Assignment,
    *,
    method: str,
    status: Literal["optimal", "feasible"],
    lower_bound: float,
) -> Plan:
    """The plan document of an assignment.

    ``lower_bound`` is on the objective, in its unit; a bound that exceeds the objective by
    rounding alone is brought down to it, and one below 0, which no objective is, up to 0.
    """
    graph, platform = configured(problem, assignment), problem.platform
    expected = expect(problem, assignment)
    value = expected.value(problem.requirements.objective)
    bound = value if status == "optimal" else max(0.0, min(lower_bound, value))
    return Plan(
        name=problem.name,
        requirements=problem.requirements,
        placements=tuple(
            _placement(problem, segment, mode)
            for segment, mode in zip(graph.segments, assignment.modes, strict=True)
        ),
        crossings=tuple(
            _crossing_document(problem, assignment, edge)
            for edge, codec in enumerate(assignment.codecs)
            if codec is not None
        ),
        gates=tuple(
            GateSetting(gate.name, gate.threshold, gate.positive_threshold) for gate in graph.gates
        ),
        idle=tuple(
            IdleChoice(core.name, core.idle_states[state].name)
            for core, state in zip(platform.cores, assignment.idle, strict=True)
        ),
        expected=expected,
        certificate=Certificate(
            method=method,
            status=status,
            lower_bound=bound,
            gap=(value - bound) / value if value > 0.0 else 0.0,
        ),
        task_graph=graph,
        platform=platform,
        task_graph_sha256=document_hash(graph),
        platform_sha256=document_hash(platform),
    )


def _placement(problem: Problem, segment: Segment, mode: int) -> Placement:
    chosen = problem.modes[mode]
    core = problem.platform.cores[chosen.core]
    point = core.operating_points[chosen.point]
    return Placement(segment.name, core.name, point.name, segment.knob)


def _crossing_document(problem: Problem, assignment: Assignment, edge: int) -> Crossing:
    sender = problem.modes[assignment.modes[edge]].core
    receiver = problem.modes[assignment.modes[edge + 1]].core
    link, chosen = problem.link[sender][receiver], assignment.codecs[edge]
    if link is None or chosen is None:
        raise ValueError(f"edge {edge} changes core without a link or without a codec")
    described = problem.graph.edges[edge]
    codec = described.codecs[chosen]
    return Crossing(
        source=described.source,
        target=described.target,
        link=problem.platform.links[link].name,
        codec=codec.name,
        wire_bytes=codec.wire_bytes,
    )
