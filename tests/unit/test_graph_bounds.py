"""Lower bounds of graphs, worked by hand."""

from dataclasses import replace

import pytest

from scheduler.graphs.bounds import lower_bound, makespan_bound
from scheduler.graphs.energy_bound import energy_bound
from scheduler.graphs.problem import Budget, GraphEdge, GraphProblem, GraphTask, Resource, TaskMode
from scheduler.graphs.registry import schedule_graph
from tests.graph_worlds import on_cores, topcuoglu


def test_the_critical_path_counts_a_transfer_that_cannot_be_avoided() -> None:
    """Either all on p1 (4 + 9) or a transfer (4 + 5 + 3): 12."""
    free = on_cores("path", ((4, 99), (9, 3)), [(0, 1, 5)])
    assert makespan_bound(free) == 12
    assert makespan_bound(on_cores("path", ((4, 99), (9, 3)), [(0, 1, 7)])) == 13


def test_the_load_counts_all_cores() -> None:
    """Seven tasks of 3 on two cores: ceil(21 / 2)."""
    assert makespan_bound(on_cores("load", ((3, 3),) * 7, [])) == 11


def test_the_load_shares_work_out_to_unrelated_cores() -> None:
    """Fractions of tasks: 10 x share = 5 x (4 - share) on two cores of speeds 10 and 5."""
    assert makespan_bound(on_cores("unrelated", ((10, 5),) * 4, [])) == 14


def test_one_core_that_all_need_counts_wake_up_and_what_follows() -> None:
    slow = Resource("p1", wake_ticks=2)
    problem = on_cores("single", ((3,), (3,), (3,)), [(0, 2, 0), (1, 2, 0)])
    assert makespan_bound(replace(problem, resources=(slow,))) == 11


def test_the_bound_of_the_heft_example_is_below_its_optimum() -> None:
    assert 54 <= makespan_bound(topcuoglu()) <= 73


def energetic(deadline: int | None) -> GraphProblem:
    modes = (TaskMode("fast", 10, 0, (1,), (), 4.0), TaskMode("slow", 20, 0, (1,), (), 1.0))
    return GraphProblem(
        "chain",
        (Resource("core", wake_energy_j=0.5),),
        tuple(GraphTask(f"t{index}", modes) for index in range(4)),
        tuple(GraphEdge(index, index + 1) for index in range(3)),
        objective="energy",
        deadline_ticks=deadline,
    )


def test_a_deadline_raises_the_energy_bound() -> None:
    """Without one 4 x 1 J; with 60 ticks two must be fast: 2 x 4 + 2 x 1, and the wake-up."""
    assert energy_bound(energetic(None)) == pytest.approx(4.5)
    assert lower_bound(energetic(60)) == pytest.approx(10.5, rel=1e-3)
    assert schedule_graph(energetic(60), "heft-slack").energy_j == 10.5


def test_a_budget_raises_the_energy_bound() -> None:
    """Slow is now what fills the memory: 6 bytes let two of four be slow."""
    problem = energetic(None)
    modes = tuple(
        replace(mode, uses=(units,))
        for mode, units in zip(problem.tasks[0].modes, (1, 2), strict=True)
    )
    tasks = tuple(replace(task, modes=modes) for task in problem.tasks)
    tight = replace(problem, tasks=tasks, budgets=(Budget("memory", 6),))
    assert energy_bound(tight) == pytest.approx(10.5, rel=1e-3)


def test_idle_power_and_rail_are_in_the_energy_bound() -> None:
    problem = replace(
        energetic(None),
        resources=(Resource("core", idle_power_w=0.1),),
        period_ticks=100,
        tick_s=1.0,
        rail_power_w=1.0,
    )
    fast = 4 * (4.0 - 10 * 0.1)
    slow = 4 * (1.0 - 20 * 0.1)
    assert energy_bound(problem) == pytest.approx(100 * 1.1 + min(fast, slow), rel=1e-6)
    assert schedule_graph(problem, "heft-slack").certificate.status == "optimal"


def test_a_core_that_is_not_worth_waking_is_left_asleep_in_the_bound() -> None:
    """p2 saves 1 J on each task and costs 3 J to wake: not for two tasks, but for four."""
    for count, joules in ((2, 4.0), (4, 7.0)):
        modes = (
            TaskMode("p1", 1, 0, (1, 0), (), 2.0),
            TaskMode("p2", 1, 1, (0, 1), (), 1.0),
        )
        problem = GraphProblem(
            "wake",
            (Resource("p1"), Resource("p2", wake_energy_j=3.0)),
            tuple(GraphTask(f"t{index}", modes) for index in range(count)),
            (),
            objective="energy",
        )
        assert energy_bound(problem) == pytest.approx(joules)
