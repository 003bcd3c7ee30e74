"""Gated networks: their task graph, their programs, and recordings made of them."""

from collections import OrderedDict
from dataclasses import replace
from typing import cast

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from torch import nn

from devicemodels.catalog import load_platform
from devicemodels.documents.errors import InputError
from networks.answers import answers, positive
from networks.codecs import CODEC_NAMES, TRAINED_CODECS
from networks.evaluation import gated_answers, stopped_by
from networks.gated import CutDesign, GatedNetwork
from networks.gated_graph import gate_of_edge, part_of_edge, trace_gated
from networks.programs import Program, programs
from networks.record import record
from networks.wire import decode, encode
from networks.zoo import smartwatch
from scheduler.documents import dump_taskgraph, load_taskgraph
from scheduler.plan import Requirements
from scheduler.registry import schedule
from scheduler.tabulation import make_problem
from scheduler.taskgraph import TaskGraph
from scheduler.validity import check

CUTS = ("sense.conv2->screen.conv1", "screen.conv2->decide.conv1")


@pytest.fixture(scope="module")
def network() -> GatedNetwork:
    torch.manual_seed(5)
    shipped = smartwatch.build()
    network = GatedNetwork(
        shipped.name,
        shipped.input_shape,
        dict(shipped.trunk.named_children()),
        {part: replace(cut, codecs=TRAINED_CODECS) for part, cut in shipped.cuts.items()},
    )
    for norm in network.modules():
        if isinstance(norm, nn.BatchNorm1d):
            nn.init.normal_(cast(torch.Tensor, norm.running_mean), std=0.1)
            nn.init.uniform_(cast(torch.Tensor, norm.running_var), 0.5, 1.5)
    return network.eval()


@pytest.fixture(scope="module")
def taskgraph(network: GatedNetwork) -> TaskGraph:
    return trace_gated(network).taskgraph


@pytest.fixture(scope="module")
def made(network: GatedNetwork, taskgraph: TaskGraph) -> dict[str, Program]:
    return programs(network, taskgraph)


def _samples(count: int) -> NDArray[np.float32]:
    return np.random.default_rng(7).normal(size=(count, 6, 100)).astype(np.float32)


def test_segments_and_gates_of_the_smartwatch(taskgraph: TaskGraph) -> None:
    macs = {s.name: sum(o.macs for o in taskgraph.segment_operators(s)) for s in taskgraph.segments}
    assert list(macs) == [
        "sense.conv1",
        "sense.conv2",
        "screen.conv1",
        "screen.conv2",
        "decide.conv1",
        "decide.conv2",
        "decide.answer",
    ]
    parts = [sum(m for n, m in macs.items() if n.startswith(p)) for p in ("sense", "screen", "dec")]
    assert parts[0] < parts[1] < parts[2]
    assert 0.5e6 < sum(parts) < 1.5e6
    assert gate_of_edge(taskgraph) == dict(zip(CUTS, ("sense", "screen"), strict=True))
    assert [gate.segment for gate in taskgraph.gates] == ["sense.conv2", "screen.conv2"]


def test_operator_names_are_unique_in_the_whole_task_graph(taskgraph: TaskGraph) -> None:
    names = [o.name for o in taskgraph.operators]
    names += [o.name for gate in taskgraph.gates for o in gate.operators]
    for edge in taskgraph.edges:
        names += [o.name for codec in edge.codecs for o in (*codec.encode, *codec.decode)]
    assert len(names) == len(set(names))


def test_the_task_graph_survives_its_document(taskgraph: TaskGraph) -> None:
    assert load_taskgraph(dump_taskgraph(taskgraph), "taskgraph.json") == taskgraph


def test_the_dearer_a_link_the_fewer_bytes_the_planner_sends(taskgraph: TaskGraph) -> None:
    gates = tuple(
        replace(gate, stop_rate={"negative": 0.9, "positive": 0.0}) for gate in taskgraph.gates
    )
    required = Requirements("energy", 0.5, 0.5, 0.0, {"negative": 0.5, "positive": 0.5})
    sent = []
    for factor in (1, 300, 3000):
        platform = load_platform("gap9")
        links = tuple(
            replace(
                link,
                bandwidth_bytes_per_s=link.bandwidth_bytes_per_s / factor,
                energy_j_per_byte=link.energy_j_per_byte * factor,
            )
            for link in platform.links
        )
        dear = replace(platform, links=links)
        plan = schedule(make_problem("dear", replace(taskgraph, gates=gates), dear, required))
        assert check(plan) == ()
        sent += [(crossing.codec, crossing.wire_bytes) for crossing in plan.crossings]
    assert sent == [("none", 1200), ("dropped", 104), ("sparse", 80)]


