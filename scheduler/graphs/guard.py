"""No answer of a solver is believed before the independent checker has passed it.

Solvers err: releases of well-known ones have called feasible models infeasible, or a schedule
optimal that was not, and switching their presolve off gave the right answer. So

- a schedule counts only once the checker has nothing against it;
- "infeasible" counts only if a second run with presolve off says so too and nobody has a plan;
- a bound counts only if it is not above the objective of a checked schedule;
- "optimal" counts if our own bound says so too, or if a second run with presolve off, given some
  time, finds nothing better.

Whatever contradicts itself is asked again with presolve off. If that does not settle it, the best
checked schedule is returned, without the solver's bound and with a `SolverWarning`; without any
schedule `SolverError` names the solver and its version.
"""

import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import isclose
from typing import Literal

from scheduler.graphs.bounds import lower_bound
from scheduler.graphs.figures import energy_j, make_schedule
from scheduler.graphs.problem import GraphProblem
from scheduler.graphs.solution import GraphSolution
from scheduler.graphs.timed import Timing
from scheduler.graphs.validity import check_schedule
from scheduler.infeasible import Infeasible
from scheduler.tolerance import FIGURE_RELATIVE

Verdict = Literal["optimal", "feasible", "infeasible", "unknown"]
"""What a solver says; ``unknown`` if it ran out of time before it found anything."""


class SolverWarning(UserWarning):
    """A solver contradicted the checker, or itself; what was returned does not rest on it."""


class SolverError(RuntimeError):
    """A solver contradicted the checker, or itself, and nothing else found a schedule."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a solver says, not yet believed."""

    solver: str
    """Its name and version."""
    verdict: Verdict
    """What it says about the problem."""
    modes: tuple[int, ...] | None = None
    """By task: index of the chosen mode; None if it has no schedule."""
    timing: Timing | None = None
    """When everything happens; None if it has no schedule."""
    lower_bound: float = 0.0
    """No schedule has a lower objective, it says: ticks, or joules."""


Ask = Callable[[bool], Answer]
"""Runs the solver, with presolve or without."""


def trusted(
    problem: GraphProblem,
    ask: Ask,
    known: Iterable[GraphSolution] = (),
    *,
    solver: str,
    kind: str = "schedule",
) -> GraphSolution:
    """The best schedule that stands up to the checker, with a bound that nothing contradicts.

    ``known`` are schedules from elsewhere, heuristics say; they are checked as well. ``kind`` is
    what the solver looks for, in words. Raises ``Infeasible`` if it is proved twice that there is
    no schedule, or if none was found, and ``SolverError``.
    """
    court = _Court(problem, solver)
    for solution in known:
        court.hear(solution.modes, solution.timing)
    answer = ask(True)
    complaint = court.judge(answer)
    if complaint is None and answer.verdict != "infeasible":
        if answer.verdict == "optimal" and not court.is_closed():
            return _confirmed(court, answer, ask(False))
        return court.verdict(answer)
    second = ask(False)
    complaint_again = court.judge(second)
    if complaint is None and complaint_again is None and second.verdict == "infeasible":
        raise Infeasible(
            f"no {kind} of '{problem.name}' meets its constraints",
            f"{answer.solver} proved it twice, with presolve and without; relax the deadline, a "
            "budget or the accuracy floor",
        )
    if complaint is not None:
        court.warn(complaint)
    if complaint_again is not None:
        court.warn(f"with presolve off: {complaint_again}")
        return court.verdict(None)
    if answer.verdict == "infeasible" and second.modes is not None:
        court.warn(f"{answer.solver} called the problem infeasible; with presolve off it did not")
    return court.verdict(second)


def _confirmed(court: "_Court", answer: Answer, second: Answer) -> GraphSolution:
    """The optimum that ``answer`` claims, unless a ``second`` one says otherwise."""
    complaint = court.judge(second)
    if complaint is not None:
        court.warn(f"with presolve off: {complaint}")
        return court.verdict(None)
    if court.judge(answer) is not None:
        court.warn(
            f"{answer.solver} proved that nothing is below {answer.lower_bound:g}; with presolve "
            "off it found something"
        )
        return court.verdict(second)
    return court.verdict(answer)


