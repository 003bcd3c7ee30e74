"""What every trainable network of the zoo has to keep: cheap gates, narrow wires, sound recipes."""

import pytest
import torch

from networks.gated_graph import trace_gated
from networks.spec import NetworkSpec
from networks.zoo import network_spec
from scheduler.taskgraph import TaskGraph

NAMES = ("digits", "mnist", "vowels", "words")
"""Those that are one sensor's answer to "is it there?", with a learned codec at each gate."""

LARGEST_FIRST_SHARE = {"digits": 0.02, "mnist": 0.06, "vowels": 0.04, "words": 0.25}
"""Share of the trunk's multiply-accumulates that are spent before the first gate.

A sixth of those of ``words`` is the front end, which every network that hears has to pay.
"""


@pytest.fixture(scope="module", params=NAMES)
def spec(request: pytest.FixtureRequest) -> NetworkSpec:
    return network_spec(request.param)


@pytest.fixture(scope="module")
def taskgraph(spec: NetworkSpec) -> TaskGraph:
    return trace_gated(spec.build()).taskgraph


def test_it_goes_by_the_name_of_its_file(spec: NetworkSpec, taskgraph: TaskGraph) -> None:
    assert taskgraph.name == spec.name == spec.build().name


def test_the_first_gate_comes_early(spec: NetworkSpec, taskgraph: TaskGraph) -> None:
    before = 0
    for segment in taskgraph.segments:
        before += sum(operator.macs for operator in taskgraph.segment_operators(segment))
        gate = taskgraph.gate_after(segment.name)
        if gate is not None:
            before += sum(operator.macs for operator in gate.operators)
            break
    total = sum(operator.macs for operator in taskgraph.operators)
    assert before < LARGEST_FIRST_SHARE[spec.name] * total


def test_the_learned_codec_sends_three_hundredths(taskgraph: TaskGraph) -> None:
    gated = [edge for edge in taskgraph.edges if len(edge.codecs) > 1]
    assert len(gated) == len(taskgraph.gates) >= 2
    raw = sum(edge.raw_bytes for edge in gated)
    assert sum(edge.codec("narrow").wire_bytes for edge in gated) < 0.03 * raw


def test_every_gate_has_a_weight(spec: NetworkSpec, taskgraph: TaskGraph) -> None:
    assert len(spec.recipe.gate_weights) == len(taskgraph.gates)
    assert all(weight > 0 for weight in spec.recipe.gate_weights)


def test_a_varied_sample_is_a_sample(spec: NetworkSpec) -> None:
    samples = torch.rand(3, *spec.build().input_shape[1:])

    def vary(seed: int) -> torch.Tensor:
        return spec.augment(samples.clone(), torch.Generator().manual_seed(seed))

    assert vary(1).shape == samples.shape
    assert vary(1).dtype == samples.dtype
    assert torch.equal(vary(1), vary(1))
    assert not torch.equal(vary(1), vary(2))
