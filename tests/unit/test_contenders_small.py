"""The small network: as much work as gates leave on average, whatever the trunk is."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from networks.contenders import gated, pruned_int8, small
from networks.contenders.small import STEPS, beginning, expected_macs, scaled
from networks.gated import GatedNetwork
from networks.gated_graph import trace_gated
from networks.tracing import trace
from scheduler.recording import Recording
from tests.contender_worlds import BUMPS, RECIPE, build, one_thread  # noqa: F401 - used by all

SENSE, SCREEN, DECIDE = 8 * 20 * 15, 16 * 20 * 40, 24 * 10 * 80 + 24
HEADS = (8 * 4 + 4, 16 * 4 + 4)


def macs(network: GatedNetwork) -> int:
    graph = trace(network.trunk, torch.zeros(network.input_shape), name=network.name)
    return sum(operator.macs for operator in graph.operators)


def test_expected_work_is_what_each_class_computes_before_it_ends() -> None:
    graph = trace_gated(build().eval()).taskgraph
    first, second = graph.gates
    graph = replace(
        graph,
        gates=(
            replace(first, stop_rate={"negative": 0.75, "positive": 0.0}),
            replace(second, stop_rate={"negative": 0.5, "positive": 0.1}),
        ),
    )
    negative = SENSE + HEADS[0] + 0.25 * (SCREEN + HEADS[1]) + 0.125 * DECIDE
    positive = SENSE + HEADS[0] + SCREEN + HEADS[1] + 0.9 * DECIDE
    assert expected_macs(graph) == pytest.approx(0.95 * negative + 0.05 * positive)
    assert expected_macs(graph, 0.5) == pytest.approx(0.5 * negative + 0.5 * positive)


def test_widths_grow_step_by_step_and_the_last_one_is_the_whole() -> None:
    sizes = [macs(scaled(build().eval(), step)) for step in (1, 2, 3, 8, 16, 31, STEPS)]
    assert sizes == sorted(sizes)
    assert sizes[0] < 0.02 * sizes[-1]
    assert sizes[-1] == SENSE + SCREEN + DECIDE


def test_weights_are_drawn_anew_with_the_spread_of_their_new_size() -> None:
    torch.manual_seed(5)
    network = build()
    kernel = network.trunk.get_parameter("decide.conv.conv.weight").detach()[:6, :4].clone()
    drawn = scaled(network, 8).trunk.get_parameter("decide.conv.conv.weight").detach()
    assert drawn.shape == kernel.shape
    assert not torch.equal(drawn, kernel)
    assert 1.5 < float(drawn.std() / kernel.std()) < 2.5  # a quarter of the channels are read


def test_it_costs_at_most_what_the_gated_one_does_and_no_width_more_would() -> None:
    affordable = expected_macs(gated.make(BUMPS, 0).taskgraph)
    network = small.network_of(BUMPS, 0)
    assert macs(network) <= affordable
    width = network.trunk.get_parameter("decide.conv.conv.weight").shape[0]
    next_step = next(step for step in range(1, STEPS) if round(24 * step / STEPS) > width)
    assert macs(scaled(build().eval(), next_step)) > affordable


def test_of_a_frozen_trunk_it_is_the_beginning() -> None:
    frozen = replace(BUMPS, recipe=replace(RECIPE, frozen_parts=("sense", "screen"), epochs=2))
    contender = small.make(frozen, 1)
    assert [o.name for o in contender.taskgraph.operators][-2:] == [
        "small_answer.hidden",
        "small_answer.logit",
    ]
    cost = sum(operator.macs for operator in contender.taskgraph.operators)
    beginnings = (SENSE + HEADS[0], SENSE + SCREEN + HEADS[1])
    affordable = expected_macs(gated.make(frozen, 1).taskgraph)
    assert cost == max((b for b in beginnings if b <= affordable), default=beginnings[0])
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        first = build()
    kernel = "sense.conv.conv.weight"
    network = small.network_of(frozen, 1)
    torch.testing.assert_close(
        network.trunk.get_parameter(kernel), first.trunk.get_parameter(kernel)
    )
    whole = beginning(build(), "screen")
    assert list(dict(whole.trunk.named_children())) == ["sense", "screen", "small_answer"]


def test_channels_go_by_the_magnitude_of_what_makes_them() -> None:
    network = build().eval()
    kernel = network.trunk.get_parameter("screen.conv.conv.weight")
    with torch.no_grad():
        kernel[::2] *= 10
    expected = kernel.detach()[::2].clone()
    narrower = pruned_int8.without_weakest(network, 0.5)
    left = narrower.trunk.get_parameter("screen.conv.conv.weight").detach()
    assert left.shape[0] == 8
    assert kernel.shape[0] == 16  # the original is as it was
    rows = expected.abs().flatten(1).sum(1)
    np.testing.assert_array_less(rows.min().item() / 5, left.abs().flatten(1).sum(1).numpy())


def test_a_smaller_network_must_keep_the_floor_and_the_accuracy() -> None:
    labels = np.array([1] * 10 + [0] * 990, dtype=np.int8)
    none = np.zeros((1000, 0), dtype=np.float32)
    whole = Recording(labels, none, labels.copy(), ())

    def missing(positives: int, negatives: int) -> Recording:
        answers = labels.copy()
        answers[:positives] = 0
        answers[10 : 10 + negatives] = 1
        return Recording(labels, none, answers, ())

    assert pruned_int8.holds(missing(1, 0), whole, 0.9)
    assert not pruned_int8.holds(missing(1, 0), whole, 1.0)
    assert not pruned_int8.holds(missing(2, 0), whole, 0.9)
    assert pruned_int8.holds(missing(0, 5), whole, 1.0)
    assert not pruned_int8.holds(missing(0, 6), whole, 1.0)
