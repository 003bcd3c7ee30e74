"""The best combination of plans under one choice of idle states: branch and price.

Column generation (Gilmore and Gomory 1961; Barnhart et al., "Branch-and-price: column generation
for solving huge integer programs", Operations Research 46(3), 1998, doi:10.1287/opre.46.3.316):
the linear master prices cores, links and memories, a pricing engine answers with each pipeline's
cheapest plan at those prices, until none improves the mix. Then no plan whatever does, and the
relaxation's value is a lower bound. Where its mix is not of whole plans, one part of one plan is
fixed in one branch and forbidden in the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from math import inf

from scheduler.expectation import Assignment
from scheduler.pipelines.branching import MIXED, branches, whole_of
from scheduler.pipelines.budget import Capacity
from scheduler.pipelines.columns import Column, mean_power_w
from scheduler.pipelines.combinations import Combination, Cut, fits, forbids
from scheduler.pipelines.decisions import Decision
from scheduler.pipelines.master import Master, Relaxation
from scheduler.pipelines.pricing import Priced, Pricer, Prices, free
from scheduler.tolerance import FIGURE_RELATIVE

REDUCED = 1e-9
"""A column must improve the mix by this share of the unit of power."""

ITERATIONS = 400
"""Rounds of pricing after which a node is content with its bound."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the search knows under one choice of idle states."""

    columns: Combination | None
    """The best combination; None if none was found."""
    value_w: float
    """Its mean power; infinite without one."""
    bound_w: float
    """No combination that keeps the cuts has less; infinite if there is none at all."""
    shortage: tuple[float, ...] | None
    """By row, if not even a mix of plans is within the limits: what the least short one lacks."""


@dataclass(order=True, slots=True)
class _Node:
    bound_w: float
    number: int
    decisions: tuple[Decision, ...] = field(compare=False)


