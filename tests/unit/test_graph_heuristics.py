"""List heuristics on the examples of their own papers, and on cases worked by hand."""

from dataclasses import replace

import pytest

from devicemodels.documents.errors import InputError
from scheduler.graphs.algorithms import heft, peft
from scheduler.graphs.problem import (
    Budget,
    GraphEdge,
    GraphLink,
    GraphProblem,
    GraphTask,
    Resource,
    TaskMode,
)
from scheduler.graphs.ranks import means_of, upward_ranks
from scheduler.graphs.registry import HEURISTICS, schedule_graph
from scheduler.graphs.tables import tabulate
from scheduler.infeasible import Infeasible
from tests.graph_worlds import arabnejad, on_cores, topcuoglu


@pytest.mark.parametrize(("algorithm", "makespan"), [("heft", 80), ("cpop", 86), ("peft", 85)])
def test_the_example_of_the_heft_paper(algorithm: str, makespan: int) -> None:
    assert schedule_graph(topcuoglu(), algorithm).makespan == makespan


@pytest.mark.parametrize(("algorithm", "makespan"), [("peft", 122), ("heft", 133)])
def test_the_example_of_the_peft_paper(algorithm: str, makespan: int) -> None:
    assert schedule_graph(arabnejad(), algorithm).makespan == makespan


def test_upward_ranks_are_those_of_the_paper() -> None:
    tables = tabulate(topcuoglu())
    ranks = upward_ranks(tables, means_of(tables))
    assert ranks == pytest.approx(
        [108.0, 77.0, 80.0, 80.0, 69.0, 63.333, 42.667, 35.667, 44.333, 14.667], abs=5e-4
    )


def test_heft_places_the_tasks_of_the_paper_where_the_paper_does() -> None:
    schedule = schedule_graph(topcuoglu(), "heft")
    rows = [(row.mode, row.start, row.finish) for row in schedule.tasks]
    assert rows == [
        ("p3", 0, 9), ("p1", 27, 40), ("p3", 9, 28), ("p2", 18, 26), ("p3", 28, 38),
        ("p2", 26, 42), ("p3", 38, 49), ("p1", 57, 62), ("p2", 56, 68), ("p2", 73, 80),
    ]  # fmt: skip


def test_peft_looks_ahead() -> None:
    """On the first processor the first task ends at 22 and 64 follow; on the second 21 and 68."""
    tables = tabulate(arabnejad())
    assert peft.place(tables).modes[0] == 0
    assert heft.place(tables).modes[0] == 1


def test_insertion_uses_a_gap() -> None:
    """The last task by rank fits between two that wait for transfers."""
    problem = on_cores("gap", ((4, 90), (90, 4), (4, 90), (3, 90)), [(0, 1, 5), (1, 2, 5)])
    schedule = schedule_graph(problem, "heft")
    assert [(row.mode, row.start) for row in schedule.tasks] == [
        ("p1", 0), ("p2", 9), ("p1", 18), ("p1", 4),
    ]  # fmt: skip


def test_a_fifo_link_makes_heft_spread_differently() -> None:
    """Three outputs of ten ticks each, for tasks of twelve: only one is worth sending."""
    wide = on_cores(
        "fork", ((2, 99), (12, 12), (12, 12), (12, 12)), [(0, 1, 10), (0, 2, 10), (0, 3, 10)]
    )
    narrow = replace(wide, links=(GraphLink("bus", "fifo"),))
    assert [row.mode for row in schedule_graph(wide, "heft").tasks] == ["p1", "p1", "p2", "p1"]
    spread = schedule_graph(narrow, "heft")
    assert spread.makespan == 26
    assert len(spread.transfers) == 1


def dvfs(deadline: int | None, **how: object) -> GraphProblem:
    """Two tasks in a row on one core with a fast and a slow point."""
    modes = (TaskMode("fast", 10, 0, (1,), (), 4.0, 1), TaskMode("slow", 20, 0, (1,), (), 1.0, 0))
    problem = GraphProblem(
        "dvfs",
        (Resource("core"),),
        (GraphTask("a", modes), GraphTask("b", modes)),
        (GraphEdge(0, 1),),
        objective="energy",
        deadline_ticks=deadline,
        tick_s=1e-9,
    )
    return replace(problem, **how)  # type: ignore[arg-type]


