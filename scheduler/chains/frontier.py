"""All plans of a chain that no other plan dominates, up to given widths.

Mixes of the figures (planes) bound every branch from below. What they leave open is asked of one
pass of labels a branch; its answers close more, so that most branches are never looked into.
"""

from dataclasses import dataclass

import numpy as np

from scheduler.archive import thin
from scheduler.chains.branches import divided_ends, idle_choices
from scheduler.chains.corners import cells, corners, left_open
from scheduler.chains.goals import Bounds
from scheduler.chains.graph import Plane, surviving
from scheduler.chains.inquiry import all_of, exceeded, question_of_front
from scheduler.chains.model import Chain, Path, Resting
from scheduler.chains.passes import Debt, Found, run
from scheduler.chains.regions import SLACK, each_limit, limited
from scheduler.chains.tables import Floats
from scheduler.expectation import Assignment
from scheduler.kernels.arcs import CHARGED, ENERGY, LOSS

NEAR = 1e-3
"""How far above a bound the first pass over a branch looks, relatively: what it finds closes most
of what a pass up to the open corners would have to go through."""

FARTHER = 3.0
"""How much farther each pass over a branch looks than the one before."""

FINE = 0.25
"""Width of the boxes that points are kept in meanwhile, in steps."""

TANGENTS = 48
"""Prices at most of the second figure against the first."""

LOSS_PRICES = (0.0, 0.05, 0.3, 2.0)
"""Prices of a third figure, in shares of the front's mean slope."""

Ends = tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class Widths:
    """What may be given away at each of three steps."""

    steps: tuple[float, ...]
    """By figure."""
    relative: tuple[bool, ...]
    """By figure: whether it is a share of the value."""

    def better(self, values: Floats) -> Floats:
        """Values better by one step: what is dominated by these is near enough."""
        rows = zip(self.steps, self.relative, strict=True)
        return np.column_stack(
            [
                values[:, f] / (1.0 + step) if relative else values[:, f] - step
                for f, (step, relative) in enumerate(rows)
            ]
        )


@dataclass(frozen=True, slots=True)
class _Source:
    """Where a point comes from: a label of a pass, or a way that a bound was taken from."""

    resting: Resting
    way: Path | Found
    label: int = 0

    def assignment(self) -> Assignment:
        """Its decisions."""
        if isinstance(self.way, Path):
            return self.resting.assignment(self.way.moves, self.way.transitions)
        return self.resting.assignment(*self.way.way(self.label))


@dataclass(frozen=True, slots=True)
class Points:
    """Plans and their figures."""

    values: Floats
    """(N, d): less is better; energy with the standing energy."""
    sources: tuple[_Source, ...]
    """What has them."""

    def assignment(self, point: int) -> Assignment:
        """The decisions of a point."""
        return self.sources[point].assignment()


