"""Searches with CP-SAT for one problem, each from the best schedule so far."""

from collections.abc import Sequence
from math import ceil, floor

from ortools.sat.python import cp_model

from scheduler.graphs.exact.cp_crossings import transfer_order
from scheduler.graphs.exact.cp_hint import add_hint, in_this_model
from scheduler.graphs.exact.cp_model import CpSatModel, build_model, set_objective
from scheduler.graphs.exact.effort import Effort
from scheduler.graphs.exact.horizon import horizon_of
from scheduler.graphs.exact.reduction import reduce
from scheduler.graphs.guard import Verdict, is_better, is_met, objectives
from scheduler.graphs.problem import GraphObjective, GraphProblem
from scheduler.graphs.timed import Timing
from scheduler.graphs.timing import play

VERDICTS: dict[str, Verdict] = {
    "OPTIMAL": "optimal",
    "FEASIBLE": "feasible",
    "INFEASIBLE": "infeasible",
}
"""What the guard calls CP-SAT's statuses; others are ``unknown``."""

Placed = tuple[tuple[int, ...], Timing]
"""Modes and times."""


class Search:
    """The best schedule of a problem so far, the best bound, and what may still be spent."""

    def __init__(self, problem: GraphProblem, effort: Effort) -> None:
        self.problem = problem
        self.effort = effort
        self.best: Placed | None = None
        """The best schedule so far."""
        self.bound = 0.0
        """No schedule has a lower objective."""
        self.infeasible = False
        """CP-SAT says that there is no schedule."""

    def offer(self, modes: Sequence[int], timing: Timing) -> bool:
        """Keep a schedule if it is in time and the best so far; whether it was kept."""
        if timing.makespan > horizon_of(self.problem):
            return False
        placed = tuple(modes), timing
        if self.best is not None and not is_better(
            objectives(self.problem, *placed), objectives(self.problem, *self.best)
        ):
            return False
        self.best = placed
        return True

    def value(self) -> float:
        """The objective of the best schedule so far."""
        assert self.best is not None
        return objectives(self.problem, *self.best)[0]

    def is_closed(self) -> bool:
        """Whether the best schedule meets the bound, or there is none."""
        return self.infeasible or (self.best is not None and is_met(self.bound, self.value()))

    def horizon(self) -> int:
        """No schedule worth looking for ends later."""
        latest = horizon_of(self.problem)
        if self.best is not None and self.problem.objective == "makespan":
            return min(latest, self.best[1].makespan)
        return latest

    def minimise(self, until: float, *, interleaved: bool = False, relaxed: bool = True) -> None:
        """Search for better schedules and for a bound until this share of the effort is spent.

        With ``interleaved`` all strategies of CP-SAT take turns, else its default one searches.
        Unless ``relaxed``, transfers on links that share their rate never meet, which proves
        nothing. Raises ``Infeasible`` if a task is left without a mode.
        """
        model = self._model(self.problem.objective, relaxed)
        verdict, bound = self._run(model, self.problem.objective, until, interleaved)
        if relaxed:
            self.bound = max(self.bound, bound)
            self.infeasible = verdict == "infeasible"

    def break_ties(self, until: float) -> None:
        """Of the schedules as good as the best, search for one that is best in the other sense."""
        other: GraphObjective = "energy" if self.problem.objective == "makespan" else "makespan"
        self._run(self._model(other, relaxed=True), other, until, interleaved=False)

    def _model(self, objective: GraphObjective, relaxed: bool) -> CpSatModel:
        horizon = self.horizon()
        reduction = reduce(self.problem, horizon)
        model = build_model(self.problem, reduction, horizon, queue_fair=not relaxed)
        set_objective(model, objective)
        if self.problem.objective == "energy":
            if self.best is not None:
                most = energy_units(model, self.value()) + 1
                model.variables.model.add(model.energy.expression <= most)
        elif self.bound <= horizon:
            model.variables.model.add(model.variables.makespan >= ceil(self.bound))
        return model

    def _run(
        self, model: CpSatModel, objective: GraphObjective, until: float, interleaved: bool
    ) -> tuple[Verdict, float]:
        if self.best is not None:
            add_hint(model, *in_this_model(model, *self.best))
        limits = self.effort.limits
        solver = new_solver(limits.seed, limits.presolve)
        solver.parameters.num_workers = limits.workers
        solver.parameters.interleave_search = interleaved and limits.workers == 1
        seconds, work = self.effort.until(until)
        if seconds is not None:
            solver.parameters.max_time_in_seconds = seconds
        if work is not None:
            solver.parameters.max_deterministic_time = work
        solver.solve(model.variables.model)
        self.effort.charge(solver.response_proto.deterministic_time)
        verdict = VERDICTS.get(solver.status_name(), "unknown")
        if verdict in ("optimal", "feasible"):
            self.offer(*read(model, solver))
        return verdict, _bound(model, objective, solver)


def new_solver(seed: int, presolve: bool) -> cp_model.CpSolver:
    """CP-SAT with one worker."""
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    solver.parameters.cp_model_presolve = presolve
    return solver


def energy_units(model: CpSatModel, joules: float) -> int:
    """Whole units of energy in so many joules."""
    return floor((joules - model.energy.constant_j) / model.energy.unit_j)


def _bound(model: CpSatModel, objective: GraphObjective, solver: cp_model.CpSolver) -> float:
    """What no solution of the model is below: ticks, or joules."""
    units = solver.best_objective_bound
    if objective == "makespan":
        return float(max(0, ceil(units - 1e-6)))
    return max(0.0, model.energy.joules(units))


def read(model: CpSatModel, solver: cp_model.CpSolver) -> Placed:
    """The schedule in a solution, everything as early as its order allows."""
    variables = model.variables
    modes = variables.modes_in(solver)
    starts = tuple(solver.value(start) for start in variables.starts)
    finishes = tuple(solver.value(finish) for finish in variables.finishes)
    left = [finishes[edge.source] for edge in variables.problem.edges]
    transfers = transfer_order(model.crossings, solver, left)
    return modes, play(variables.problem, modes, Timing(starts, finishes, ()).order, transfers)
