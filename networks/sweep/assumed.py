"""Task graphs of networks that nobody has trained, with what their gates and codecs might do.

Operators, bytes and cuts of a network do not depend on its weights. What training decides is
assumed here, at its best and at its worst.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import combinations

from networks.design import gated_at
from networks.gated import GatedNetwork
from networks.gated_graph import gate_of_edge, trace_gated
from networks.sweep.space import Placement, SweepSpace
from scheduler.taskgraph import Codec, Edge, GateChoice, GateUse, SampleClass, TaskGraph

THRESHOLD = 0.5
"""Of every gate that is assumed; only its rates matter."""

NOBODY: Mapping[SampleClass, float] = {"negative": 0.0, "positive": 0.0}
"""Stop rates of a gate that stops no sample."""

EVERYBODY: Mapping[SampleClass, float] = {"negative": 1.0, "positive": 1.0}
"""Stop rates of a gate that stops every sample."""


class Tracings:
    """The task graph of every placement of a space, from a few tracings."""

    def __init__(self, network: GatedNetwork, space: SweepSpace) -> None:
        deepest = max(len(cut.designs) for cut in space.cuts)
        self._by_index = []
        for index in range(deepest):
            cuts = {c.cut: c.designs[min(index, len(c.designs) - 1)] for c in space.cuts}
            self._by_index.append(trace_gated(gated_at(network, cuts)).taskgraph)
        self._gate = {  # both in the trunk's order
            cut.cut: gate.name for cut, gate in zip(space.cuts, self.whole.gates, strict=True)
        }
        self._edge = {gate: edge for edge, gate in gate_of_edge(self.whole).items()}

    @property
    def whole(self) -> TaskGraph:
        """Gated at every cut, with the widest codecs."""
        return self._by_index[0]

    def gate(self, cut: str) -> str:
        """Name of the gate at a cut."""
        return self._gate[cut]

    def taskgraph(self, placement: Placement) -> TaskGraph:
        """As ``trace_gated`` gives it for the network of a placement; untrained figures."""
        gates = {self._gate[cut]: self._by_index[index] for cut, index in placement.widths}
        chosen = {self._edge[gate]: traced for gate, traced in gates.items()}
        return replace(
            self.whole,
            gates=tuple(gate for gate in self.whole.gates if gate.name in gates),
            edges=tuple(
                _same_edge(chosen[edge.name], edge)
                if edge.name in chosen
                else edge.without_codecs()
                for edge in self.whole.edges
            ),
        )


def at_best(graph: TaskGraph, lost_positives: float) -> TaskGraph:
    """``graph`` with gates and codecs as good as they can be: a bound on what training can give.

    Any gates may be left out. The first one in use stops all negatives, and at once all positives
    that may be lost; nothing costs accuracy. No plan of the trained network is cheaper than the
    best one of this, for less of what happens is never dearer.

    Parameters
    ----------
    graph
        With gates and codecs, trained or not.
    lost_positives
        Largest share of the positives that end at a gate: what the recall floor leaves, or all of
        them if gates may answer "positive" too.
    """
    ideal: Mapping[SampleClass, float] = {"negative": 1.0, "positive": lost_positives}
    names = [gate.name for gate in graph.gates]
    choices = [
        _choice((name, NOBODY if index else ideal) for index, name in enumerate(used))
        for count in range(len(names) + 1)
        for used in combinations(names, count)
    ]
    return _lossless(replace(graph, gate_choices=tuple(choices)))


def ungated(graph: TaskGraph) -> TaskGraph:
    """``graph`` with no gate in use and raw activations: what planning falls back on."""
    return _lossless(
        replace(
            graph,
            gate_choices=(_choice(()),),
            edges=tuple(edge.without_codecs() for edge in graph.edges),
        )
    )


def with_one_gate(graph: TaskGraph, gate: str, rates: Mapping[SampleClass, float]) -> TaskGraph:
    """``graph`` whose only gate in use has these rates; raw activations."""
    return replace(ungated(graph), gate_choices=(_choice([(gate, rates)]),))


def with_codecs(graph: TaskGraph, edge: str, codecs: Iterable[Codec]) -> TaskGraph:
    """``graph`` where one edge can be crossed raw or with ``codecs``, and with no others."""
    return replace(
        graph,
        edges=tuple(
            replace(e, codecs=(e.codecs[0], *codecs)) if e.name == edge else e for e in graph.edges
        ),
    )


FREE_CODEC = Codec("free", "int8", (1, 0), wire_bytes=0)
"""No codec sends less, or computes less."""


def _choice(uses: Iterable[tuple[str, Mapping[SampleClass, float]]]) -> GateChoice:
    gates = tuple(GateUse(name, THRESHOLD, rates) for name, rates in uses)
    return GateChoice(gates, accuracy=1.0, recall=1.0)


def _lossless(graph: TaskGraph) -> TaskGraph:
    """Nothing that a planner may choose costs accuracy."""
    return replace(
        graph,
        accuracy=1.0,
        recall=1.0,
        edges=tuple(
            replace(edge, codecs=tuple(replace(c, accuracy_loss=0.0) for c in edge.codecs))
            for edge in graph.edges
        ),
        segments=tuple(
            replace(s, knobs=tuple(replace(k, accuracy_loss=0.0) for k in s.knobs))
            for s in graph.segments
        ),
    )


def _same_edge(graph: TaskGraph, edge: Edge) -> Edge:
    return next(other for other in graph.edges if other.name == edge.name)
