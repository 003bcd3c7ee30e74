"""Placed graphs small enough to be played with pencil and paper."""

from dataclasses import replace

import pytest

from scheduler.graphs.problem import GraphProblem, GraphTask, Resource, TaskMode
from simulator.durations import UnsupportedPlan
from simulator.placed.graph import simulate_schedule
from simulator.placed.trace import compare
from tests.placed_worlds import Placement, on_cores, ranked


def play(placement):
    return simulate_schedule(ranked(placement))


def crossed(trace):
    return list(zip(trace.transfer_start, trace.transfer_finish, strict=True))


def alone(*tasks, resources):
    """Tasks of one mode each, without edges, in their order."""
    problem = GraphProblem("by hand", resources, tasks, ())
    return Placement(problem, (0,) * len(tasks), tuple(range(len(tasks))), ())


def task(name, ticks, core, *holds, **rest):
    return GraphTask(name, (TaskMode("m", ticks, core, holds, **rest),))


@pytest.mark.parametrize(
    ("sharing", "expected"),
    [
        ("unlimited", [(10, 16), (10, 16)]),
        ("fifo", [(10, 16), (16, 22)]),
        ("fair", [(10, 22), (10, 22)]),
    ],
)
def test_two_equal_transfers(sharing, expected):
    tasks = [(0, 10), (1, 10), (2, 1), (3, 1)]
    trace = play(on_cores(tasks, [(0, 2, 6), (1, 3, 6)], sharing))
    assert crossed(trace) == expected
    assert trace.task_start[2:] == tuple(finish for _, finish in expected)


def test_a_later_transfer_takes_half_of_a_fair_link():
    """The first has 6 of 10 left at 4; both get 3 until 10; the first has 3 left."""
    tasks = [(0, 0), (1, 4), (2, 1), (3, 1)]
    trace = play(on_cores(tasks, [(0, 2, 10), (1, 3, 3)], "fair"))
    assert crossed(trace) == [(0, 13), (4, 10)]


def test_a_fair_link_is_free_at_the_exact_instant_and_not_at_the_next_tick():
    """At 1 two have half a tick left each; shared by three, they end at 2.5; the third at 3."""
    tasks = [(0, 0), (1, 0), (2, 1), (3, 1), (3, 1), (3, 1)]
    trace = play(on_cores(tasks, [(0, 3, 1), (1, 4, 1), (2, 5, 1)], "fair"))
    assert crossed(trace) == [(0, 3), (0, 3), (1, 3)]


def test_a_fair_link_starts_anew_once_it_was_empty():
    tasks = [(0, 0), (0, 9), (0, 0), (1, 1), (1, 1), (1, 1)]
    trace = play(on_cores(tasks, [(0, 3, 5), (1, 4, 4), (2, 5, 4)], "fair"))
    assert crossed(trace) == [(0, 5), (9, 17), (9, 17)]


@pytest.mark.parametrize("sharing", ["unlimited", "fifo", "fair"])
def test_a_transfer_without_duration_waits_for_nobody(sharing):
    tasks = [(0, 2), (0, 1), (1, 0), (1, 0)]
    trace = play(on_cores(tasks, [(0, 2, 9), (1, 3, 0)], sharing, order=(0, 1, 3, 2)))
    assert crossed(trace) == [(2, 11), (3, 3)]
    assert trace.task_finish == (2, 3, 11, 3)


def test_a_fifo_link_keeps_the_order_of_the_schedule():
    """The second transfer is ready at 1, but the schedule has it after the first, ready at 5."""
    placement = on_cores([(0, 5), (1, 1), (2, 1), (3, 1)], [(0, 2, 4), (1, 3, 4)], "fifo")
    assert crossed(play(placement)) == [(5, 9), (9, 13)]
    assert crossed(play(replace(placement, transfer_order=(1, 0)))) == [(5, 9), (1, 5)]


def test_a_core_keeps_the_order_of_the_schedule():
    placement = on_cores([(0, 5), (1, 2), (1, 3)], [(0, 1, 4)], order=(0, 1, 2))
    assert play(placement).task_start == (0, 9, 11)
    assert play(replace(placement, order=(0, 2, 1))).task_start == (0, 9, 0)


def test_of_tasks_that_start_together_the_one_that_finishes_first_goes_first():
    placement = on_cores([(0, 5), (0, 0)], [])
    stated = ranked(placement)
    tasks = [replace(one, start=3, finish=3 + 5 * (one.task == "t0")) for one in stated.tasks]
    assert simulate_schedule(replace(stated, tasks=tuple(tasks))).task_start == (0, 0)


def test_thousands_of_tasks_without_duration_take_none():
    count = 5000
    chain = [(index, index + 1, 0) for index in range(count - 1)]
    trace = play(on_cores([(index % 2, 0) for index in range(count)], chain, "fair"))
    assert trace.makespan == 0


