"""A contender's figures on test data, from what it says of each sample."""

from collections.abc import Mapping
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from benchmarks.results.gated.figures import CutFigures, NetworkFigures, Reach
from networks.contender import Contender
from networks.evaluation import evaluate, gated_answers, stopped_by
from networks.streams.windows import Windows
from scheduler.gating import answered
from scheduler.recording import Recording
from scheduler.taskgraph import CLASSES, Edge, TaskGraph

T = TypeVar("T")

MOST_LOST = 0.005
"""Accuracy that the codecs of all cuts together may lose on validation."""


def judge(contender: Contender, test: Windows) -> NetworkFigures:
    """At its own thresholds, and with the codec at every cut that sends the fewest bytes."""
    graph = contender.taskgraph
    codecs = frugal_codecs(graph)
    return figures_of(graph, contender.record(codecs, test), codecs)


def frugal_codecs(graph: TaskGraph) -> dict[str, str]:
    """By edge, the codec of fewest bytes whose loss on validation leaves the other cuts theirs."""
    cuts = [edge for edge in graph.edges if len(edge.codecs) > 1]
    return {
        edge.name: min(
            (c for c in edge.codecs if c.accuracy_loss <= MOST_LOST / len(cuts)),
            key=lambda codec: codec.wire_bytes,
        ).name
        for edge in cuts
    }


def figures_of(graph: TaskGraph, recording: Recording, codecs: Mapping[str, str]) -> NetworkFigures:
    """Figures of a recording that was made with ``codecs`` in force, by edge."""
    labels, answers = recording.labels, gated_answers(graph, recording)
    last = _last_segment(graph, recording)
    ended_negative = (stopped_by(graph, recording) < len(graph.gates)) & (answers == 0)
    cuts = [edge for edge in graph.edges if len(edge.codecs) > 1 or graph.gate_after(edge.source)]
    wire = {edge.name: edge.codec(codecs.get(edge.name, "none")).wire_bytes for edge in cuts}
    raw = {edge.name: edge.raw_bytes for edge in cuts}
    said_positive = answers == 1
    return NetworkFigures(
        samples=_by_class(labels, lambda mine: int(mine.sum())),
        cuts=tuple(_cut(graph, edge, codecs, ended_negative, last, labels) for edge in cuts),
        reach=_reach(graph, last, labels),
        stopped=_by_class(labels, lambda mine: _share(ended_negative, mine)),
        lost=_share(ended_negative & (recording.answers == 1), labels == 1),
        macs=_by_class(
            labels, lambda mine: evaluate(graph, recording.only(mine), codecs).macs_gated
        ),
        raw_bytes=_by_class(labels, lambda mine: _crossing(graph, raw, last[mine])),
        wire_bytes=_by_class(labels, lambda mine: _crossing(graph, wire, last[mine])),
        right=right_by_class(answers, labels),
        accuracy=float((answers == labels).mean()),
        precision=_share(labels == 1, said_positive),
    )


def stopped_on_validation(graph: TaskGraph) -> dict[str, float]:
    """Share of each class answered "negative" by any gate, from the rates of the task graph."""
    stopped = {}
    for name in CLASSES:
        reach, ended = 1.0, 0.0
        for gate in graph.gates:
            ended += reach * (gate.stop_rate[name] - answered(gate, name))
            reach *= 1.0 - gate.stop_rate[name]
        stopped[str(name)] = ended
    return stopped


def right_by_class(answers: NDArray[np.int8], labels: NDArray[np.int8]) -> dict[str, float]:
    """Share of right answers in each class."""
    right = np.equal(answers, labels)
    return {name: _share(right, labels == value) for value, name in enumerate(CLASSES)}


def _last_segment(graph: TaskGraph, recording: Recording) -> NDArray[np.int64]:
    """Index of the segment that each sample ends in, shape (n,)."""
    names = [segment.name for segment in graph.segments]
    ends = [*(names.index(gate.segment) for gate in graph.gates), len(names) - 1]
    return np.array(ends, dtype=np.int64)[stopped_by(graph, recording)]


def _cut(
    graph: TaskGraph,
    edge: Edge,
    codecs: Mapping[str, str],
    ended_negative: NDArray[np.bool_],
    last: NDArray[np.int64],
    labels: NDArray[np.int8],
) -> CutFigures:
    gate = graph.gate_after(edge.source)
    here = [segment.name for segment in graph.segments].index(edge.source)
    codec = edge.codec(codecs.get(edge.name, "none"))
    return CutFigures(
        edge=edge.name,
        gate="" if gate is None else gate.name,
        stopped=_by_class(
            labels, lambda mine: _share(ended_negative & (last == here), mine & (last >= here))
        ),
        raw_bytes=edge.raw_bytes,
        codec=codec.name,
        wire_bytes=codec.wire_bytes,
    )


def _reach(
    graph: TaskGraph, last: NDArray[np.int64], labels: NDArray[np.int8]
) -> tuple[Reach, ...]:
    macs = graph.segment_macs
    before = np.concatenate([[0], np.cumsum(macs)[:-1]]) / max(1, sum(macs))
    return tuple(
        Reach(
            segment.name,
            float(depth),
            _by_class(labels, lambda mine, i=index: _share(last >= i, mine)),
        )
        for index, (segment, depth) in enumerate(zip(graph.segments, before, strict=True))
    )


def _crossing(graph: TaskGraph, sizes: Mapping[str, int], last: NDArray[np.int64]) -> float:
    """Mean bytes of samples that end in the segments ``last``; ``sizes`` by edge."""
    names = [segment.name for segment in graph.segments]
    sent = [
        sizes[e.name] * (last > names.index(e.source)).sum() for e in graph.edges if e.name in sizes
    ]
    return float(sum(sent)) / max(1, len(last))


def _by_class(labels: NDArray[np.int8], of):  # type: ignore[no-untyped-def]
    return {name: of(labels == value) for value, name in enumerate(CLASSES)}


def _share(of: NDArray[np.bool_], among: NDArray[np.bool_]) -> float:
    count = int(among.sum())
    return float((of & among).sum()) / count if count else 0.0
