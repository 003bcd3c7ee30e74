"""Why no plan keeps all limits, by how much, and the plan that comes nearest.

For each limit two questions are put to the exact planner: what is possible if it were the only one,
and what would be enough if all the others stood. The nearest plan is that of the smallest relative
relaxation of one limit.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import inf, isfinite

from devicemodels.cost import NANOSECONDS_PER_SECOND
from scheduler.chains.optimum import optimise
from scheduler.expectation import Assignment, accuracy_loss, expect
from scheduler.infeasible import Infeasible
from scheduler.memory import memory_use
from scheduler.plan import Expected, Objective
from scheduler.problem import Limits, Problem

HALVINGS = 30
"""Of the interval in which the least loss or memory is looked for."""

UNLIMITED = 2**53
"""Nanoseconds, or bytes: more than anything has, and exact as a float."""

_NANO = 1.0 / NANOSECONDS_PER_SECOND


@dataclass(frozen=True, slots=True)
class LimitReport:
    """One limit that was asked for."""

    name: str
    """``deadline``, ``accuracy``, ``memory``, or the figure that is limited."""
    asked: float
    """What was asked, in SI units; shares for accuracy, 1 for the memories as they are."""
    alone: float | None
    """The best that is possible if nothing else is limited; None if there is no plan at all."""
    enough: float | None
    """The nearest value at which there is a plan, all others kept; None if there is none."""

    @property
    def stretch(self) -> float:
        """By how much it would have to give way, relative to what was asked."""
        if self.enough is None:
            return inf
        return abs(self.enough - self.asked) / abs(self.asked) if self.asked else inf


@dataclass(frozen=True, slots=True)
class Conflict:
    """Which limits are in each other's way."""

    limits: tuple[LimitReport, ...]
    """Every limit that was asked for."""
    relaxed: tuple[str, ...]
    """What the nearest plan does not keep: one limit, or all if no single one is enough."""
    nearest: Assignment
    """The nearest plan."""
    expected: Expected
    """Its figures."""


@dataclass(frozen=True, slots=True)
class _Question:
    """A limit, and how to ask the planner about it."""

    name: str
    asked: float
    freed: Callable[[Problem], Problem]
    """The problem without this limit."""
    least: Callable[[Problem], tuple[float, Assignment] | None]
    """The best value of it that a problem without it has, and the plan; None if there is none."""


def conflict(problem: Problem) -> Conflict | None:
    """What stands between a problem and its plans; None if nothing helps, whatever the limits."""
    questions = _questions(problem)
    free = problem
    for question in questions:
        free = question.freed(free)
    anything = _best(free)
    if anything is None:
        return None
    reports, plans = [], {}
    for question in questions:
        by_itself = _alone(problem, questions, question)
        alone, enough = question.least(by_itself), question.least(_lifted(problem, question))
        if question.name == "memory" and enough is None and alone is not None and alone[0] <= 1.0:
            continue  # what there is could hold the plan, and more of it would not help
        reports.append(
            LimitReport(
                question.name,
                question.asked,
                None if alone is None else alone[0],
                None if enough is None else enough[0],
            )
        )
        if enough is not None:
            plans[question.name] = enough[1]
    nearest = min(reports, key=lambda report: report.stretch)
    if nearest.enough is None:
        everything = tuple(report.name for report in reports)
        return Conflict(tuple(reports), everything, anything, expect(problem, anything))
    chosen = plans[nearest.name]
    return Conflict(tuple(reports), (nearest.name,), chosen, expect(problem, chosen))


def _alone(problem: Problem, questions: list[_Question], kept: _Question) -> Problem:
    """The problem with no limit but one, which its question lifts itself."""
    for question in questions:
        if question is not kept:
            problem = question.freed(problem)
    return _lifted(problem, kept)


def _lifted(problem: Problem, question: _Question) -> Problem:
    """The problem without one limit; memories keep the size that their question starts from."""
    return problem if question.name == "memory" else question.freed(problem)


def _questions(problem: Problem) -> list[_Question]:
    limits = problem.limits
    asked: list[tuple[str, str, float, Objective, float]] = [
        ("deadline", "latency_max_ns", limits.latency_max_ns, "latency_max", _NANO),
        ("latency_mean", "latency_mean_ns", limits.latency_mean_ns, "latency_mean", _NANO),
        ("latency_p99", "latency_p99_ns", limits.latency_p99_ns, "latency_p99", _NANO),
        ("energy", "energy_j", limits.energy_j, "energy", 1.0),
        ("energy_delay", "energy_delay_js", limits.energy_delay_js, "energy_delay_product", 1.0),
    ]
    found = [
        _Question(name, value * unit, _without(field), _minimum(objective))
        for name, field, value, objective, unit in asked
        if isfinite(value)
    ]
    found.append(
        _Question("accuracy", problem.graph.accuracy - limits.loss, _without("loss"), _least_loss)
    )
    found.append(_Question("memory", 1.0, lambda p: _resized(p, inf), _least_memory))
    return found


def _without(field: str) -> Callable[[Problem], Problem]:
    most = UNLIMITED if field == "latency_max_ns" else inf

    def freed(problem: Problem) -> Problem:
        return _limited(problem, replace(problem.limits, **{field: most}))  # type: ignore[arg-type]

    return freed


def _limited(problem: Problem, limits: Limits) -> Problem:
    return replace(problem, limits=limits)


def _best(problem: Problem) -> Assignment | None:
    try:
        return optimise(problem).assignment
    except Infeasible:
        return None


def _minimum(objective: Objective) -> Callable[[Problem], tuple[float, Assignment] | None]:
    def least(problem: Problem) -> tuple[float, Assignment] | None:
        required = replace(problem.requirements, objective=objective)
        chosen = _best(replace(problem, requirements=required))
        return None if chosen is None else (expect(problem, chosen).value(objective), chosen)

    return least


def _least_loss(problem: Problem) -> tuple[float, Assignment] | None:
    """The highest accuracy, by halving between what is reached and what is not."""
    chosen = _best(problem)
    if chosen is None:
        return None
    reached, missed = accuracy_loss(problem, chosen), -1.0
    for _ in range(HALVINGS):
        middle = (reached + missed) / 2.0
        better = _best(_limited(problem, replace(problem.limits, loss=middle)))
        if better is None:
            missed = middle
        else:
            chosen, reached = better, accuracy_loss(problem, better)
    return problem.graph.accuracy - reached, chosen


def _least_memory(problem: Problem) -> tuple[float, Assignment] | None:
    """How many times as large all memories would have to be, likewise."""
    chosen = _best(_resized(problem, inf))
    if chosen is None:
        return None
    reached, missed = _times(problem, chosen), 0.0
    for _ in range(HALVINGS):
        middle = (reached + missed) / 2.0
        better = _best(_resized(problem, middle))
        if better is None:
            missed = middle
        else:
            chosen, reached = better, _times(problem, better)
    return reached, chosen


def _times(problem: Problem, assignment: Assignment) -> float:
    """The largest share of a memory that an assignment needs."""
    return max(
        (use.weights + use.activations) / use.size if use.size else inf
        for use in memory_use(problem, assignment)
        if use.weights + use.activations
    )


def _resized(problem: Problem, times: float) -> Problem:
    memories = tuple(
        replace(memory, size_bytes=UNLIMITED if times == inf else int(memory.size_bytes * times))
        for memory in problem.platform.memories
    )
    return replace(problem, platform=replace(problem.platform, memories=memories))
