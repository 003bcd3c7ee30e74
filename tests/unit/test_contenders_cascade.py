"""Two networks as one chain: what they share, and what the second computes anew."""

import torch

from networks.contenders.cascade import cascaded
from networks.contenders.small import scaled
from networks.gated import GatedNetwork
from networks.tracing import trace
from scheduler.taskgraph import TaskGraph
from tests.contender_worlds import build, build_listener


def alone(network: GatedNetwork) -> TaskGraph:
    return trace(network.trunk, torch.zeros(network.input_shape), name=network.name)


def macs(graph: TaskGraph) -> int:
    return sum(operator.macs for operator in graph.operators)


def test_without_a_front_end_the_raw_sample_waits_and_crosses() -> None:
    first, second = scaled(build(), 8).eval(), build().eval()
    graph = cascaded(first, second)
    (gate,) = graph.gates
    assert graph.is_chain
    assert gate.segment == graph.segments[0].name == "sample"
    assert graph.edges[0].shape == graph.input_shape == (1, 3, 40)
    assert graph.edges[0].raw_bytes == graph.operators[0].output_bytes == 4 * 3 * 40
    assert macs(graph) == macs(alone(second))
    assert sum(o.macs for o in gate.operators) == macs(alone(first))
    assert [o.weight_bytes for o in gate.operators[:-1]] == [
        o.weight_bytes for o in alone(first).operators
    ]
    known = {"input"}
    for operator in gate.operators:
        assert set(operator.inputs) <= known
        known.add(operator.name)


def test_a_front_end_is_computed_once() -> None:
    first, second = scaled(build_listener(), 8).eval(), build_listener().eval()
    graph = cascaded(first, second)
    (gate,) = graph.gates
    whole = alone(second)
    assert graph.segments == whole.segments
    assert graph.edges == whole.edges
    names = [segment.name for segment in graph.segments]
    before = graph.segments[: names.index(gate.segment) + 1]
    front = [name for segment in before for name in segment.operators]
    assert all(name.startswith("hear.") for name in front)
    assert graph.segments[len(before)].operators[0].startswith("sense.")
    shared = sum(o.macs for o in graph.operators if o.name in front)
    assert shared > 0
    assert sum(o.macs for o in gate.operators) == macs(alone(first)) - shared
    assert gate.operators[0].inputs == ("input",)
    assert gate.operators[-1].kind == "softmax"
