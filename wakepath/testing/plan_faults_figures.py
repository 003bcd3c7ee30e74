"""Faults in what a plan says it costs: figures, what they rest on, and the certificate."""

from collections.abc import Iterator
from dataclasses import replace
from math import inf, nan

from devicemodels.platform import Core
from scheduler.plan import CAUSES, Plan
from scheduler.taskgraph import CLASSES
from wakepath.testing.plan_faults import (
    plan_fault,
    with_expected,
    with_graph,
    with_operator,
    with_placement,
    with_platform,
)
from wakepath.testing.plan_timeline import latency_ns

OFF = 0.01
"""Relative error of a misstated figure."""


def _off(value: float) -> float:
    """Another value: 1 % lower, or a little above zero."""
    return value * (1.0 - OFF) if value else 1e-3


@plan_fault("figure")
def energy_understated(plan: Plan) -> Iterator[Plan]:
    """Energy per sample."""
    energy_j = _off(plan.expected.energy_per_sample_j)
    yield with_expected(plan, replace(plan.expected, energy_per_sample_j=energy_j))


@plan_fault("figure")
def joules_moved(plan: Plan) -> Iterator[Plan]:
    """Energy has changed its cause; the total is right."""
    moved_j = OFF * plan.expected.energy_per_sample_j or 1e-3
    for source, target in zip(CAUSES, (*CAUSES[1:], CAUSES[0]), strict=True):
        causes = dict(plan.expected.energy_by_cause_j)
        causes[source] -= moved_j
        causes[target] += moved_j
        yield with_expected(plan, replace(plan.expected, energy_by_cause_j=causes))


@plan_fault("figure")
def cause_missing(plan: Plan) -> Iterator[Plan]:
    """A cause of energy is not stated at all."""
    causes = dict(plan.expected.energy_by_cause_j)
    del causes["wake"]
    yield with_expected(plan, replace(plan.expected, energy_by_cause_j=causes))


@plan_fault("figure")
def power_understated(plan: Plan) -> Iterator[Plan]:
    """Mean power."""
    power_w = _off(plan.expected.mean_power_w)
    yield with_expected(plan, replace(plan.expected, mean_power_w=power_w))


@plan_fault("figure")
def mean_latency_understated(plan: Plan) -> Iterator[Plan]:
    """Expected latency, off by a share of the longest."""
    wrong_s = plan.expected.latency_mean_s - (OFF * plan.expected.latency_max_s or 1e-3)
    yield with_expected(plan, replace(plan.expected, latency_mean_s=wrong_s))


@plan_fault("figure")
def mean_latency_overstated(plan: Plan) -> Iterator[Plan]:
    """Expected latency, off by a share of the longest."""
    wrong_s = plan.expected.latency_mean_s + (OFF * plan.expected.latency_max_s or 1e-3)
    yield with_expected(plan, replace(plan.expected, latency_mean_s=wrong_s))


@plan_fault("figure")
def p99_understated(plan: Plan) -> Iterator[Plan]:
    """99th percentile of the latency, off by a share of the longest."""
    wrong_s = plan.expected.latency_p99_s - (OFF * plan.expected.latency_max_s or 1e-3)
    yield with_expected(plan, replace(plan.expected, latency_p99_s=wrong_s))


@plan_fault("figure")
def worst_latency_understated(plan: Plan) -> Iterator[Plan]:
    """Longest latency."""
    latency_s = _off(plan.expected.latency_max_s)
    yield with_expected(plan, replace(plan.expected, latency_max_s=latency_s))


@plan_fault("figure")
def energy_delay_understated(plan: Plan) -> Iterator[Plan]:
    """Energy-delay product."""
    product_js = _off(plan.expected.energy_delay_product_js)
    yield with_expected(plan, replace(plan.expected, energy_delay_product_js=product_js))


@plan_fault("figure")
def accuracy_overstated(plan: Plan) -> Iterator[Plan]:
    """Accuracy."""
    yield with_expected(plan, replace(plan.expected, accuracy=plan.expected.accuracy + OFF))


@plan_fault("figure")
def recall_overstated(plan: Plan) -> Iterator[Plan]:
    """Recall."""
    yield with_expected(plan, replace(plan.expected, recall=plan.expected.recall + OFF))


@plan_fault("figure")
def stop_rate_overstated(plan: Plan) -> Iterator[Plan]:
    """Share stopped at a gate, or at one that is not there."""
    stated = plan.expected.stop_rate_by_gate
    for name in (*stated, "heaven"):
        rates = {**stated, name: stated.get(name, 0.0) + OFF}
        yield with_expected(plan, replace(plan.expected, stop_rate_by_gate=rates))


@plan_fault("figure")
def not_a_number(plan: Plan) -> Iterator[Plan]:
    """A figure that is no number, or infinite."""
    for value in (nan, inf):
        yield with_expected(plan, replace(plan.expected, mean_power_w=value))


@plan_fault("figure")
def other_operating_point(plan: Plan) -> Iterator[Plan]:
    """A segment runs at another clock, the figures are those of the old one."""
    for index, placement in enumerate(plan.placements):
        for point in plan.platform.core(placement.core).operating_points:
            moved = with_placement(plan, index, replace(placement, operating_point=point.name))
            yield from _if_slower_or_faster(plan, moved)


