"""A quick pass through a graph: ways all along the front, one a box, that prove nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, inf

import numpy as np

from scheduler.chains.graph import Graph
from scheduler.chains.passes import Found, found_in, to_end
from scheduler.chains.tables import Floats, Integers
from scheduler.kernels.arcs import MEMORY, group
from scheduler.kernels.boxes import extend_boxes

TRADED = 3
"""Figures that the compiled pass takes as traded off; those that are missing are 0."""


@dataclass(frozen=True, slots=True)
class Axis:
    """How the values of one figure are divided into boxes."""

    width: float
    """Of a box; 0 for as narrow as ``most`` allows."""
    top: float
    """Above which all is in the last box."""
    most: int
    """How many boxes there are at most."""


def quick(graph: Graph, axes: Sequence[Axis], limits: Sequence[tuple[int, float]]) -> Found:
    """Ways whose first figure is least in their boxes.

    Parameters
    ----------
    graph
        Its first figures are the ones that are traded off.
    axes
        Of the second figure and the third, as far as there are any.
    limits
        Place of a figure in the graph, and what a way may have of it.
    """
    traded, missing = len(axes) + 1, TRADED - len(axes) - 1
    value = np.insert(graph.value, [traded] * missing, 0.0, axis=1)
    sums = len([f for f in graph.figures if f < MEMORY or not f % 2])
    ahead = np.array([to_end(graph, unit, sums) for unit in np.eye(len(graph.figures))])
    rooms = np.full((value.shape[1], graph.places), inf)
    for f, limit in limits:
        room = limit - ahead[f]
        rooms[f if f < traded else f + missing] = np.where(np.isnan(room), -inf, room)
    boxes = _boxes(axes, ahead)
    first, order = group(graph.head, graph.places)
    labels = np.array([0, 1]), np.zeros((1, value.shape[1]))
    origins, count, layers = [], 0, graph.layers
    for layer in range(1, len(layers) - 1):
        places = int(layers[layer - 1]), int(layers[layer]), int(layers[layer + 1])
        starts, rows, origin = extend_boxes(
            places, (first, order, graph.tail), value, sums + missing, rooms, boxes, labels
        )
        labels = starts, rows
        origins.append(origin)
        count += len(origin)
    figures = np.delete(labels[1], range(traded, traded + missing), axis=1)
    return found_in(graph, figures, count, origins)


def _boxes(axes: Sequence[Axis], ahead: Floats) -> tuple[Integers, Floats, Floats]:
    """How many there are, boxes a unit, and in which one a label is that has nothing yet."""
    counts, scale, offset = np.ones(2, np.int64), np.zeros(2), np.zeros((2, ahead.shape[1]))
    for i, axis in enumerate(axes):
        least = ahead[i + 1, 0]
        span = axis.top - least
        if not 0.0 < span < inf:
            continue
        width = max(axis.width, span / axis.most)
        counts[i], scale[i] = ceil(span / width) + 1, 1.0 / width
        offset[i] = np.where(np.isfinite(ahead[i + 1]), (ahead[i + 1] - least) / width, 0.0)
    return counts, scale, offset
