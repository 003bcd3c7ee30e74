"""Invariants of planning on random chains: exactness, bounds, baselines, the checker's consent."""

import math
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, assume, event, given, settings

from scheduler.bounds import lower_bound
from scheduler.infeasible import Infeasible
from scheduler.registry import ALGORITHMS, schedule
from scheduler.tabulation import make_problem
from scheduler.validity import check
from tests.strategies import World, worlds

many = settings(phases=[__import__("hypothesis").Phase.generate],
    max_examples=250,
    deadline=None,
    derandomize=False,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def value_or_none(world: World, algorithm: str) -> float | None:
    """The objective value that an algorithm reaches; None if it finds no plan."""
    try:
        problem = make_problem("random", world.graph, world.platform, world.requirements)
        plan = schedule(problem, algorithm)
    except Infeasible:
        return None
    assert check(plan) == ()
    assert plan.certificate.lower_bound <= plan.objective_value
    return plan.objective_value


@many
@given(worlds(max_segments=4, max_cores=2))
def test_chain_dp_equals_brute_force(world: World) -> None:
    exact = value_or_none(world, "brute-force")
    planned = value_or_none(world, "chain-dp")
    assert (planned is None) == (exact is None)
    assume(exact is not None)
    event(f"{len(world.graph.segments)} segments, {len(world.graph.gates)} gates")
    assert planned == pytest.approx(exact, rel=1e-12, abs=0.0)


@settings(many, max_examples=1500)
@given(worlds(max_segments=6))
def test_no_baseline_beats_chain_dp_and_no_plan_beats_the_bound(world: World) -> None:
    best = value_or_none(world, "chain-dp")
    for algorithm in sorted(ALGORITHMS.keys() - {"brute-force", "chain-dp"}):
        value = value_or_none(world, algorithm)
        assert value is None or (best is not None and best <= value * (1 + 1e-12))
    assume(best is not None)
    assert best is not None
    problem = make_problem("random", world.graph, world.platform, world.requirements)
    bound = lower_bound(problem)
    assert math.isfinite(bound)
    assert bound <= best * (1 + 1e-12)


@many
@given(worlds(max_segments=5))
def test_a_longer_deadline_never_costs_energy(world: World) -> None:
    strict = replace(world.requirements, objective="energy")
    relaxed = replace(strict, deadline_s=strict.period_s)
    tight = value_or_none(World(world.graph, world.platform, strict), "chain-dp")
    loose = value_or_none(World(world.graph, world.platform, relaxed), "chain-dp")
    if tight is not None:
        assert loose is not None
        assert loose <= tight * (1 + 1e-12)
