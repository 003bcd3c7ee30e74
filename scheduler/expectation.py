"""From an algorithm's choice to a plan: expected energy by cause, latency, accuracy.

The expectation is over all exit outcomes of one sample, and the energy is that between two
releases: whatever a core does replaces the idle power it would have drawn meanwhile.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import fsum
from typing import Literal

from devicemodels.cost import NANOSECONDS_PER_SECOND
from devicemodels.documents.files import document_hash
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


@dataclass(frozen=True, slots=True)
class Assignment:
    """What an algorithm decides, by index."""

    modes: tuple[int, ...]
    """By segment: index into ``problem.modes``."""
    codecs: tuple[int | None, ...]
    """By edge: index of the codec; None where the edge stays on its core."""
    idle: tuple[int, ...]
    """By core: index of the idle state."""


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
    for s, m in enumerate(assignment.modes):
        core = problem.modes[m].core
        if s == 0:
            yield Event("wake", 0, core, problem.wake[core][assignment.idle[core]])
        yield Event("compute", s, core, _possible(problem.compute[s][m]))
        if problem.graph.gate_after(problem.graph.segments[s].name) is not None:
            yield Event("gate", s, core, _possible(problem.gate[s][m]))
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
    energy["idle"].append(problem.idle_power(assignment.idle) * period_s)
    latency_ns, mean_ns = 0, 0.0
    for event in events(problem, assignment):
        probability = problem.reach[event.segment]
        energy[event.cause].append(probability * event.cost.energy_j)
        if event.core is not None:
            idle_power_w = problem.idle_power_w[event.core][assignment.idle[event.core]]
            busy_s = event.cost.time_ns / NANOSECONDS_PER_SECOND
            energy["idle"].append(-probability * idle_power_w * busy_s)
        latency_ns += event.cost.time_ns
        mean_ns += probability * event.cost.time_ns
    by_cause: dict[Cause, float] = {cause: fsum(parts) for cause, parts in energy.items()}
    total = fsum(by_cause.values())
    return Expected(
        energy_per_sample_j=total,
        energy_by_cause_j=by_cause,
        mean_power_w=total / period_s,
        latency_mean_s=mean_ns / NANOSECONDS_PER_SECOND,
        latency_max_s=latency_ns / NANOSECONDS_PER_SECOND,
        stop_rate_by_gate=_stop_rates(problem),
        accuracy=problem.graph.accuracy - accuracy_loss(problem, assignment),
    )


def accuracy_loss(problem: Problem, assignment: Assignment) -> float:
    """Sum of the losses of the codecs in use."""
    return fsum(
        problem.codecs[edge][codec].accuracy_loss
        for edge, codec in enumerate(assignment.codecs)
        if codec is not None
    )


def _stop_rates(problem: Problem) -> dict[str, float]:
    rates = {}
    for s, segment in enumerate(problem.graph.segments):
        gate = problem.graph.gate_after(segment.name)
        if gate is not None:
            before, after = problem.reach[s], problem.reach[s + 1]
            rates[gate.name] = 1.0 - after / before if before > 0.0 else 0.0
    return rates


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
    rounding alone is brought down to it.
    """
    graph, platform = problem.graph, problem.platform
    expected = expect(problem, assignment)
    value = expected.energy_per_sample_j
    if problem.requirements.objective == "latency":
        value = expected.latency_max_s
    bound = value if status == "optimal" else min(lower_bound, value)
    return Plan(
        name=problem.name,
        requirements=problem.requirements,
        placements=tuple(
            _placement(problem, segment.name, mode)
            for segment, mode in zip(graph.segments, assignment.modes, strict=True)
        ),
        crossings=tuple(
            _crossing_document(problem, assignment, edge)
            for edge, codec in enumerate(assignment.codecs)
            if codec is not None
        ),
        gates=tuple(GateSetting(gate.name, gate.threshold) for gate in graph.gates),
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


def _placement(problem: Problem, segment: str, mode: int) -> Placement:
    chosen = problem.modes[mode]
    core = problem.platform.cores[chosen.core]
    return Placement(segment, core.name, core.operating_points[chosen.point].name)


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
