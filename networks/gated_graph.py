"""The task graph of a gated network: the trunk's, with gates and codecs at their cuts."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import cast

import torch

from networks.aten import child_of
from networks.codec_operators import codecs_of, operators_of
from networks.errors import NetworkError, network_error
from networks.gated import GatedNetwork, GateHead, GateScore
from networks.insertion import misfits
from networks.tracing import TracedNetwork, trace_network
from scheduler.taskgraph import Gate, Operator, TaskGraph

ANEW = "`wakepath train` the scenario again, or leave `taskgraph` out to measure it anew"
"""What to try where a task graph is not of the network."""


@dataclass(frozen=True, slots=True)
class TracedGatedNetwork:
    """A gated network's task graph and its trunk's calls."""

    trunk: TracedNetwork
    """The trunk as traced; its task graph has no gates."""
    taskgraph: TaskGraph
    """The task graph with gates, each named after its part, and codecs; untrained figures."""


def gate_of_edge(taskgraph: TaskGraph) -> dict[str, str]:
    """Name of the gate that decides before an edge, by the edge's name, in order."""
    return {
        edge.name: gate.name
        for gate in taskgraph.gates
        for edge in taskgraph.edges
        if edge.source == gate.segment
    }


def part_of_edge(network: GatedNetwork, taskgraph: TaskGraph) -> dict[str, str]:
    """Name of the gated part whose activation an edge carries, by the edge's name, in order.

    Unlike :func:`gate_of_edge` it knows the cuts whose gates a plan leaves out: at a gated cut more
    than ``none`` may send, and nowhere else. A task graph without codecs has none; one that has
    them at some cuts only is a ``NetworkError``.
    """
    coded = [edge.name for edge in taskgraph.edges if len(edge.codecs) > 1]
    if coded and len(coded) != len(network.gated_parts):
        raise network_error(
            f"task graph '{taskgraph.name}' has codecs at {', '.join(coded)}, but gates of the "
            f"network follow {', '.join(network.gated_parts)}",
            hint=ANEW,
        )
    return dict(zip(coded, network.gated_parts, strict=True)) if coded else {}


def trace_gated(network: GatedNetwork) -> TracedGatedNetwork:
    """Trace the trunk, the gates and the learned codecs of ``network``.

    Raises
    ------
    NetworkError
        It cannot be traced, a gated part does not end where a segment ends, or the design of a cut
        does not fit the activation there.
    """
    trunk = trace_network(network.trunk, torch.zeros(network.input_shape), name=network.name)
    graph = trunk.taskgraph
    places = {part: segment_before_gate(trunk, part) for part in network.gated_parts}
    problems = [
        problem
        for part, index in places.items()
        for problem in misfits(graph.name, part, network.design(part), graph.edges[index].shape)
    ]
    if problems:
        raise NetworkError(problems)
    gates, edges = [], list(graph.edges)
    for part, index in places.items():
        edge = edges[index]
        activation = torch.zeros(edge.shape)
        head = cast(GateHead, network.gates[part])
        operators = operators_of(GateScore(head), activation, f"{part}_gate.")
        gates.append(untrained_gate(part, graph.segments[index].name, operators))
        edges[index] = replace(edge, codecs=codecs_of(network, part, edge))
    taskgraph = replace(graph, gates=tuple(gates), edges=tuple(edges))
    return TracedGatedNetwork(trunk, taskgraph)


def untrained_gate(name: str, segment: str, operators: tuple[Operator, ...]) -> Gate:
    """A gate that stops nothing: no score is below 0."""
    return Gate(name, segment, operators, 0.0, {"negative": 0.0, "positive": 0.0})


def with_losses(taskgraph: TaskGraph, accuracy_loss: Mapping[tuple[str, str], float]) -> TaskGraph:
    """The task graph with the accuracy lost by (name of the edge, name of the codec); else 0."""
    return replace(
        taskgraph,
        edges=tuple(
            replace(
                edge,
                codecs=tuple(
                    replace(c, accuracy_loss=accuracy_loss.get((edge.name, c.name), 0.0))
                    for c in edge.codecs
                ),
            )
            for edge in taskgraph.edges
        ),
    )


def segment_before_gate(trunk: TracedNetwork, part: str) -> int:
    """Index of the segment that ends where a part ends; ``NetworkError`` if none does."""
    graph = trunk.taskgraph
    mine = [child_of(group.calls[0]) == part for group in trunk.groups]
    last = max((i for i, inside in enumerate(mine) if inside), default=-1)
    for index, segment in enumerate(graph.segments[:-1]):
        if last >= 0 and segment.operators[-1] == graph.operators[last].name:
            return index
    raise network_error(
        f"network '{graph.name}': part '{part}' does not end where a segment ends, so no gate can "
        "follow it",
        hint="end it with a convolution or with the pooling after one",
    )
