"""A chain of single operators from any traced network, skip connections included.

A network is traced into segments between the places where one tensor crosses. Here every operator
becomes a segment of its own; whatever is still to be read crosses with it, so that the edge into a
residual block carries the block's input beside what its branch has made of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from math import prod

from scheduler.taskgraph import Codec, Edge, Gate, Operator, Segment, TaskGraph

_ELEMENT_BYTES = {"float64": 8, "float32": 4, "float16": 2, "bfloat16": 2, "int8": 1, "uint8": 1}


def linearise(graph: TaskGraph) -> TaskGraph:
    """``graph`` with one segment an operator.

    A segment that has knobs stays whole, for a knob replaces all of it. Edges that were there keep
    their codecs; new ones can only be sent as they are. Gates stay where they were.

    Raises ``ValueError`` if ``graph`` is not a chain.
    """
    if not graph.is_chain:
        raise ValueError(f"task graph '{graph.name}' is not a chain of segments")
    operators = {operator.name: operator for operator in graph.operators}
    segments: list[Segment] = []
    last_part: dict[str, str] = {}
    for segment in graph.segments:
        parts = [segment] if segment.knobs or segment.knob else _parts(segment)
        segments += parts
        last_part[segment.name] = parts[-1].name
    known = {last_part[edge.source]: edge for edge in graph.edges}
    live = _live_bytes(graph, [segment.operators for segment in segments])
    edges = []
    for (source, target), crossing in zip(pairwise(segments), live, strict=True):
        if source.name in known:
            edge = replace(known[source.name], source=source.name, target=target.name)
        else:
            edge = _raw_edge(source.name, target.name, operators[source.operators[-1]], crossing)
        edges.append(edge)
    return replace(
        graph,
        segments=tuple(segments),
        edges=tuple(edges),
        gates=tuple(_moved(gate, last_part) for gate in graph.gates),
    )


def _parts(segment: Segment) -> list[Segment]:
    return [Segment(name, (name,)) for name in segment.operators]


def _moved(gate: Gate, last_part: Mapping[str, str]) -> Gate:
    return replace(gate, segment=last_part[gate.segment])


def _raw_edge(source: str, target: str, last: Operator, crossing: Sequence[int]) -> Edge:
    """One tensor keeps its shape; several cross as one row of bytes' worth of elements."""
    size = sum(crossing)
    width = _ELEMENT_BYTES.get(last.dtype, 4)
    shape = last.output_shape if len(crossing) == 1 else (1, size // width)
    return Edge(source, target, shape, size, (Codec("none", "float32", shape, size),))


def _live_bytes(graph: TaskGraph, parts: Sequence[Sequence[str]]) -> list[list[int]]:
    """By place between two parts: the sizes of the tensors that somebody behind it reads."""
    part_of = {name: index for index, names in enumerate(parts) for name in names}
    sample = prod(graph.input_shape) * _ELEMENT_BYTES.get(graph.input_dtype, 4)
    sizes = {"input": sample} | {o.name: o.output_bytes for o in graph.operators}
    made = {"input": 0} | part_of
    last_read: dict[str, int] = {}
    for operator in graph.operators:
        for name in operator.inputs:
            last_read[name] = max(last_read.get(name, 0), part_of[operator.name])
    return [
        [sizes[name] for name in sizes if made[name] <= place < last_read.get(name, -1)]
        for place in range(len(parts) - 1)
    ]
