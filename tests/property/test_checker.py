"""The independent checker accepts sound plans and catches every kind of seeded fault."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, assume, given, settings

from devicemodels.documents.files import document_hash
from scheduler.infeasible import Infeasible
from scheduler.plan import Crossing, IdleChoice, Plan
from scheduler.registry import schedule
from scheduler.tabulation import make_problem
from scheduler.taskgraph import TaskGraph
from scheduler.validity import check
from tests.strategies import World, worlds

Fault = Callable[[Plan], Plan | None]


def rehashed(plan: Plan, graph: TaskGraph) -> Plan:
    """``plan`` with another task graph and a hash that agrees with it: a careful forger."""
    return replace(plan, task_graph=graph, task_graph_sha256=document_hash(graph))


def scaled_energy(plan: Plan) -> Plan:
    expected = plan.expected
    return replace(
        plan, expected=replace(expected, energy_per_sample_j=expected.energy_per_sample_j * 0.99)
    )


def moved_joules(plan: Plan) -> Plan | None:
    """Energy moved from one cause to another: the total stays right."""
    causes = dict(plan.expected.energy_by_cause_j)
    moved = 0.01 * plan.expected.energy_per_sample_j
    if moved == 0.0:
        return None
    causes["compute"] -= moved
    causes["link"] += moved
    return replace(plan, expected=replace(plan.expected, energy_by_cause_j=causes))


def shorter_latency(plan: Plan) -> Plan:
    expected = plan.expected
    return replace(plan, expected=replace(expected, latency_max_s=expected.latency_max_s * 0.9))


def shorter_mean_latency(plan: Plan) -> Plan:
    expected = plan.expected
    return replace(plan, expected=replace(expected, latency_mean_s=expected.latency_mean_s / 2))


def missing_segment(plan: Plan) -> Plan:
    return replace(plan, placements=plan.placements[:-1])


def unknown_core(plan: Plan) -> Plan:
    first = replace(plan.placements[0], core="moon")
    return replace(plan, placements=(first, *plan.placements[1:]))


def unknown_operating_point(plan: Plan) -> Plan:
    first = replace(plan.placements[0], operating_point="turbo")
    return replace(plan, placements=(first, *plan.placements[1:]))


def other_operating_point(plan: Plan) -> Plan | None:
    """Another clock with the figures of the old one."""
    first = plan.placements[0]
    points = plan.platform.core(first.core).operating_points
    here = next(p for p in points if p.name == first.operating_point)
    for point in points:
        if abs(point.frequency_hz - here.frequency_hz) > 0.1 * here.frequency_hz:
            moved = replace(first, operating_point=point.name)
            return replace(plan, placements=(moved, *plan.placements[1:]))
    return None


def dropped_crossing(plan: Plan) -> Plan | None:
    return replace(plan, crossings=plan.crossings[1:]) if plan.crossings else None


def needless_crossing(plan: Plan) -> Plan | None:
    for edge in plan.task_graph.edges:
        if plan.crossing(edge.source, edge.target) is None:
            extra = Crossing(edge.source, edge.target, "bus", "none", edge.raw_bytes)
            return replace(plan, crossings=(*plan.crossings, extra))
    return None


def fewer_wire_bytes(plan: Plan) -> Plan | None:
    if not plan.crossings:
        return None
    first = replace(plan.crossings[0], wire_bytes=plan.crossings[0].wire_bytes - 1)
    return replace(plan, crossings=(first, *plan.crossings[1:]))


def other_threshold(plan: Plan) -> Plan | None:
    if not plan.gates:
        return None
    first = replace(plan.gates[0], threshold=plan.gates[0].threshold + 0.125)
    return replace(plan, gates=(first, *plan.gates[1:]))


def other_positive_threshold(plan: Plan) -> Plan | None:
    if not plan.gates:
        return None
    above = plan.gates[0].positive_threshold
    first = replace(plan.gates[0], positive_threshold=0.5 if above is None else None)
    return replace(plan, gates=(first, *plan.gates[1:]))


def forgotten_gate(plan: Plan) -> Plan | None:
    return replace(plan, gates=plan.gates[1:]) if plan.gates else None


def unknown_idle_state(plan: Plan) -> Plan:
    return replace(plan, idle=(IdleChoice(plan.idle[0].core, "hibernate"), *plan.idle[1:]))


def stale_hash(plan: Plan) -> Plan:
    """An operator with fewer MACs, the hash as it was."""
    first = replace(plan.task_graph.operators[0], macs=plan.task_graph.operators[0].macs + 1)
    graph = replace(plan.task_graph, operators=(first, *plan.task_graph.operators[1:]))
    return replace(plan, task_graph=graph)


def forged_stop_rate(plan: Plan) -> Plan | None:
    """A gate that stops more than was measured, with the hash made to agree."""
    for index, gate in enumerate(plan.task_graph.gates):
        reaching = plan.requirements.class_prior["negative"]
        if gate.stop_rate["negative"] < 0.9 and reaching > 0.05:
            forged = replace(gate, stop_rate={**gate.stop_rate, "negative": 1.0})
            gates = list(plan.task_graph.gates)
            gates[index] = forged
            before = plan.task_graph.gates[:index]
            if all(other.stop_rate["negative"] < 0.9 for other in before):
                return rehashed(plan, replace(plan.task_graph, gates=tuple(gates)))
    return None


def huge_weights(plan: Plan) -> Plan:
    """A segment whose weights no memory holds, with the hash made to agree."""
    first = replace(plan.task_graph.operators[0], weight_bytes=10**12)
    graph = replace(plan.task_graph, operators=(first, *plan.task_graph.operators[1:]))
    return rehashed(plan, graph)


def impossible_deadline(plan: Plan) -> Plan:
    limit = plan.expected.latency_max_s * 0.5
    return replace(plan, requirements=replace(plan.requirements, deadline_s=limit))


def raised_accuracy_floor(plan: Plan) -> Plan:
    floor = plan.expected.accuracy + 0.001
    return replace(plan, requirements=replace(plan.requirements, accuracy_floor=floor))


def better_accuracy(plan: Plan) -> Plan:
    return replace(plan, expected=replace(plan.expected, accuracy=plan.expected.accuracy + 0.01))


def flattering_gap(plan: Plan) -> Plan:
    worse = replace(plan.certificate, lower_bound=plan.certificate.lower_bound * 0.5, gap=0.0)
    return replace(plan, certificate=worse)


def bound_above_objective(plan: Plan) -> Plan | None:
    if plan.objective_value == 0:
        return None
    certificate = replace(plan.certificate, lower_bound=plan.objective_value * 1.1)
    return replace(plan, certificate=certificate)


def lopsided_prior(plan: Plan) -> Plan:
    prior = {"negative": 0.9, "positive": 0.9}
    return replace(plan, requirements=replace(plan.requirements, class_prior=prior))


def not_a_number(plan: Plan) -> Plan:
    return replace(plan, expected=replace(plan.expected, mean_power_w=float("nan")))


FAULTS: dict[Fault, str] = {
    scaled_energy: "figure",
    moved_joules: "figure",
    shorter_latency: "figure",
    shorter_mean_latency: "figure",
    missing_segment: "placement",
    unknown_core: "placement",
    unknown_operating_point: "placement",
    other_operating_point: "figure",
    dropped_crossing: "crossing",
    needless_crossing: "crossing",
    fewer_wire_bytes: "crossing",
    other_threshold: "gate",
    other_positive_threshold: "gate",
    forgotten_gate: "gate",
    unknown_idle_state: "idle",
    stale_hash: "hash",
    forged_stop_rate: "figure",
    huge_weights: "memory",
    impossible_deadline: "deadline",
    raised_accuracy_floor: "accuracy",
    better_accuracy: "figure",
    flattering_gap: "certificate",
    bound_above_objective: "certificate",
    lopsided_prior: "requirements",
    not_a_number: "figure",
}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(world=worlds(max_segments=4))
def test_the_checker_catches(fault: Fault, world: World) -> None:
    try:
        problem = make_problem("random", world.graph, world.platform, world.requirements)
        plan = schedule(problem)
    except Infeasible:
        assume(False)
    assume(plan.expected.latency_max_s > 0)
    assert check(plan) == ()
    broken = fault(plan)
    assume(broken is not None)
    assert broken is not None
    found = {violation.kind for violation in check(broken)}
    assert FAULTS[fault] in found
