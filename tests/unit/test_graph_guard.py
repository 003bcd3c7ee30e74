"""The guard between solvers and us: what is wrong is caught, and a plan comes back all the same.

What a solver would say is put in at its boundary, as it came from releases that erred: a feasible
block of nine operations called infeasible until presolve was switched off.
"""

import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from scheduler.graphs import cp_sat
from scheduler.graphs.algorithms import heft
from scheduler.graphs.documents import read_schedule
from scheduler.graphs.figures import make_schedule
from scheduler.graphs.guard import Answer, SolverError, SolverWarning, trusted
from scheduler.graphs.problem import GraphProblem
from scheduler.graphs.schedule import Schedule
from scheduler.graphs.solution import GraphSolution
from scheduler.graphs.timed import Timing
from scheduler.graphs.timing import play
from scheduler.graphs.validity import check_schedule
from scheduler.infeasible import Infeasible
from tests.graph_worlds import on_cores, topcuoglu

SOLVER = "CP-SAT (ortools 9.99)"

NINE = on_cores(
    "nine",
    ((4, 7), (3, 5), (6, 2), (5, 5), (2, 8), (7, 3), (4, 4), (3, 6), (5, 2)),
    [(0, 1, 2), (0, 2, 1), (0, 3, 3), (1, 4, 2), (2, 5, 1), (3, 6, 4), (4, 7, 1), (5, 7, 2),
     (6, 8, 1), (7, 8, 2)],
)  # fmt: skip


LIE = Path(__file__).parents[1] / "fixtures" / "graphs" / "nine_operations_called_optimal.json"
"""Nine random operations with transfers in line, and the schedule of 2370 ticks that CP-SAT of
ortools 9.15.6755 called optimal: one worker, seed 3, everything else by default. With presolve off
it found 2359 ticks, as 9.10.4067 and 9.14.6206 do in any case."""


def asked(*answers: Answer) -> Callable[[bool], Answer]:
    """A solver that gives these answers in turn; presolve is on for the first one only."""
    left = list(answers)

    def ask(presolve: bool) -> Answer:
        assert presolve == (len(left) == len(answers))
        return left.pop(0)

    return ask


def plan(problem: GraphProblem) -> GraphSolution:
    return heft.solve(problem)


def found(problem: GraphProblem, verdict: str = "feasible", bound: float = 0.0) -> Answer:
    one = plan(problem)
    return Answer(SOLVER, verdict, one.modes, one.timing, bound)  # type: ignore[arg-type]


INFEASIBLE = Answer(SOLVER, "infeasible")


def test_an_honest_answer_needs_no_second_one() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        solution = trusted(NINE, asked(found(NINE)), solver=SOLVER)
    assert solution.timing == plan(NINE).timing


@pytest.mark.parametrize("known", [True, False], ids=["with a heuristic's plan", "without"])
def test_infeasible_is_not_believed_if_presolve_was_to_blame(known: bool) -> None:
    others = [plan(NINE)] if known else []
    with pytest.warns(SolverWarning, match="infeasible"):
        solution = trusted(NINE, asked(INFEASIBLE, found(NINE)), others, solver=SOLVER)
    assert_sound(NINE, solution)


def test_infeasible_twice_is_not_believed_against_a_checked_plan() -> None:
    with pytest.warns(SolverWarning, match="a checked schedule exists"):
        solution = trusted(NINE, asked(INFEASIBLE, INFEASIBLE), [plan(NINE)], solver=SOLVER)
    assert_sound(NINE, solution)
    assert solution.timing == plan(NINE).timing


def test_infeasible_twice_without_any_plan_is_an_answer() -> None:
    with pytest.raises(Infeasible, match="proved it twice"):
        trusted(NINE, asked(INFEASIBLE, INFEASIBLE), solver=SOLVER)


def test_infeasible_and_then_out_of_time_proves_nothing() -> None:
    with pytest.raises(Infeasible, match="without a proof"):
        trusted(NINE, asked(INFEASIBLE, Answer(SOLVER, "unknown")), solver=SOLVER)


