"""The exact methods for graphs against brute force, on random small graphs with every feature."""

import math
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import HealthCheck, assume, event, given, settings

from scheduler.graphs import cp_sat, serial_milp
from scheduler.graphs.algorithms import brute_force
from scheduler.graphs.exact.interchangeable import interchangeable_cores
from scheduler.graphs.exact.serial_timing import serial_finishes, transfers_in_turn
from scheduler.graphs.figures import energy_j
from scheduler.graphs.problem import GraphProblem
from scheduler.graphs.schedule import Schedule
from scheduler.graphs.timing import play
from scheduler.infeasible import Infeasible
from scheduler.tolerance import ACCURACY_SLACK
from tests.graph_solvers import solved
from tests.graph_worlds import graph_problems, on_cores


def examples(count: int) -> settings:
    return settings(
        max_examples=count,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )


def enumerated(problem: GraphProblem) -> Schedule | None:
    """What brute force finds; graphs that are too large for it are none of ours."""
    try:
        brute_force.solve(problem)
    except Infeasible as answer:
        assume("refuses above" not in answer.detail)
    return solved(brute_force.solve, problem)


@examples(150)
@given(graph_problems(4, 1, max_cores=2, sharings=("unlimited", "fifo")))
def test_cp_sat_is_brute_force(problem: GraphProblem) -> None:
    pytest.importorskip("ortools", reason="needs the extra 'cp-sat'")
    best, found = enumerated(problem), solved(cp_sat.solve, problem)
    assert (best is None) == (found is None)
    if best is None or found is None:
        event("infeasible")
        return
    event(f"{problem.objective}, deadline {problem.deadline_ticks is not None}")
    assert math.isclose(found.objective_value, best.objective_value, rel_tol=1e-9)
    if not _switching_for_nothing(problem):
        assert found.certificate.status == "optimal"
        assert math.isclose(found.energy_j, best.energy_j, rel_tol=1e-9)
        assert found.makespan == best.makespan


def _switching_for_nothing(problem: GraphProblem) -> bool:
    """Whether tasks of 0 ticks may change a core's point: holding one back by a tick can then save
    energy, and neither brute force nor eager play holds anything back."""
    return any(row.switch_energy_j and not row.switch_ticks for row in problem.resources) and any(
        not mode.ticks and any(mode.holds) for task in problem.tasks for mode in task.modes
    )


@examples(60)
@given(graph_problems(5, 2, max_cores=2, sharings=("fair",), limits=False))
def test_cp_sat_encloses_the_optimum_on_fair_links(problem: GraphProblem) -> None:
    pytest.importorskip("ortools", reason="needs the extra 'cp-sat'")
    best, found = enumerated(problem), solved(cp_sat.solve, problem)
    assert best is not None
    assert found is not None
    bound, value = found.certificate.lower_bound, best.objective_value
    assert bound <= value or math.isclose(bound, value, rel_tol=1e-9)
    event(found.certificate.status)


@examples(60)
@given(graph_problems(5, 2, max_cores=3, sharings=("unlimited",)))
def test_swapping_equal_cores_changes_nothing(problem: GraphProblem) -> None:
    """Symmetry breaking and pools lose no optimum: told apart by a name, cores give the same."""
    pytest.importorskip("ortools", reason="needs the extra 'cp-sat'")
    ticks = tuple((max(1, task.modes[0].ticks),) * 3 for task in problem.tasks)
    pairs = [(e.source, e.target, e.ticks[0] if e.ticks else 0) for e in problem.edges]
    equal = on_cores("equal", ticks, pairs)
    told_apart = replace(
        equal,
        resources=tuple(
            replace(row, wake_energy_j=index * 1e-3) for index, row in enumerate(equal.resources)
        ),
    )
    assert interchangeable_cores(equal) == ((0, 1, 2),)
    assert interchangeable_cores(told_apart) == ()
    one, other = solved(cp_sat.solve, equal), solved(cp_sat.solve, told_apart)
    assert one is not None
    assert other is not None
    assert one.makespan == other.makespan


@examples(120)
@given(graph_problems(5, 1, max_cores=3))
def test_serial_milp_is_brute_force_over_serial_schedules(problem: GraphProblem) -> None:
    assume(math.prod(len(task.modes) for task in problem.tasks) <= 3000)
    values = [value for modes in _choices(problem) if (value := _serial_value(problem, modes))]
    try:
        found = serial_milp.ask_highs(problem, gap=0.0)
    except Infeasible:
        assert not values
        return
    schedule = solved(serial_milp.solve, problem)
    if not values:
        event("infeasible")
        assert found.verdict == "infeasible"
        assert schedule is None
        return
    assert found.verdict == "optimal"
    assert found.modes is not None
    assert schedule is not None
    best = min(values)
    value = _serial_value(problem, found.modes)
    assert value is not None
    assert math.isclose(value[0], best[0], rel_tol=1e-9)
    assert math.isclose(found.lower_bound, best[0], rel_tol=1e-6, abs_tol=1e-9)


def _choices(problem: GraphProblem) -> product:  # type: ignore[type-arg]
    return product(*(range(len(task.modes)) for task in problem.tasks))


def _serial_value(problem: GraphProblem, modes: tuple[int, ...]) -> tuple[float] | None:
    """The objective in serial execution; None if a limit is broken."""
    chosen = [task.modes[mode] for task, mode in zip(problem.tasks, modes, strict=True)]
    for index, budget in enumerate(problem.budgets):
        if sum(mode.uses[index] for mode in chosen if mode.uses) > budget.size:
            return None
    if problem.loss_budget is not None:
        lost = math.fsum(mode.accuracy_loss for mode in chosen)
        if lost > problem.loss_budget + ACCURACY_SLACK:
            return None
    try:
        last = serial_finishes(problem, modes)[-1]
    except ValueError:
        return None
    for limit in (problem.deadline_ticks, problem.period_ticks):
        if limit is not None and last > limit:
            return None
    timing = play(problem, modes, range(len(modes)), transfers_in_turn(problem))
    assert timing.makespan <= last  # eager play is never later
    if problem.objective == "makespan":
        return (float(last),)
    return (energy_j(problem, modes, timing),)
