"""Invariants of graph schedules: the checker's consent, bounds, eager play, names, scales."""

import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from scheduler.graphs.figures import energy_j, make_schedule
from scheduler.graphs.problem import GraphProblem
from scheduler.graphs.registry import HEURISTICS, schedule_graph
from scheduler.graphs.shared_links import play_shared
from scheduler.graphs.tables import tabulate
from scheduler.graphs.timed import Timing
from scheduler.graphs.timing import play
from scheduler.graphs.validity import check_schedule
from scheduler.infeasible import Infeasible
from tests.graph_worlds import graph_problems, random_placement, random_problem, randoms


def examples(count: int) -> settings:
    return settings(
        max_examples=count,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )


@examples(150)
@given(graph_problems())
def test_every_heuristic_makes_sound_schedules_or_none(problem: GraphProblem) -> None:
    for algorithm in HEURISTICS:  # `schedule_graph` raises if the checker refuses
        try:
            schedule = schedule_graph(problem, algorithm)
        except Infeasible:
            event(f"{algorithm} found none")
            continue
        event(f"{algorithm} {schedule.certificate.status}")
        assert schedule.certificate.lower_bound <= schedule.objective_value * (1 + 1e-9)


@examples(100)
@given(graph_problems(limits=False))
def test_without_limits_every_heuristic_finds_a_schedule(problem: GraphProblem) -> None:
    problem = replace(problem, period_ticks=None)
    found = {name: schedule_graph(problem, name) for name in HEURISTICS}
    assert found["heft-slack"].energy_j <= found["heft"].energy_j
    assert found["heft-slack"].makespan <= found["heft"].makespan


@examples(120)
@given(graph_problems(max_tasks=4, min_tasks=2, max_cores=2, sharings=("unlimited", "fifo")))
def test_brute_force_is_best_and_bounds_hold(problem: GraphProblem) -> None:
    try:
        best = schedule_graph(problem, "brute-force")
    except Infeasible:
        for algorithm in HEURISTICS:
            with pytest.raises(Infeasible):
                schedule_graph(problem, algorithm)
        return
    assert best.certificate.status == "optimal"
    for algorithm in HEURISTICS:
        try:
            other = schedule_graph(problem, algorithm)
        except Infeasible:
            continue
        value, optimum = other.objective_value, best.objective_value
        assert value >= optimum or math.isclose(value, optimum, rel_tol=1e-12)
        bound = other.certificate.lower_bound
        assert bound <= optimum or math.isclose(bound, optimum, rel_tol=1e-9)
        event("closed" if math.isclose(bound, optimum, rel_tol=1e-9) else "gap")


@st.composite
def played(draw: st.DrawFn, **how: Any) -> tuple[GraphProblem, tuple[int, ...], Timing]:
    random = draw(randoms)
    problem = random_problem(random, limits=False, **how)
    modes, order = random_placement(random, problem)
    return problem, modes, play(problem, modes, order)


def sound(problem: GraphProblem, modes: tuple[int, ...], timing: Timing) -> bool:
    schedule = make_schedule(
        replace(problem, period_ticks=None),
        modes,
        timing,
        method="test",
        status="feasible",
        lower_bound=0.0,
    )
    return check_schedule(schedule) == ()


@examples(200)
@given(played(max_tasks=10))
def test_eager_play_is_sound_and_its_own_order_is_as_good(
    world: tuple[GraphProblem, tuple[int, ...], Timing],
) -> None:
    """Of two that start at one tick on a pool the order of a timing may let the other go first."""
    problem, modes, timing = world
    assert sound(problem, modes, timing)
    again = play(problem, modes, timing.order, timing.transfer_order)
    if all(link.sharing != "fair" for link in problem.links):
        assert all(one <= other for one, other in zip(again.starts, timing.starts, strict=True))
    if all(resource.capacity == 1 for resource in problem.resources):
        assert play(problem, modes, timing.order) == timing


@examples(200)
@given(played(sharings=("unlimited",)))
def test_both_ways_of_playing_agree_on_unlimited_links(
    world: tuple[GraphProblem, tuple[int, ...], Timing],
) -> None:
    problem, modes, timing = world
    order = timing.order
    assert play_shared(tabulate(problem), modes, order, None) == play(problem, modes, order)