def test_every_program_has_the_shapes_of_the_task_graph(
    made: dict[str, Program], taskgraph: TaskGraph
) -> None:
    expected = {}
    shapes = [taskgraph.input_shape, *(e.shape for e in taskgraph.edges)]
    for segment, before, after in zip(
        taskgraph.segments, shapes, [*shapes[1:], (1, 1)], strict=True
    ):
        expected[f"segment:{segment.name}"] = (before, after)
    for edge_name, gate in gate_of_edge(taskgraph).items():
        edge = next(e for e in taskgraph.edges if e.name == edge_name)
        expected[f"gate:{gate}"] = (edge.shape, (1,))
        for codec in ("narrow", "dropped"):
            wire_shape = edge.codec(codec).wire_shape
            expected[f"encode:{edge_name}/{codec}"] = (edge.shape, wire_shape)
            expected[f"decode:{edge_name}/{codec}"] = (wire_shape, edge.shape)
    assert {k: (p.input_shape, p.output_shape) for k, p in made.items()} == expected


@pytest.mark.parametrize("codec", CODEC_NAMES)
def test_programs_and_the_wire_say_what_a_recording_says(
    network: GatedNetwork, taskgraph: TaskGraph, made: dict[str, Program], codec: str
) -> None:
    samples = _samples(6)
    labels = np.zeros(6, dtype=np.int8)
    recording = record(network, taskgraph, dict.fromkeys(CUTS, codec), samples, labels)
    modules = {key: program.exported.module() for key, program in made.items()}
    edges = {edge.source: edge for edge in taskgraph.edges}

    def run(key: str, array: NDArray[np.float32]) -> NDArray[np.float32]:
        with torch.no_grad():
            return cast(NDArray[np.float32], modules[key](torch.from_numpy(array.copy())).numpy())

    for index, sample in enumerate(samples):
        activation, scores = sample[None], []
        for segment in taskgraph.segments:
            activation = run(f"segment:{segment.name}", activation)
            gate = taskgraph.gate_after(segment.name)
            if gate is None:
                continue
            scores.append(float(run(f"gate:{gate.name}", activation)[0]))
            edge = edges[segment.name]
            used = edge.codec(codec)
            if f"encode:{edge.name}/{codec}" in made:
                activation = run(f"encode:{edge.name}/{codec}", activation)
            data = encode(activation, used.wire_format, used.wire_bytes)
            assert len(data) == used.wire_bytes
            activation = decode(data, used.wire_format, used.wire_shape)
            if f"decode:{edge.name}/{codec}" in made:
                activation = run(f"decode:{edge.name}/{codec}", activation)
        # An element on the border between two steps of int8 may be rounded the other way.
        np.testing.assert_allclose(scores, recording.gate_scores[index], atol=1e-3)
        assert positive(activation) == bool(recording.answers[index])


@pytest.mark.parametrize("codec", CODEC_NAMES)
def test_a_recording_does_not_depend_on_the_batch(
    network: GatedNetwork, taskgraph: TaskGraph, codec: str
) -> None:
    samples = _samples(4)
    samples[1] *= 30  # another scale of its own on the wire
    labels = np.zeros(4, dtype=np.int8)
    codecs = dict.fromkeys(CUTS, codec)
    together = record(network, taskgraph, codecs, samples, labels)
    alone = [record(network, taskgraph, codecs, s[None], labels[:1]) for s in samples]
    np.testing.assert_allclose(
        together.gate_scores, np.concatenate([one.gate_scores for one in alone]), atol=1e-3
    )


@settings(deadline=None, derandomize=True, database=None, max_examples=20)
@given(st.integers(0, 2**32 - 1), st.integers(1, 9))
def test_with_its_gates_open_it_answers_as_the_trunk_alone(
    network: GatedNetwork, taskgraph: TaskGraph, seed: int, count: int
) -> None:
    """A threshold of 0 stops nothing, and a gate that stops nothing leaves no trace: to the bit."""
    samples = np.random.default_rng(seed).normal(size=(count, 6, 100)).astype(np.float32)
    with torch.no_grad():
        alone = network(torch.from_numpy(samples))
        gated = network.crossing(torch.from_numpy(samples))
    assert torch.equal(gated.output, alone)
    said = record(network, taskgraph, {}, samples, np.zeros(count, dtype=np.int8))
    assert {gate.threshold for gate in taskgraph.gates} == {0.0}
    assert gated_answers(taskgraph, said).tolist() == answers(alone.numpy()).tolist()
    shut = replace(taskgraph, gates=tuple(replace(gate, threshold=1.0) for gate in taskgraph.gates))
    assert stopped_by(shut, said).tolist() == [0] * count
    assert not gated_answers(shut, said).any()


def test_a_codec_where_there_is_none_is_refused(
    network: GatedNetwork, taskgraph: TaskGraph
) -> None:
    with pytest.raises(InputError, match=r"no codec 'narrow' at edge 'sense.conv1->sense.conv2'"):
        record(
            network,
            taskgraph,
            {"sense.conv1->sense.conv2": "narrow"},
            _samples(1),
            np.zeros(1, dtype=np.int8),
        )


def test_programs_of_another_network_are_refused(
    network: GatedNetwork, taskgraph: TaskGraph
) -> None:
    with pytest.raises(ValueError, match="made of another network: its operators differ"):
        programs(network.trunk[0], taskgraph)


