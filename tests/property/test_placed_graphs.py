"""The planner's eager play, and a simulation that shares no code with it, agree to the tick."""

from dataclasses import replace
from math import fsum, isclose
from random import Random

import pytest
from hypothesis import event, given, settings

from scheduler.graphs.registry import HEURISTICS, schedule_graph
from scheduler.graphs.schedule import GraphCertificate
from scheduler.graphs.timing import play
from scheduler.graphs.validity import check_schedule
from scheduler.infeasible import Infeasible
from scheduler.plan import CAUSES
from simulator.durations import UnsupportedPlan
from simulator.placed.graph import simulate_schedule
from simulator.placed.trace import compare
from tests.placed_worlds import eager, layered, placements, ranked

thoroughly = settings(max_examples=120, deadline=None, derandomize=True)
kinds = pytest.mark.parametrize(
    "sharing", [("unlimited",), ("fifo",), ("fair",), ("unlimited", "fifo", "fair")]
)


def times(trace):
    return (trace.task_start, trace.task_finish, trace.transfer_start, trace.transfer_finish)


def stated_times(schedule):
    return (
        tuple(task.start for task in schedule.tasks),
        tuple(task.finish for task in schedule.tasks),
        tuple(transfer.start for transfer in schedule.transfers),
        tuple(transfer.finish for transfer in schedule.transfers),
    )


def restated(schedule, trace):
    """The schedule with the times and joules of its simulation."""
    tasks = zip(schedule.tasks, trace.task_start, trace.task_finish, strict=True)
    transfers = zip(schedule.transfers, trace.transfer_start, trace.transfer_finish, strict=True)
    return replace(
        schedule,
        tasks=tuple(replace(one, start=start, finish=finish) for one, start, finish in tasks),
        transfers=tuple(
            replace(one, start=start, finish=finish) for one, start, finish in transfers
        ),
        makespan=trace.makespan,
        energy_j=trace.energy_j,
        certificate=GraphCertificate("simulated", "feasible", 0.0, float(trace.makespan > 0)),
    )


@kinds
def test_the_simulation_is_the_eager_play(sharing):
    @thoroughly
    @given(placements(sharing))
    def check(placement):
        schedule = eager(placement)
        trace = simulate_schedule(schedule)
        assert times(trace) == stated_times(schedule)
        assert trace.makespan == schedule.makespan
        assert isclose(trace.energy_j, schedule.energy_j, rel_tol=1e-9, abs_tol=1e-9)
        comparison = compare(schedule, trace)
        assert comparison.equal
        assert comparison.makespan == 0

    check()


@kinds
def test_given_orders_play_alike_or_contradict_each_other_in_both(sharing):
    @thoroughly
    @given(placements(sharing))
    def check(placement):
        schedule = ranked(placement)
        try:
            timing = play(
                placement.problem, placement.modes, placement.order, placement.transfer_order
            )
        except ValueError:
            event("contradiction")
            with pytest.raises(UnsupportedPlan, match="never starts"):
                simulate_schedule(schedule)
            return
        trace = simulate_schedule(schedule)
        assert trace.task_start == timing.starts
        assert trace.task_finish == timing.finishes
        assert trace.transfer_start == tuple(one.start for one in timing.transfers)
        assert trace.transfer_finish == tuple(one.finish for one in timing.transfers)

    check()


@thoroughly
@given(placements(("unlimited", "fifo")))
def test_a_schedule_that_dawdles_is_played_earlier_never_later(placement):
    schedule = eager(placement)
    slow = replace(
        schedule,
        tasks=tuple(
            replace(task, start=2 * task.start, finish=task.start + task.finish)
            for task in schedule.tasks
        ),
        transfers=tuple(
            replace(one, start=2 * one.start, finish=one.start + one.finish)
            for one in schedule.transfers
        ),
        makespan=max((task.start + task.finish for task in schedule.tasks), default=0),
    )
    trace = simulate_schedule(slow)
    assert times(trace) == stated_times(schedule)
    comparison = compare(slow, trace)
    assert not comparison.later
    waited = [one for one in (*schedule.tasks, *schedule.transfers) if one.start]
    assert len(comparison.earlier) == len(waited)
    assert comparison.makespan == schedule.makespan - slow.makespan


@thoroughly
@given(placements(("unlimited", "fifo", "fair")))
def test_the_checker_accepts_what_was_simulated(placement):
    schedule = ranked(replace(placement, problem=replace(placement.problem, period_ticks=None)))
    try:
        trace = simulate_schedule(schedule)
    except UnsupportedPlan:
        event("contradiction")
        return
    assert check_schedule(restated(schedule, trace)) == ()


@pytest.mark.parametrize("algorithm", HEURISTICS)
def test_what_the_algorithms_state_is_what_is_played(algorithm):
    @settings(max_examples=40, deadline=None, derandomize=True)
    @given(placements(("unlimited", "fifo")))
    def check(placement):
        try:
            schedule = schedule_graph(placement.problem, algorithm)
        except Infeasible:
            event("infeasible")
            return
        comparison = compare(schedule, simulate_schedule(schedule))
        assert not comparison.later
        assert comparison.makespan <= 0
        chosen = [(one.start, one.finish) for one in schedule.tasks]
        if all(start < finish for start, finish in chosen):
            assert comparison.equal

    check()


@thoroughly
@given(placements(("unlimited", "fifo", "fair")))
def test_causes_cores_links_and_the_rail_make_up_the_whole(placement):
    schedule = eager(placement)
    trace = simulate_schedule(schedule)
    assert set(trace.energy_by_cause_j) == set(CAUSES)
    problem = placement.problem
    homeless = [
        task.modes[mode].energy_j
        for task, mode in zip(problem.tasks, placement.modes, strict=True)
        if task.modes[mode].core is None
    ]
    by_cause = trace.energy_by_cause_j
    parts = [*trace.energy_by_core_j, *homeless, by_cause["link"], by_cause["rail"]]
    assert isclose(fsum(parts), schedule.energy_j, rel_tol=1e-9, abs_tol=1e-9)


@pytest.mark.parametrize("sharing", ["unlimited", "fifo", "fair"])
@pytest.mark.parametrize("width", [4, 30])
def test_crowded_links_are_played_alike(sharing, width):
    """Up to dozens of transfers at a time: shares of every size, and instants between ticks."""
    for seed in range(4):
        placement = layered(Random(seed), 240, 3, (sharing,), width, longest=3000)
        schedule = eager(placement)
        trace = simulate_schedule(schedule)
        assert times(trace) == stated_times(schedule)
        assert isclose(trace.energy_j, schedule.energy_j, rel_tol=1e-9)
