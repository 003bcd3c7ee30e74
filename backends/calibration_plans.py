"""The plans that calibration runs: every part of the network on every core, over every codec."""

from collections.abc import Mapping, Sequence

from devicemodels.platform import Platform
from scheduler.plan import (
    CAUSES,
    Certificate,
    Crossing,
    Expected,
    GateSetting,
    IdleChoice,
    Placement,
    Plan,
    Requirements,
)
from scheduler.taskgraph import Codec, Edge, TaskGraph

NEVER = 0.0
"""A threshold below which no score lies: the gate never stops a sample."""


def default_cuts(platform: Platform, task_graph: TaskGraph) -> tuple[str, ...]:
    """The edges with a codec besides ``none``; else edges that share the segments evenly."""
    coded = tuple(edge.name for edge in task_graph.edges if len(edge.codecs) > 1)
    if coded:
        return coded
    edges, parts = task_graph.edges, min(len(platform.cores), len(task_graph.segments))
    return tuple(edges[len(task_graph.segments) * k // parts - 1].name for k in range(1, parts))


def expected_plans(
    platform: Platform, task_graph: TaskGraph, crossings: Mapping[str, str]
) -> tuple[Plan, ...]:
    """Plans with the gates as they were trained, that cross where plans of interest do.

    ``crossings`` is the codec by the name of the edge. The parts between those edges lie on the
    cores in turn, both ways round, so that each core runs each part and sends to each other.
    Raises ``ValueError`` if an edge or codec does not exist.
    """
    edges = {edge.name: edge for edge in task_graph.edges}
    for name, codec in crossings.items():
        if name not in edges:
            raise ValueError(f"{name}: no such edge in task graph '{task_graph.name}'")
        if codec not in [known.name for known in edges[name].codecs]:
            raise ValueError(f"edge {name} has no codec '{codec}'")
    chosen = {name: edges[name].codec(codec) for name, codec in crossings.items()}
    return tuple(
        _plan(platform, task_graph, order, chosen, gates_stop=True)
        for order in _orders(platform, chosen, both_ways=True)
    )


def covering_plans(
    platform: Platform, task_graph: TaskGraph, *, gates_stop: bool
) -> tuple[Plan, ...]:
    """Plans that show every part between default cuts on every core, over every codec.

    The turn goes the other way from codec to codec, so that each core sends to each other.
    """
    cuts = default_cuts(platform, task_graph)
    edges = [edge for edge in task_graph.edges if edge.name in cuts]
    most_codecs = max((len(edge.codecs) for edge in edges), default=1)
    plans = []
    for turn in range(max(most_codecs, 2) if edges else 1):
        codecs = {edge.name: edge.codecs[turn % len(edge.codecs)] for edge in edges}
        orders = _orders(platform, codecs, both_ways=False)
        for order in orders:
            turned = [order[0], *reversed(order[1:])] if turn % 2 else order
            plans.append(_plan(platform, task_graph, turned, codecs, gates_stop=gates_stop))
    return tuple(plans)


def _orders(platform: Platform, codecs: Mapping[str, Codec], *, both_ways: bool) -> list[list[str]]:
    """Orders in which the cores take parts: each core first in one, or in two."""
    cores = [core.name for core in platform.cores]
    turned = [cores[start:] + cores[:start] for start in range(len(cores))]
    if both_ways and codecs and len(cores) > 2:
        turned += [[order[0], *reversed(order[1:])] for order in turned]
    return turned


def _plan(
    platform: Platform,
    task_graph: TaskGraph,
    cores: Sequence[str],
    codecs: Mapping[str, Codec],
    *,
    gates_stop: bool,
) -> Plan:
    """Parts between the edges of ``codecs`` on ``cores`` in turn."""
    placed, part = [cores[0]], 0
    for edge in task_graph.edges:
        part += edge.name in codecs
        placed.append(cores[part % len(cores)])
    crossings = [
        _crossing(platform, edge, source, target, codecs[edge.name])
        for edge, source, target in zip(task_graph.edges, placed, placed[1:], strict=False)
        if source != target
    ]
    return Plan(
        name="calibration",
        requirements=Requirements("latency_max", 1.0, 1.0, 0.0, {"negative": 0.0, "positive": 1.0}),
        placements=tuple(
            Placement(segment.name, core, platform.core(core).operating_points[0].name)
            for segment, core in zip(task_graph.segments, placed, strict=True)
        ),
        crossings=tuple(crossings),
        gates=tuple(
            GateSetting(gate.name, gate.threshold, gate.positive_threshold)
            if gates_stop
            else GateSetting(gate.name, NEVER)
            for gate in task_graph.gates
        ),
        idle=tuple(IdleChoice(core.name, core.idle_states[0].name) for core in platform.cores),
        expected=Expected(0.0, dict.fromkeys(CAUSES, 0.0), 0.0, 0.0, 0.0, 0.0, 0.0, {}, 0.0, 0.0),
        certificate=Certificate("calibration", "feasible", 0.0, 1.0),
        task_graph=task_graph,
        platform=platform,
        task_graph_sha256="",
        platform_sha256="",
    )


def _crossing(platform: Platform, edge: Edge, source: str, target: str, codec: Codec) -> Crossing:
    link = platform.link_between(source, target)
    if link is None:
        raise ValueError(f"platform '{platform.name}' has no link from '{source}' to '{target}'")
    return Crossing(edge.source, edge.target, link.name, codec.name, codec.wire_bytes)