def test_a_task_graph_that_promises_other_bytes_is_refused(
    network: GatedNetwork, taskgraph: TaskGraph
) -> None:
    """``sparse`` sends as many elements as its bytes allow; they must be the network's."""
    edges = []
    for edge in taskgraph.edges:
        fewer = [
            replace(c, wire_bytes=c.wire_bytes - 1) if c.name == "sparse" else c
            for c in edge.codecs
        ]
        edges.append(replace(edge, codecs=tuple(fewer)))
    with pytest.raises(ValueError, match="made of another network: its codecs differ"):
        programs(network, replace(taskgraph, edges=tuple(edges)))


def test_a_task_graph_may_offer_fewer_codecs_but_no_strange_ones(taskgraph: TaskGraph) -> None:
    shipped = smartwatch.build().eval()
    offered = trace_gated(shipped).taskgraph
    raw = tuple(replace(edge, codecs=edge.codecs[:1]) for edge in offered.edges)
    made = programs(shipped, replace(offered, edges=raw))
    assert not [key for key in made if key.startswith(("encode", "decode"))]
    with pytest.raises(ValueError, match="made of another network: its codecs differ"):
        programs(shipped, taskgraph)


def test_what_is_not_finite_is_refused_and_named(
    network: GatedNetwork, taskgraph: TaskGraph
) -> None:
    samples = _samples(300)
    samples[270, 2, 50] = np.nan
    with pytest.raises(
        InputError, match=r"not finite, the first is sample 270; .* 'sparse' behind"
    ):
        record(
            network, taskgraph, dict.fromkeys(CUTS, "sparse"), samples, np.zeros(300, dtype=np.int8)
        )


def test_a_gate_must_stand_where_a_segment_ends() -> None:

    parts = OrderedDict(first=nn.Conv1d(2, 4, 1), pool=nn.MaxPool1d(2), last=nn.Conv1d(4, 1, 1))
    network = GatedNetwork("odd", (1, 2, 8), parts, {"first": CutDesign(4, 2, 4)})
    with pytest.raises(InputError, match="part 'first' does not end where a segment ends"):
        trace_gated(network)
    with pytest.raises(ValueError, match=r"any part but the last, not \['last'\]"):
        GatedNetwork("odd", (1, 2, 8), parts, {"last": CutDesign(4, 2, 4)})


def test_what_an_output_means() -> None:
    logits = np.array([[-1.0], [0.0], [0.1]], dtype=np.float32)
    classes = np.array([[2.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 1.0, 0.0]], dtype=np.float32)
    assert answers(logits).tolist() == [0, 0, 1] == [positive(row) for row in logits]
    assert answers(classes).tolist() == [0, 1, 0] == [positive(row) for row in classes]


def test_a_plan_that_leaves_a_gate_out_is_recorded_by_the_gates_that_it_uses(
    network: GatedNetwork, taskgraph: TaskGraph
) -> None:
    samples, labels = _samples(16), np.zeros(16, dtype=np.int8)
    codecs = {CUTS[0]: "narrow"}
    whole = record(network, taskgraph, codecs, samples, labels)
    without_first = replace(taskgraph, gates=taskgraph.gates[1:])
    seen = record(network, without_first, codecs, samples, labels)
    assert seen.gates == ("screen",)
    np.testing.assert_array_equal(seen.gate_scores, whole.gate_scores[:, [1]])
    assert not np.array_equal(whole.gate_scores[:, 0], whole.gate_scores[:, 1])
    np.testing.assert_array_equal(seen.answers, whole.answers)


def test_codecs_at_some_cuts_only_are_refused(network: GatedNetwork) -> None:
    graph = trace_gated(network).taskgraph
    assert part_of_edge(network, graph) == dict(zip(CUTS, ("sense", "screen"), strict=True))
    bare = tuple(
        replace(edge, codecs=edge.codecs[:1]) if edge.name == CUTS[1] else edge
        for edge in graph.edges
    )
    with pytest.raises(InputError, match=f"has codecs at {CUTS[0]}, but gates of the network"):
        part_of_edge(network, replace(graph, edges=bare))


def test_a_gate_of_another_network_is_refused(network: GatedNetwork, taskgraph: TaskGraph) -> None:
    strange = replace(taskgraph, gates=(replace(taskgraph.gates[0], name="ear"),))
    sample = np.zeros((1, *network.input_shape[1:]), dtype=np.float32)
    with pytest.raises(InputError, match="network 'smartwatch' has no gate 'ear'"):
        record(network, strange, {}, sample, np.zeros(1, dtype=np.int8))


def test_a_codec_of_other_dimensions_than_its_cut_is_refused() -> None:
    parts = {"first": nn.Conv2d(1, 4, 3), "last": nn.Conv2d(4, 1, 3)}
    cut = CutDesign(channels=4, wire_channels=1, hidden=2, dimensions=1)
    with pytest.raises(InputError, match=r"design is for 1 dimensions, .* shape \(1, 4, 6, 6\)"):
        trace_gated(GatedNetwork("plane", (1, 1, 8, 8), parts, {"first": cut}))
    with pytest.raises(ValueError, match="dimensions is 7, from 0 to 3 or None is needed"):
        replace(cut, dimensions=7)