def test_workers_are_shared_and_nobody_overtakes():
    """Of 4 workers a holds 3 until 5, b must wait with its 2, and c, who needs 1, behind b."""
    trace = play(
        alone(
            task("a", 5, None, 3),
            task("b", 2, None, 2),
            task("c", 1, None, 1),
            resources=(Resource("workers", capacity=4, wake_ticks=1),),
        )
    )
    assert trace.task_start == (1, 6, 6)


def test_a_task_without_duration_needs_no_worker_but_finds_it_awake():
    placement = alone(
        task("a", 5, None, 4),
        task("b", 0, None, 4),
        resources=(Resource("workers", capacity=4, wake_ticks=3, wake_energy_j=2.0),),
    )
    trace = play(placement)
    assert trace.task_finish == (8, 3)
    assert trace.energy_by_core_j == (2.0,)


def test_a_task_without_duration_takes_its_turn_on_a_core():
    assert play(on_cores([(0, 5), (0, 0), (0, 1)], [])).task_finish == (5, 5, 6)


def test_energy_has_its_causes():
    """Wake 2, run 3, switch 4, run 5, rest 6 of 20 ticks of half a second; core b sleeps."""
    core = Resource("a", 1, 0.5, 2, 100.0, 4, 10.0)
    placement = alone(
        task("x", 3, 0, 1, 0, energy_j=7.0, point=0),
        task("y", 5, 0, 1, 0, energy_j=8.0, point=1),
        resources=(core, replace(core, name="b", idle_power_w=0.25)),
    )
    period = replace(placement.problem, period_ticks=20, tick_s=0.5, rail_power_w=2.0)
    trace = play(replace(placement, problem=period))
    assert trace.task_start == (2, 9)
    assert trace.energy_by_cause_j == {
        "compute": 15.0,
        "gate": 0.0,
        "codec": 0.0,
        "link": 0.0,
        "wake": 100.0,
        "idle": 6 * 0.5 * 0.5 + 20 * 0.25 * 0.5,
        "switch": 10.0,
        "rail": 20.0,
    }
    assert trace.energy_by_core_j == (126.5, 2.5)
    assert trace.energy_j == 149.0


def test_transfers_cost_what_their_link_takes():
    placement = on_cores([(0, 1), (1, 1)], [(0, 1, 3)])
    edge = replace(placement.problem.edges[0], energy_j=(4.5,))
    trace = play(replace(placement, problem=replace(placement.problem, edges=(edge,))))
    assert trace.energy_by_cause_j["link"] == trace.energy_j == 4.5


def test_compare_names_what_is_late_and_what_dawdles():
    stated = ranked(on_cores([(0, 4), (0, 6)], []))
    times = ((0, 5), (5, 9))
    tasks = [
        replace(one, start=start, finish=finish)
        for one, (start, finish) in zip(stated.tasks, times, strict=True)
    ]
    schedule = replace(stated, tasks=tuple(tasks), makespan=9, energy_j=1.0)
    comparison = compare(schedule, simulate_schedule(schedule))
    assert [(one.name, one.stated, one.played) for one in comparison.earlier] == [
        ("t0", (0, 5), (0, 4))
    ]
    assert [(one.name, one.stated, one.played) for one in comparison.later] == [
        ("t1", (5, 9), (4, 10))
    ]
    assert (comparison.makespan, comparison.energy_j, comparison.equal) == (1, -1.0, False)
    other = simulate_schedule(ranked(on_cores([(0, 1)], [])))
    with pytest.raises(UnsupportedPlan, match="its own simulation"):
        compare(schedule, other)


CHAIN = on_cores([(0, 1), (1, 1), (2, 1)], [(0, 1, 1), (1, 2, 1)], "fifo")


def broken(change):
    stated = ranked(CHAIN)
    return {
        "other tasks": replace(stated, tasks=stated.tasks[:2]),
        "unknown mode": replace(
            stated, tasks=(replace(stated.tasks[0], mode="turbo"), *stated.tasks[1:])
        ),
        "missing transfer": replace(stated, transfers=stated.transfers[:1]),
        "turns": ranked(replace(CHAIN, transfer_order=(1, 0))),
        "no link": replace(stated, problem=replace(stated.problem, link=((None,) * 3,) * 3)),
        "too many": ranked(alone(task("x", 1, 0, 2), resources=(Resource("core0"),))),
    }[change]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("other tasks", "each of its 3 tasks once"),
        ("unknown mode", "task 't0' has no mode 'turbo', only: m"),
        ("missing transfer", "transfer 1 .* must be 't1' -> 't2' over 'bus' .* is none"),
        ("turns", "task 't1' never starts"),
        ("no link", "the output of 't0' cannot reach 't1': no link from 'core0' to 'core1'"),
        ("too many", "holds 2 of 'core0', which has 1"),
    ],
)
def test_a_schedule_that_contradicts_itself_is_refused(change, message):
    with pytest.raises(UnsupportedPlan, match=message):
        simulate_schedule(broken(change))
