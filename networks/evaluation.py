"""What gates and codecs do to a recorded stream: rates, bytes, accuracy, work. numpy only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from networks.gates.promises import RecallPromise
from scheduler.exits import Exits, answering_rates, ending_rates, exits, stopping_rates
from scheduler.recording import Recording
from scheduler.taskgraph import CLASSES, SampleClass, TaskGraph


@dataclass(frozen=True, slots=True)
class GateReport:
    """One gate, and the cut behind it."""

    gate: str
    """Name of the gate."""
    threshold: float
    """A sample is stopped, as "negative", when its score is below."""
    reached: int
    """Samples that came to the gate."""
    stop_rate_negative: float
    """Share stopped among the negatives that reach it: right stops."""
    stop_rate_positive: float
    """Share stopped among the positives that reach it: false stops."""
    positive_threshold: float | None
    """A sample is answered "positive" here when its score is at least this."""
    answer_rate_negative: float
    """Share answered "positive" here among the negatives that reach it: wrong answers."""
    answer_rate_positive: float
    """Share answered "positive" here among the positives that reach it: right answers."""
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
    answer_rate_negative: float
    """Share of all negatives answered "positive" by any gate."""
    answer_rate_positive: float
    """Share of all positives answered "positive" by any gate."""
    accuracy_ungated: float
    """Share of right answers if every sample goes all the way."""
    accuracy_gated: float
    """Share of right answers when samples end where the gates say."""
    recall_ungated: Mapping[SampleClass, float]
    """Share of right answers in each class, without gates."""
    recall_gated: Mapping[SampleClass, float]
    """Share of right answers in each class, with gates."""
    macs_ungated: float
    """Multiply-accumulates of the trunk, a sample."""
    macs_gated: float
    """Mean multiply-accumulates a sample with gates: trunk, gate heads and codecs in force."""
    true_positives: int
    """Positives that the network answers rightly without gates."""
    true_positives_lost: int
    """Of them, how many the gates stop."""
    promise: RecallPromise | None
    """What the choice of thresholds said about them; None if that is not known."""


def stopped_by(taskgraph: TaskGraph, recording: Recording) -> NDArray[np.int64]:
    """Index of the gate that each sample ends at, shape (n,); ``len(gates)`` if at none."""
    return exits(recording.gate_scores, taskgraph.gates).gate


def stop_rates(taskgraph: TaskGraph, recording: Recording) -> dict[str, dict[SampleClass, float]]:
    """Share that ends at each gate among those reaching it, by gate and class, as in ``Gate``."""
    ends = exits(recording.gate_scores, taskgraph.gates)
    return {
        gate.name: ending_rates(ends, recording.labels, index)
        for index, gate in enumerate(taskgraph.gates)
    }


def with_rates(taskgraph: TaskGraph, recording: Recording) -> TaskGraph:
    """The task graph with the rates that its gates' thresholds have on a recording."""
    ends = exits(recording.gate_scores, taskgraph.gates)
    gates = tuple(
        replace(
            gate,
            stop_rate=ending_rates(ends, recording.labels, index),
            answer_rate=None
            if gate.positive_threshold is None
            else answering_rates(ends, recording.labels, index),
        )
        for index, gate in enumerate(taskgraph.gates)
    )
    return replace(taskgraph, gates=gates)


def gated_answers(taskgraph: TaskGraph, recording: Recording) -> NDArray[np.int8]:
    """What the device answers, shape (n,): the gate's answer, or the network's behind them all."""
    ends = exits(recording.gate_scores, taskgraph.gates)
    passed = ends.gate == len(taskgraph.gates)
    return np.where(passed, recording.answers, ends.positive).astype(np.int8)


def accuracy(answers: NDArray[np.int8], labels: NDArray[np.int8]) -> float:
    """Share of right answers."""
    return _share(answers == labels)


def recall(answers: NDArray[np.int8], labels: NDArray[np.int8]) -> float:
    """Share of the positives answered "positive"."""
    return _share(answers[labels == 1] == 1)


