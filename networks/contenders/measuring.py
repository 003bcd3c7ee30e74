"""What validation says of a contender whose thresholds stand: rates, accuracy, what codecs lose."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from networks.evaluation import accuracy, gated_answers, recall, with_rates
from networks.gated import GatedNetwork
from networks.record import record
from networks.streams.windows import Windows
from scheduler.recording import Recording
from scheduler.taskgraph import Edge, TaskGraph

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
    right = accuracy(answers, raw.labels)

    def loss(edge: Edge, codec: str) -> float:
        seen = recorded({edge.name: codec}, validation)
        return right - accuracy(gated_answers(taskgraph, seen), seen.labels)

    def with_losses(edge: Edge) -> Edge:
        others = (replace(c, accuracy_loss=loss(edge, c.name)) for c in edge.codecs[1:])
        return replace(edge, codecs=(edge.codecs[0], *others))

    return replace(
        with_rates(taskgraph, raw),
        edges=tuple(with_losses(edge) for edge in taskgraph.edges),
        positive_share=validation.positive_share,
        accuracy=right,
        recall=recall(answers, raw.labels),
        gate_choices=(),
    )


def with_codecs(taskgraph: TaskGraph, names: Sequence[str]) -> TaskGraph:
    """``taskgraph`` with these codecs and no others, where an edge has them."""
    return replace(
        taskgraph,
        edges=tuple(
            replace(edge, codecs=tuple(codec for codec in edge.codecs if codec.name in names))
            for edge in taskgraph.edges
        ),
    )


def macs_behind(taskgraph: TaskGraph) -> NDArray[np.int64]:
    """Multiply-accumulates of the trunk that a sample saves by ending at each gate."""
    names = [segment.name for segment in taskgraph.segments]
    macs = [sum(o.macs for o in taskgraph.segment_operators(s)) for s in taskgraph.segments]
    return np.array([sum(macs[names.index(g.segment) + 1 :]) for g in taskgraph.gates])
