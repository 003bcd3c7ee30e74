"""What the planner expects of one sample is the simulator's mean over all exit outcomes."""

from math import fsum

import pytest
from hypothesis import HealthCheck, assume, given, settings

from scheduler.infeasible import Infeasible
from scheduler.plan import CAUSES
from scheduler.registry import schedule
from scheduler.tabulation import make_problem
from simulator.engine import simulate
from simulator.metrics import metrics
from simulator.workload import outcomes
from tests.strategies import World, worlds


@settings(
    max_examples=250,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(worlds(max_segments=5))
def test_expectation_is_the_mean_over_exit_outcomes(world: World) -> None:
    try:
        problem = make_problem("random", world.graph, world.platform, world.requirements)
        plan = schedule(problem)
    except Infeasible:
        assume(False)
    played = [
        (probability, metrics(simulate(plan, workload))) for probability, workload in outcomes(plan)
    ]
    assert fsum(probability for probability, _ in played) == pytest.approx(1.0, rel=1e-12)
    expected = plan.expected
    scale = expected.energy_per_sample_j
    for cause in CAUSES:
        mean_j = fsum(p * figures.energy_by_cause_j[cause] for p, figures in played)
        assert expected.energy_by_cause_j[cause] == pytest.approx(
            mean_j, rel=1e-9, abs=1e-9 * scale
        )
    energy_j = fsum(p * figures.energy_per_sample_j for p, figures in played)
    assert expected.energy_per_sample_j == pytest.approx(energy_j, rel=1e-9)
    latencies = [(p, figures.latency_s) for p, figures in played]
    mean_s = fsum(p * latency.mean for p, latency in latencies if latency.mean is not None)
    assert expected.latency_mean_s == pytest.approx(mean_s, rel=1e-9, abs=1e-15)
    longest_s = max(latency.max for _, latency in latencies if latency.max is not None)
    assert expected.latency_max_s == pytest.approx(longest_s, rel=1e-9, abs=1e-15)