def evaluate(
    taskgraph: TaskGraph,
    recording: Recording,
    codecs: Mapping[str, str] | None = None,
    *,
    promise: RecallPromise | None = None,
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
    promise
        Of the thresholds, for the report.
    """
    chosen = codecs or {}
    ends = exits(recording.gate_scores, taskgraph.gates)
    answers = gated_answers(taskgraph, recording)
    gates = tuple(
        _gate_report(taskgraph, index, ends, recording.labels, chosen)
        for index in range(len(taskgraph.gates))
    )
    reach = [1.0, *(_share(ends.gate > index) for index in range(len(taskgraph.gates)))]
    stopped = (ends.gate < len(taskgraph.gates)) & ~ends.positive
    true_positives = (recording.labels == 1) & (recording.answers == 1)
    return EvaluationReport(
        samples=len(recording.labels),
        positive_share=float(recording.labels.mean()),
        gates=gates,
        stop_rate_negative=_share(stopped[recording.labels == 0]),
        stop_rate_positive=_share(stopped[recording.labels == 1]),
        answer_rate_negative=_share(ends.positive[recording.labels == 0]),
        answer_rate_positive=_share(ends.positive[recording.labels == 1]),
        accuracy_ungated=accuracy(recording.answers, recording.labels),
        accuracy_gated=accuracy(answers, recording.labels),
        recall_ungated=_recalls(recording.answers, recording.labels),
        recall_gated=_recalls(answers, recording.labels),
        macs_ungated=float(sum(operator.macs for operator in taskgraph.operators)),
        macs_gated=mean_macs(taskgraph, reach, chosen),
        true_positives=int(true_positives.sum()),
        true_positives_lost=int((true_positives & stopped).sum()),
        promise=promise,
    )


def mean_macs(
    taskgraph: TaskGraph, reach: Sequence[float], codecs: Mapping[str, str] | None = None
) -> float:
    """Mean multiply-accumulates of a sample, gate heads included.

    Parameters
    ----------
    taskgraph
        With its gates.
    reach
        Share of all samples that come as far as behind no gate, behind the first, and so on.
    codecs
        Codec by the name of the edge that is encoded; others go on raw. None: no codec counts, for
        whether one is used is decided by a plan.
    """
    shares = iter(reach)
    edges = {edge.source: edge for edge in taskgraph.edges}
    here, total = next(shares), 0.0
    for segment, macs in zip(taskgraph.segments, taskgraph.segment_macs, strict=True):
        total += here * macs
        gate = taskgraph.gate_after(segment.name)
        if gate is not None:
            total += here * sum(operator.macs for operator in gate.operators)
            here = next(shares)
        edge = edges.get(segment.name)
        if edge is not None and codecs is not None:
            codec = edge.codec(codecs.get(edge.name, "none"))
            total += here * sum(operator.macs for operator in (*codec.encode, *codec.decode))
    return total


def _gate_report(
    taskgraph: TaskGraph,
    index: int,
    ends: Exits,
    labels: NDArray[np.int8],
    codecs: Mapping[str, str],
) -> GateReport:
    gate = taskgraph.gates[index]
    edge = next(edge for edge in taskgraph.edges if edge.source == gate.segment)
    codec = edge.codec(codecs.get(edge.name, "none"))
    stopped = stopping_rates(ends, labels, index)
    answered = answering_rates(ends, labels, index)
    return GateReport(
        gate=gate.name,
        threshold=gate.threshold,
        reached=int((ends.gate >= index).sum()),
        stop_rate_negative=stopped["negative"],
        stop_rate_positive=stopped["positive"],
        positive_threshold=gate.positive_threshold,
        answer_rate_negative=answered["negative"],
        answer_rate_positive=answered["positive"],
        raw_bytes=edge.raw_bytes,
        codec=codec.name,
        wire_bytes=codec.wire_bytes,
    )


def _recalls(answers: NDArray[np.int8], labels: NDArray[np.int8]) -> dict[SampleClass, float]:
    return {
        sample_class: _share(answers[labels == label] == label)
        for label, sample_class in enumerate(CLASSES)
    }


def _share(hits: NDArray[np.bool_]) -> float:
    return float(hits.mean()) if hits.size else 0.0
