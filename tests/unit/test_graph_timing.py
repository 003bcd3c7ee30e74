"""Eager play, worked by hand: links of three kinds, switches, wake-ups, pools, tasks of no time."""

from dataclasses import replace

import pytest

from scheduler.graphs.figures import energy_j, make_schedule
from scheduler.graphs.problem import (
    GraphEdge,
    GraphLink,
    GraphProblem,
    GraphTask,
    Resource,
    TaskMode,
)
from scheduler.graphs.timing import Timing, play
from scheduler.graphs.validity import check_schedule
from tests.graph_worlds import on_cores, unit


def fork(sharing: str, ticks: tuple[int, ...] = (4, 4, 6)) -> GraphProblem:
    """One task on p1, and three on cores of their own that wait for its output."""
    edges = [(0, index + 1, cost) for index, cost in enumerate(ticks)]
    return on_cores("fork", ((3, 3, 3, 3),) * 4, edges, sharing)  # type: ignore[arg-type]


def arrivals(problem: GraphProblem, transfer_order: tuple[int, ...] | None = None) -> list[int]:
    timing = play(problem, (0, 1, 2, 3), (0, 1, 2, 3), transfer_order)
    return [transfer.finish for transfer in timing.transfers]


def test_transfers_on_an_unlimited_link_ignore_each_other() -> None:
    assert arrivals(fork("unlimited")) == [7, 7, 9]


def test_a_fifo_link_serves_one_after_the_other() -> None:
    assert arrivals(fork("fifo")) == [7, 11, 17]
    assert arrivals(fork("fifo"), (2, 0, 1)) == [13, 17, 9]


def test_a_fair_link_shares_its_rate() -> None:
    """Three for 12 ticks until two have got their 4, then one alone for the last 2."""
    assert arrivals(fork("fair")) == [15, 15, 17]


def test_a_fair_link_is_free_at_the_exact_instant_and_arrivals_are_rounded_up() -> None:
    """1, 2 and 2 ticks: the first needs 3, the others (2 - 1) * 2 = 2 more."""
    assert arrivals(fork("fair", (1, 2, 2))) == [6, 8, 8]
    chain = on_cores(
        "halves", ((1, 9, 9), (2, 9, 9), (9, 1, 9), (9, 9, 1)), [(0, 2, 2), (1, 3, 2)], "fair"
    )
    # The first enters at 1, the second at 3 when it is done; from 2 on core p1 both ran in turn.
    timing = play(chain, (0, 0, 1, 2), (0, 1, 2, 3))
    assert [(row.start, row.finish) for row in timing.transfers] == [(1, 3), (3, 5)]


def test_a_latecomer_slows_a_fair_link_down() -> None:
    """Alone from 1 to 2, then two share: the first has 2 left and ends at 6, the second at 7."""
    problem = on_cores(
        "late", ((1, 9, 9), (9, 9, 2), (9, 1, 9), (9, 1, 9)), [(0, 2, 3), (1, 3, 3)], "fair"
    )
    timing = play(problem, (0, 2, 1, 1), (0, 1, 2, 3))
    assert [(row.start, row.finish) for row in timing.transfers] == [(1, 6), (2, 7)]


def test_fractions_end_between_ticks() -> None:
    """Two of 1 and 2 ticks with a third of 2 that enters a tick later: thirds on the way."""
    problem = on_cores(
        "thirds",
        ((1, 9, 9), (9, 2, 9), (9, 9, 3), (9, 9, 3), (9, 9, 3)),
        [(0, 2, 1), (0, 3, 2), (1, 4, 2)],
        "fair",
    )
    timing = play(problem, (0, 1, 2, 2, 2), (0, 1, 2, 3, 4))
    # From 1 on two, each has 1/2 at 2; then three: the first ends at 2 + 3/2 = 3.5, having left
    # 1 and 3/2; two at 1/2: the second ends at 5.5, the third has 1/2 left and ends at 6.
    assert [row.finish for row in timing.transfers] == [4, 6, 6]


def test_a_zero_tick_transfer_arrives_at_once_and_holds_nothing() -> None:
    assert arrivals(fork("fifo", (4, 0, 2))) == [7, 3, 9]
    assert arrivals(fork("fair", (4, 0, 2))) == [9, 3, 7]


def test_first_come_first_served_counts_when_the_source_finished() -> None:
    problem = on_cores(
        "fcfs", ((4, 9, 9), (9, 3, 9), (9, 9, 1), (9, 9, 1)), [(0, 2, 5), (1, 3, 5)], "fifo"
    )
    timing = play(problem, (0, 1, 2, 2), (0, 1, 2, 3))
    assert [(row.start, row.finish) for row in timing.transfers] == [(8, 13), (3, 8)]