@pytest.mark.parametrize(("deadline", "energy"), [(20, 8.0), (30, 5.0), (39, 5.0), (40, 2.0)])
def test_slack_buys_energy(deadline: int, energy: float) -> None:
    assert schedule_graph(dvfs(deadline), "heft").energy_j == 8.0
    assert schedule_graph(dvfs(deadline), "heft-slack").energy_j == energy
    assert schedule_graph(dvfs(deadline), "brute-force").energy_j == energy


def test_slack_is_not_spent_on_energy_where_time_is_the_objective() -> None:
    assert schedule_graph(dvfs(40, objective="makespan"), "heft-slack").makespan == 20


def test_a_switch_between_points_takes_its_time() -> None:
    """One slow and one fast task would fit into 30 ticks, but not with 5 for the switch."""
    switching = (Resource("core", switch_ticks=5, switch_energy_j=0.5),)
    assert schedule_graph(dvfs(34, resources=switching), "heft-slack").energy_j == 8.0
    assert schedule_graph(dvfs(35, resources=switching), "heft-slack").energy_j == 5.5


@pytest.mark.parametrize("algorithm", [*HEURISTICS, "brute-force"])
def test_a_deadline_that_cannot_be_kept_is_an_answer(algorithm: str) -> None:
    with pytest.raises(Infeasible, match="19") as caught:
        schedule_graph(dvfs(19), algorithm)
    assert "20" in caught.value.detail


@pytest.mark.parametrize("algorithm", [*HEURISTICS, "brute-force"])
def test_budgets_are_kept(algorithm: str) -> None:
    """Fast modes take 4 bytes, slow ones 1: only one of two can be fast."""
    problem = dvfs(None, objective="makespan", budgets=(Budget("memory", 5),))
    tasks = tuple(
        replace(
            task,
            modes=(replace(task.modes[0], uses=(4,)), replace(task.modes[1], uses=(1,))),
        )
        for task in problem.tasks
    )
    assert schedule_graph(replace(problem, tasks=tasks), algorithm).makespan == 30
    with pytest.raises(Infeasible):
        schedule_graph(replace(problem, tasks=tasks, budgets=(Budget("memory", 1),)), algorithm)


@pytest.mark.parametrize("algorithm", HEURISTICS)
def test_a_dead_end_for_want_of_links_is_avoided(algorithm: str) -> None:
    """The second task only runs on the last core, and only the middle one is joined to it."""
    core = [TaskMode(f"p{i}", 9 - 4 * (i == 0), i, tuple(int(i == j) for j in range(3)))
            for i in range(3)]  # fmt: skip
    problem = GraphProblem(
        "line",
        tuple(Resource(f"p{i}") for i in range(3)),
        (GraphTask("a", (core[0], core[1])), GraphTask("b", (core[2],))),
        (GraphEdge(0, 1, (1,), (0.0,)),),
        (GraphLink("bus"),),
        ((None, 0, None), (0, None, 0), (None, 0, None)),
    )
    schedule = schedule_graph(problem, algorithm)
    assert [row.mode for row in schedule.tasks] == ["p1", "p2"]
    with pytest.raises(Infeasible, match="can run in none of its modes"):
        schedule_graph(replace(problem, link=((None,) * 3,) * 3), algorithm)


def test_an_empty_graph_has_an_empty_schedule() -> None:
    empty = replace(topcuoglu(), tasks=(), edges=())
    for algorithm in (*HEURISTICS, "brute-force"):
        schedule = schedule_graph(empty, algorithm)
        assert (schedule.makespan, schedule.tasks) == (0, ())


def test_brute_force_refuses_what_is_too_large() -> None:
    with pytest.raises(Infeasible, match="cp-sat"):
        schedule_graph(topcuoglu(), "brute-force")


def test_a_problem_that_is_none_is_refused_with_all_that_is_wrong() -> None:
    problem = topcuoglu()
    broken = replace(
        problem,
        resources=(replace(problem.resources[0], capacity=0), *problem.resources[1:]),
        rail_power_w=-1.0,
    )
    with pytest.raises(InputError, match="capacity of 0") as caught:
        schedule_graph(broken)
    assert "rail_power_w is -1.0" in str(caught.value)


def test_ties_go_to_less_energy_then_to_the_first_mode() -> None:
    modes = (
        TaskMode("first", 5, 0, (1, 0), (), 2.0),
        TaskMode("cheap", 5, 1, (0, 1), (), 1.0),
        TaskMode("same", 5, 1, (0, 1), (), 1.0),
    )
    problem = GraphProblem("tie", (Resource("a"), Resource("b")), (GraphTask("t", modes),), ())
    assert heft.solve(problem).modes == (1,)
