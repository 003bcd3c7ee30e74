"""The independent checker: is this plan sound, and are its figures true?

It shares no code with the algorithms, the problem table or their expectation. It takes the plan
document alone, plays every exit outcome of one sample as a timeline, and compares. The only
things it has in common with them are the laws of the platform itself (`devicemodels`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import fsum, isclose, isfinite

from devicemodels.cost import TooLong, UnsupportedOperator
from devicemodels.documents.files import document_hash
from scheduler.exits import wrong_gate
from scheduler.plan import CAUSES, Plan
from scheduler.replay import Outcome, outcomes
from scheduler.taskgraph import CLASSES
from scheduler.tolerance import ACCURACY_SLACK, FIGURE_RELATIVE, P99_SHARE


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that is wrong with a plan."""

    kind: str
    """A stable word for the kind of fault."""
    message: str
    """What, where, the value and the limit."""


def check(plan: Plan) -> tuple[Violation, ...]:
    """Everything that is wrong with ``plan``; empty if it is sound.

    What rests on something broken is not looked at: crossings once the placement holds, figures
    once the whole structure does.
    """
    found = (*_hashes(plan), *_task_graph(plan), *_requirements(plan), *_placements(plan))
    if found:
        return found
    found = (*_crossings(plan), *_gates(plan), *_idle(plan))
    if found:
        return found
    try:
        played = outcomes(plan)
        return (
            *_memory(plan),
            *_limits(plan, played),
            *_figures(plan, played),
            *_certificate(plan),
        )
    except (UnsupportedOperator, TooLong) as refused:
        return (Violation("unsupported", str(refused)),)
    except (OverflowError, ValueError) as beyond:  # of floats: 1e300 V, infinity less infinity
        return (Violation("unsupported", f"its numbers cannot be computed with: {beyond}"),)


def _hashes(plan: Plan) -> Iterator[Violation]:
    for name, value, stated in (
        ("task graph", plan.task_graph, plan.task_graph_sha256),
        ("platform", plan.platform, plan.platform_sha256),
    ):
        actual = document_hash(value)
        if actual != stated:
            yield Violation("hash", f"the embedded {name} hashes to {actual}, not {stated}")


def _task_graph(plan: Plan) -> Iterator[Violation]:
    graph = plan.task_graph
    in_segments = [name for segment in graph.segments for name in segment.operators]
    if in_segments != [operator.name for operator in graph.operators]:
        yield Violation("task-graph", "the segments do not partition the operators in order")
    names = [segment.name for segment in graph.segments]
    if len(set(names)) < len(names) or not names:
        yield Violation("task-graph", "segment names are not unique, or there are none")
    if [(e.source, e.target) for e in graph.edges] != list(pairwise(names)):
        yield Violation("task-graph", "the edges do not form the chain of the segments")
    followed = [gate.segment for gate in graph.gates]
    if followed != sorted(set(followed) & set(names), key=names.index):
        yield Violation("task-graph", "gates do not follow distinct segments in their order")
    if graph.gate_choices or any(segment.knobs for segment in graph.segments):
        yield Violation("task-graph", "gates or knobs are still open: a plan has decided them")
    for gate in graph.gates:
        wrong = wrong_gate(gate)
        if wrong is not None:
            yield Violation("task-graph", f"gate '{gate.name}': {wrong}")


def _requirements(plan: Plan) -> Iterator[Violation]:
    required = plan.requirements
    if not 0.0 < required.deadline_s <= required.period_s:
        yield Violation(
            "requirements",
            f"the deadline of {required.deadline_s} s is not within (0, period "
            f"{required.period_s} s]",
        )
    shares = [required.class_prior.get(label, -1.0) for label in CLASSES]
    if min(shares) < 0.0 or not isclose(sum(shares), 1.0, rel_tol=FIGURE_RELATIVE):
        yield Violation("requirements", f"class prior {dict(required.class_prior)}: must sum to 1")


def _placements(plan: Plan) -> Iterator[Violation]:
    placed = [placement.segment for placement in plan.placements]
    wanted = [segment.name for segment in plan.task_graph.segments]
    if placed != wanted:
        yield Violation("placement", f"segments placed are {placed}, the task graph has {wanted}")
    stated = [placement.knob for placement in plan.placements]
    knobs = [segment.knob for segment in plan.task_graph.segments]
    if stated != knobs:
        yield Violation("placement", f"knobs stated are {stated}, the task graph is of {knobs}")
    cores = {core.name: core for core in plan.platform.cores}
    for placement in plan.placements:
        core = cores.get(placement.core)
        if core is None:
            yield Violation(
                "placement",
                f"segment '{placement.segment}' is on core '{placement.core}', platform "
                f"'{plan.platform.name}' has {sorted(cores)}",
            )
        elif placement.operating_point not in {point.name for point in core.operating_points}:
            yield Violation(
                "placement",
                f"segment '{placement.segment}': core '{core.name}' has no operating point "
                f"'{placement.operating_point}'",
            )


