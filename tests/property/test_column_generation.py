"""Planning several pipelines: equal to brute force over all combinations of all their plans."""

from dataclasses import dataclass, replace
from itertools import product
from math import inf

import pytest
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from scheduler.bounds import fastest_ns, idle_choices
from scheduler.expectation import make_plan
from scheduler.feasibility import is_feasible
from scheduler.infeasible import Infeasible
from scheduler.pipelines.budget import Budget, capacity
from scheduler.pipelines.columns import make_column, resting_power_w
from scheduler.pipelines.combinations import used
from scheduler.pipelines.documents import dump_shared_plan, load_shared_plan
from scheduler.pipelines.planner import plan_together
from scheduler.pipelines.pricing import assignments
from scheduler.pipelines.priorities import rate_monotonic
from scheduler.pipelines.validity import check_shared
from scheduler.plan import Requirements
from scheduler.problem import Problem
from scheduler.tabulation import make_problem
from simulator.confirmation import Horizon
from tests.strategies import floats, platforms, task_graphs

many = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


@dataclass(frozen=True, slots=True)
class Group:
    """Pipelines of one platform, and what they may use together."""

    problems: tuple[Problem, ...]
    budget: Budget


@st.composite
def groups(draw: st.DrawFn, pipelines: int = 2, max_segments: int = 2) -> Group:
    """Small chains whose periods leave little room for each other."""
    platform = draw(platforms(2))
    problems = []
    for index in range(pipelines):
        graph = draw(task_graphs(max_segments, 1))
        positive = draw(floats(0.0, 0.5))
        required = Requirements(
            objective="energy",
            period_s=1000.0,
            deadline_s=1000.0,
            accuracy_floor=graph.accuracy - 0.5,
            class_prior={"negative": 1.0 - positive, "positive": positive},
        )
        try:
            roomy = make_problem(f"p{index}", graph, platform, required)
        except Infeasible:
            assume(False)
        least_s = fastest_ns(roomy) / 1e9
        assume(0.0 < least_s < inf)
        stretched_s = least_s * draw(st.sampled_from([1.3, 2.0, 2.7, 4.0, 10.0]))
        period_s = round(stretched_s, 9)  # whole nanoseconds
        strict_s = round(least_s * draw(st.sampled_from([1.0, 1.2, 2.0])), 9)
        deadline_s = min(period_s, strict_s) if draw(st.booleans()) else period_s
        required = replace(required, period_s=period_s, deadline_s=deadline_s)
        problems.append(make_problem(f"p{index}", graph, platform, required))
    counted = draw(st.sampled_from(["worst_case", "expected"]))
    return Group(tuple(problems), Budget(counted, draw(st.sampled_from([1.0, 0.9, 0.6]))))


def everything(group: Group):
    """Mean power of every combination of whole plans within the limits: an array by idle choice."""
    limits = capacity(group.problems[0].platform, group.budget)
    for idle in idle_choices(group.problems[0]):
        pools = [
            [
                make_column(problem, assignment, group.budget.counted)
                for assignment in assignments(problem, idle)
                if is_feasible(problem, assignment)
            ]
            for problem in group.problems
        ]
        resting = resting_power_w(group.problems[0], idle)
        for columns in product(*pools):
            together = used(columns)
            fits = all(
                share <= limit * (1 + 1e-12)
                for share, limit in zip(
                    (*together.core, *together.link), (*limits.core, *limits.link), strict=True
                )
            ) and all(
                held.weights_bytes + held.activations_bytes <= size
                for held, size in zip(together.memory, limits.memory_bytes, strict=True)
            )
            if fits:
                yield resting + sum(column.power_w for column in columns), columns


@many
@given(groups())
def test_two_pipelines_are_planned_as_well_as_by_trying_everything(group: Group) -> None:
    best = min((power_w for power_w, _ in everything(group)), default=None)
    try:
        shared = plan_together(group.problems, budget=group.budget)
    except Infeasible as why:
        event("infeasible: " + why.reason.split(":")[-1])
        assert best is None
        return
    assert best is not None
    event("feasible")
    assert shared.mean_power_w == pytest.approx(best, rel=1e-9)
    assert shared.certificate.status == "optimal"
    assert shared.certificate.lower_bound <= best * (1 + 1e-9)
    assert check_shared(shared) == ()
    assert load_shared_plan(dump_shared_plan(shared), "shared.json") == shared


@many
@given(groups())
def test_the_first_combination_that_keeps_its_deadlines_is_found(group: Group) -> None:
    """In order of power, each combination is simulated: the planner may not skip a better one."""
    confirm = Horizon(fewest=5, most=200)
    combinations = sorted(everything(group), key=lambda one: one[0])
    first, late_w = None, []
    for power_w, columns in combinations:
        plans = tuple(
            make_plan(problem, column.assignment, method="", status="feasible", lower_bound=0.0)
            for problem, column in zip(group.problems, columns, strict=True)
        )
        seen = confirm(plans, rate_monotonic(plans))
        if not any(one.late for one in seen.pipelines):
            first = power_w
            break
        late_w.append(power_w)
        assume(len(late_w) <= 25)
    try:
        shared = plan_together(
            group.problems, budget=group.budget, confirm=confirm, rounds=25, nodes=5000
        )
    except Infeasible as why:
        event("infeasible: " + why.reason.split(" ")[-1])
        assert first is None
        return
    assert first is not None
    cheaper = [power_w for power_w in late_w if power_w < first * (1 - 1e-9)]
    event(f"{min(len(cheaper), 2)} or more cheaper combinations were late")
    assert shared.mean_power_w == pytest.approx(first, rel=1e-9)
    assert shared.certificate.status == "optimal"
    assert shared.tightenings == 0
    assert shared.deadline_cuts > 0 or not cheaper
    assert shared.confirmation is not None
    assert check_shared(shared) == ()
