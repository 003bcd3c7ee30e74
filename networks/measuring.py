"""What validation says of a trained network: rates of its gates, accuracy, what its codecs lose."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from networks.codecs import TRAINED_CODECS
from networks.evaluation import (
    EvaluationReport,
    accuracy,
    evaluate,
    gated_answers,
    recall,
    with_rates,
)
from networks.gated import GatedNetwork
from networks.gated_graph import gate_of_edge, trace_gated, with_losses
from networks.gates.gate_choices import ChosenGates, choose_gates
from networks.gates.promises import RecallPromise
from networks.record import record
from networks.spec import NetworkSpec
from networks.streams.windows import Windows
from scheduler.recording import Recording
from scheduler.taskgraph import Codec, Edge, TaskGraph

Recorder = Callable[[Mapping[str, str], Windows], Recording]
"""What is said of windows with codecs in force; codec by edge name, the others go on raw."""


def recorder(network: GatedNetwork, taskgraph: TaskGraph) -> Recorder:
    """What ``network`` says; ``taskgraph`` is its own, with a gate at every cut that has one."""

    def recorded(codecs: Mapping[str, str], windows: Windows) -> Recording:
        return record(network, taskgraph, codecs, windows.samples, windows.labels)

    return recorded


def measured(taskgraph: TaskGraph, recorded: Recorder, validation: Windows) -> TaskGraph:
    """``taskgraph`` with the figures of its gates, at their thresholds, and of its codecs.

    Parameters
    ----------
    taskgraph
        Its gates have their thresholds; all other figures are replaced.
    recorded
        What the contender says; asked once for raw activations and once for each codec.
    validation
        The windows that the thresholds were chosen on.
    """
    raw = recorded({}, validation)
    answers = gated_answers(taskgraph, raw)
    figures = replace(
        with_rates(taskgraph, raw),
        positive_share=validation.positive_share,
        accuracy=accuracy(answers, raw.labels),
        recall=recall(answers, raw.labels),
        gate_choices=(),
    )
    return with_measured_losses(figures, recorded, validation)


def with_measured_losses(
    taskgraph: TaskGraph, recorded: Recorder, validation: Windows
) -> TaskGraph:
    """``taskgraph`` with what each codec alone loses against its accuracy."""

    def accuracy_with(edge: Edge, codec: Codec) -> float:
        seen = recorded({edge.name: codec.name}, validation)
        return accuracy(gated_answers(taskgraph, seen), seen.labels)

    losses = {
        (edge.name, codec.name): taskgraph.accuracy - accuracy_with(edge, codec)
        for edge in taskgraph.edges
        for codec in edge.codecs[1:]
    }
    return with_losses(taskgraph, losses)


def measure(network: GatedNetwork, spec: NetworkSpec, validation: Windows) -> TaskGraph:
    """The task graph of :func:`measure_gates`."""
    return measure_gates(network, spec, validation).taskgraph


def measure_gates(network: GatedNetwork, spec: NetworkSpec, validation: Windows) -> ChosenGates:
    """The task graph with all that validation says: thresholds, stop rates, accuracies.

    Thresholds and stop rates are taken with raw activations at every cut, as a plan on one core
    would have it; what a codec does to the answers, gates included, is its accuracy loss.
    """
    taskgraph = trace_gated(network).taskgraph
    recorded = recorder(network, taskgraph)
    recording = recorded({}, validation)
    macs_after = macs_behind_gates(taskgraph)
    chosen = choose_gates(taskgraph, recording, macs_after, spec.recipe, validation.subjects)
    measured = with_measured_losses(chosen.taskgraph, recorded, validation)
    return replace(chosen, taskgraph=measured)


def macs_behind_gates(taskgraph: TaskGraph) -> NDArray[np.int64]:
    """Multiply-accumulates of the trunk that stopping a sample at each gate saves."""
    macs = taskgraph.segment_macs
    names = [segment.name for segment in taskgraph.segments]
    return np.array([sum(macs[names.index(g.segment) + 1 :]) for g in taskgraph.gates])


def report(
    network: GatedNetwork,
    taskgraph: TaskGraph,
    windows: Windows,
    promise: RecallPromise | None = None,
) -> EvaluationReport:
    """Figures on one split, with a codec that was trained in force at every gated cut.

    It is the one that lost least on validation, of equal ones the smallest; ``none`` where the
    design of the cut has none.
    """
    gated = gate_of_edge(taskgraph)
    codecs = {edge.name: _best_codec(edge) for edge in taskgraph.edges if edge.name in gated}
    recording = recorder(network, taskgraph)(codecs, windows)
    return evaluate(taskgraph, recording, codecs, promise=promise)


def _best_codec(edge: Edge) -> str:
    trained = [codec for codec in edge.codecs if codec.name in TRAINED_CODECS]
    best = min(trained, key=lambda codec: (codec.accuracy_loss, codec.wire_bytes), default=None)
    return "none" if best is None else best.name
