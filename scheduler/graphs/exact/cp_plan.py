"""The course of a search with CP-SAT: bound, whole search, neighbourhoods, whole search, ties."""

from collections.abc import Sequence
from dataclasses import replace

from scheduler.graphs.exact.costs import costs_of
from scheduler.graphs.exact.cp_neighbours import improve
from scheduler.graphs.exact.cp_search import Placed, Search
from scheduler.graphs.exact.effort import Effort, Limits
from scheduler.graphs.exact.horizon import horizon_of
from scheduler.graphs.exact.reduction import reduce
from scheduler.graphs.exact.relaxation import relaxed_bound
from scheduler.graphs.problem import GraphProblem

RELAXED = 0.05
"""Share of the effort that the relaxation may take at the most."""

COURSE = ((0.03, 0.08), (0.16, 0.8), (0.9, 1.0))
"""Shares of the effort that are gone at the most after each search of the whole, and after the
neighbourhoods that follow it."""

STALLED = 80
"""Neighbourhoods in a row that held nothing better, after which the whole is searched again."""


def search(
    problem: GraphProblem, known: Sequence[Placed], late: Sequence[Placed], limits: Limits
) -> Search:
    """Minimise the objective of ``problem``, then among ties the other one.

    ``known`` are schedules to start from, ``late`` such as break nothing but limits on time; they
    serve if nothing else is known. Raises ``Infeasible`` if a task is left without a mode.
    """
    run = Search(problem, Effort(limits))
    for placed in known:
        run.offer(*placed)
    if limits.presolve:
        _take_course(run, late)
    else:
        run.minimise(1.0)
    if run.best is not None and run.is_closed() and not run.infeasible and _other_counts(problem):
        run.break_ties(1.0)
    return run


def _take_course(run: Search, late: Sequence[Placed]) -> None:
    """A bound first; then the whole and neighbourhoods in turn, until the two meet."""
    problem, horizon = run.problem, run.horizon()
    seconds, _ = run.effort.until(RELAXED)
    run.bound = relaxed_bound(problem, reduce(problem, horizon), horizon, time_limit_s=seconds)
    fair = any(link.sharing == "fair" for link in problem.links)
    for turn, (whole, near) in enumerate(COURSE):
        if run.is_closed():
            return
        run.minimise(whole, interleaved=turn > 0 and run.effort.limits.seconds is not None)
        if fair and not run.is_closed():
            run.minimise((whole + near) / 2, relaxed=False)
        if run.best is None and not run.infeasible:
            _hurry(run, late, near)
        improve(run, near, patience=STALLED)


def _hurry(run: Search, late: Sequence[Placed], until: float) -> None:
    """Shorten schedules that are late until one of them is in time."""
    unlimited = replace(run.problem, objective="makespan", deadline_ticks=None, period_ticks=None)
    hurried = Search(unlimited, run.effort)
    for placed in late:
        hurried.offer(*placed)
    improve(hurried, until, enough=horizon_of(run.problem))
    if hurried.best is not None:
        run.offer(*hurried.best)


def _other_counts(problem: GraphProblem) -> bool:
    """Whether schedules of the same objective may differ in the other one."""
    joules = costs_of(problem).any_j or any(any(edge.energy_j) for edge in problem.edges)
    return problem.objective == "energy" or joules
