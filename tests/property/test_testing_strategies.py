"""What the strategies of ``wakepath.testing`` draw is what they say; invariants hold of it."""

from math import isclose

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from devicemodels.coherence import incoherences
from devicemodels.cost import NANOSECONDS_PER_SECOND
from devicemodels.platform import Platform
from scheduler.gating import gate_states
from scheduler.graphs.problem import GraphProblem
from scheduler.graphs.problem_check import check_problem
from scheduler.graphs.registry import schedule_graph
from scheduler.graphs.schedule import Schedule
from scheduler.infeasible import Infeasible
from scheduler.plan import Plan
from scheduler.registry import schedule
from scheduler.taskgraph import TaskGraph
from simulator.engine import simulate
from simulator.metrics import metrics
from wakepath.testing import (
    SCHEDULE_INVARIANTS,
    World,
    assert_deadline_met,
    assert_energy_is_integral_of_power,
    assert_expectation_is_simulated,
    assert_memory_fits,
    assert_not_below_bound,
    assert_schedule_meets_deadline,
    assert_schedule_not_below_bound,
    assert_schedule_sound,
    assert_sound,
    graph_problems,
    objective_factor,
    plans,
    platforms,
    renamed_world,
    requirements,
    reversed_problem,
    schedules,
    slower_graph,
    slower_world,
    task_graphs,
    witnesses,
    workloads,
    worlds,
)


def examples(count: int) -> settings:
    return settings(
        max_examples=count,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )


@examples(60)
@given(plans() | plans(witnesses(numbers="any")))
def test_drawn_plans_keep_every_invariant(plan: Plan) -> None:
    assert_sound(plan)
    assert_memory_fits(plan)
    assert_deadline_met(plan)
    assert_expectation_is_simulated(plan)


@examples(60)
@given(schedules())
def test_drawn_schedules_keep_every_invariant(made: Schedule) -> None:
    assert_schedule_sound(made)
    assert_schedule_meets_deadline(made)
    assert_schedule_not_below_bound(made)
    for invariant in SCHEDULE_INVARIANTS:
        invariant(made)


@examples(40)
@given(worlds(feasible=True))
def test_a_feasible_world_has_a_plan_above_the_bound(world: World) -> None:
    problem = world.problem()
    assert_not_below_bound(problem, schedule(problem))


@examples(40)
@given(graph_problems(4, 2, sharings=("unlimited", "fifo"), feasible=True))
def test_a_feasible_graph_problem_has_a_schedule(problem: GraphProblem) -> None:
    assert check_problem(problem) == ()
    try:
        best = schedule_graph(problem, "brute-force")
    except Infeasible as answer:
        assert "refuses above" in str(answer)
        return
    again = schedule_graph(reversed_problem(problem), "brute-force")
    assert isclose(best.objective_value, again.objective_value, rel_tol=1e-9)
    slow = schedule_graph(slower_graph(problem, 3), "brute-force")
    factor = 3 if problem.objective == "makespan" else 1
    assert isclose(factor * best.objective_value, slow.objective_value, rel_tol=1e-9)


@examples(60)
@given(task_graphs(), st.floats(0.0, 1.0))
def test_choices_of_gates_never_contradict_each_other(graph: TaskGraph, positive: float) -> None:
    gate_states(graph, {"negative": 1.0 - positive, "positive": positive})
    assert graph.is_chain


@examples(60)
@given(platforms())
def test_platforms_are_coherent_and_count_in_whole_nanoseconds(platform: Platform) -> None:
    assert list(incoherences(platform)) == []
    for core in platform.cores:
        for point in core.operating_points:
            assert NANOSECONDS_PER_SECOND % point.frequency_hz == 0
        for state in core.idle_states:
            exit_ns = state.exit_latency_s * 1e9
            assert isclose(exit_ns, round(exit_ns), rel_tol=1e-12)


@examples(40)
@given(requirements())
def test_requirements_can_be_met_by_somebody(required: object) -> None:
    assert required.deadline_s <= required.period_s  # type: ignore[attr-defined]


@examples(40)
@given(st.data())
def test_runs_of_drawn_workloads_take_the_integral_of_their_power(data: st.DataObject) -> None:
    plan = data.draw(plans())
    workload = data.draw(workloads(plan))
    trace = simulate(plan, workload)
    assert_energy_is_integral_of_power(trace)
    assert metrics(trace).samples == len(workload.release_ns)


@examples(30)
@given(worlds(3, 2))
def test_a_slower_world_has_the_same_plans(world: World) -> None:
    try:
        value = schedule(world.problem()).objective_value
    except Infeasible:
        with pytest.raises(Infeasible):
            schedule(slower_world(world, 4).problem())
        return
    slow = schedule(slower_world(world, 4).problem()).objective_value
    factor = objective_factor(world.requirements.objective, 4)
    assert isclose(slow, factor * value, rel_tol=1e-9)


@examples(30)
@given(worlds(3, 2))
def test_a_world_reads_as_its_table(world: World) -> None:
    said = repr(world)
    assert said.startswith(("minimise", "a world without a plan"))
    assert repr(renamed_world(world)).count("\n") == said.count("\n")
