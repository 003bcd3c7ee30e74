"""The best way through a chain, proved: bounds first, then labels where the bounds leave a choice.

Each branch gets the best Lagrangian bound. The ways that turn up meanwhile, and a beam of labels,
give plans to beat; only moves that could still beat them are written out as a graph, and the exact
pass over that graph settles the branch. Branches come in order of their bounds, so most are never
looked into.
"""

from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from math import inf, isfinite

import numpy as np

from scheduler.chains.branches import Branch, Relaxation, Relaxed, idle_choices, sets_of_ends
from scheduler.chains.goals import Bounds, Goal
from scheduler.chains.graph import Region, surviving
from scheduler.chains.inquiry import carried, question
from scheduler.chains.model import Chain, Resting
from scheduler.chains.passes import TooManyLabels, run
from scheduler.chains.regions import SLACK, Limited, better, each_limit, under_hyperbola, weights_of
from scheduler.chains.tables import Floats, Integers
from scheduler.expectation import Assignment
from scheduler.kernels.arcs import ENERGY, MAX, MEAN, MEMORY

BEAM = 1500
"""Labels of a layer in the passes that look for a plan to beat."""

WIDE = 1e-4
"""Relative distance between bound and plan above which a beam is worth its while."""


@dataclass(frozen=True, slots=True)
class Way:
    """One plan for a chain."""

    key: tuple[float, float, float]
    """The goal in its unit, worst-case latency, energy: what the best plan has least of."""
    figures: Floats
    """All its figures, energy without the standing energy."""
    resting: Resting
    """Under which idle states."""
    moves: Integers
    """By segment."""
    transitions: Integers
    """By gate."""

    def assignment(self) -> Assignment:
        """Its decisions."""
        return self.resting.assignment(self.moves, self.transitions)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a search came to."""

    best: Way | None
    """The best plan found; None if there is none."""
    bound: float
    """No plan is better; infinity if there is none."""
    labels: int
    """How many labels it took."""


def minimise(
    chain: Chain, goal: Goal, bounds: Bounds, *, gap: float = 0.0, stop_at: float = -inf
) -> Answer:
    """The best plan within ``bounds``, proved up to a relative ``gap``.

    Stops early at a plan whose goal is at most ``stop_at``.
    """
    return _Search(chain, goal, bounds, gap, stop_at).run()


def lagrangian_bound(chain: Chain, goal: Goal, bounds: Bounds) -> float:
    """What no plan within ``bounds`` has less of, without looking for one."""
    return _Search(chain, goal, bounds, 0.0, -inf).bound()


class _Search:
    def __init__(
        self, chain: Chain, goal: Goal, bounds: Bounds, gap: float, stop_at: float
    ) -> None:
        self._chain, self._goal, self._bounds = chain, goal, bounds
        self._gap, self._stop_at = gap, stop_at
        self._relaxation = Relaxation(chain, goal, bounds)
        self._best: Way | None = None
        self._labels = 0
        self._lowest = inf
        self._active: set[int] = set()

    def run(self) -> Answer:
        """Go through the branches in order of their bounds."""
        waiting = self._branches()
        while waiting:
            bound, order, branch, relaxed = heappop(waiting)
            if bound == inf or self._hopeless(bound) or self._enough():
                self._lowest = min(self._lowest, bound)
                break
            resting = self._chain.resting(branch.idle)
            if relaxed is None:
                relaxed = self._relaxation.of(resting, branch.ends)
                self._offer_paths(resting, relaxed)
                heappush(waiting, (max(bound, relaxed.bound), order, branch, relaxed))
            elif self._best is None:
                if not self._find_some(relaxed):
                    return Answer(None, inf, self._labels)
                heappush(waiting, (bound, order, branch, relaxed))
            else:
                self._lowest = min(self._lowest, self._settle(branch, resting, relaxed))
        if self._best is None:
            return Answer(None, inf, self._labels)
        return Answer(self._best, min(self._lowest, self._best.key[0]), self._labels)

    def bound(self) -> float:
        """The least bound of any branch."""
        waiting = self._branches()
        while True:
            bound, order, branch, relaxed = heappop(waiting)
            if relaxed is not None or bound == inf:
                return bound
            relaxed = self._relaxation.of(self._chain.resting(branch.idle), branch.ends)
            heappush(waiting, (max(bound, relaxed.bound), order, branch, relaxed))

    def _branches(self) -> list[tuple[float, int, Branch, Relaxed | None]]:
        """Every branch with a bound at the prices of one of them."""
        chain = self._chain
        choices, sets = idle_choices(chain.problem), sets_of_ends(chain, self._bounds)
        first = min(choices, key=chain.problem.idle_power)
        resting = chain.resting(first)
        known = self._relaxation.of(resting, None)
        self._offer_paths(resting, known)
        waiting: list[tuple[float, int, Branch, Relaxed | None]] = []
        for idle in choices:
            bounds = self._relaxation.at(chain.resting(idle), sets, known)
            for ends, bound in zip(sets, bounds, strict=True):
                waiting.append((bound, len(waiting), Branch(idle, ends), None))
        heapify(waiting)
        return waiting

    def _settle(self, branch: Branch, resting: Resting, relaxed: Relaxed) -> float:
        """Find the best plan of a branch if it beats the best so far; a bound on the branch."""
        within = self._relaxation.within(resting)
        self._active |= set(relaxed.strained)
        wide = self._value() - relaxed.bound > WIDE * abs(self._value())
        for beam in (BEAM, None) if wide else (None,):
            while True:
                try:
                    exceeded = self._look(branch, resting, relaxed, within, beam)
                except TooManyLabels:
                    return relaxed.bound
                if not exceeded - self._active:
                    break
                self._active |= exceeded
        return max(relaxed.bound, self._value() * (1.0 - self._gap))

    def _look(
        self,
        branch: Branch,
        resting: Resting,
        relaxed: Relaxed,
        within: Limited,
        beam: int | None,
    ) -> set[int]:
        """One pass over what may beat the best plan; limits that its answer exceeds."""
        share = self._gap / 2.0
        region = self._region(resting, relaxed, within, self._value() * (1.0 - share))
        limits = each_limit(within, self._chain.figures)
        product = self._product_limit(resting, within)
        figures = carried(self._goal, self._active, self._bounds)
        graph = surviving(resting, [region, *product, *limits], figures, branch.ends)
        held = [group for f, group in zip(within.figures, limits, strict=True) if f in self._active]
        asked = question(
            graph, self._goal, self._active, self._bounds, within, [region, *product, *held],
            debt=share * self._best_total(resting), beam=beam,
        )  # fmt: skip
        found = run(graph, asked)
        self._labels += found.count
        taken = found.ways(np.arange(len(found.figures)))
        ways = [
            way
            for way in (self._way(resting, *chosen) for chosen in zip(*taken, strict=True))
            if self._bounds.keeps_product(way.figures, resting.standing_j)
        ]
        if not ways:
            return set()
        best = min(ways, key=lambda way: way.key)
        exceeded = self._exceeded(best)
        if not exceeded - self._active:
            self._take(best, ties=beam is None)
        return exceeded

    def _region(self, resting: Resting, relaxed: Relaxed, within: Limited, value: float) -> Region:
        """Where a plan of at most that value lies."""
        count = self._chain.figures
        least = self._least(resting) if self._goal.product else (0.0, 0.0)
        return better(self._goal, value, resting.standing_j, within, relaxed.prices, count, least)

    def _product_limit(self, resting: Resting, within: Limited) -> list[Region]:
        limit, count = self._bounds.energy_delay, self._chain.figures
        if not isfinite(limit):
            return []
        free = np.zeros(len(within.figures))
        least = self._least(resting)
        return [under_hyperbola(limit, resting.standing_j, within, free, count, least)]

    def _least(self, resting: Resting) -> tuple[float, float]:
        """Least energy and least mean latency of any way."""
        energy, mean = (
            resting.least(weights_of(Goal((f,)), self._chain.figures))[0] for f in (ENERGY, MEAN)
        )
        return resting.standing_j + energy, mean

    def _find_some(self, relaxed: Relaxed) -> bool:
        """Look for any plan: least of what is exceeded most, within the other limits."""
        limits = self._bounds.figures
        strained = [f for f in limits if f in relaxed.strained]
        if strained:
            worth = {f: relaxed.prices[list(limits).index(f)] * abs(limits[f]) for f in strained}
            figure = max(strained, key=lambda f: worth[f])
            goal = Goal((figure, figure + 1) if figure >= MEMORY else (figure,))
            others, limit = self._bounds.without(figure), limits[figure]
        else:
            goal, limit = Goal((ENERGY,), product=True), self._bounds.energy_delay
            others = self._bounds.without(None)
        answer = minimise(self._chain, goal, others, stop_at=limit)
        self._labels += answer.labels
        if answer.best is None or not self._bounds.within(
            answer.best.figures, answer.best.resting.standing_j
        ):
            return False
        best = answer.best
        self._take(self._way(best.resting, best.moves, best.transitions))
        return True

    def _way(self, resting: Resting, moves: Integers, transitions: Integers) -> Way:
        figures = resting.figures_of(moves, transitions)
        value = self._goal.value(figures, resting.standing_j)
        key = value, float(figures[MAX]), float(figures[ENERGY]) + resting.standing_j
        return Way(key, figures, resting, moves, transitions)

    def _offer_paths(self, resting: Resting, relaxed: Relaxed) -> None:
        for path in relaxed.paths:
            if self._bounds.within(path.figures, resting.standing_j):
                self._take(self._way(resting, path.moves, path.transitions))

    def _take(self, way: Way, *, ties: bool = False) -> None:
        """Keep the better one; of equal ones, that of an exact pass if ``ties``."""
        if self._best is None or way.key < self._best.key or (ties and way.key == self._best.key):
            self._best = way

    def _exceeded(self, way: Way) -> set[int]:
        return {
            f
            for f, limit in self._bounds.figures.items()
            if not Bounds({f: limit}).within(way.figures, way.resting.standing_j)
        }

    def _value(self) -> float:
        return inf if self._best is None else self._best.key[0]

    def _best_total(self, resting: Resting) -> float:
        """The figure that labels are in order of, of the best plan, with the standing energy."""
        if self._best is None:
            return 0.0
        return float(self._best.figures[self._goal.figures[0]]) + resting.standing_j

    def _hopeless(self, bound: float) -> bool:
        """Whether nothing that matters is below ``bound``."""
        value = self._value()
        if self._gap:
            return bound >= value - self._gap * abs(value)
        standing_j = 0.0 if self._best is None else self._best.resting.standing_j
        return bound > value + SLACK * (abs(value) + standing_j)

    def _enough(self) -> bool:
        return self._best is not None and self._best.key[0] <= self._stop_at
