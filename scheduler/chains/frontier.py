"""All plans of a chain that no other plan dominates, up to given widths.

Under each choice of idle states, mixes of the figures bound all plans from below. A quick pass
finds plans all along the front; between them and the bounds little is left open, and the plans of a
few choices close most of the others. Where bounds cannot close a corner, an exact pass looks below
it.
"""

from dataclasses import dataclass
from functools import cached_property
from heapq import heapify, heappop, heappush
from math import inf

import numpy as np

from scheduler.chains.branches import Ends, divided_ends, idle_choices
from scheduler.chains.corners import cells, corners, openings
from scheduler.chains.goals import Bounds
from scheduler.chains.graph import Graph, Plane, close_to_bounds, surviving
from scheduler.chains.inquiry import all_of, exceeded, question_of_front
from scheduler.chains.mixes import mixes
from scheduler.chains.model import Chain, Resting
from scheduler.chains.passes import Found, run
from scheduler.chains.points import Points
from scheduler.chains.quick import Axis, quick
from scheduler.chains.regions import SLACK, Limited, each_limit, limited
from scheduler.chains.tables import Floats, Integers
from scheduler.chains.widths import BOX, NEAR, WORTH, Widths
from scheduler.kernels.arcs import CHARGED, ENERGY, LOSS, MEAN, MEMORY

BOXES = (1024, 48)
"""Boxes of a quick pass at most, of the second figure and the third."""

NEAR_AT_LEAST = 1e-3
"""Relative: a quick pass follows ways at least so far above a bound."""

EVERY = 4
"""Of so many mixes, a quick pass looks at one to tell which ways are near a bound."""


@dataclass(frozen=True)
class _Branch:
    """One choice of idle states."""

    resting: Resting
    within: Limited
    """Its limits."""
    least: Floats
    """(B, Q): least value of each mix, by the gate state that a way ends in."""
    scale: Floats
    """(B,): size of these values."""
    standing: Floats
    """(d,): what the standing energy adds to each traded figure."""
    most: Floats
    """(d,): what a way has at most of each, the standing energy included."""


