"""What holds for every plan, as plain functions that raise ``AssertionError`` with a message."""

from collections.abc import Mapping
from math import fsum, isclose

from scheduler.bounds import lower_bound
from scheduler.plan import CAUSES, Plan
from scheduler.problem import Problem
from scheduler.tolerance import FIGURE_RELATIVE
from scheduler.validity import check
from simulator.engine import simulate
from simulator.metrics import metrics
from simulator.power.timeline import power_timeline
from simulator.trace import Trace
from simulator.workload import outcomes
from wakepath.testing.chain_grid import plan_grid


def assert_sound(plan: Plan) -> None:
    """The independent checker finds nothing."""
    violations = check(plan)
    assert not violations, f"the plan is not sound\n{plan_grid(plan, violations)}"


def memory_peaks(plan: Plan) -> Mapping[str, int]:
    """By memory: bytes of all weights that stay there and of the largest activation buffer."""
    memory_of = {core.name: core.memory for core in plan.platform.cores}
    place = {one.segment: memory_of[one.core] for one in plan.placements}
    peaks = {memory.name: 0 for memory in plan.platform.memories}
    buffer = dict(peaks)
    graph = plan.task_graph
    bytes_of = {operator.name: operator.output_bytes for operator in graph.operators}
    for segment in graph.segments:
        for operator in graph.segment_operators(segment):
            peaks[place[segment.name]] += operator.weight_bytes
            needs = operator.output_bytes + sum(bytes_of.get(i, 0) for i in operator.inputs)
            buffer[place[segment.name]] = max(needs, buffer[place[segment.name]])
    for gate in graph.gates:
        peaks[place[gate.segment]] += sum(operator.weight_bytes for operator in gate.operators)
    for edge in graph.edges:
        crossing = plan.crossing(edge.source, edge.target)
        if crossing is not None:
            codec = edge.codec(crossing.codec)
            peaks[place[edge.source]] += sum(operator.weight_bytes for operator in codec.encode)
            peaks[place[edge.target]] += sum(operator.weight_bytes for operator in codec.decode)
    return {name: held + buffer[name] for name, held in peaks.items()}


def assert_memory_fits(plan: Plan) -> None:
    """No memory holds more than its size."""
    for name, peak in memory_peaks(plan).items():
        size = plan.platform.memory(name).size_bytes
        assert peak <= size, f"memory '{name}' holds {peak} bytes and has {size}\n{plan_grid(plan)}"


def assert_deadline_met(plan: Plan) -> None:
    """The longest way through ends by the deadline, in the simulator."""
    deadline_s = plan.requirements.deadline_s
    for _, workload in outcomes(plan):
        latency_s = metrics(simulate(plan, workload)).latency_s.max
        assert latency_s is None or latency_s <= deadline_s * (1.0 + FIGURE_RELATIVE), (
            f"a sample takes {latency_s} s, the deadline is {deadline_s} s\n{plan_grid(plan)}"
        )


def assert_expectation_is_simulated(plan: Plan) -> None:
    """Expected energy by cause and mean latency are the simulator's mean over all exits."""
    played = [(share, metrics(simulate(plan, one))) for share, one in outcomes(plan)]
    stated = plan.expected
    energy_j = fsum(share * run.energy_per_sample_j for share, run in played)
    longest_s = max(run.latency_s.max or 0.0 for _, run in played)
    mean_s = fsum(share * (run.latency_s.mean or 0.0) for share, run in played)
    for cause in CAUSES:
        joules = fsum(share * run.energy_by_cause_j[cause] for share, run in played)
        _same(plan, f"{cause} energy", stated.energy_by_cause_j[cause], joules, energy_j)
    _same(plan, "energy per sample", stated.energy_per_sample_j, energy_j, energy_j)
    _same(plan, "mean latency", stated.latency_mean_s, mean_s, longest_s)
    _same(plan, "longest latency", stated.latency_max_s, longest_s, longest_s)


def _same(plan: Plan, name: str, claim: float, simulated: float, scale: float) -> None:
    slack = FIGURE_RELATIVE * abs(scale)
    assert isclose(claim, simulated, rel_tol=FIGURE_RELATIVE, abs_tol=slack), (
        f"{name} is expected to be {claim} and simulated as {simulated} (SI units)\n"
        f"{plan_grid(plan)}"
    )


def assert_energy_is_integral_of_power(trace: Trace) -> None:
    """The joules of a run are the integral of its power over time."""
    figures = metrics(trace)
    joules = figures.energy_per_sample_j * figures.samples
    integral_j = power_timeline(trace).energy_j()
    assert isclose(joules, integral_j, rel_tol=FIGURE_RELATIVE, abs_tol=1e-18), (
        f"the run took {joules} J by its activities, {integral_j} J by its power over time"
    )


def assert_not_below_bound(problem: Problem, plan: Plan) -> None:
    """No plan is better than the Lagrangian bound, and none claims a bound above itself."""
    bound, value = lower_bound(problem), plan.objective_value
    assert bound <= value * (1.0 + FIGURE_RELATIVE), (
        f"the plan's {plan.requirements.objective} of {value} is below the bound {bound}\n"
        f"{plan_grid(plan)}"
    )