class _Court:
    """The best checked schedule so far, and what speaks against what is said."""

    def __init__(self, problem: GraphProblem, solver: str) -> None:
        self._problem = problem
        self._solver = solver
        self._bound: float | None = None
        self._best: tuple[tuple[float, float], tuple[int, ...], Timing] | None = None

    def hear(self, modes: tuple[int, ...], timing: Timing) -> str | None:
        """Keep a schedule if it is sound and better than those so far; else say what is wrong."""
        schedule = make_schedule(
            self._problem, modes, timing, method=self._solver, status="feasible", lower_bound=0.0
        )
        faults = check_schedule(schedule)
        if faults:
            return f"its schedule is not valid: {faults[0].kind}: {faults[0].message}"
        value = objectives(self._problem, modes, timing)
        if self._best is None or is_better(value, self._best[0]):
            self._best = value, modes, timing
        return None

    def is_closed(self) -> bool:
        """Whether our own bound proves the best schedule so far optimal."""
        return self._best is not None and is_met(self._own_bound(), self._best[0][0])

    def _own_bound(self) -> float:
        if self._bound is None:
            self._bound = lower_bound(self._problem)
        return self._bound

    def judge(self, answer: Answer) -> str | None:
        """What is wrong with an answer; None if nothing is known against it."""
        if answer.modes is not None and answer.timing is not None:
            fault = self.hear(answer.modes, answer.timing)
            if fault is not None:
                return f"{answer.solver}: {fault}"
        elif answer.verdict in ("optimal", "feasible"):
            return f"{answer.solver} said '{answer.verdict}' without a schedule"
        if self._best is None:
            return None
        if answer.verdict == "infeasible":
            return f"{answer.solver} called the problem infeasible; a checked schedule exists"
        value = self._best[0][0]
        if answer.lower_bound > value and not _close(answer.lower_bound, value):
            return (
                f"{answer.solver} claims that nothing is below {answer.lower_bound:g}; a checked "
                f"schedule has {value:g}"
            )
        return None

    def warn(self, what: str) -> None:
        warnings.warn(f"'{self._problem.name}': {what}", SolverWarning, stacklevel=4)

    def verdict(self, answer: Answer | None) -> GraphSolution:
        """The best checked schedule with the bound of ``answer``, or with our own for None."""
        if self._best is None:
            if answer is None:
                raise SolverError(
                    f"{self._solver} contradicts itself or the checker on '{self._problem.name}', "
                    "and no heuristic found a schedule: try another algorithm, or another version"
                )
            raise Infeasible(
                f"no schedule of '{self._problem.name}' was found",
                f"{answer.solver} ran out of time without a proof that there is none; give it "
                "more time, or relax the deadline or a budget",
            )
        (value, _), modes, timing = self._best
        bound = self._own_bound()
        if answer is not None:
            bound = max(bound, answer.lower_bound)
        if is_met(bound, value):
            return GraphSolution(modes, timing, "optimal", value)
        return GraphSolution(modes, timing, "feasible", bound)


def is_met(bound: float, value: float) -> bool:
    """Whether a value is no higher than a bound, but for rounding."""
    return bound >= value or _close(bound, value)


def _close(one: float, other: float) -> bool:
    return isclose(one, other, rel_tol=FIGURE_RELATIVE)


def objectives(
    problem: GraphProblem, modes: tuple[int, ...], timing: Timing
) -> tuple[float, float]:
    """What is minimised, and what decides ties: ticks and joules, or joules and ticks."""
    joules = energy_j(problem, modes, timing)
    ticks = float(timing.makespan)
    return (ticks, joules) if problem.objective == "makespan" else (joules, ticks)


def is_better(one: tuple[float, float], other: tuple[float, float]) -> bool:
    """Whether ``one`` has the lower objective, or the same and the lower other one.

    Joules that differ by rounding are the same.
    """
    if _close(one[0], other[0]):
        return one[1] < other[1] and not _close(one[1], other[1])
    return one[0] < other[0]
