"""The chain planner against every plan of small problems: objectives, limits, gates, knobs."""

from math import isclose

from hypothesis import HealthCheck, event, given, settings

from scheduler.bounds import lower_bound
from scheduler.chains.optimum import optimise
from scheduler.infeasible import Infeasible
from scheduler.problem import Problem
from scheduler.solution import Solution
from tests.chain_worlds import Enumerated, enumerated

RELATIVE = 1e-11

ABSOLUTE = {"energy": 1e-14, "mean_power": 1e-14}
"""Energies and powers near nothing are differences of larger ones."""

many = settings(
    max_examples=250,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def planned(problem: Problem, gap: float = 0.0) -> Solution | None:
    try:
        return optimise(problem, gap=gap)
    except Infeasible:
        return None


@many
@given(enumerated(max_segments=4, max_cores=3, most=1000))
def test_the_best_of_all_plans_is_found(small: Enumerated) -> None:
    problem, feasible = small.problem, small.feasible
    objective = problem.requirements.objective
    found = planned(problem)
    event(f"{objective}, {'some' if feasible else 'no'} plan")
    assert (found is None) == (not feasible)
    if found is None:
        return
    best = min(candidate.expected.value(objective) for candidate in feasible)
    slack = ABSOLUTE.get(objective, 1e-22)
    mine = next(c for c in feasible if c.assignment == found.assignment)
    assert found.status == "optimal"
    assert isclose(mine.expected.value(objective), best, rel_tol=RELATIVE, abs_tol=slack)
    assert isclose(found.lower_bound, best, rel_tol=RELATIVE, abs_tol=slack)


@settings(many, max_examples=100)
@given(enumerated(max_segments=4, max_cores=2, most=600))
def test_bounds_and_approximations_enclose_the_optimum(small: Enumerated) -> None:
    problem, feasible = small.problem, small.feasible
    objective = problem.requirements.objective
    if not feasible:
        return
    best = min(candidate.expected.value(objective) for candidate in feasible)
    slack = ABSOLUTE.get(objective, 1e-22)
    assert lower_bound(problem) <= best * (1 + RELATIVE) + slack
    for gap in (1e-4, 0.05):
        rough = planned(problem, gap)
        assert rough is not None
        mine = next(c for c in feasible if c.assignment == rough.assignment)
        value = mine.expected.value(objective)
        assert rough.lower_bound <= best * (1 + RELATIVE) + slack
        assert value >= best * (1 - RELATIVE) - slack
        assert rough.lower_bound >= value * (1 - gap) * (1 - RELATIVE) - slack
