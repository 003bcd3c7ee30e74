"""Overlapped execution by constraint programming: CP-SAT of OR-Tools, anytime, with a proven gap.

Perron, Didier and Gay, "The CP-SAT-LP solver" (CP 2023). The model is in
`scheduler.graphs.exact.cp_model`; it is always hinted with the best schedule of the heuristics,
whose makespan also bounds the time that is looked at, and nothing that the solver says is believed
before `scheduler.graphs.guard` has had it checked.

OR-Tools is an optional dependency: ``pip install 'wakepath[cp-sat]'``. It is imported when a
problem is solved, not before.

**Reproducible.** The search stops after a fixed amount of work, which CP-SAT counts in a unit of
its own (`WORK_LIMIT`), so one worker gives the same answer every time, on every machine. A limit in
seconds, or more than one worker, gives up that.

**Fair links.** Where transfers share a link's rate, times depend on everything under way. Two
models enclose the truth: one in which transfers ignore each other, whose bound is proved and whose
schedules are played again with sharing, and one in which they never meet, whose schedules are
exact and whose bound counts for nothing.

**Joules** are rounded down to whole units; see `scheduler.graphs.exact.cp_energy`.
"""

from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from time import monotonic

from devicemodels.documents.errors import InputError
from scheduler.graphs.exact.effort import Limits
from scheduler.graphs.exact.pooling import Pooled, pool_cores
from scheduler.graphs.guard import Answer, Verdict, trusted
from scheduler.graphs.incumbents import incumbents
from scheduler.graphs.problem import GraphProblem
from scheduler.graphs.solution import GraphSolution
from scheduler.graphs.timed import Timing
from scheduler.graphs.timing import play

WORK_LIMIT = 10.0
"""Deterministic time of CP-SAT without a limit in seconds: some 10 to 60 s of one core."""

SECOND_SHARE = 2.0
"""A second opinion gets so many times the effort of the first, within the limit in seconds."""

LEAST_S, LEAST_WORK = 0.1, 0.1
"""And at least so many seconds, or so much work."""


def solve(
    problem: GraphProblem,
    *,
    time_limit_s: float | None = None,
    workers: int = 1,
    seed: int = 1,
    work_limit: float = WORK_LIMIT,
) -> GraphSolution:
    """The best schedule that CP-SAT and the heuristics find, and the best bound proved.

    ``time_limit_s`` is wall time; without it ``work_limit`` counts. Raises ``Infeasible``,
    ``InputError`` without OR-Tools, and ``SolverError``.
    """
    solver = require_ortools()
    from scheduler.graphs.exact.cp_plan import search  # noqa: PLC0415

    began = monotonic()
    known = incumbents(problem)
    pooled = pool_cores(problem)
    start = [_pooled(pooled, one) for one in known]
    late = [] if known else [_pooled(pooled, one) for one in incumbents(_without_hurry(problem))]
    work = work_limit

    def ask(presolve: bool) -> Answer:
        nonlocal work
        spent_s = monotonic() - began
        left_s = None if time_limit_s is None else max(LEAST_S, time_limit_s - spent_s)
        if left_s is not None and not presolve:
            left_s = min(left_s, SECOND_SHARE * spent_s + LEAST_S)
        run = search(pooled.problem, start, late, Limits(left_s, work, workers, seed, presolve))
        work = SECOND_SHARE * run.effort.worked + LEAST_WORK
        if run.best is None:
            verdict: Verdict = "infeasible" if run.infeasible else "unknown"
            return Answer(solver, verdict, lower_bound=run.bound)
        start.insert(0, run.best)
        modes = pooled.expand(*run.best)
        timing = play(problem, modes, run.best[1].order, run.best[1].transfer_order)
        verdict = "optimal" if run.is_closed() else "feasible"
        if run.infeasible:
            return Answer(solver, "infeasible", lower_bound=run.bound)
        return Answer(solver, verdict, modes, timing, run.bound)

    return trusted(problem, ask, known, solver=solver)


def _without_hurry(problem: GraphProblem) -> GraphProblem:
    """The same with all the time in the world."""
    return replace(problem, objective="makespan", deadline_ticks=None, period_ticks=None)


def _pooled(pooled: Pooled, solution: GraphSolution) -> tuple[tuple[int, ...], Timing]:
    """A known schedule in terms of the pooled problem."""
    modes, timing = pooled.shrink(solution.modes), solution.timing
    return modes, play(pooled.problem, modes, timing.order, timing.transfer_order)


def require_ortools() -> str:
    """Name and version of the solver; ``InputError`` if it is not installed."""
    try:
        return f"CP-SAT (ortools {version('ortools')})"
    except PackageNotFoundError:
        raise InputError.single(
            "algorithm 'cp-sat' needs OR-Tools, which is not installed",
            hint="pip install 'wakepath[cp-sat]'",
        ) from None
