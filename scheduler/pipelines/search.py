"""The best combination of plans over all choices of idle states: branch and price.

Barnhart et al., "Branch-and-price: column generation for solving huge integer programs",
Operations Research 46(3), 1998, doi:10.1287/opre.46.3.316: where the mix of the relaxation is not
of whole plans, one part of one plan is fixed in one branch and forbidden in the other. The choices
of idle states are the first branches. Nodes are looked at in order of their lower bounds, and the
tree is kept when a combination is cut off later.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from math import inf

from scheduler.pipelines.branching import branches, whole_of
from scheduler.pipelines.budget import Capacity
from scheduler.pipelines.combinations import Combination, Cut, fits, forbids
from scheduler.pipelines.decisions import Decision
from scheduler.pipelines.relaxing import Relaxing, closed

CHOOSE_EVERY = 16
"""Nodes between two looks for the best combination of the columns known so far."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the search knows."""

    columns: Combination | None
    """The best combination; None if none was found."""
    value_w: float
    """Its mean power; infinite without one."""
    bound_w: float
    """No combination that keeps the cuts has less; infinite if there is none at all."""


@dataclass(order=True, frozen=True, slots=True)
class _Node:
    bound_w: float
    number: int
    idle: int = field(compare=False)
    decisions: tuple[Decision, ...] = field(compare=False)


class Search:
    """The tree over all choices of idle states, with all that was found so far."""

    def __init__(self, idle: Sequence[Relaxing], limits: Capacity, nodes: int) -> None:
        self._idle = idle
        self._limits = limits
        self._left = nodes
        self._open = [
            _Node(one.least_w, number, number, ())
            for number, one in enumerate(idle)
            if not one.impossible
        ]
        heapify(self._open)
        self._numbered = len(idle)
        self._whole: list[tuple[_Node, Combination]] = []
        """Nodes whose best mix is a combination that was allowed when they were looked at."""
        self._given_up_w = inf
        """Bound of all nodes that could neither be solved nor branched."""
        self._opened: dict[int, None] = {}
        self._best: Combination | None = None
        self._best_w = inf
        self._shortages: list[tuple[float, ...] | None] = []

    @property
    def shortage(self) -> tuple[float, ...] | None:
        """By row, what the least short mix of all lacks, if none is known to be within limits."""
        known = [shortage for shortage in self._shortages if shortage is not None]
        return min(known, key=sum) if known and len(known) == len(self._shortages) else None

    def best(self, cuts: Sequence[Cut]) -> Found:
        """The best combination that no cut forbids, as far as it can be found."""
        for node, _ in [one for one in self._whole if not self._may(one[1], cuts)]:
            heappush(self._open, node)
        self._whole = [one for one in self._whole if self._may(one[1], cuts)]
        self._best, self._best_w = None, inf
        for node, columns in self._whole:
            self._offer(node.idle, columns)
        self._choose(cuts)
        while self._open and self._left > 0 and not closed(self._open[0].bound_w, self._best_w):
            self._look_at(heappop(self._open), cuts)
            if self._left % CHOOSE_EVERY == 0:
                self._choose(cuts)
        if self._left <= 0:
            self._choose(cuts)
        bounds = (node.bound_w for node in (*self._open, *(node for node, _ in self._whole)))
        bound_w = min([self._best_w, self._given_up_w, *bounds])
        return Found(self._best, self._best_w, bound_w)

    def _look_at(self, node: _Node, cuts: Sequence[Cut]) -> None:
        """Solve a node's relaxation, and branch if that says too little."""
        self._left -= 1
        first = node.idle not in self._opened
        self._opened[node.idle] = None
        relaxing = self._idle[node.idle]
        relaxed = relaxing.relaxed(node.decisions)
        if first:
            self._choose(cuts)
            self._shortages.append(relaxed.shortage)
        bound_w = max(node.bound_w, relaxed.bound_w)
        if relaxed.mix is None:
            self._given_up_w = min(self._given_up_w, bound_w)
            return
        pools = relaxing.allowed(node.decisions)
        whole = whole_of(relaxed.mix, pools)
        if whole is not None and self._may(whole, cuts):
            self._offer(node.idle, whole)
            self._whole.append((_Node(bound_w, node.number, node.idle, node.decisions), whole))
            return
        onward = branches(relaxed.mix, pools, self._divided(whole, cuts), node.decisions)
        if not onward and whole is None:
            self._given_up_w = min(self._given_up_w, bound_w)
        for decision in onward:
            self._numbered += 1
            child = (*node.decisions, decision)
            heappush(self._open, _Node(bound_w, self._numbered, node.idle, child))

    def _choose(self, cuts: Sequence[Cut]) -> None:
        """See whether the columns known so far make a better combination."""
        for idle in self._opened:
            columns = self._idle[idle].chosen(cuts)
            if columns is not None:
                self._offer(idle, columns)

    def _offer(self, idle: int, columns: Combination) -> None:
        value_w = self._idle[idle].mean_power_w(columns)
        if value_w < self._best_w:
            self._best, self._best_w = columns, value_w

    def _divided(self, whole: Combination | None, cuts: Sequence[Cut]) -> tuple[int, ...]:
        """The pipelines to branch on although the mix is whole, for it may not be chosen."""
        if whole is None:
            return ()
        forbidding = [cut for cut in cuts if forbids(cut, whole)]
        return tuple(p for p, _ in forbidding[0]) if forbidding else tuple(range(len(whole)))

    def _may(self, columns: Combination, cuts: Sequence[Cut]) -> bool:
        return fits(columns, self._limits) and not any(forbids(cut, columns) for cut in cuts)