class Frontier:
    """The search for one front."""

    def __init__(
        self, chain: Chain, figures: tuple[int, ...], bounds: Bounds, widths: Widths
    ) -> None:
        self._chain, self._figures, self._bounds, self._widths = chain, figures, bounds, widths
        self._sets: list[Ends] = divided_ends(chain) if LOSS in figures else [None]
        self._points = Points(np.zeros((0, len(figures))), ())
        self._active: set[int] = set()

    def run(self) -> Points:
        """All points that no other one dominates, in lexicographic order."""
        chain = self._chain
        choices = sorted(idle_choices(chain.problem), key=chain.problem.idle_power)
        planes = self._planes(chain.resting(choices[0]))
        for idle in choices:
            resting = chain.resting(idle)
            least = resting.by_end_of_all(planes)
            for ends in self._sets:
                chosen = slice(None) if ends is None else list(ends)
                self._look(resting, ends, planes, least[:, chosen].min(axis=1))
        return self._points

    def _planes(self, resting: Resting) -> Floats:
        """(B, figures of a chain): each figure alone, and mixes that touch the front of one choice
        of idle states all along; the ways that they touch it in become points."""
        units = [self._unit(f) for f in self._figures]
        corner = [self._touch(resting, unit) for unit in units]
        if corner[0] is None or len(units) == 1:
            return np.array(units)
        values = np.array(corner)[:, list(self._figures)]
        spans = values.max(axis=0) - values.min(axis=0)
        mixes = []
        for price in LOSS_PRICES if len(units) == 3 and spans[2] > 0.0 else (0.0,):
            base = units[0] + (price * spans[0] / spans[2] * units[2] if price else 0.0 * units[0])
            mixes += [base, *self._tangents(resting, base, units[1])]
        return np.array([*mixes, *units[1:]])

    def _tangents(self, resting: Resting, base: Floats, other: Floats) -> list[Floats]:
        """Mixes of two figures that touch their front in between, halving where it bends most."""
        ends = [self._touch(resting, mix) for mix in (base, other)]
        found: list[Floats] = []
        if ends[0] is None or ends[1] is None:
            return found
        waiting = [(ends[0], ends[1])]
        while waiting and len(found) < TANGENTS:
            a, b = waiting.pop(0)
            rise, run_ = float(base @ (b - a)), float(other @ (a - b))
            if rise <= 0.0 or run_ <= 0.0:
                continue
            mix = base + rise / run_ * other
            c = self._touch(resting, mix)
            found.append(mix)
            if c is not None and mix @ c < mix @ a - NEAR * abs(mix @ a) / 10.0:
                waiting += [(a, c), (c, b)]
        return found

    def _touch(self, resting: Resting, mix: Floats) -> Floats | None:
        """Figures of a way of least mix; ways to every gate state become points."""
        states = self._chain.tables.states
        paths = resting.paths_to(mix, range(int(states[-2]), int(states[-1])))
        kept = [p for p in paths if self._bounds.within(p.figures, resting.standing_j)]
        values = np.array([path.figures[list(self._figures)] for path in kept])
        values = values.reshape(len(kept), len(self._figures)) + self._standing(resting)
        self._add(values, [_Source(resting, path) for path in kept])
        return min((p.figures for p in paths), key=lambda f: float(mix @ f), default=None)

    def _unit(self, figure: int) -> Floats:
        unit = np.zeros(self._chain.figures)
        unit[figure] = 1.0
        return unit

    def _standing(self, resting: Resting) -> Floats:
        """By traded figure: what the standing energy adds to it."""
        charged = np.isin(self._figures, (ENERGY, CHARGED))
        return np.asarray(charged * resting.standing_j, dtype=np.float64)

    def _look(self, resting: Resting, ends: Ends, planes: Floats, least: Floats) -> None:
        """Ask a branch for what the points so far do not dominate: near its bounds first."""
        sizes = np.abs(least) + planes[:, list(self._figures)] @ self._standing(resting)
        near = NEAR
        while True:
            spots = self._open(resting, planes, least)
            if not len(spots):
                return
            bunches = cells(spots, planes[:, list(self._figures)], least)
            reach = least + near * sizes
            self._ask(
                resting, ends, planes, least,
                [[(b, min(limit, float(reach[b]))), *rest] for (b, limit), *rest in bunches],
            )  # fmt: skip
            if all(limit <= reach[b] for (b, limit), *_ in bunches):
                return
            near *= FARTHER

    def _open(self, resting: Resting, planes: Floats, least: Floats) -> Floats:
        """Corners that may have a way below them, less the standing energy."""
        standing = self._standing(resting)
        most = np.array([self._most(resting, f) for f in self._figures]) + standing
        spots = corners(self._widths.better(self._points.values), most) - standing
        return left_open(spots, planes[:, list(self._figures)], least)

    def _ask(
        self,
        resting: Resting,
        ends: Ends,
        planes: Floats,
        least: Floats,
        bunches: list[list[tuple[int, float]]],
    ) -> None:
        chain, figures = self._chain, self._figures
        standing = self._standing(resting)
        within = limited(self._bounds.figures, resting.standing_j)
        region = [
            [Plane(planes[b], limit + SLACK * (abs(limit) + resting.standing_j)) for b, limit in x]
            for x in bunches
        ]
        rough: dict[bytes, Plane] = {}
        for plane, *_ in region:
            key = plane.weights.tobytes()
            limit = max(plane.limit, rough[key].limit if key in rough else plane.limit)
            rough[key] = Plane(plane.weights, limit)
        limits = each_limit(within, chain.figures)
        graph = surviving(
            resting,
            [[[plane] for plane in rough.values()], *limits],
            all_of(figures, within.figures),
            ends,
        )
        while True:
            held = [
                limit
                for f, limit in zip(within.figures, limits, strict=True)
                if f in self._active or f in figures
            ]
            asked = question_of_front(
                graph, figures, self._active, [region, *held], debt=self._debt(resting)
            )
            found = run(graph, asked)
            more = exceeded(graph, found.figures, within) - self._active - set(figures)
            if not more:
                break
            self._active |= more
        values = found.figures[:, : len(figures)] + standing
        self._add(values, [_Source(resting, found, i) for i in range(len(values))])

    def _debt(self, resting: Resting) -> Debt:
        """How much less of the first figure a label may stand for."""
        step = self._widths.steps[0]
        if self._widths.relative[0]:
            return Debt(share=step, offset=float(self._standing(resting)[0]))
        return Debt(fixed=step)

    def _most(self, resting: Resting, figure: int) -> float:
        """The most that a way may have of a figure."""
        limits = limited(self._bounds.figures, resting.standing_j)
        limit = limits.limits[limits.index(figure)] if figure in limits.figures else np.inf
        return float(min(limit, -resting.least(-self._unit(figure))[0]))

    def _add(self, values: Floats, sources: list[_Source]) -> None:
        """Keep what is not dominated, one of those that are next to the same."""
        together = np.concatenate((self._points.values, values))
        kept = thin(together, [step * FINE for step in self._widths.steps], self._widths.relative)
        all_sources = (*self._points.sources, *sources)
        self._points = Points(together[kept], tuple(all_sources[i] for i in kept))
