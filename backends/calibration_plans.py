"""The plans that calibration runs: every part of the network on every core, over every codec."""

from collections.abc import Sequence

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


def calibration_plans(
    platform: Platform, task_graph: TaskGraph, cuts: Sequence[str]
) -> tuple[Plan, ...]:
    """Plans that cross at ``cuts``; first those, then plans for other edges that have a codec.

    For each codec, the parts between cuts lie on the cores in turn, so that each core runs each
    part; the turn goes the other way from codec to codec, so that each core sends to each other.
    Raises ``ValueError`` if a cut is no edge of the task graph.
    """
    unknown = sorted(set(cuts) - {edge.name for edge in task_graph.edges})
    if unknown:
        raise ValueError(f"{', '.join(unknown)}: no such edge in task graph '{task_graph.name}'")
    plans = _rotations(platform, task_graph, cuts)
    coded = tuple(edge.name for edge in task_graph.edges if len(edge.codecs) > 1)
    if set(coded) - set(cuts):
        plans += _rotations(platform, task_graph, coded)
    return tuple(plans)


def _rotations(platform: Platform, task_graph: TaskGraph, cuts: Sequence[str]) -> list[Plan]:
    cores = [core.name for core in platform.cores]
    if len(cores) == 1 or not cuts:
        return [_plan(platform, task_graph, cuts, [core], 0) for core in cores]
    most_codecs = max(len(edge.codecs) for edge in task_graph.edges if edge.name in cuts)
    # With one codec both directions still have to be seen.
    return [
        _plan(platform, task_graph, cuts, _turned(cores, start, backwards=turn % 2 == 1), turn)
        for turn in range(max(most_codecs, 2))
        for start in range(len(cores))
    ]


def _turned(cores: list[str], start: int, *, backwards: bool) -> list[str]:
    turned = cores[start:] + cores[:start]
    return [turned[0], *reversed(turned[1:])] if backwards else turned


def _plan(
    platform: Platform, task_graph: TaskGraph, cuts: Sequence[str], cores: list[str], turn: int
) -> Plan:
    """Parts between ``cuts`` on ``cores`` in turn; codec number ``turn`` of each edge."""
    placed, part = [], 0
    for segment in task_graph.segments:
        if any(edge.target == segment.name and edge.name in cuts for edge in task_graph.edges):
            part += 1
        placed.append(cores[part % len(cores)])
    crossings = []
    for edge, source, target in zip(task_graph.edges, placed, placed[1:], strict=False):
        if source != target:
            crossings.append(_crossing(platform, edge, source, target, _codec(edge, turn)))
    return Plan(
        name="calibration",
        requirements=Requirements("latency", 1.0, 1.0, 0.0, {"negative": 0.0, "positive": 1.0}),
        placements=tuple(
            Placement(segment.name, core, platform.core(core).operating_points[0].name)
            for segment, core in zip(task_graph.segments, placed, strict=True)
        ),
        crossings=tuple(crossings),
        gates=tuple(GateSetting(gate.name, NEVER) for gate in task_graph.gates),
        idle=tuple(IdleChoice(core.name, core.idle_states[0].name) for core in platform.cores),
        expected=Expected(0.0, dict.fromkeys(CAUSES, 0.0), 0.0, 0.0, 0.0, {}, 0.0),
        certificate=Certificate("calibration", "feasible", 0.0, 1.0),
        task_graph=task_graph,
        platform=platform,
        task_graph_sha256="",
        platform_sha256="",
    )


def _codec(edge: Edge, turn: int) -> Codec:
    return edge.codecs[turn % len(edge.codecs)]


def _crossing(platform: Platform, edge: Edge, source: str, target: str, codec: Codec) -> Crossing:
    link = platform.link_between(source, target)
    if link is None:
        raise ValueError(f"platform '{platform.name}' has no link from '{source}' to '{target}'")
    return Crossing(edge.source, edge.target, link.name, codec.name, codec.wire_bytes)
