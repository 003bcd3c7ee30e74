"""The relaxation under one choice of idle states: columns priced in until none improves the mix.

Column generation (Gilmore and Gomory, "A linear programming approach to the cutting-stock
problem", Operations Research 9(6), 1961, doi:10.1287/opre.9.6.849): the linear master prices
cores, links and memories, a pricing engine answers with each pipeline's cheapest plans at those
prices. When none improves the mix, no plan whatever does. What all pipelines pay at least, less
what the limits are worth, bounds every mix from below at any prices (Lasdon, "Optimization Theory
for Large Systems", 1970).
"""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from math import inf

from scheduler.expectation import Assignment
from scheduler.pipelines.budget import Capacity
from scheduler.pipelines.columns import Column, mean_power_w
from scheduler.pipelines.combinations import Combination, Cut
from scheduler.pipelines.decisions import Decision
from scheduler.pipelines.master import MIXED, Master, Relaxation
from scheduler.pipelines.pricing import Priced, Pricer, free
from scheduler.tolerance import FIGURE_RELATIVE

REDUCED = 1e-9
"""A column must improve the mix by this share of the unit that it is measured in."""

ITERATIONS = 400
"""Rounds of pricing after which a node is content with its bound."""


@dataclass(frozen=True, slots=True)
class Relaxed:
    """The relaxation under some decisions."""

    mix: Relaxation | None
    """Its optimum; None if there is no mix within the limits, or none was found."""
    bound_w: float
    """Lower bound on the mean power; infinite if there is provably no mix."""
    shortage: tuple[float, ...] | None
    """By row, what the least short mix lacks, if there is provably none within the limits."""


class Relaxing:
    """The columns known under one choice of idle states; they only ever become more."""

    def __init__(self, pricers: Sequence[Pricer], limits: Capacity, resting_w: float) -> None:
        self._pricers = pricers
        self._limits = limits
        self._resting_w = resting_w
        self._pools: list[dict[Assignment, Column]] = [{} for _ in pricers]
        self._master = Master(limits, len(pricers))
        self._started = False
        self.impossible: tuple[int, ...] = ()
        """The pipelines that cannot be run at all under these idle states."""
        self.least_w = resting_w
        """What no combination has less than, limits aside; infinite if none exists."""
        for p, pricer in enumerate(pricers):
            cheapest = pricer.price(free(limits), ())
            self._take(p, cheapest.columns)
            self.least_w += cheapest.bound_w
            if cheapest.bound_w == inf:
                self.impossible += (p,)

    def within(self, limits: Capacity) -> "Relaxing":
        """The same columns, those found later included, within other limits."""
        other = copy(self)
        other._limits = limits
        other._master = Master(limits, len(self._pricers))
        return other

    def mean_power_w(self, columns: Combination) -> float:
        """Of the device."""
        return mean_power_w(self._resting_w, columns)

    def chosen(self, cuts: Sequence[Cut]) -> Combination | None:
        """The best combination of the columns known that no cut forbids."""
        return self._master.choose([tuple(pool.values()) for pool in self._pools], cuts)

    def allowed(self, decisions: Sequence[Decision]) -> list[tuple[Column, ...]]:
        """By pipeline: the columns known that keep to the decisions."""
        return [
            tuple(
                column
                for column in pool.values()
                if all(d.allows(column.assignment) for d in decisions if d.pipeline == p)
            )
            for p, pool in enumerate(self._pools)
        ]

    def relaxed(self, decisions: tuple[Decision, ...]) -> Relaxed:
        """Price columns into the relaxation under some decisions until none improves it."""
        self._start()
        if not self._fill(decisions):
            return Relaxed(None, inf, None)
        bound_w, short = -inf, False
        for _ in range(ITERATIONS):
            mix = self._master.relax(self.allowed(decisions), short=short)
            if short and mix is not None and mix.value <= MIXED:
                mix = self._master.relax(self.allowed(decisions))
                short = False
            if mix is None and short:
                break
            if mix is None:
                short = True
                continue
            improved, least = self._improve(mix, decisions)
            if short and not improved:
                lacks = tuple(mix.shortage.tolist())
                return Relaxed(None, inf, lacks) if least > MIXED else Relaxed(None, bound_w, None)
            if not short:
                bound_w = max(bound_w, self._resting_w + least)
                if not improved or closed(bound_w, self._resting_w + mix.value):
                    return Relaxed(mix, bound_w, None)
        return Relaxed(None, bound_w, None)

    def _start(self) -> None:
        """Take in the Pareto points of every pipeline, the first time."""
        if not self._started:
            for p, pricer in enumerate(self._pricers):
                self._take(p, pricer.starters())
            self._started = True

    def _take(self, pipeline: int, columns: Sequence[Column]) -> None:
        self._pools[pipeline].update((column.assignment, column) for column in columns)

    def _fill(self, decisions: Sequence[Decision]) -> bool:
        """See to it that every pipeline has a column to begin with; whether each has one."""
        for p, pool in enumerate(self.allowed(decisions)):
            if not pool:
                own = [decision for decision in decisions if decision.pipeline == p]
                found = self._pricers[p].price(free(self._limits), own).columns
                if not found:
                    return False
                self._take(p, found)
        return True

    def _improve(self, mix: Relaxation, decisions: Sequence[Decision]) -> tuple[bool, float]:
        """Price at the prices of a mix, exactly only if need be.

        Returns whether a column was found that improves the mix, and a lower bound on the value
        of every mix.
        """
        improved, least = False, -inf
        for exact in (False, True):
            priced = [
                pricer.price(own, [d for d in decisions if d.pipeline == p], exact=exact)
                for p, (pricer, own) in enumerate(zip(self._pricers, mix.prices, strict=True))
            ]
            least = sum(one.bound_w for one in priced) - mix.limits_w
            improved = self._add(priced, mix)
            if improved or closed(self._resting_w + least, self._resting_w + mix.value):
                break
        return improved, least

    def _add(self, priced: Sequence[Priced], mix: Relaxation) -> bool:
        """Take in what costs less than is due; whether anything did."""
        improved = False
        for p, one in enumerate(priced):
            for column in one.columns:
                new = column.assignment not in self._pools[p]
                if new and mix.prices[p].cost(column) < mix.dues[p] - REDUCED * mix.unit:
                    self._take(p, (column,))
                    improved = True
        return improved


def closed(bound_w: float, value_w: float) -> bool:
    """Whether nothing to speak of can be gained."""
    return value_w < inf and bound_w >= value_w - FIGURE_RELATIVE * abs(value_w)