def test_a_wrong_schedule_is_asked_again_and_never_returned() -> None:
    one = plan(NINE)
    early = tuple(max(0, start - 1) for start in one.timing.starts)
    late = replace(one.timing, starts=early)
    wrong = Answer(SOLVER, "optimal", one.modes, late, 1.0)
    with pytest.warns(SolverWarning, match="not valid: duration"):
        solution = trusted(NINE, asked(wrong, found(NINE)), solver=SOLVER)
    assert_sound(NINE, solution)
    with (
        pytest.warns(SolverWarning, match="not valid"),
        pytest.raises(SolverError, match=r"ortools 9\.99"),
    ):
        trusted(NINE, asked(wrong, wrong), solver=SOLVER)


def test_a_bound_above_a_checked_plan_is_not_believed() -> None:
    makespan = plan(NINE).timing.makespan
    lie = found(NINE, "optimal", makespan + 1.0)
    with pytest.warns(SolverWarning, match="claims that nothing is below"):
        solution = trusted(NINE, asked(lie, lie), [plan(NINE)], solver=SOLVER)
    assert_sound(NINE, solution)
    assert solution.lower_bound <= makespan


def test_optimal_without_a_schedule_is_not_believed() -> None:
    empty = Answer(SOLVER, "optimal", lower_bound=1.0)
    with pytest.warns(SolverWarning, match="without a schedule"):
        solution = trusted(NINE, asked(empty, found(NINE)), solver=SOLVER)
    assert_sound(NINE, solution)


def test_optimal_is_believed_if_nothing_better_is_found_with_presolve_off() -> None:
    problem, verdict = topcuoglu(), found(topcuoglu(), "optimal", 80.0)
    for second in (verdict, Answer(SOLVER, "unknown")):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            solution = trusted(problem, asked(verdict, second), solver=SOLVER)
        assert solution.status == "optimal"


def test_what_a_release_called_optimal_is_refuted_with_presolve_off() -> None:
    pytest.importorskip("ortools", reason="needs the extra 'cp-sat'")
    lie = read_schedule(LIE)
    problem, better = lie.problem, cp_sat.solve(lie.problem)
    assert check_schedule(lie) == ()  # a sound schedule; only its certificate is wrong
    assert (lie.certificate.status, lie.makespan) == ("optimal", 2370)
    assert (better.status, better.timing.makespan) == ("optimal", 2359)
    claimed = Answer(SOLVER, "optimal", *placed(lie), 2370.0)
    truth = Answer(SOLVER, "optimal", better.modes, better.timing, 2359.0)
    with pytest.warns(SolverWarning, match="nothing is below 2370; with presolve off"):
        solution = trusted(problem, asked(claimed, truth), solver=SOLVER)
    assert (solution.status, solution.timing.makespan) == ("optimal", 2359)


def placed(schedule: Schedule) -> tuple[tuple[int, ...], Timing]:
    """Modes and eager times of a schedule."""
    problem = schedule.problem
    modes = tuple(
        [mode.name for mode in task.modes].index(row.mode)
        for task, row in zip(problem.tasks, schedule.tasks, strict=True)
    )
    starts = tuple(row.start for row in schedule.tasks)
    finishes = tuple(row.finish for row in schedule.tasks)
    names = {task.name: index for index, task in enumerate(problem.tasks)}
    edges = {(edge.source, edge.target): index for index, edge in enumerate(problem.edges)}
    rows = sorted(schedule.transfers, key=lambda row: row.start)
    transfers = [edges[names[row.source], names[row.target]] for row in rows]
    return modes, play(problem, modes, Timing(starts, finishes, ()).order, transfers)


def test_optimal_is_only_said_of_what_meets_the_bound() -> None:
    problem = topcuoglu()
    claimed = found(problem, "optimal", 73.0)  # HEFT's own 80 called optimal
    solution = trusted(problem, asked(claimed, claimed), solver=SOLVER)
    assert (solution.status, solution.lower_bound) == ("feasible", 73.0)


def assert_sound(problem: GraphProblem, solution: GraphSolution) -> None:
    schedule = make_schedule(
        problem,
        solution.modes,
        solution.timing,
        method="cp-sat",
        status=solution.status,
        lower_bound=solution.lower_bound,
    )
    assert check_schedule(schedule) == ()
    assert isinstance(solution.timing, Timing)
