"""Pricing chains: shortest paths first, and the exact planner of chains where limits bind."""

from collections.abc import Sequence
from dataclasses import replace
from math import inf

import numpy as np

from devicemodels.cost import NANOSECONDS_PER_SECOND
from scheduler.chains.moves import Prices as ChainPrices
from scheduler.chains.optimum import optimise
from scheduler.expectation import Assignment
from scheduler.feasibility import is_feasible
from scheduler.infeasible import Infeasible
from scheduler.pipelines.budget import WORST_CASE, Counted, capacity
from scheduler.pipelines.columns import Column, make_column
from scheduler.pipelines.decisions import Decision, restrict
from scheduler.pipelines.priced_chain import CheapestPaths, Floats, PricedChain
from scheduler.pipelines.pricing import Priced, Prices, free
from scheduler.pipelines.repricing import repriced, rests
from scheduler.problem import Problem

HURRY = tuple(10.0**exponent for exponent in range(-3, 4))
"""Prices of a whole period of latency at which a pipeline's first columns are found, in terms of
the power of its cheapest one."""

STEPS = 20
"""Prices of time that are tried at most where the deadline binds."""

ROUNDING = 1e-12
"""Relative: two sums of the same costs differ by this at most."""


_Question = tuple[Prices, tuple[Decision, ...]]

_Bounds = tuple[Floats, dict[Assignment, Column]]


class ChainPricer:
    """The cheapest plans of a pipeline of any length."""

    def __init__(self, problem: Problem, idle: tuple[int, ...], counted: Counted) -> None:
        required = replace(problem.requirements, objective="energy")
        self._problem = replace(problem, requirements=required)
        self._idle = idle
        self._counted = counted
        self._last: tuple[_Question, _Bounds] | None = None
        """Asked in a hurry, and then again exactly."""
        self._free = free(capacity(problem.platform, WORST_CASE))
        self._chain = PricedChain(self._problem, idle, counted)

    def starters(self) -> tuple[Column, ...]:
        """Pareto points of power against latency: the cheapest plans at several prices of time."""
        cheapest = CheapestPaths(self._chain, self._free)
        unit_w = abs(float(cheapest.least_w.min()))
        found: dict[Assignment, Column] = {}
        if 0.0 < unit_w < inf:
            for hurry in HURRY:
                self._first(CheapestPaths(self._chain, self._free, (), hurry * unit_w), found)
        return tuple(found.values())

    def price(self, prices: Prices, decisions: Sequence[Decision], *, exact: bool = True) -> Priced:
        """Cheap plans, and a bound that leaves the price of activation buffers out."""
        own = replace(prices, activations=(0.0,) * len(prices.activations))
        if self._last is None or self._last[0] != (own, tuple(decisions)):
            self._last = (own, tuple(decisions)), self._bounds(own, decisions)
        bounds_w, found = self._last[1]
        best_w = min((own.cost(column) for column in found.values()), default=inf)
        for gates in np.argsort(bounds_w, kind="stable").tolist():
            if not exact or bounds_w[gates] >= best_w:
                break
            value_w, assignment = self._best(own, decisions, gates)
            bounds_w[gates] = max(float(bounds_w[gates]), value_w)
            best_w = min(best_w, float(bounds_w[gates]))
            if assignment is not None and is_feasible(self._problem, assignment):
                found[assignment] = self._column(assignment)
        least_w = min(best_w, float(bounds_w.min()))
        slack_w = ROUNDING * abs(least_w) if least_w < inf else 0.0
        return Priced(least_w - slack_w, tuple(sorted(found.values(), key=prices.cost)))

    def _bounds(self, prices: Prices, decisions: Sequence[Decision]) -> _Bounds:
        """A lower bound on the cost of each choice of gates, and plans that turned up meanwhile.

        If the cheapest path of all takes too long, time is priced until it does not, by the
        iteration of Juettner et al., "Lagrange relaxation based method for the QoS routing
        problem", INFOCOM 2001, doi:10.1109/INFCOM.2001.916277.
        """
        deadline = self._problem.limits.latency_max_ns / self._problem.period_ns
        found: dict[Assignment, Column] = {}
        paths = CheapestPaths(self._chain, prices, decisions)
        bounds_w = paths.least_w
        late = self._first(paths, found)
        if late is None or not self._is_late(late):
            return bounds_w, found
        fastest = CheapestPaths(self._chain, replace(self._free, power=0.0), decisions, 1.0)
        bounds_w = np.where(fastest.least_w > deadline * (1.0 + ROUNDING), np.inf, bounds_w)
        early = self._first(fastest, found)
        for _ in range(STEPS):
            if early is None or self._is_late(early):
                break
            saved = (late.latency_ns - early.latency_ns) / self._problem.period_ns
            hurry_w = (prices.cost(early) - prices.cost(late)) / saved
            if hurry_w <= 0.0:
                break
            paths = CheapestPaths(self._chain, prices, decisions, hurry_w)
            bounds_w = np.maximum(bounds_w, paths.least_w - hurry_w * deadline)
            column = self._first(paths, found)
            if column is None or column in (late, early):
                break
            late, early = (column, early) if self._is_late(column) else (late, column)
        return bounds_w, found

    def _first(self, paths: CheapestPaths, found: dict[Assignment, Column]) -> Column | None:
        """The column of the cheapest path, kept in ``found`` if it is feasible."""
        gates = int(np.argmin(paths.least_w))
        if paths.least_w[gates] == inf:
            return None
        column = self._column(paths.assignment(gates))
        if is_feasible(self._problem, column.assignment):
            found[column.assignment] = column
        return column

    def _is_late(self, column: Column) -> bool:
        return column.latency_ns > self._problem.limits.latency_max_ns

    def _best(
        self, prices: Prices, decisions: Sequence[Decision], gates: int
    ) -> tuple[float, Assignment | None]:
        """With one choice of gates and all limits: a lower bound in watts, and what has it."""
        only = Decision(0, "gates", 0, gates, True)
        problem, _ = restrict(self._problem, (*(d for d in decisions if d.kind != "gates"), only))
        reach = None if self._counted == "expected" else problem.reach(0)
        priced = rests(repriced(problem, prices, reach), self._idle)
        limits = replace(priced.limits, energy_j=inf, energy_delay_js=inf)  # of energies unpriced
        period_s = problem.period_ns / NANOSECONDS_PER_SECOND
        platform = problem.platform
        bytes_j = tuple(price * period_s for price in prices.weights)
        paid = ChainPrices((0.0,) * len(platform.cores), (0.0,) * len(platform.links), bytes_j)
        try:
            solution = optimise(replace(priced, limits=limits), prices=paid)
        except Infeasible:
            return inf, None
        bound_w = solution.lower_bound / period_s
        resting_w = platform.rail.power_w + sum(row[0] for row in priced.idle_power_w)
        own = replace(solution.assignment, idle=self._idle, gates=gates)
        return bound_w - resting_w - ROUNDING * abs(bound_w), own

    def _column(self, assignment: Assignment) -> Column:
        return make_column(self._problem, assignment, self._counted)