def _crossings(plan: Plan) -> Iterator[Violation]:
    core_of = {placement.segment: placement.core for placement in plan.placements}
    edges = {(edge.source, edge.target): edge for edge in plan.task_graph.edges}
    needed = [pair for pair in edges if core_of.get(pair[0]) != core_of.get(pair[1])]
    stated = [(crossing.source, crossing.target) for crossing in plan.crossings]
    if stated != needed:
        yield Violation("crossing", f"crossings are {stated}, the placement needs {needed}")
        return
    links = {link.name: link for link in plan.platform.links}
    for crossing in plan.crossings:
        where = f"crossing '{crossing.edge}'"
        edge = edges[crossing.source, crossing.target]
        link = links.get(crossing.link)
        ends = {core_of[crossing.source], core_of[crossing.target]}
        if link is None or not ends <= set(link.connects):
            yield Violation("crossing", f"{where}: link '{crossing.link}' does not join {ends}")
        codecs = {codec.name: codec for codec in edge.codecs}
        if crossing.codec not in codecs:
            yield Violation("crossing", f"{where}: no codec '{crossing.codec}' on that edge")
        elif crossing.wire_bytes != codecs[crossing.codec].wire_bytes:
            yield Violation(
                "crossing",
                f"{where}: {crossing.wire_bytes} bytes stated, codec '{crossing.codec}' sends "
                f"{codecs[crossing.codec].wire_bytes}",
            )


def _gates(plan: Plan) -> Iterator[Violation]:
    wanted = {gate.name: gate for gate in plan.task_graph.gates}
    stated = {setting.gate: setting for setting in plan.gates}
    if list(stated) != list(wanted) or len(plan.gates) != len(wanted):
        yield Violation("gate", f"gates set are {list(stated)}, the task graph has {list(wanted)}")
        return
    for name, setting in stated.items():
        for what, value, measured_at in (
            ("threshold", setting.threshold, wanted[name].threshold),
            ("positive threshold", setting.positive_threshold, wanted[name].positive_threshold),
        ):
            if value != measured_at:
                yield Violation(
                    "gate",
                    f"gate '{name}': {what} {value}, but its stop rates were measured at "
                    f"{measured_at}",
                )


def _idle(plan: Plan) -> Iterator[Violation]:
    wanted = [core.name for core in plan.platform.cores]
    stated = [choice.core for choice in plan.idle]
    if stated != wanted:
        yield Violation("idle", f"idle states chosen for {stated}, the platform has {wanted}")
        return
    for choice, core in zip(plan.idle, plan.platform.cores, strict=True):
        if choice.idle_state not in {state.name for state in core.idle_states}:
            yield Violation("idle", f"core '{core.name}' has no idle state '{choice.idle_state}'")


def _memory(plan: Plan) -> Iterator[Violation]:
    graph = plan.task_graph
    sizes = {operator.name: operator.output_bytes for operator in graph.operators}
    memory_of = {core.name: core.memory for core in plan.platform.cores}
    core_of = {placement.segment: placement.core for placement in plan.placements}
    weights = dict.fromkeys(memory_of.values(), 0)
    buffers = dict.fromkeys(memory_of.values(), 0)
    for segment in graph.segments:
        memory = memory_of[core_of[segment.name]]
        for operator in graph.segment_operators(segment):
            weights[memory] += operator.weight_bytes
            live = operator.output_bytes + sum(sizes.get(name, 0) for name in operator.inputs)
            buffers[memory] = max(buffers[memory], live)
    for gate in graph.gates:
        held = sum(operator.weight_bytes for operator in gate.operators)
        weights[memory_of[core_of[gate.segment]]] += held
    for crossing in plan.crossings:
        edge = next(e for e in graph.edges if e.source == crossing.source)
        codec = edge.codec(crossing.codec)
        for end, operators in ((crossing.source, codec.encode), (crossing.target, codec.decode)):
            weights[memory_of[core_of[end]]] += sum(o.weight_bytes for o in operators)
    for limit in plan.platform.memories:
        held, live = weights.get(limit.name, 0), buffers.get(limit.name, 0)
        if held + live > limit.size_bytes:
            yield Violation(
                "memory",
                f"memory '{limit.name}' needs {held + live} bytes ({held} of weights, {live} of "
                f"activations) and has {limit.size_bytes}",
            )


def _limits(plan: Plan, played: tuple[Outcome, ...]) -> Iterator[Violation]:
    required = plan.requirements
    energy_j = fsum(o.probability * fsum(o.energy_j.values()) for o in played)
    mean_s = fsum(o.probability * o.latency_ns for o in played) / 1e9
    for kind, name, value, limit in (
        ("deadline", "worst-case latency", _longest_s(played), required.deadline_s),
        ("limit", "energy per sample", energy_j, required.energy_limit_j),
        ("limit", "mean power", energy_j / required.period_s, required.mean_power_limit_w),
        ("limit", "mean latency", mean_s, required.latency_mean_limit_s),
        ("limit", "latency p99", _p99_s(played), required.latency_p99_limit_s),
        ("limit", "energy-delay product", energy_j * mean_s, required.energy_delay_limit_js),
    ):
        if limit is not None and value > limit * (1.0 + FIGURE_RELATIVE):
            yield Violation(kind, f"expected {name} is {value}, the limit is {limit} (SI units)")
    accuracy = _accuracy(plan)
    if accuracy < required.accuracy_floor - ACCURACY_SLACK:
        yield Violation(
            "accuracy", f"expected accuracy {accuracy}, the floor is {required.accuracy_floor}"
        )
    if plan.task_graph.recall < required.recall_floor - ACCURACY_SLACK:
        yield Violation(
            "recall",
            f"expected recall {plan.task_graph.recall}, the floor is {required.recall_floor}",
        )


