"""What the cores run: one exported program for each segment, gate and learned codec.

Every program takes one float32 tensor with its batch of one and returns one float32 tensor. The
generic codecs and ``sparse`` have no program: :mod:`networks.wire` is all there is to them.
"""

from dataclasses import dataclass
from typing import cast

import torch
from torch import nn

from networks.codecs import TRAINED_CODECS
from networks.exporting import exported_program
from networks.gated import GatedNetwork, GateHead, GateScore
from networks.gated_graph import gate_of_edge, trace_gated
from networks.split import split_segments
from networks.tracing import TracedNetwork, trace_network
from scheduler.taskgraph import TaskGraph


@dataclass(frozen=True, slots=True)
class Program:
    """One thing that a core can be asked to run."""

    key: str
    """``segment:NAME``, ``gate:NAME``, ``encode:EDGE/CODEC`` or ``decode:EDGE/CODEC``."""
    exported: torch.export.ExportedProgram
    """One float32 tensor in, one float32 tensor out."""
    input_shape: tuple[int, ...]
    """Shape of what it takes, the batch of one included."""
    output_shape: tuple[int, ...]
    """Shape of what it returns; ``(1,)`` for a gate, whose score is in [0, 1]."""


def programs(module: nn.Module, taskgraph: TaskGraph) -> dict[str, Program]:
    """Every program that some plan of ``taskgraph`` may need, by key.

    Parameters
    ----------
    module
        The network that ``taskgraph`` was made of: a :class:`GatedNetwork`, or any module.
    taskgraph
        Its task graph; thresholds and figures do not matter.

    Raises
    ------
    NetworkError
        The module cannot be exported.
    ValueError
        The module does not have the segments, gates and codecs of the task graph.
    """
    if isinstance(module, GatedNetwork):
        traced = trace_gated(module)
        _same(traced.taskgraph, taskgraph)
        made = _segments(traced.trunk)
        for edge_name, part in gate_of_edge(traced.taskgraph).items():
            made += _gate_and_codec(module, taskgraph, edge_name, part)
    else:
        plain = trace_network(module, torch.zeros(taskgraph.input_shape), name=taskgraph.name)
        _same(plain.taskgraph, taskgraph)
        made = _segments(plain)
    return {program.key: program for program in made}


def _segments(network: TracedNetwork) -> list[Program]:
    graph = network.taskgraph
    shapes = [graph.input_shape, *(edge.shape for edge in graph.edges)]
    pieces = split_segments(network)
    return [
        _program(f"segment:{segment.name}", piece, shape)
        for segment, piece, shape in zip(graph.segments, pieces, shapes, strict=True)
    ]


def _gate_and_codec(
    network: GatedNetwork, taskgraph: TaskGraph, edge_name: str, part: str
) -> list[Program]:
    edge = next(edge for edge in taskgraph.edges if edge.name == edge_name)
    score = GateScore(cast(GateHead, network.gates[part]))
    made = [_program(f"gate:{part}", score, edge.shape)]
    for codec in edge.codecs:
        learned = network.learned_codec(part, codec.name)
        if learned is not None:
            name = f"{edge_name}/{codec.name}"
            made.append(_program(f"encode:{name}", learned.encoder, edge.shape))
            made.append(_program(f"decode:{name}", learned.decoder, codec.wire_shape))
    return made


def _program(key: str, module: nn.Module, shape: tuple[int, ...]) -> Program:
    exported = exported_program(module, torch.zeros(shape), name=key)
    output = exported.graph.output_node().args[0]
    value = output[0].meta["val"]
    return Program(key, exported, shape, tuple(value.shape))


def _same(made: TaskGraph, given: TaskGraph) -> None:
    """The module and the document must speak of the same things; some may be left out."""
    kept = {gate.name for gate in given.gates}
    for what, ours, theirs in (
        ("input", made.input_shape, given.input_shape),
        ("operators", made.operators, given.operators),
        ("segments", made.segments, given.segments),
        ("gates", [g.name for g in made.gates if g.name in kept], [g.name for g in given.gates]),
        ("edges", [e.name for e in made.edges], [e.name for e in given.edges]),
        ("codecs", *_codecs_on_the_wire(made, given)),
    ):
        if ours != theirs:
            raise ValueError(
                f"task graph '{given.name}' was made of another network: its {what} differ. "
                "Make it again from this network"
            )


def _codecs_on_the_wire(made: TaskGraph, given: TaskGraph) -> tuple[object, object]:
    """How the codecs of ``given`` lie on the wire in both; a generic one needs no network."""
    ours, theirs = (
        {
            (edge.name, codec.name): (codec.wire_format, codec.wire_shape, codec.wire_bytes)
            for edge in graph.edges
            for codec in edge.codecs
        }
        for graph in (made, given)
    )
    needed = {key for key in theirs if key in ours or key[1] in TRAINED_CODECS}
    return {k: ours.get(k) for k in needed}, {k: theirs[k] for k in needed}
