"""Joules in the CP-SAT model: whole numbers of a small unit, rounded down.

CP-SAT counts in integers. Each cost is divided by the unit and rounded down, so the model's energy
is never above the true one, and a proven bound on it is a bound on the true one. It is below by
less than one unit for each cost that counts. The unit is a power of two such that the largest
possible sum stays below 2**46: with a thousand costs the error is at most 1.5e-11 of that sum.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, frexp, ldexp

from ortools.sat.python import cp_model

from scheduler.graphs.exact.costs import Costs
from scheduler.graphs.exact.cp_crossings import Crossing
from scheduler.graphs.exact.cp_switches import SwitchingCore
from scheduler.graphs.exact.cp_variables import Literal, Variables

BITS = 46
"""The largest sum of costs has so many."""


@dataclass(frozen=True, slots=True)
class EnergyTerms:
    """The energy of a schedule as a sum over variables."""

    expression: cp_model.LinearExprT
    """In units, never above the energy without its constant part."""
    unit_j: float
    """What one unit is worth."""
    constant_j: float
    """What every schedule spends."""
    used: dict[int, Literal]
    """By resource: whether any task holds it, where that costs something."""
    busy: dict[int, cp_model.IntVar]
    """By resource of several units: an upper bound on the ticks at which anything runs on it."""

    def joules(self, units: float) -> float:
        """At least what a sum of ``units`` is worth, and less than a unit a cost above it."""
        return self.constant_j + units * self.unit_j


def energy_terms(
    variables: Variables,
    costs: Costs,
    crossings: Sequence[Crossing],
    switching: Sequence[SwitchingCore],
) -> EnergyTerms:
    """The energy of ``variables``; adds what says which resources are used at all."""
    rows: list[
        tuple[float, cp_model.IntVar, int]
    ] = []  # joules a unit of it, variable, its largest
    for task, kept in enumerate(variables.reduction.modes):
        for at, k in enumerate(kept):
            rows.append((costs.mode_j[task][k], variables.chosen[task][at], 1))
    for crossing in crossings:
        prices = variables.problem.edges[crossing.edge].energy_j
        for link, crosses in crossing.links:
            rows.append((prices[link] if prices else 0.0, crosses, 1))
    used = {}
    for resource, joules in enumerate(costs.used_j):
        holders = [
            literal
            for task in range(len(variables.starts))
            if (literal := variables.holding(task, resource)) is not None
        ]
        if joules and holders:
            used[resource] = any_holds = variables.model.new_bool_var("")
            variables.model.add_bool_or(*holders, ~any_holds)
            for holder in holders:
                variables.model.add_implication(holder, any_holds)
            rows.append((joules, any_holds, 1))
    for core in switching:
        joules = costs.switch_j[core.resource]
        rows.extend((joules, switched, 1) for switched in core.switched.values())
    busy = _add_busy(variables, costs)
    rows.extend((-costs.busy_j[r], variable, variables.horizon) for r, variable in busy.items())
    rows = [row for row in rows if row[0]]
    largest = sum(abs(joules) * most for joules, _, most in rows)
    unit_j = ldexp(1.0, frexp(largest)[1] - BITS) if largest else 1.0
    expression = cp_model.LinearExpr.weighted_sum(
        [variable for _, variable, _ in rows],
        [floor(joules / unit_j) for joules, _, _ in rows],
    )
    return EnergyTerms(expression, unit_j, costs.constant_j, used, busy)


def _add_busy(variables: Variables, costs: Costs) -> dict[int, cp_model.IntVar]:
    """What runs on a resource of several units keeps it busy for at most the sum of its tasks."""
    found = {}
    for resource, joules in enumerate(costs.busy_j):
        if not joules:
            continue
        rows = [
            (variables.tables.ticks[task][k], variables.chosen[task][at])
            for task, kept in enumerate(variables.reduction.modes)
            for at, k in enumerate(kept)
            if variables.problem.tasks[task].modes[k].holds[resource]
        ]
        found[resource] = variable = variables.model.new_int_var(0, variables.horizon, "")
        variables.model.add(variable <= variables.makespan)
        variables.model.add(variable <= sum(ticks * literal for ticks, literal in rows))
    return found
