"""The graph of all moves that can be part of a plan within the bounds known so far."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduler.chains.model import Resting
from scheduler.chains.tables import Floats, Integers
from scheduler.kernels import excess, survivors
from scheduler.kernels.arcs import write_out


@dataclass(frozen=True, slots=True)
class Graph:
    """P places in layers, A arcs between neighbouring layers."""

    resting: Resting
    """What it is the graph of."""
    layers: Integers
    """Layer l has the places ``layers[l]:layers[l + 1]``; the first and last have one each."""
    tail: Integers
    """(A,): place before."""
    head: Integers
    """(A,): place after."""
    what: Integers
    """(A,): move; number of moves and transition of the gates; -1 for the end."""
    figures: tuple[int, ...]
    """Which figures ``value`` has, as ``kernels.survivors`` numbers them."""
    value: Floats
    """(A, F): what the arc adds to each of them."""

    @property
    def places(self) -> int:
        """How many there are."""
        return int(self.layers[-1])


@dataclass(frozen=True, slots=True)
class Plane:
    """A mix of figures that may not exceed a limit."""

    weights: Floats
    """By figure, not negative; the largest activations have no part in it."""
    limit: float
    """What the mix may not exceed."""


Cell = Sequence[Plane]
"""A region of figures: below every one of these planes."""

Region = Sequence[Cell]
"""The union of its cells."""


def surviving(
    resting: Resting,
    regions: Sequence[Region],
    figures: tuple[int, ...],
    ends: tuple[int, ...] | None = None,
) -> Graph:
    """The graph of all that may be on a way within every one of the regions.

    ``ends`` are the gate states that a way may end in, if not in all; ``figures`` those that the
    arcs get.
    """
    tables, moves = resting.chain.tables, resting.chain.moves
    width = int(np.diff(tables.states).max())
    kept = np.ones((len(moves.decisions), width), np.bool_)
    kept_gates = np.ones((len(tables.onward), len(tables.core)), np.bool_)
    for region in regions:
        some, some_gates = np.zeros_like(kept), np.zeros_like(kept_gates)
        for cell in region:
            every, every_gates = np.ones_like(kept), np.ones_like(kept_gates)
            for plane in cell:
                _keep(resting, plane, ends, every, every_gates)
            some |= every
            some_gates |= every_gates
        kept &= some
        kept_gates &= some_gates
    allowed = _allowed(resting, ends)
    before, behind, layers, arcs = survivors.number(
        moves.first, moves.decisions, tables.position, tables.states, tables.onward,
        len(tables.core), kept, kept_gates, allowed,
    )  # fmt: skip
    tail, head, what, value = write_out(
        (moves.first, moves.decisions, tables.position, tables.states, tables.onward),
        (resting.time_ns, resting.energy_j, resting.price_j, moves.fixed_j, moves.loss,
         moves.resident),
        (resting.head, tables.head_bytes),
        tables.memory,
        (tables.reach, tables.in_p99, tables.end_loss),
        (kept, kept_gates, allowed),
        (before, behind, int(layers[-1]) - 1, arcs),
        np.array(figures),
    )  # fmt: skip
    return Graph(resting, layers, tail, head, what, figures, value)


def close_to_bounds(graph: Graph, weights: Floats, margins: Floats) -> Graph:
    """Only the arcs on ways with little more of some mix than the least of it.

    ``weights`` (B, d) are of the graph's first figures; a way may have up to ``margins`` (B,) more
    than the least that any way has whose last arc has the same figures.
    """
    last = np.flatnonzero(graph.head == graph.places - 1)
    ends, number = np.unique(graph.value[last, : weights.shape[1]], axis=0, return_inverse=True)
    group = np.full(len(graph.tail), -1)
    group[last] = number.reshape(-1)
    kept = excess.close_to_bounds(
        graph.tail, graph.head, graph.value, np.ascontiguousarray(weights), margins,
        (group, len(ends)), graph.places,
    )  # fmt: skip
    columns = (graph.tail[kept], graph.head[kept], graph.what[kept])
    return Graph(graph.resting, graph.layers, *columns, graph.figures, graph.value[kept])


def _allowed(resting: Resting, ends: tuple[int, ...] | None) -> NDArray[np.bool_]:
    count = len(resting.chain.tables.reach)
    return np.ones(count, np.bool_) if ends is None else np.isin(np.arange(count), ends)


def _keep(
    resting: Resting,
    plane: Plane,
    ends: tuple[int, ...] | None,
    kept: survivors.Flags,
    kept_gates: survivors.Flags,
) -> None:
    tables, moves, mix = resting.chain.tables, resting.chain.moves, resting.mix(plane.weights, ends)
    before, behind, _ = resting.onward(mix)
    survivors.keep(
        moves.first, moves.decisions, resting.time_ns, mix.energy, mix.constant, mix.head,
        tables.position, tables.states, tables.onward, tables.reach, mix.by_time,
        resting.come(mix), (before, behind), plane.limit, kept, kept_gates,
    )  # fmt: skip