class Frontier:
    """The search for one front."""

    def __init__(
        self, chain: Chain, figures: tuple[int, ...], bounds: Bounds, widths: Widths
    ) -> None:
        self._chain, self._figures, self._bounds, self._widths = chain, figures, bounds, widths
        self._sets: list[Ends] = divided_ends(chain) if LOSS in figures else [None]
        self._points = Points.none(len(figures))
        self._judged = (ENERGY, MEAN) if np.isfinite(bounds.energy_delay) else ()
        self._active: set[int] = set()

    def run(self) -> Points:
        """All points that no other one dominates."""
        branches = [self._branch(self._chain.resting(idle)) for idle in self._choices]
        self._find(branches)
        for branch in branches:
            self._close(branch)
        return self._points

    @cached_property
    def _choices(self) -> list[tuple[int, ...]]:
        problem = self._chain.problem
        return sorted(idle_choices(problem), key=problem.idle_power)

    @cached_property
    def _mixes(self) -> Floats:
        """(B, figures of a chain)."""
        return mixes(self._chain.resting(self._choices[0]), self._figures)

    @cached_property
    def _weights(self) -> Floats:
        """(B, d): the mixes by traded figure."""
        return np.ascontiguousarray(self._mixes[:, list(self._figures)])

    def _branch(self, resting: Resting) -> _Branch:
        charged = np.isin(self._figures, (ENERGY, CHARGED))
        standing = np.asarray(charged * resting.standing_j, dtype=np.float64)
        within = limited(self._bounds.figures, resting.standing_j)
        most = []
        for f in self._figures:
            unit = np.zeros(self._chain.figures)
            unit[f] = -1.0
            limit = within.limits[within.index(f)] if f in within.figures else inf
            most.append(min(limit, -resting.least(unit)[0]))
        least = resting.by_end_of_all(self._mixes)
        scale = np.asarray(np.abs(least.min(axis=1)) + self._weights @ standing)
        return _Branch(resting, within, least, scale, standing, np.array(most) + standing)

    def _find(self, branches: list[_Branch]) -> None:
        """Quick passes over the branches that are open farthest, each one once at most."""
        waiting = [(-inf, i) for i in range(len(branches))]
        heapify(waiting)
        while waiting:
            _, i = heappop(waiting)
            opening = float(self._open(branches[i])[1].max(initial=-inf))
            if opening < self._widths.steps(WORTH)[0]:
                continue
            if waiting and opening < -waiting[0][0]:  # what is open only ever shrinks
                heappush(waiting, (-opening, i))
                continue
            self._look_quickly(branches[i])

    def _open(self, branch: _Branch) -> tuple[Floats, Floats]:
        """Corners less the standing energy, and by end how far they are open."""
        spots = corners(self._widths.better(self._points.values), branch.most) - branch.standing
        return spots, openings(spots, self._weights, branch.least, branch.scale)

    def _close(self, branch: _Branch) -> None:
        """Look below all corners of a branch that bounds leave open."""
        known, spots, openness = -1, np.zeros((0, 0)), np.zeros((0, 0))
        for ends in self._sets:
            if known != len(self._points.passes):
                known = len(self._points.passes)
                spots, openness = self._open(branch)
            chosen = slice(None) if ends is None else list(ends)
            below = spots[np.any(openness[:, chosen] >= 0.0, axis=1)]
            if len(below):
                least = branch.least[:, chosen].min(axis=1)
                self._look_exactly(branch, ends, cells(below, self._weights, least))

    def _look_quickly(self, branch: _Branch) -> None:
        """Plans all along what is near the bounds of a branch."""
        figures, within = self._figures, branch.within
        graph = surviving(
            branch.resting, each_limit(within, self._chain.figures), self._carried(within)
        )
        near = max(self._widths.steps(NEAR)[0], NEAR_AT_LEAST)
        used = np.flatnonzero(self._weights[:, 0] > 0.0)[::EVERY]
        graph = close_to_bounds(graph, self._weights[used], near * branch.scale[used])
        axes = []
        for f in range(1, len(figures)):
            unit = int(np.flatnonzero(self._weights[:, f])[-1])
            size = float(branch.least[unit].min()) + branch.standing[f]
            top = float(branch.most[f] - branch.standing[f])
            axes.append(Axis(self._widths.step(f, BOX, size), top, BOXES[f - 1]))
        limits = [
            (graph.figures.index(f), limit + SLACK * (abs(limit) + branch.resting.standing_j))
            for f, limit in zip(within.figures, within.limits, strict=True)
        ]
        self._add(branch, graph, quick(graph, axes, limits))

    def _look_exactly(
        self, branch: _Branch, ends: Ends, bunches: list[list[tuple[int, float]]]
    ) -> None:
        """All plans below some bunches of corners."""
        figures, resting, within = self._figures, branch.resting, branch.within
        region = [
            [
                Plane(self._mixes[b], limit + SLACK * (abs(limit) + resting.standing_j))
                for b, limit in bunch
            ]
            for bunch in bunches
        ]
        limits = each_limit(within, self._chain.figures)
        graph = surviving(resting, [_rough(region), *limits], self._carried(within), ends)
        while True:
            held = [
                limit
                for f, limit in zip(within.figures, limits, strict=True)
                if f in self._active or f in figures
            ]
            asked = question_of_front(graph, figures, self._active, self._judged, [region, *held])
            found = run(graph, asked)
            more = exceeded(graph, found.figures, within) - self._active - set(figures)
            if not more:
                break
            self._active |= more
        self._add(branch, graph, found)

    def _carried(self, within: Limited) -> tuple[int, ...]:
        return all_of(self._figures, (*within.figures, *self._judged))

    def _add(self, branch: _Branch, graph: Graph, found: Found) -> None:
        """Keep what is within all limits."""
        kept = self._allowed(branch.resting, graph, found.figures)
        values = found.figures[kept, : len(self._figures)] + branch.standing
        self._points = self._points.with_pass(branch.resting, found, kept, values, self._widths)

    def _allowed(self, resting: Resting, graph: Graph, labels: Floats) -> Integers:
        """Which labels keep all limits."""
        at = {f: labels[:, i] for i, f in enumerate(graph.figures)}
        kept = np.ones(len(labels), np.bool_)
        for f, limit in self._bounds.figures.items():
            used = at[f] + (at[f + 1] if f >= MEMORY else 0.0)
            kept &= used + (resting.standing_j if f == ENERGY else 0.0) <= limit
        if np.isfinite(self._bounds.energy_delay):
            product = (at[ENERGY] + resting.standing_j) * at[MEAN]
            kept &= product <= self._bounds.energy_delay
        return np.flatnonzero(kept)


def _rough(cells_: list[list[Plane]]) -> list[list[Plane]]:
    """The first plane of each cell, of the same ones the most generous."""
    rough: dict[bytes, Plane] = {}
    for plane, *_ in cells_:
        key = plane.weights.tobytes()
        limit = max(plane.limit, rough[key].limit if key in rough else plane.limit)
        rough[key] = Plane(plane.weights, limit)
    return [[plane] for plane in rough.values()]