@examples(250)
@given(played(sharings=("unlimited", "fifo")), st.data())
def test_nothing_in_the_same_order_is_earlier_than_eager_play(
    world: tuple[GraphProblem, tuple[int, ...], Timing], data: st.DataObject
) -> None:
    """Make some tasks longer, play, and play the order that results at the true durations."""
    problem, modes, timing = world
    slower = tuple(
        replace(
            task,
            modes=tuple(
                replace(mode, ticks=mode.ticks + extra if mode.ticks else 0) for mode in task.modes
            ),
        )
        for task, extra in zip(
            problem.tasks,
            data.draw(st.lists(st.integers(0, 5), min_size=10, max_size=10)),
            strict=False,
        )
    )
    late = play(replace(problem, tasks=slower), modes, timing.order)
    eager = play(problem, modes, late.order, late.transfer_order)
    assert all(one <= other for one, other in zip(eager.starts, late.starts, strict=True))
    assert sound(problem, modes, eager)


@examples(150)
@given(played(sharings=("fifo", "fair")))
def test_contention_never_makes_a_transfer_shorter(
    world: tuple[GraphProblem, tuple[int, ...], Timing],
) -> None:
    problem, _, timing = world
    for transfer in timing.transfers:
        alone = problem.edges[transfer.edge].ticks[transfer.link]
        assert transfer.finish - transfer.start >= alone


@examples(100)
@given(graph_problems(), st.integers(2, 1000))
def test_time_scales(problem: GraphProblem, factor: int) -> None:
    """All ticks times a factor: every start times that factor, on links without fractions."""
    links = tuple(replace(link, sharing="fifo") for link in problem.links)
    problem = replace(problem, links=links, objective="makespan")
    scaled = replace(
        problem,
        resources=tuple(
            replace(r, wake_ticks=r.wake_ticks * factor, switch_ticks=r.switch_ticks * factor)
            for r in problem.resources
        ),
        tasks=tuple(
            replace(
                task, modes=tuple(replace(mode, ticks=mode.ticks * factor) for mode in task.modes)
            )
            for task in problem.tasks
        ),
        edges=tuple(
            replace(edge, ticks=tuple(ticks * factor for ticks in edge.ticks))
            for edge in problem.edges
        ),
        deadline_ticks=problem.deadline_ticks and problem.deadline_ticks * factor,
        period_ticks=problem.period_ticks and problem.period_ticks * factor,
        tick_s=problem.tick_s and problem.tick_s / factor,
    )
    try:
        one = schedule_graph(problem, "heft")
    except Infeasible:
        with pytest.raises(Infeasible):
            schedule_graph(scaled, "heft")
        return
    other = schedule_graph(scaled, "heft")
    assert [row.start for row in other.tasks] == [row.start * factor for row in one.tasks]
    most = one.certificate.lower_bound * factor  # rounded up to a tick, which is now finer
    assert most - factor < other.certificate.lower_bound <= most
    assert math.isclose(other.energy_j, one.energy_j, rel_tol=1e-9, abs_tol=1e-9)


@examples(80)
@given(graph_problems(), randoms)
def test_names_mean_nothing(problem: GraphProblem, random) -> None:  # type: ignore[no-untyped-def]
    labels = [f"n{index}" for index in range(len(problem.tasks))]
    random.shuffle(labels)
    renamed = replace(
        problem,
        name="other",
        tasks=tuple(
            replace(task, name=label) for task, label in zip(problem.tasks, labels, strict=True)
        ),
    )
    for algorithm in HEURISTICS:
        try:
            one = schedule_graph(problem, algorithm)
        except Infeasible:
            continue
        other = schedule_graph(renamed, algorithm)
        assert [(r.mode, r.start, r.finish) for r in other.tasks] == [
            (r.mode, r.start, r.finish) for r in one.tasks
        ]
        assert other.certificate == one.certificate


@examples(100)
@given(played(max_tasks=7, sharings=("unlimited",)))
def test_the_order_of_tasks_in_the_file_means_nothing_to_eager_play(
    world: tuple[GraphProblem, tuple[int, ...], Timing],
) -> None:
    """Tasks written down in another order in which edges point forward, played as before."""
    problem, modes, timing = world
    order = list(timing.order)
    assume(order != sorted(order))
    place = {task: index for index, task in enumerate(order)}
    moved = replace(
        problem,
        tasks=tuple(problem.tasks[task] for task in order),
        edges=tuple(
            replace(edge, source=place[edge.source], target=place[edge.target])
            for edge in problem.edges
        ),
    )
    there = tuple(modes[task] for task in order)
    timing = play(problem, modes, order)
    again = play(moved, there, range(len(order)))
    assert tuple(again.starts[place[task]] for task in range(len(order))) == timing.starts
    joules = energy_j(problem, modes, timing)
    assert math.isclose(energy_j(moved, there, again), joules, rel_tol=1e-12)
