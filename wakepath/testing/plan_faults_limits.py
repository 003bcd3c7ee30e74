"""Faults in what a plan must meet: deadline, floors, limits, memory, what a core can run."""

from collections.abc import Iterator
from dataclasses import replace

from devicemodels.cost import CyclesLaw
from scheduler.plan import Plan, Requirements
from wakepath.testing.plan_faults import (
    plan_fault,
    with_expected,
    with_graph,
    with_operator,
    with_platform,
)
from wakepath.testing.plan_invariants import memory_peaks

SHORT = 0.99
"""A limit lies this far below the figure that it forbids."""
LOST = 0.01
"""Accuracy or recall by which a floor is missed."""


def _asked(plan: Plan, required: Requirements) -> Plan:
    return replace(plan, requirements=required)


@plan_fault("deadline")
def deadline_missed(plan: Plan) -> Iterator[Plan]:
    """The longest way through takes longer than the deadline."""
    latency_s = plan.expected.latency_max_s
    if latency_s > 0.0:
        yield _asked(plan, replace(plan.requirements, deadline_s=latency_s * SHORT))


@plan_fault("requirements")
def deadline_beyond_period(plan: Plan) -> Iterator[Plan]:
    """Samples may meet: the deadline is longer than the period."""
    required = plan.requirements
    yield _asked(plan, replace(required, period_s=required.deadline_s / 2))


@plan_fault("requirements")
def lopsided_prior(plan: Plan) -> Iterator[Plan]:
    """The class prior does not sum to 1."""
    prior = plan.requirements.class_prior
    for label in prior:
        lopsided = {**prior, label: prior[label] + 0.5}
        yield _asked(plan, replace(plan.requirements, class_prior=lopsided))


@plan_fault("accuracy")
def accuracy_floor_missed(plan: Plan) -> Iterator[Plan]:
    """The network is less accurate than it must be, and says so."""
    accuracy = plan.expected.accuracy
    worse = with_graph(plan, replace(plan.task_graph, accuracy=plan.task_graph.accuracy - LOST))
    worse = with_expected(worse, replace(plan.expected, accuracy=accuracy - LOST))
    yield _asked(worse, replace(plan.requirements, accuracy_floor=accuracy))


@plan_fault("recall")
def recall_floor_missed(plan: Plan) -> Iterator[Plan]:
    """The gates miss more positives than they may, and say so."""
    recall = plan.expected.recall
    worse = with_graph(plan, replace(plan.task_graph, recall=recall - LOST))
    worse = with_expected(worse, replace(plan.expected, recall=recall - LOST))
    yield _asked(worse, replace(plan.requirements, recall_floor=recall))


@plan_fault("limit")
def energy_limit_exceeded(plan: Plan) -> Iterator[Plan]:
    """A sample takes more energy than allowed."""
    energy_j = plan.expected.energy_per_sample_j
    if energy_j > 0.0:
        yield _asked(plan, replace(plan.requirements, energy_limit_j=energy_j * SHORT))


@plan_fault("limit")
def power_limit_exceeded(plan: Plan) -> Iterator[Plan]:
    """The device draws more than allowed."""
    power_w = plan.expected.mean_power_w
    if power_w > 0.0:
        yield _asked(plan, replace(plan.requirements, mean_power_limit_w=power_w * SHORT))


@plan_fault("limit")
def mean_latency_limit_exceeded(plan: Plan) -> Iterator[Plan]:
    """A sample takes longer on average than allowed."""
    mean_s = plan.expected.latency_mean_s
    if mean_s > 0.0:
        yield _asked(plan, replace(plan.requirements, latency_mean_limit_s=mean_s * SHORT))


@plan_fault("limit")
def p99_limit_exceeded(plan: Plan) -> Iterator[Plan]:
    """The 99th percentile of the latency is longer than allowed."""
    p99_s = plan.expected.latency_p99_s
    if p99_s > 0.0:
        yield _asked(plan, replace(plan.requirements, latency_p99_limit_s=p99_s * SHORT))


@plan_fault("limit")
def energy_delay_limit_exceeded(plan: Plan) -> Iterator[Plan]:
    """The energy-delay product is higher than allowed."""
    product_js = plan.expected.energy_delay_product_js
    if product_js > 0.0:
        yield _asked(plan, replace(plan.requirements, energy_delay_limit_js=product_js * SHORT))


@plan_fault("memory")
def memory_overflow(plan: Plan) -> Iterator[Plan]:
    """A memory is one byte smaller than what it must hold."""
    peaks = memory_peaks(plan)
    for index, memory in enumerate(plan.platform.memories):
        if peaks[memory.name] > 0:
            rows = list(plan.platform.memories)
            rows[index] = replace(memory, size_bytes=peaks[memory.name] - 1)
            yield with_platform(plan, replace(plan.platform, memories=tuple(rows)))


@plan_fault("memory")
def weights_too_heavy(plan: Plan) -> Iterator[Plan]:
    """An operator has one byte more of weights than its core's memory, hash forged."""
    graph, platform = plan.task_graph, plan.platform
    for segment in graph.segments:
        core = platform.core(plan.placement(segment.name).core)
        size = platform.memory(core.memory).size_bytes
        for operator in graph.segment_operators(segment):
            heavy = replace(operator, weight_bytes=size + 1)
            yield with_operator(plan, graph.operators.index(operator), heavy)


@plan_fault("unsupported")
def core_cannot_run_it(plan: Plan) -> Iterator[Plan]:
    """A core that runs a segment knows no operators at all."""
    used = {placement.core for placement in plan.placements}
    for index, core in enumerate(plan.platform.cores):
        if core.name in used and isinstance(core.cost, CyclesLaw):
            rows = list(plan.platform.cores)
            law = replace(core.cost, cycles_per_mac={}, cycles_per_element={})
            rows[index] = replace(core, cost=law)
            yield with_platform(plan, replace(plan.platform, cores=tuple(rows)))
