"""Two networks: the small one first, and the whole one from the raw sample where that says "maybe".

As a chain: the small network is the head of a gate. What the two share comes before it: a front
end without trained weights, or else nothing but the sample, which is kept until it is known whether
the second network needs it. So what passes the gate is the front end's output or the raw sample,
and the second network computes everything anew.
"""

from collections.abc import Mapping, Set
from dataclasses import replace
from functools import partial
from itertools import takewhile
from math import prod

import torch

from networks.answers import answers
from networks.batches import batches, evaluated
from networks.contender import Contender
from networks.contenders import small, ungated
from networks.contenders.fitted import as_measured
from networks.contenders.front_ends import is_learned
from networks.gated import GatedNetwork
from networks.gated_graph import untrained_gate
from networks.gates.gate_choices import choose_gates
from networks.learning.losses import event_logit
from networks.measuring import macs_behind_gates
from networks.spec import NetworkSpec
from networks.streams.windows import Windows
from networks.tracing import TracedNetwork, trace_network
from scheduler.recording import Recording
from scheduler.taskgraph import Codec, CutPoint, Edge, Operator, Segment, TaskGraph

FIRST = "first"
"""Name of the gate whose head is the small network."""

SAMPLE = "sample"
"""Name of the segment that keeps the raw sample."""


def make(spec: NetworkSpec, seed: int) -> Contender:
    """The contenders ``small`` and ``ungated``, one behind the other; nothing is trained anew."""
    first, second = small.network_of(spec, seed), ungated.network_of(spec, seed)
    recorded = partial(_recorded, first, second)
    graph = cascaded(first, second)
    validation = spec.load("validation")
    with as_measured(spec, first, second):
        seen = recorded({}, validation)
    behind = macs_behind_gates(graph)
    chosen = choose_gates(graph, seen, behind, spec.recipe, validation.subjects)
    return Contender("cascade", chosen.taskgraph, recorded)


def cascaded(first: GatedNetwork, second: GatedNetwork) -> TaskGraph:
    """The task graph of ``second`` behind a gate whose head is ``first``; untrained figures."""
    head, whole = _traced(first), _traced(second)
    shared = _shared(head, whole, {name for name, _ in second.trunk.named_parameters()})
    graph = whole.taskgraph if shared else _with_sample(whole.taskgraph)
    segment = graph.segments[max(0, shared - 1)]
    read = segment.operators[-1]
    in_common = sum(len(one.operators) for one in head.taskgraph.segments[:shared])
    own = head.taskgraph.operators[in_common:]
    operators = (*(_in_head(operator, read) for operator in own), _score(own[-1]))
    return replace(graph, gates=(untrained_gate(FIRST, segment.name, operators),))


def _traced(network: GatedNetwork) -> TracedNetwork:
    return trace_network(network.trunk, torch.zeros(network.input_shape), name=network.name)


def _shared(first: TracedNetwork, second: TracedNetwork, trained: Set[str]) -> int:
    """How many segments both begin with that are the same and have no trained weights."""
    learned = {
        operator.name
        for operator, group in zip(second.taskgraph.operators, second.groups, strict=True)
        if is_learned(group, trained)
    }
    pairs = zip(first.taskgraph.segments, second.taskgraph.segments, strict=False)
    alike = takewhile(
        lambda pair: (
            learned.isdisjoint(pair[1].operators)
            and first.taskgraph.segment_operators(pair[0])
            == second.taskgraph.segment_operators(pair[1])
        ),
        pairs,
    )
    return sum(1 for _ in alike)


def _with_sample(graph: TaskGraph) -> TaskGraph:
    """``graph`` behind a segment that copies the raw sample to where it can wait."""
    shape = graph.input_shape
    size = prod(shape) * torch.empty(0, dtype=getattr(torch, graph.input_dtype)).element_size()
    keep = Operator(SAMPLE, "reshape", ("input",), shape, graph.input_dtype, 0, 0, size)
    operators = (
        replace(o, inputs=tuple(SAMPLE if name == "input" else name for name in o.inputs))
        for o in graph.operators
    )
    raw = Codec("none", "float32", shape, size)
    edge = Edge(SAMPLE, graph.segments[0].name, shape, size, (raw,))
    return replace(
        graph,
        operators=(keep, *operators),
        cut_points=(CutPoint(SAMPLE, shape, graph.input_dtype, size), *graph.cut_points),
        segments=(Segment(SAMPLE, (SAMPLE,)), *graph.segments),
        edges=(edge, *graph.edges),
    )


def _in_head(operator: Operator, read: str) -> Operator:
    """An operator of the small network as one of the gate's head, which reads ``read``."""
    inputs = ("input" if n in (read, "input") else f"{FIRST}.{n}" for n in operator.inputs)
    return replace(operator, name=f"{FIRST}.{operator.name}", inputs=tuple(inputs))


def _score(answer: Operator) -> Operator:
    """From the small network's answer to a probability."""
    return replace(
        answer,
        name=f"{FIRST}.score",
        kind="activation" if answer.output_elements == 1 else "softmax",
        inputs=(f"{FIRST}.{answer.name}",),
        macs=0,
        weight_bytes=0,
        fused=(),
        geometry=None,
    )


def _recorded(
    first: GatedNetwork, second: GatedNetwork, codecs: Mapping[str, str], windows: Windows
) -> Recording:
    """What both say of every window."""
    if any(codec != "none" for codec in codecs.values()):
        raise ValueError(f"the cascade of '{second.name}' has no codecs, not {dict(codecs)}")
    scores = torch.sigmoid(event_logit(_outputs(first, windows))).numpy()
    return Recording(
        labels=windows.labels,
        gate_scores=scores[:, None],
        answers=answers(_outputs(second, windows).numpy()),
        gates=(FIRST,),
    )


def _outputs(network: GatedNetwork, windows: Windows) -> torch.Tensor:
    with evaluated(network):
        return torch.cat([network(batch) for batch in batches(windows.samples)])
