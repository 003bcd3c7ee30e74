"""Operators in order of execution in, a task graph with cut points, segments and edges out."""

from itertools import pairwise

from networks.cutting import cut_positions, segment_ends, segment_names
from scheduler.taskgraph import Codec, CutPoint, Edge, Operator, Segment, TaskGraph, WireFormat

_WIRE_FORMATS: dict[str, WireFormat] = {"float16": "float16", "int8": "int8", "uint8": "int8"}
"""By element type; everything else goes as ``float32``."""


def assemble(
    name: str, input_shape: tuple[int, ...], input_dtype: str, operators: tuple[Operator, ...]
) -> TaskGraph:
    """The task graph of ``operators``: a segment an operator with MACs where one tensor crosses."""
    names = [operator.name for operator in operators]
    cuts = cut_positions([operator.inputs for operator in operators], names)
    macs = {operator.name: operator.macs for operator in operators}
    ends = segment_ends([operator.macs for operator in operators], cuts)
    members = [names[a + 1 : b + 1] for a, b in pairwise([-1, *ends])]
    segments = tuple(
        Segment(segment, tuple(inside))
        for segment, inside in zip(segment_names(members, macs), members, strict=True)
    )
    last = [operators[end] for end in ends]
    edges = tuple(
        _raw_edge(source.name, target.name, sent.output_shape, sent.output_bytes, sent.dtype)
        for (source, target), sent in zip(pairwise(segments), last, strict=False)
    )
    return TaskGraph(
        name=name,
        input_shape=input_shape,
        input_dtype=input_dtype,
        operators=operators,
        cut_points=tuple(_cut_point(operators[cut]) for cut in cuts),
        segments=segments,
        edges=edges,
    )


def _raw_edge(
    source: str, target: str, shape: tuple[int, ...], size_bytes: int, dtype: str = "float32"
) -> Edge:
    """An edge that can only be sent as it is."""
    wire_format = _WIRE_FORMATS.get(dtype, "float32")
    return Edge(source, target, shape, size_bytes, (Codec("none", wire_format, shape, size_bytes),))


def _cut_point(operator: Operator) -> CutPoint:
    return CutPoint(operator.name, operator.output_shape, operator.dtype, operator.output_bytes)
