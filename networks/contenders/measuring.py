"""What validation says of a contender whose thresholds stand: rates, accuracy, what codecs lose."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from networks.evaluation import accuracy, gated_answers, recall, with_rates
from networks.gated import GatedNetwork
from networks.gated_graph import with_losses
from networks.record import record
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
