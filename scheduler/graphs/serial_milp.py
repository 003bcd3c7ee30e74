"""Serial execution, exactly: a mixed-integer program for SciPy's ``milp`` (HiGHS).

One task runs at a time over the whole device, as `scheduler.graphs.exact.serial_timing` says; what
is chosen is each task's mode. The program (`scheduler.graphs.exact.serial_model`) has no big-M, so
it is solved to proven optimality where overlapped execution is not. Its answer is then played
eagerly, which is never later, and costs the same joules. HiGHS: Huangfu and Hall, "Parallelizing
the dual revised simplex method" (Mathematical Programming Computation 10, 2018).

HiGHS computes in floating point. Its choice of modes is added up again in whole ticks, and cut off
if it breaks a limit by less than HiGHS can see; its bound is taken for proved within `TOLERANCE`.
"""

from dataclasses import dataclass
from math import ceil, fsum
from time import monotonic

import scipy

from scheduler.graphs.exact.assignment_model import AssignmentModel
from scheduler.graphs.exact.costs import costs_of
from scheduler.graphs.exact.horizon import horizon_of, serial_horizon
from scheduler.graphs.exact.reduction import reduce
from scheduler.graphs.exact.serial_model import build_serial
from scheduler.graphs.exact.serial_timing import serial_finishes, transfers_in_turn
from scheduler.graphs.guard import Answer, Verdict, trusted
from scheduler.graphs.incumbents import incumbents
from scheduler.graphs.problem import GraphProblem
from scheduler.graphs.solution import GraphSolution
from scheduler.graphs.timed import Timing
from scheduler.graphs.timing import play
from scheduler.tolerance import ACCURACY_SLACK

TOLERANCE = 1e-6
"""Relative: HiGHS's bound may be off by so much."""

GAP = 1e-5
"""Relative: where HiGHS may stop. The last step to nothing takes longer than all before it."""

NODE_LIMIT = 2000
"""Without a limit in seconds, so that the answer is the same on every machine."""

MOST_CUTS = 100
"""Choices of modes that break a limit by less than HiGHS's tolerance before we give up."""


@dataclass(frozen=True, slots=True)
class SerialAnswer:
    """What HiGHS says about serial schedules, not yet believed."""

    modes: tuple[int, ...] | None
    """By task: index of the chosen mode; None if no serial schedule was found."""
    verdict: Verdict
    """``optimal`` if HiGHS proved it, among serial schedules."""
    lower_bound: float
    """No serial schedule has a lower objective, within `TOLERANCE`."""


def solve(problem: GraphProblem, *, time_limit_s: float | None = None) -> GraphSolution:
    """The best serial choice of modes, played eagerly.

    ``optimal`` says that no schedule at all is better, as everywhere; what is proved among serial
    schedules is in `ask_highs`. Raises ``Infeasible`` if no serial schedule keeps the limits (an
    overlapped one may), and ``SolverError``.
    """
    solver = f"HiGHS (scipy {scipy.__version__})"
    began = monotonic()

    def ask(presolve: bool) -> Answer:
        left = None if time_limit_s is None else max(0.1, time_limit_s - (monotonic() - began))
        found = ask_highs(problem, presolve=presolve, time_limit_s=left)
        if found.modes is None:
            return Answer(solver, found.verdict)
        bound = found.lower_bound * (1 - TOLERANCE) if _holds_for_all(problem) else 0.0
        return Answer(solver, "feasible", found.modes, _played(problem, found.modes), bound)

    known = [
        GraphSolution(one.modes, _played(problem, one.modes), "feasible", 0.0)
        for one in incumbents(problem)
        if _fits(problem, one.modes)
    ]
    return trusted(problem, ask, known, solver=solver, kind="serial schedule")


def ask_highs(
    problem: GraphProblem,
    *,
    gap: float = GAP,
    presolve: bool = True,
    time_limit_s: float | None = None,
) -> SerialAnswer:
    """Minimise the objective over all serial schedules that keep the limits.

    ``optimal`` within the relative ``gap``; 0 asks for the last digit. Raises ``Infeasible`` if a
    task is left without a mode.
    """
    began, limit = monotonic(), horizon_of(problem)
    model = build_serial(problem, reduce(problem, limit), limit)
    for _ in range(MOST_CUTS):
        left = None if time_limit_s is None else max(0.0, time_limit_s - (monotonic() - began))
        result = model.rows.solve(
            gap=gap,
            presolve=presolve,
            time_limit_s=left,
            node_limit=NODE_LIMIT if time_limit_s is None else None,
        )
        bound = _bound(model, result.mip_dual_bound)
        if result.x is None:
            return SerialAnswer(None, "infeasible" if result.status == 2 else "unknown", bound)
        modes = model.modes_in(result.x.tolist())
        if _fits(problem, modes):
            return SerialAnswer(modes, "optimal" if result.status == 0 else "feasible", bound)
        model.forbid(modes)
    return SerialAnswer(None, "unknown", bound)


def _bound(model: AssignmentModel, cost: float | None) -> float:
    """HiGHS's bound in ticks or joules; 0 if it has none."""
    if cost is None:
        return 0.0
    value = max(0.0, model.value(cost))
    if model.problem.objective == "makespan":
        return float(ceil(value * (1 - TOLERANCE)))
    return value


def _fits(problem: GraphProblem, modes: tuple[int, ...]) -> bool:
    """Whether the serial schedule keeps every limit, in exact numbers."""
    chosen = [task.modes[mode] for task, mode in zip(problem.tasks, modes, strict=True)]
    used = [sum(mode.uses[b] for mode in chosen if mode.uses) for b in range(len(problem.budgets))]
    lost = fsum(mode.accuracy_loss for mode in chosen)
    return (
        max(serial_finishes(problem, modes), default=0) <= horizon_of(problem)
        and all(units <= row.size for units, row in zip(used, problem.budgets, strict=True))
        and (problem.loss_budget is None or lost <= problem.loss_budget + ACCURACY_SLACK)
    )


def _played(problem: GraphProblem, modes: tuple[int, ...]) -> Timing:
    """Everything as early as the serial order allows."""
    return play(problem, modes, range(len(modes)), transfers_in_turn(problem))


def _holds_for_all(problem: GraphProblem) -> bool:
    """Whether joules depend on modes alone: then the best serial choice is the best of all.

    Not so if time is short, or if the order on a core decides how often it changes its point.
    """
    limits = (problem.deadline_ticks, problem.period_ticks)
    costs = costs_of(problem)
    return (
        problem.objective == "energy"
        and all(limit is None or limit >= serial_horizon(problem) for limit in limits)
        and not any((*costs.switch_j, *costs.busy_j))
    )
