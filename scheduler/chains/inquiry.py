"""What a pass of labels is asked: which figures it carries, compares and bounds."""

from collections.abc import Iterable, Sequence
from math import inf

import numpy as np

from scheduler.chains.goals import Bounds, Goal
from scheduler.chains.graph import Graph, Region
from scheduler.chains.passes import Line, Question
from scheduler.chains.regions import Limited
from scheduler.chains.tables import Floats
from scheduler.kernels.arcs import ENERGY, MAX, MEAN, MEMORY, potentials


def carried(goal: Goal, active: Iterable[int], bounds: Bounds) -> tuple[int, ...]:
    """The figures of a label: the goal's, what breaks ties, what is limited; activations last."""
    wanted = [goal.figures[0], MAX, ENERGY]
    if goal.product or np.isfinite(bounds.energy_delay):
        wanted.append(MEAN)
    wanted += sorted(active)
    memories = [f for f in dict.fromkeys((*goal.figures, *wanted)) if f >= MEMORY and not f % 2]
    sums = [f for f in dict.fromkeys(wanted) if f < MEMORY or not f % 2]
    return (*sums, *(f + 1 for f in memories))


def question(
    graph: Graph,
    goal: Goal,
    active: Iterable[int],
    bounds: Bounds,
    within: Limited,
    regions: Sequence[Region],
    *,
    debt: float = 0.0,
    beam: int | None = None,
) -> Question:
    """Ask for the best label of ``graph`` that is within every region.

    ``active`` are the limited figures that dominance has to look at.
    """
    figures = graph.figures
    compared = set(active) | {f + 1 for f in active if f >= MEMORY}
    at_end = {MEAN} if goal.product else {f for f in goal.figures if f >= MEMORY and f % 2}
    if np.isfinite(bounds.energy_delay):  # its regions are wider than what the product allows
        at_end |= {ENERGY, MEAN}
    at_end.discard(figures[0])
    compared |= at_end
    compared.discard(figures[0])
    additive = sum(1 for f in figures if f < MEMORY or not f % 2)
    floors, eclipsed = _floors(graph, additive, goal, bounds, within)
    return Question(
        additive=additive,
        compared=tuple(i for i, f in enumerate(figures) if f in compared),
        at_end=tuple(i for i, f in enumerate(figures) if f in at_end),
        regions=_lines(figures, regions),
        floors=floors,
        eclipsed=eclipsed,
        debt=debt,
        beam=beam,
    )


def _lines(
    figures: tuple[int, ...], regions: Sequence[Region]
) -> tuple[tuple[tuple[Line, ...], ...], ...]:
    return tuple(
        tuple(
            tuple(Line(plane.weights[list(figures)], plane.limit) for plane in cell)
            for cell in region
        )
        for region in regions
    )


def _floors(
    graph: Graph, additive: int, goal: Goal, bounds: Bounds, within: Limited
) -> tuple[Floats, np.ndarray]:
    """Up to where a limited figure cannot bind any more: its limit less the most still to come."""
    figures = graph.figures
    floors = np.full((len(figures), graph.places), -inf)
    eclipsed = np.full(len(figures), -1)
    spared = {*goal.figures, MAX, ENERGY}
    if goal.product or np.isfinite(bounds.energy_delay):
        spared.add(MEAN)
    for i, f in enumerate(figures[:additive]):
        if f in spared or f not in within.figures:
            continue
        limit = within.limits[within.index(f)]
        if f >= MEMORY:
            eclipsed[i] = figures.index(f + 1)
            limit -= graph.value[:, eclipsed[i]].max(initial=0.0)
        most = -potentials(graph.tail, graph.head, -graph.value[:, i], graph.places, True)
        floors[i] = np.where(np.isfinite(most), limit - most, -inf)
    return floors, eclipsed


def all_of(figures: tuple[int, ...], limits: Iterable[int]) -> tuple[int, ...]:
    """Figures that are traded off, then all that are limited; activations last."""
    sums = dict.fromkeys((*figures, *limits))
    return (*sums, *(f + 1 for f in sums if f >= MEMORY))


def question_of_front(
    graph: Graph,
    figures: tuple[int, ...],
    active: Iterable[int],
    judged: Iterable[int],
    regions: Sequence[Region],
) -> Question:
    """Ask for all labels of ``graph`` that trade off ``figures`` within every region.

    ``active`` are the limited figures that dominance has to look at besides those, ``judged`` the
    ones whose limit is no region, so that dominance has to look at them at the end too.
    """
    carried = graph.figures
    last = {*figures[1:], *judged} - {carried[0]}
    compared = last | {*active, *(f + 1 for f in active if f >= MEMORY)} - {carried[0]}
    return Question(
        additive=len([f for f in carried if f < MEMORY or not f % 2]),
        compared=tuple(i for i, f in enumerate(carried) if f in compared),
        at_end=tuple(i for i, f in enumerate(carried) if f in last),
        regions=_lines(carried, regions),
        floors=np.full((len(carried), graph.places), -inf),
        eclipsed=np.full(len(carried), -1),
    )


def exceeded(graph: Graph, labels: Floats, within: Limited) -> set[int]:
    """The limited figures that some of the labels at the end of ``graph`` have too much of."""
    found = set()
    for f, limit in zip(within.figures, within.limits, strict=True):
        used = labels[:, graph.figures.index(f)]
        if f >= MEMORY:
            used = used + labels[:, graph.figures.index(f + 1)]
        if np.any(used > limit):
            found.add(f)
    return found
