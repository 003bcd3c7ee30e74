"""A graph problem as a CP-SAT model: optional intervals for modes, transfers and links.

The model after Perron and Didier's flexible job shop and multi-mode project scheduling in CP-SAT,
with communication, wake-ups, changes of operating point and joules; with load and critical-path
cuts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ortools.sat.python import cp_model

from scheduler.graphs.exact.costs import costs_of
from scheduler.graphs.exact.cp_crossings import Crossing, add_edges
from scheduler.graphs.exact.cp_energy import EnergyTerms, energy_terms
from scheduler.graphs.exact.cp_load import add_load_cuts
from scheduler.graphs.exact.cp_switches import SwitchingCore, add_switches
from scheduler.graphs.exact.cp_variables import Variables
from scheduler.graphs.exact.interchangeable import interchangeable_cores
from scheduler.graphs.exact.precedence import needless_edges, predecessors
from scheduler.graphs.exact.reduction import Reduction
from scheduler.graphs.problem import GraphObjective, GraphProblem
from scheduler.tolerance import ACCURACY_SLACK

LOSS_UNIT = 2.0**-50
"""Accuracy losses are counted in these, rounded up: a thousand of them stay within the slack that
an accuracy floor has anyway."""


@dataclass(frozen=True, slots=True)
class CpSatModel:
    """The model and what its variables mean."""

    variables: Variables
    """Modes and times, and the model itself."""
    crossings: tuple[Crossing, ...]
    """Edges that may cross a link."""
    switching: tuple[SwitchingCore, ...]
    """Cores whose changes of operating point count."""
    energy: EnergyTerms
    """Joules as a sum over variables."""
    groups: tuple[tuple[int, ...], ...] = field(default=())
    """Cores that may be swapped: the first task that runs on any of them takes the first."""


def build_model(
    problem: GraphProblem, reduction: Reduction, horizon: int, *, queue_fair: bool = False
) -> CpSatModel:
    """The model of every schedule of at most ``horizon`` ticks, without an objective.

    For ``queue_fair`` see `scheduler.graphs.exact.cp_crossings.add_edges`.
    """
    variables = Variables(problem, reduction, horizon)
    before = predecessors(problem)
    crossings = add_edges(variables, needless_edges(problem, before), queue_fair=queue_fair)
    _add_resources(variables)
    _add_budgets(variables)
    switching = add_switches(variables, before)
    add_load_cuts(variables, crossings)
    energy = energy_terms(variables, costs_of(problem), crossings, switching)
    groups = interchangeable_cores(problem)
    for group in groups:
        _break_symmetry(variables, group)
    return CpSatModel(variables, crossings, switching, energy, groups)


def set_objective(model: CpSatModel, objective: GraphObjective) -> None:
    """Minimise ticks, or units of energy."""
    variables = model.variables
    variables.model.minimize(
        variables.makespan if objective == "makespan" else model.energy.expression
    )


def _add_resources(variables: Variables) -> None:
    """One task at a time on cores, and no more units held than there are elsewhere."""
    model, problem = variables.model, variables.problem
    rows: list[list[tuple[cp_model.IntervalVar, int]]] = [[] for _ in problem.resources]
    for task, kept in enumerate(variables.reduction.modes):
        for at, k in enumerate(kept):
            mode = problem.tasks[task].modes[k]
            held = [
                (resource, units)
                for resource, units in enumerate(mode.holds)
                if units and (mode.ticks or problem.resources[resource].capacity == 1)
            ]
            if not held:
                continue
            interval = model.new_optional_interval_var(
                variables.starts[task],
                mode.ticks,
                variables.finishes[task],
                variables.chosen[task][at],
                "",
            )
            for resource, units in held:
                rows[resource].append((interval, units))
    for row, limit in zip(rows, problem.resources, strict=True):
        intervals = [interval for interval, _ in row]
        if limit.capacity == 1:
            model.add_no_overlap(intervals)
        elif row:
            model.add_cumulative(intervals, [units for _, units in row], limit.capacity)


def _add_budgets(variables: Variables) -> None:
    model, problem = variables.model, variables.problem
    rows = [
        (task.modes[k], literal)
        for task, kept, chosen in zip(
            problem.tasks, variables.reduction.modes, variables.chosen, strict=True
        )
        for k, literal in zip(kept, chosen, strict=True)
    ]
    for b, budget in enumerate(problem.budgets):
        used = [(mode.uses[b], literal) for mode, literal in rows if mode.uses and mode.uses[b]]
        model.add(sum(units * literal for units, literal in used) <= budget.size)
    if problem.loss_budget is not None:
        lost = [
            (-int(-mode.accuracy_loss // LOSS_UNIT), literal)
            for mode, literal in rows
            if mode.accuracy_loss
        ]
        allowed = int((problem.loss_budget + ACCURACY_SLACK) // LOSS_UNIT)
        model.add(sum(units * literal for units, literal in lost) <= allowed)


def _break_symmetry(variables: Variables, group: Sequence[int]) -> None:
    """A task may run on a core of the group only if a task before it runs on the one before."""
    for lower, core in pairwise(group):
        earlier: list[cp_model.IntVar] = []
        for task in range(len(variables.starts)):
            here = variables.holding(task, core)
            if here is not None:
                variables.model.add_bool_or(*earlier, ~here)
            below = variables.holding(task, lower)
            if below is not None:
                earlier.append(below)
