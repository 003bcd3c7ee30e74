"""Ask CP-SAT: build the model, hint at what is known, search, and read the answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor
from time import monotonic

from ortools.sat.python import cp_model

from scheduler.graphs.exact.costs import costs_of
from scheduler.graphs.exact.cp_crossings import transfer_order
from scheduler.graphs.exact.cp_hint import add_hint, in_this_model
from scheduler.graphs.exact.cp_model import CpSatModel, build_model, set_objective
from scheduler.graphs.exact.horizon import horizon_of
from scheduler.graphs.exact.reduction import reduce
from scheduler.graphs.figures import energy_j
from scheduler.graphs.guard import Verdict, is_better, objectives
from scheduler.graphs.problem import GraphObjective, GraphProblem
from scheduler.graphs.timed import Timing
from scheduler.graphs.timing import play

FIRST_SHARE = 0.2
"""Of the limit, for CP-SAT's default search; all its strategies take turns in the rest."""

VERDICTS: dict[str, Verdict] = {
    "OPTIMAL": "optimal",
    "FEASIBLE": "feasible",
    "INFEASIBLE": "infeasible",
}
"""What the guard calls CP-SAT's statuses; others are ``unknown``."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How hard to search, and how."""

    seconds: float | None
    """Wall time; None for no limit."""
    work: float
    """CP-SAT's deterministic time; it counts only without a limit in seconds."""
    workers: int
    """Threads; with one and no limit in seconds the search is reproducible."""
    seed: int
    """Of CP-SAT's random choices."""
    presolve: bool
    """Whether CP-SAT may simplify the model first."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one search says."""

    verdict: Verdict
    """About the model that was searched."""
    lower_bound: float
    """On its objective: ticks, or joules."""


class Search:
    """Searches for one problem within common limits, each from the best schedule so far."""

    def __init__(self, problem: GraphProblem, limits: Limits) -> None:
        self.problem = problem
        self.modes: tuple[int, ...] | None = None
        """Of the best schedule so far; None without one."""
        self.timing: Timing | None = None
        """Of the same."""
        self._limits = limits
        self._began = monotonic()
        self.worked = 0.0
        """Deterministic time so far."""

    def offer(self, modes: tuple[int, ...], timing: Timing) -> None:
        """A schedule that keeps all limits but perhaps those on time; kept if it is the best."""
        if timing.makespan > horizon_of(self.problem):
            return
        if self.timing is None or is_better(
            self._key(modes, timing), self._key(self.modes or (), self.timing)
        ):
            self.modes, self.timing = modes, timing

    def _key(self, modes: tuple[int, ...], timing: Timing) -> tuple[float, float]:
        return objectives(self.problem, modes, timing)

    def value(self) -> float:
        """The objective of the best schedule so far."""
        assert self.timing is not None
        return self._key(self.modes or (), self.timing)[0]

    def minimise(
        self,
        objective: GraphObjective,
        *,
        share: float = 1.0,
        queue_fair: bool = False,
        keep_value: bool = False,
    ) -> Outcome:
        """Search with ``share`` of what is left of the limits.

        ``keep_value`` asks for schedules as good as the best so far in the problem's own
        objective. Raises ``Infeasible`` if a task is left without a mode.
        """
        problem, horizon = self.problem, horizon_of(self.problem)
        if self.timing is not None and problem.objective == "makespan":
            horizon = min(horizon, self.timing.makespan)
        model = build_model(problem, reduce(problem, horizon), horizon, queue_fair=queue_fair)
        set_objective(model, objective)
        if self.timing is not None and problem.objective == "energy":
            joules = energy_j(problem, self.modes or (), self.timing)
            units = floor((joules - model.energy.constant_j) / model.energy.unit_j) + 1
            if keep_value or objective == "energy":
                model.variables.model.add(model.energy.expression <= units)
        return self._run(model, objective, share)

    def _run(self, model: CpSatModel, objective: GraphObjective, share: float) -> Outcome:
        stages = [(False, share)]
        if self._limits.workers == 1:
            stages = [(False, FIRST_SHARE * share), (True, share)]
        outcome = Outcome("unknown", 0.0)
        for interleaved, part in stages:
            if self.timing is not None:
                add_hint(model, *in_this_model(model, self.modes or (), self.timing))
            solver = self._solver(part, interleaved)
            solver.solve(model.variables.model)
            verdict = VERDICTS.get(solver.status_name(), "unknown")
            self.worked += solver.response_proto.deterministic_time
            if verdict in ("optimal", "feasible"):
                self.offer(*_read(model, solver))
            bound = _bound(model, objective, solver)
            outcome = Outcome(verdict, max(bound, outcome.lower_bound))
            if verdict in ("optimal", "infeasible"):
                break
        return outcome

    def _solver(self, share: float, interleaved: bool) -> cp_model.CpSolver:
        solver, limits = cp_model.CpSolver(), self._limits
        parameters = solver.parameters
        parameters.num_workers = limits.workers
        parameters.random_seed = limits.seed
        parameters.cp_model_presolve = limits.presolve
        parameters.interleave_search = interleaved
        if limits.seconds is None:
            parameters.max_deterministic_time = share * max(0.0, limits.work - self.worked)
        else:
            left = limits.seconds - (monotonic() - self._began)
            parameters.max_time_in_seconds = share * max(0.0, left)
        return solver


def _bound(model: CpSatModel, objective: GraphObjective, solver: cp_model.CpSolver) -> float:
    """What no solution of the model is below: ticks, or joules."""
    if objective == "makespan":
        return float(max(0, ceil(solver.best_objective_bound - 1e-6)))
    return max(0.0, model.energy.joules(solver.best_objective_bound))


def _read(model: CpSatModel, solver: cp_model.CpSolver) -> tuple[tuple[int, ...], Timing]:
    """The schedule in a solution, everything as early as its order allows."""
    variables = model.variables
    modes = variables.modes_in(solver)
    starts = tuple(solver.value(start) for start in variables.starts)
    finishes = tuple(solver.value(finish) for finish in variables.finishes)
    left = [finishes[edge.source] for edge in variables.problem.edges]
    transfers = transfer_order(model.crossings, solver, left)
    return modes, play(variables.problem, modes, Timing(starts, finishes, ()).order, transfers)


def search(
    problem: GraphProblem, known: Sequence[tuple[tuple[int, ...], Timing]], limits: Limits
) -> tuple[Search, Outcome]:
    """Minimise the objective of ``problem``, then among ties the other one.

    Links that share their rate are looked at twice: with transfers that ignore each other, for
    the bound, and with transfers that never meet, for schedules.
    """
    run = Search(problem, limits)
    for modes, timing in known:
        run.offer(modes, timing)
    fair = any(link.sharing == "fair" for link in problem.links)
    outcome = run.minimise(problem.objective, share=0.5 if fair else 1.0)
    if outcome.verdict == "infeasible":
        return run, outcome
    if fair and (run.timing is None or run.value() > outcome.lower_bound):
        run.minimise(problem.objective, queue_fair=True)
    if run.timing is not None and outcome.verdict == "optimal" and _other_counts(problem):
        other: GraphObjective = "energy" if problem.objective == "makespan" else "makespan"
        run.minimise(other, share=0.5, keep_value=True)
    return run, outcome


def _other_counts(problem: GraphProblem) -> bool:
    """Whether schedules of the same objective may differ in the other one."""
    joules = costs_of(problem).any_j or any(any(edge.energy_j) for edge in problem.edges)
    return problem.objective == "energy" or joules
