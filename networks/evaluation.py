"""What gates and codecs do to a recorded stream: rates, bytes, accuracy, work. numpy only."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduler.recording import Recording
from scheduler.taskgraph import CLASSES, Edge, Gate, SampleClass, TaskGraph


@dataclass(frozen=True, slots=True)
class GateReport:
    """One gate, and the cut behind it."""

    gate: str
    """Name of the gate."""
    threshold: float
    """A sample is stopped when its score is below."""
    reached: int
    """Samples that came to the gate."""
    stop_rate_negative: float
    """Share stopped among the negatives that reach it: right stops."""
    stop_rate_positive: float
    """Share stopped among the positives that reach it: false stops."""
    raw_bytes: int
    """Bytes of the activation behind the gate."""
    codec: str
    """Codec that was in force there."""
    wire_bytes: int
    """Bytes that codec puts on the wire."""


@dataclass(frozen=True, slots=True)
class EvaluationReport:
    """A gated network on one stream."""

    samples: int
    """Length of the stream."""
    positive_share: float
    """Share of positive samples."""
    gates: tuple[GateReport, ...]
    """In order."""
    stop_rate_negative: float
    """Share of all negatives stopped by any gate."""
    stop_rate_positive: float
    """Share of all positives stopped by any gate."""
    accuracy_ungated: float
    """Share of right answers if every sample goes all the way."""
    accuracy_gated: float
    """Share of right answers when a stopped sample is answered "negative"."""
    recall_ungated: Mapping[SampleClass, float]
    """Share of right answers in each class, without gates."""
    recall_gated: Mapping[SampleClass, float]
    """Share of right answers in each class, with gates."""
    macs_ungated: float
    """Multiply-accumulates of the trunk, a sample."""
    macs_gated: float
    """Mean multiply-accumulates a sample with gates: trunk, gate heads and codecs in force."""


def stopped_by(taskgraph: TaskGraph, recording: Recording) -> NDArray[np.int64]:
    """Index of the gate that stops each sample, shape (n,); ``len(gates)`` where none does."""
    thresholds = np.array([gate.threshold for gate in taskgraph.gates], dtype=np.float64)
    below = recording.gate_scores.astype(np.float64) < thresholds
    never = np.ones((len(below), 1), dtype=bool)
    return np.asarray(np.argmax(np.concatenate([below, never], axis=1), axis=1))


def stop_rates(taskgraph: TaskGraph, recording: Recording) -> dict[str, dict[SampleClass, float]]:
    """Share stopped among those reaching, by gate and class; 0 where nobody reaches."""
    stops = stopped_by(taskgraph, recording)
    return {
        gate.name: {
            sample_class: _share(stops[(stops >= index) & (recording.labels == label)] == index)
            for label, sample_class in enumerate(CLASSES)
        }
        for index, gate in enumerate(taskgraph.gates)
    }


def gated_answers(taskgraph: TaskGraph, recording: Recording) -> NDArray[np.int8]:
    """What the device answers, shape (n,): 0 where a gate stops, else the network's answer."""
    passed = stopped_by(taskgraph, recording) == len(taskgraph.gates)
    return np.where(passed, recording.answers, 0).astype(np.int8)


def accuracy(answers: NDArray[np.int8], labels: NDArray[np.int8]) -> float:
    """Share of right answers."""
    return _share(answers == labels)


def recall(answers: NDArray[np.int8], labels: NDArray[np.int8]) -> float:
    """Share of the positives answered "positive"."""
    return _share(answers[labels == 1] == 1)


def evaluate(
    taskgraph: TaskGraph, recording: Recording, codecs: Mapping[str, str] | None = None
) -> EvaluationReport:
    """Put figures to a recording.

    Parameters
    ----------
    taskgraph
        With its gates' thresholds.
    recording
        Made with ``codecs`` in force.
    codecs
        Codec by edge name; the others send the raw activation.
    """
    chosen = codecs or {}
    stops = stopped_by(taskgraph, recording)
    rates = stop_rates(taskgraph, recording)
    answers = gated_answers(taskgraph, recording)
    edges = {edge.source: edge for edge in taskgraph.edges}
    gates = tuple(
        _gate_report(gate, edges[gate.segment], rates[gate.name], int((stops >= i).sum()), chosen)
        for i, gate in enumerate(taskgraph.gates)
    )
    stopped = stops < len(taskgraph.gates)
    return EvaluationReport(
        samples=len(recording.labels),
        positive_share=float(recording.labels.mean()),
        gates=gates,
        stop_rate_negative=_share(stopped[recording.labels == 0]),
        stop_rate_positive=_share(stopped[recording.labels == 1]),
        accuracy_ungated=accuracy(recording.answers, recording.labels),
        accuracy_gated=accuracy(answers, recording.labels),
        recall_ungated=_recalls(recording.answers, recording.labels),
        recall_gated=_recalls(answers, recording.labels),
        macs_ungated=float(sum(operator.macs for operator in taskgraph.operators)),
        macs_gated=_expected_macs(taskgraph, stops, chosen),
    )


def _gate_report(
    gate: Gate,
    edge: Edge,
    rates: Mapping[SampleClass, float],
    reached: int,
    codecs: Mapping[str, str],
) -> GateReport:
    codec = edge.codec(codecs.get(edge.name, "none"))
    return GateReport(
        gate=gate.name,
        threshold=gate.threshold,
        reached=reached,
        stop_rate_negative=rates["negative"],
        stop_rate_positive=rates["positive"],
        raw_bytes=edge.raw_bytes,
        codec=codec.name,
        wire_bytes=codec.wire_bytes,
    )


def _expected_macs(
    taskgraph: TaskGraph, stops: NDArray[np.int64], codecs: Mapping[str, str]
) -> float:
    """Mean over the stream of what each sample computes before it ends."""
    indices = {gate.segment: index for index, gate in enumerate(taskgraph.gates)}
    edges = {edge.source: edge for edge in taskgraph.edges}
    alive, total = 1.0, 0.0
    for segment in taskgraph.segments:
        total += alive * sum(o.macs for o in taskgraph.segment_operators(segment))
        gate = taskgraph.gate_after(segment.name)
        if gate is not None:
            total += alive * sum(operator.macs for operator in gate.operators)
            alive = _share(stops > indices[segment.name])
        edge = edges.get(segment.name)
        if edge is not None:
            codec = edge.codec(codecs.get(edge.name, "none"))
            total += alive * sum(operator.macs for operator in (*codec.encode, *codec.decode))
    return total


def _recalls(answers: NDArray[np.int8], labels: NDArray[np.int8]) -> dict[SampleClass, float]:
    return {
        sample_class: _share(answers[labels == label] == label)
        for label, sample_class in enumerate(CLASSES)
    }


def _share(hits: NDArray[np.bool_]) -> float:
    return float(hits.mean()) if hits.size else 0.0