@plan_fault("figure")
def other_idle_state(plan: Plan) -> Iterator[Plan]:
    """A core wakes from another idle state, the figures are those of the old one."""
    for index, choice in enumerate(plan.idle):
        for state in plan.platform.core(choice.core).idle_states:
            chosen = replace(choice, idle_state=state.name)
            rows = (*plan.idle[:index], chosen, *plan.idle[index + 1 :])
            yield from _if_slower_or_faster(plan, replace(plan, idle=rows))


@plan_fault("figure")
def forged_work(plan: Plan) -> Iterator[Plan]:
    """An operator has more multiply-accumulates than the figures are of, hash forged."""
    for index, operator in enumerate(plan.task_graph.operators):
        heavier = replace(operator, macs=2 * operator.macs + 100)
        yield from _if_slower_or_faster(plan, with_operator(plan, index, heavier))


@plan_fault("figure")
def forged_clock(plan: Plan) -> Iterator[Plan]:
    """A core's clocks are twice as fast as the figures are of, hash forged."""
    for index, core in enumerate(plan.platform.cores):
        rows = list(plan.platform.cores)
        rows[index] = _faster(core)
        forged = with_platform(plan, replace(plan.platform, cores=tuple(rows)))
        yield from _if_slower_or_faster(plan, forged)


def _faster(core: Core) -> Core:
    points = tuple(
        replace(point, frequency_hz=2.0 * point.frequency_hz) for point in core.operating_points
    )
    return replace(core, operating_points=points)


def _if_slower_or_faster(plan: Plan, changed: Plan) -> Iterator[Plan]:
    """The changed plan, if its longest latency is clearly another one."""
    before, after = latency_ns(plan), latency_ns(changed)
    if abs(after - before) > 1e-6 * max(before, after):
        yield changed


@plan_fault("figure")
def forged_rail(plan: Plan) -> Iterator[Plan]:
    """The rail draws more than the figures are of, hash forged."""
    rail = replace(plan.platform.rail, power_w=2.0 * plan.platform.rail.power_w + 1e-3)
    yield with_platform(plan, replace(plan.platform, rail=rail))


@plan_fault("figure")
def forged_stop_rate(plan: Plan) -> Iterator[Plan]:
    """A gate stops another share than the figures are of, hash forged."""
    graph = plan.task_graph
    reaching = dict(plan.requirements.class_prior)
    for index, gate in enumerate(graph.gates):
        for label in CLASSES:
            rate = gate.stop_rate[label]
            if reaching[label] > 0.01:
                other = {**gate.stop_rate, label: rate - 0.25 if rate > 0.5 else rate + 0.25}
                answers = gate.answer_rate
                if answers is not None:
                    answers = {c: min(answers[c], other[c]) for c in CLASSES}
                rows = list(graph.gates)
                rows[index] = replace(gate, stop_rate=other, answer_rate=answers)
                yield with_graph(plan, replace(graph, gates=tuple(rows)))
        reaching = {c: share * (1.0 - gate.stop_rate[c]) for c, share in reaching.items()}


@plan_fault("figure")
def forged_codec_loss(plan: Plan) -> Iterator[Plan]:
    """A codec in use loses less accuracy than the figures are of, hash forged."""
    graph = plan.task_graph
    used = {(crossing.source, crossing.target): crossing.codec for crossing in plan.crossings}
    for index, edge in enumerate(graph.edges):
        if (edge.source, edge.target) in used:
            codecs = tuple(
                replace(codec, accuracy_loss=codec.accuracy_loss - OFF)
                if codec.name == used[edge.source, edge.target]
                else codec
                for codec in edge.codecs
            )
            rows = list(graph.edges)
            rows[index] = replace(edge, codecs=codecs)
            yield with_graph(plan, replace(graph, edges=tuple(rows)))


@plan_fault("certificate")
def bound_above_objective(plan: Plan) -> Iterator[Plan]:
    """The lower bound is above the plan's own objective."""
    value = plan.objective_value
    bound = value * (1.0 + OFF) or 1e-3
    gap = (value - bound) / value if value else 0.0
    yield replace(plan, certificate=replace(plan.certificate, lower_bound=bound, gap=gap))


@plan_fault("certificate")
def bound_below_zero(plan: Plan) -> Iterator[Plan]:
    """No figure is ever negative, the lower bound is."""
    value = plan.objective_value
    gap = (value + 1.0) / value if value else 0.0
    yield replace(plan, certificate=replace(plan.certificate, lower_bound=-1.0, gap=gap))


@plan_fault("certificate")
def gap_understated(plan: Plan) -> Iterator[Plan]:
    """The gap is not the one between objective and bound."""
    if plan.objective_value > 0.0:
        bound = plan.objective_value / 2.0
        for gap in (0.25, 0.0):
            certificate = replace(plan.certificate, lower_bound=bound, gap=gap)
            yield replace(plan, certificate=certificate)


@plan_fault("certificate")
def optimal_with_gap(plan: Plan) -> Iterator[Plan]:
    """A plan is called optimal, and its own bound does not say so."""
    if plan.objective_value > 0.0:
        bound = plan.objective_value / 2.0
        certificate = replace(plan.certificate, status="optimal", lower_bound=bound, gap=0.5)
        yield replace(plan, certificate=certificate)