class Search:
    """Keeps its columns from one call to the next."""

    def __init__(self, pricers: Sequence[Pricer], limits: Capacity, resting_w: float) -> None:
        self._pricers = pricers
        self._limits = limits
        self._resting_w = resting_w
        self._pools: list[dict[Assignment, Column]] = [
            {column.assignment: column for column in pricer.starters()} for pricer in pricers
        ]
        least = [min((abs(c.power_w) for c in pool.values()), default=0.0) for pool in self._pools]
        self._unit_w = sum(least) or resting_w or 1.0
        self._master = Master(limits, len(pricers), self._unit_w)

    @property
    def impossible(self) -> tuple[int, ...]:
        """The pipelines that cannot be run at all under these idle states."""
        return tuple(p for p, pool in enumerate(self._pools) if not pool)

    def least_w(self) -> float:
        """What no combination has less than, limits and cuts aside; infinite if none exists."""
        each = [pricer.price(free(self._limits), ()).bound_w for pricer in self._pricers]
        return self._resting_w + sum(each)

    def best(self, cuts: Sequence[Cut], nodes: int) -> Found:
        """The best combination that no cut forbids, after looking at ``nodes`` nodes at most."""
        if self.impossible:
            return Found(None, inf, inf, None)
        columns, value_w = self._chosen(cuts)
        heap, numbered, looked_at = [_Node(-inf, 0, ())], 1, 0
        floor_w, shortage = inf, None
        while heap and looked_at < nodes and not _closed(heap[0].bound_w, value_w):
            node = heappop(heap)
            looked_at += 1
            relaxed = self._relaxed(node.decisions)
            bound_w = max(node.bound_w, relaxed.bound_w)
            shortage = relaxed.shortage if node.number == 0 else shortage
            if relaxed.mix is None:
                floor_w = min(floor_w, bound_w)
                continue
            pools = self._allowed(node.decisions)
            whole = whole_of(relaxed.mix, pools)
            if whole is not None and self._may(whole, cuts):
                columns, value_w = self._better(whole, columns, value_w)
                floor_w = min(floor_w, bound_w)
                continue
            if looked_at == 1:
                columns, value_w = self._better(self._chosen(cuts)[0], columns, value_w)
            if _closed(bound_w, value_w):
                floor_w = min(floor_w, bound_w)
                continue
            divided = self._divided(whole, cuts)
            onward = branches(relaxed.mix, pools, divided, node.decisions)
            if not onward and whole is None:
                floor_w = min(floor_w, bound_w)
            for decision in onward:
                heappush(heap, _Node(bound_w, numbered, (*node.decisions, decision)))
                numbered += 1
        bound_w = min([value_w, floor_w, *(node.bound_w for node in heap)])
        return Found(columns, value_w, bound_w, shortage if bound_w == inf else None)

    def _chosen(self, cuts: Sequence[Cut]) -> tuple[Combination | None, float]:
        """The best of the columns at hand, and its mean power."""
        columns = self._master.choose([tuple(pool.values()) for pool in self._pools], cuts)
        return self._better(columns, None, inf)

    def _better(
        self, new: Combination | None, old: Combination | None, old_w: float
    ) -> tuple[Combination | None, float]:
        if new is None:
            return old, old_w
        new_w = mean_power_w(self._resting_w, new)
        return (new, new_w) if new_w < old_w else (old, old_w)

    def _divided(self, whole: Combination | None, cuts: Sequence[Cut]) -> tuple[int, ...]:
        """The pipelines to branch on although the mix is whole, for it may not be chosen."""
        if whole is None:
            return ()
        forbidding = [cut for cut in cuts if forbids(cut, whole)]
        return tuple(p for p, _ in forbidding[0]) if forbidding else tuple(range(len(whole)))

    def _may(self, columns: Combination, cuts: Sequence[Cut]) -> bool:
        return fits(columns, self._limits) and not any(forbids(cut, columns) for cut in cuts)

    def _allowed(self, decisions: Sequence[Decision]) -> list[tuple[Column, ...]]:
        """By pipeline: the columns at hand that keep to the decisions."""
        return [
            tuple(
                column
                for column in pool.values()
                if all(d.allows(column.assignment) for d in decisions if d.pipeline == p)
            )
            for p, pool in enumerate(self._pools)
        ]

    def _relaxed(self, decisions: tuple[Decision, ...]) -> "_Relaxed":
        """Price columns into the relaxation of a node until none improves it."""
        if not self._fill(decisions):
            return _Relaxed(None, inf, None)
        bound_w, short = -inf, False
        for _ in range(ITERATIONS):
            mix = self._master.relax(self._allowed(decisions), short=short)
            if mix is None:
                if short:
                    break
                short = True
                continue
            if short and mix.value <= MIXED:
                short = False
                mix = self._master.relax(self._allowed(decisions))
                if mix is None:
                    break
            priced = self._priced(mix.prices, decisions)
            least = sum(one.bound_w for one in priced) - mix.limits_w
            if short and least > MIXED:
                return _Relaxed(None, inf, tuple(mix.shortage.tolist()))
            if not short:
                bound_w = max(bound_w, self._resting_w + least)
            improved = self._add(priced, mix)
            if not short and (not improved or _closed(bound_w, self._resting_w + mix.value)):
                return _Relaxed(mix, bound_w, None)
            if not improved:
                break
        return _Relaxed(None, bound_w, None)

    def _fill(self, decisions: Sequence[Decision]) -> bool:
        """See to it that every pipeline has a column to begin with; whether each has one."""
        for p, pool in enumerate(self._allowed(decisions)):
            if not pool:
                own = [decision for decision in decisions if decision.pipeline == p]
                found = self._pricers[p].price(free(self._limits), own).columns
                if not found:
                    return False
                self._pools[p].update((column.assignment, column) for column in found)
        return True

    def _priced(self, prices: Sequence[Prices], decisions: Sequence[Decision]) -> list[Priced]:
        return [
            pricer.price(own, [decision for decision in decisions if decision.pipeline == p])
            for p, (pricer, own) in enumerate(zip(self._pricers, prices, strict=True))
        ]

    def _add(self, priced: Sequence[Priced], mix: Relaxation) -> bool:
        """Take in what costs less than is due; whether anything did."""
        slack = REDUCED * (1.0 if mix.short else self._unit_w)
        improved = False
        for p, one in enumerate(priced):
            for column in one.columns:
                new = column.assignment not in self._pools[p]
                if new and mix.prices[p].cost(column) < mix.dues[p] - slack:
                    self._pools[p][column.assignment] = column
                    improved = True
        return improved


@dataclass(frozen=True, slots=True)
class _Relaxed:
    """The relaxation of one node."""

    mix: Relaxation | None
    """Its optimum; None if there is no mix within the limits, or none was found."""
    bound_w: float
    """Lower bound on the mean power; infinite if there is provably no mix."""
    shortage: tuple[float, ...] | None
    """By row, what the least short mix lacks, if there is provably none within the limits."""


def _closed(bound_w: float, value_w: float) -> bool:
    """Whether nothing to speak of can be gained."""
    return value_w < inf and bound_w >= value_w - FIGURE_RELATIVE * abs(value_w)