def core_world(*modes: TaskMode, core: Resource) -> GraphProblem:
    tasks = tuple(GraphTask(f"t{index}", (mode,)) for index, mode in enumerate(modes))
    return GraphProblem("core", (core,), tasks, ())


def one(ticks: int, point: int = 0, units: int = 1) -> TaskMode:
    return TaskMode("only", ticks, 0, (units,), (), 1.0, point)


def test_wake_ups_and_switches_take_their_time_and_energy() -> None:
    core = Resource("core", 1, 0.25, 3, 0.5, 2, 0.125)
    problem = core_world(one(4), one(5, 1), one(1, 1), one(2), core=core)
    timing = play(problem, (0, 0, 0, 0), (0, 1, 2, 3))
    assert timing.starts == (3, 9, 14, 17)
    assert energy_j(problem, (0, 0, 0, 0), timing) == 4.0 + 0.5 + 2 * 0.125
    counted = replace(problem, period_ticks=100, tick_s=0.5, rail_power_w=2.0)
    idle_j = 0.25 * 0.5 * (100 - 12 - 3 - 2 * 2)
    assert energy_j(counted, (0, 0, 0, 0), timing) == 4.75 + idle_j + 2.0 * 50.0


def test_a_pool_runs_what_fits_and_nobody_overtakes() -> None:
    problem = core_world(one(4, units=2), one(2), one(3, units=2), one(1), core=Resource("pool", 3))
    timing = play(problem, (0, 0, 0, 0), (0, 1, 2, 3))
    assert timing.starts == (0, 0, 4, 4)


def test_a_task_of_no_time_takes_its_turn_on_a_core_but_no_units_of_a_pool() -> None:
    on_core = core_world(one(4), one(0), one(2), core=Resource("core"))
    assert play(on_core, (0, 0, 0), (0, 1, 2)).starts == (0, 4, 4)
    in_pool = core_world(one(4, units=2), one(0, units=2), core=Resource("pool", 2))
    assert play(in_pool, (0, 0), (0, 1)).starts == (0, 0)


def test_orders_that_cannot_be_played_are_refused() -> None:
    problem = fork("fifo")
    modes = (0, 1, 2, 3)
    with pytest.raises(ValueError, match="'t2' before 't1'"):
        play(problem, modes, (1, 0, 2, 3))
    with pytest.raises(ValueError, match="each of 4 tasks once"):
        play(problem, modes, (0, 1, 2, 2))
    with pytest.raises(ValueError, match="the transfer order"):
        play(problem, modes, (0, 1, 2, 3), (0, 1))
    waiting = on_cores("circle", ((1, 1), (1, 1), (1, 1), (1, 1)), [(0, 1, 1), (2, 3, 1)], "fifo")
    with pytest.raises(ValueError, match="wait for each other"):
        play(waiting, (0, 1, 1, 0), (0, 1, 2, 3), (1, 0))
    unlinked = replace(problem, link=((None,) * 4,) * 4)
    with pytest.raises(ValueError, match="no link from 'p1' to 'p2'"):
        play(unlinked, modes, (0, 1, 2, 3))


def test_the_order_of_a_timing_puts_tasks_of_no_time_first() -> None:
    timing = Timing((5, 0, 5), (9, 5, 5), ())
    assert timing.order == (1, 2, 0)
    assert timing.makespan == 9


def test_a_bare_precedence_sends_nothing_and_a_mode_without_a_core_neither() -> None:
    nowhere = TaskMode("nowhere", 2, None, (0, 0))
    here = TaskMode("p1", 3, 0, unit(0, 2))
    there = TaskMode("p2", 3, 1, unit(1, 2))
    problem = GraphProblem(
        "bare",
        (Resource("p1"), Resource("p2")),
        (GraphTask("a", (here,)), GraphTask("b", (nowhere,)), GraphTask("c", (there,))),
        (GraphEdge(0, 1, (7,), (1.0,)), GraphEdge(0, 2)),
        (GraphLink("bus", "fifo"),),
        ((None, 0), (0, None)),
    )
    timing = play(problem, (0, 0, 0), (0, 1, 2))
    assert timing.starts == (0, 3, 3)
    assert timing.transfers == ()
    schedule = make_schedule(
        problem, (0, 0, 0), timing, method="test", status="feasible", lower_bound=5.0
    )
    assert check_schedule(schedule) == ()
    assert schedule.certificate.gap == pytest.approx(1 / 6)