def _longest_s(played: tuple[Outcome, ...]) -> float:
    return max(outcome.latency_ns for outcome in played) / 1e9


def _p99_s(played: tuple[Outcome, ...]) -> float:
    """Least latency that at most a hundredth of all samples exceed."""
    exceeding, latency_ns = 0.0, 0
    for outcome in sorted(played, key=lambda outcome: outcome.latency_ns, reverse=True):
        latency_ns = outcome.latency_ns
        exceeding += outcome.probability
        if exceeding > P99_SHARE:
            break
    return latency_ns / 1e9


def _accuracy(plan: Plan) -> float:
    losses = [
        edge.codec(crossing.codec).accuracy_loss
        for crossing in plan.crossings
        for edge in plan.task_graph.edges
        if (edge.source, edge.target) == (crossing.source, crossing.target)
    ]
    return plan.task_graph.accuracy - fsum(losses)


def _figures(plan: Plan, played: tuple[Outcome, ...]) -> Iterator[Violation]:
    stated = plan.expected
    by_cause = {cause: fsum(o.probability * o.energy_j[cause] for o in played) for cause in CAUSES}
    energy_j = fsum(by_cause.values())
    power_w = energy_j / plan.requirements.period_s
    mean_s = fsum(o.probability * o.latency_ns for o in played) / 1e9
    longest_s = _longest_s(played)
    yield from _compare("energy_per_sample_j", stated.energy_per_sample_j, energy_j, energy_j)
    for cause, value in by_cause.items():
        claim = stated.energy_by_cause_j.get(cause, -1.0)
        yield from _compare(f"energy_by_cause_j.{cause}", claim, value, energy_j)
    yield from _compare("mean_power_w", stated.mean_power_w, power_w, power_w)
    yield from _compare("latency_mean_s", stated.latency_mean_s, mean_s, longest_s)
    yield from _compare("latency_p99_s", stated.latency_p99_s, _p99_s(played), longest_s)
    yield from _compare("latency_max_s", stated.latency_max_s, longest_s, longest_s)
    product = energy_j * mean_s
    yield from _compare("energy_delay_product_js", stated.energy_delay_product_js, product, product)
    yield from _compare("accuracy", stated.accuracy, _accuracy(plan), 1.0)
    yield from _compare("recall", stated.recall, plan.task_graph.recall, 1.0)
    for g, gate in enumerate(plan.task_graph.gates):
        reach = fsum(o.probability for o in played if o.exit_gate is None or o.exit_gate >= g)
        stopped = fsum(o.probability for o in played if o.exit_gate == g)
        claim = stated.stop_rate_by_gate.get(gate.name, -1.0)
        rate = stopped / reach if reach > 0.0 else 0.0
        yield from _compare(f"stop_rate_by_gate.{gate.name}", claim, rate, 1.0)
    unknown = set(stated.stop_rate_by_gate) - {gate.name for gate in plan.task_graph.gates}
    if unknown:
        yield Violation("figure", f"expected.stop_rate_by_gate names unknown gates {unknown}")


def _compare(name: str, claim: float, truth: float, scale: float) -> Iterator[Violation]:
    """A violation if ``claim`` is off by more than rounding, for a figure of size ``scale``."""
    slack = abs(scale) * FIGURE_RELATIVE
    if not isfinite(claim) or not isclose(claim, truth, rel_tol=FIGURE_RELATIVE, abs_tol=slack):
        yield Violation("figure", f"expected.{name} is stated as {claim}, it is {truth}")


def _certificate(plan: Plan) -> Iterator[Violation]:
    certificate, value = plan.certificate, plan.objective_value
    if not 0.0 <= certificate.lower_bound <= value * (1.0 + FIGURE_RELATIVE):
        yield Violation(
            "certificate",
            f"the lower bound {certificate.lower_bound} is not within 0 and the objective {value}",
        )
    gap = (value - certificate.lower_bound) / value if value > 0.0 else 0.0
    if not isclose(certificate.gap, gap, rel_tol=FIGURE_RELATIVE, abs_tol=FIGURE_RELATIVE):
        yield Violation("certificate", f"the gap is stated as {certificate.gap}, it is {gap}")
    if certificate.status == "optimal" and gap > FIGURE_RELATIVE:
        yield Violation("certificate", f"the plan is called optimal with a gap of {gap}")
