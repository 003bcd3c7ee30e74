"""Planning several pipelines: equal to brute force over all combinations of all their plans."""

from dataclasses import dataclass, replace
from itertools import product
from math import inf

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from scheduler.bounds import fastest_ns, idle_choices
from scheduler.feasibility import is_feasible
from scheduler.infeasible import Infeasible
from scheduler.pipelines.budget import Budget, capacity
from scheduler.pipelines.columns import make_column, resting_power_w
from scheduler.pipelines.combinations import used
from scheduler.pipelines.planner import plan_together
from scheduler.pipelines.pricing import assignments
from scheduler.plan import Requirements
from scheduler.problem import Problem
from scheduler.tabulation import make_problem
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
        period_s = least_s * draw(st.sampled_from([1.3, 2.0, 2.7, 4.0, 10.0]))
        required = replace(required, period_s=period_s, deadline_s=period_s)
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
