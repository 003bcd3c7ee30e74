"""One pass of labels through a graph, layer by layer, and the ways that it finds.

The labels are those of a constrained shortest path (Irnich and Desaulniers 2005, "Shortest path
problems with resource constraints"): of each place, the vectors of figures that no other one at
that place beats. Bounds on what is still to come drop most of them before they are made.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduler.chains.graph import Graph
from scheduler.chains.tables import Floats, Integers
from scheduler.kernels.arcs import group, potentials
from scheduler.kernels.labels import extend

LABELS_AT_MOST = 40_000_000
"""After which a pass gives up: their origins take 320 MB."""

ROOM = 1 << 14
"""Labels of a layer that there is room for at first."""


class TooManyLabels(Exception):
    """A pass gave up; what it was asked stays open."""


@dataclass(frozen=True, slots=True)
class Line:
    """A mix of figures that may not exceed a limit."""

    weights: Floats
    """By figure of the graph; figures that take the maximum have no part in what is to come."""
    limit: float
    """What the mix may not exceed."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a pass looks for."""

    additive: int
    """Figures of the graph from here on take the maximum instead of the sum."""
    compared: tuple[int, ...]
    """Figures that dominance compares besides the first."""
    at_end: tuple[int, ...]
    """The same at the end of the graph, where no limit is still to be kept."""
    regions: tuple[tuple[tuple[Line, ...], ...], ...]
    """A plan keeps, of each of these, all lines of some cell."""
    floors: Floats
    """(F, P): see ``kernels.labels``."""
    eclipsed: Integers
    """(F,): the figure that does not matter where this one is at its floor; -1 for none."""
    debt: float = 0.0
    """By how much of the first figure a label may stand for better ones, over a whole pass."""
    beam: int | None = None
    """Labels of a layer that are kept, by the first line; None keeps all."""


@dataclass(frozen=True, slots=True)
class Found:
    """The labels at the end of a pass."""

    figures: Floats
    """(L, F)."""
    count: int
    """Labels made."""
    _moves: int
    """How many moves there are; what the arcs number beyond are transitions."""
    _what: Integers
    """By arc, see ``Graph.what``."""
    _origins: tuple[NDArray[np.int32], ...]
    """By layer and label: label of the layer before, arc."""

    def ways(self, labels: Integers) -> tuple[Integers, Integers]:
        """Of some labels (L,): the moves by segment (L, S), and the transitions of the gates."""
        what = np.empty((len(self._origins), len(labels)), np.int64)
        for layer in range(len(self._origins) - 1, -1, -1):
            labels, arcs = self._origins[layer][labels].T
            what[layer] = self._what[arcs]
        on_segment = (what[:-1] < self._moves).all(axis=1)
        return what[:-1][on_segment].T, what[:-1][~on_segment].T - self._moves


def found_in(graph: Graph, figures: Floats, count: int, origins: list[NDArray[np.int32]]) -> Found:
    """What a pass through a graph found."""
    moves = len(graph.resting.chain.moves.decisions)
    return Found(figures, count, moves, graph.what, tuple(origins))


def run(graph: Graph, question: Question) -> Found:
    """All labels that a question leaves; raises ``TooManyLabels``."""
    layers, figures = graph.layers, len(graph.figures)
    first, order = group(graph.head, graph.places)
    lines = _lines(graph, question)
    compared = np.array(question.compared, np.int64)
    at_end = np.array(question.at_end, np.int64)
    labels = np.array([0, 1]), np.zeros((1, figures)), np.zeros(1)
    origins = []
    count, room = 0, ROOM
    for layer in range(1, len(layers) - 1):
        low, high = int(layers[layer]), int(layers[layer + 1])
        budget = question.debt * layer / (len(layers) - 2)
        last = layer == len(layers) - 2
        while True:
            starts = np.zeros(high - low + 1, np.int64)
            new = starts, np.empty((room, figures)), np.empty(room)
            origin = np.empty((room, 2), np.int32)
            made = extend(
                (int(layers[layer - 1]), low, high), (first, order, graph.tail), graph.value,
                question.additive, at_end if last else compared, lines,
                (question.floors, question.eclipsed), labels, budget, new, origin,
            )  # fmt: skip
            if made >= 0:
                break
            room *= 4
        count += made
        if count > LABELS_AT_MOST:
            raise TooManyLabels
        labels = starts, new[1][:made].copy(), new[2][:made].copy()
        origin = origin[:made].copy()
        if question.beam is not None and made > question.beam:
            labels, origin = _best(labels, origin, lines, low, question.beam)
        origins.append(origin)
    return found_in(graph, labels[1], count, origins)


def to_end(graph: Graph, weights: Floats, additive: int) -> Floats:
    """(P,): least mix of figures still to come, those that take the maximum left out."""
    cost = graph.value[:, :additive] @ weights[:additive]
    return potentials(graph.tail, graph.head, cost, graph.places, True)


def _lines(graph: Graph, question: Question) -> tuple[Floats, Floats, Floats, Integers, Integers]:
    cells = [cell for region in question.regions for cell in region]
    lines = [line for cell in cells for line in cell]
    known = {line.weights.tobytes(): line.weights for line in lines}
    ahead = {key: to_end(graph, weights, question.additive) for key, weights in known.items()}
    rows = [ahead[line.weights.tobytes()] for line in lines]
    return (
        np.array([line.weights for line in lines]).reshape(len(lines), len(graph.figures)),
        np.array(rows).reshape(len(lines), graph.places),
        np.array([line.limit for line in lines]),
        np.cumsum([0, *(len(cell) for cell in cells)]),
        np.cumsum([0, *(len(region) for region in question.regions)]),
    )


def _best(
    labels: tuple[Integers, Floats, Floats],
    origin: NDArray[np.int32],
    lines: tuple[Floats, Floats, Floats, Integers, Integers],
    low: int,
    beam: int,
) -> tuple[tuple[Integers, Floats, Floats], NDArray[np.int32]]:
    """The labels of a layer with the least bounds, in the same order."""
    starts, rows, debts = labels
    place = np.repeat(np.arange(starts.size - 1), np.diff(starts))
    bound = rows @ lines[0][0] + lines[1][0][low + place]
    kept = np.sort(np.argsort(bound, kind="stable")[:beam])
    starts = np.searchsorted(kept, starts)
    return (starts, rows[kept], debts[kept]), origin[kept]
