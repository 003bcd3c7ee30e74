"""Codecs of a gated cut: what a design may be, what training draws, what is sent and learned."""

import numpy as np
import pytest
import torch
from torch import nn

from devicemodels.documents.errors import InputError
from networks.codecs import TRAINED_CODECS, CutDesign, DroppedCodec, TrainedCodec
from networks.gated import GatedNetwork
from networks.gated_graph import trace_gated
from networks.learning.fitting import _draw_codecs
from networks.programs import programs
from networks.record import record
from networks.wire import decode, encode


def _network(*codecs: TrainedCodec, gated: bool = True) -> GatedNetwork:
    """Two convolutions with a gate between them, 4 channels and 10 places on the cut."""
    torch.manual_seed(2)
    parts = {
        "sense": nn.Sequential(nn.Conv1d(3, 4, 3), nn.ReLU()),
        "decide": nn.Sequential(nn.Conv1d(4, 2, 10), nn.Flatten()),
    }
    cuts = {"sense": CutDesign(4, 2, 4, sparse_share=0.3, codecs=codecs)} if gated else {}
    return GatedNetwork("two", (1, 3, 12), parts, cuts).eval()


def _samples(count: int) -> torch.Tensor:
    return torch.randn(count, 3, 12, generator=torch.Generator().manual_seed(3))


def test_a_design_says_all_that_is_wrong_with_it_at_once() -> None:
    with pytest.raises(ValueError, match="cannot stand at a cut") as raised:
        CutDesign(4, 5, 0, sparse_share=1.5, codecs=("dropped", "dropped"))
    assert str(raised.value) == (
        "this cannot stand at a cut: hidden is 0, at least 1 is needed; codec 'dropped' cannot "
        "send 5 of 4 channels; sparse_share is 1.5, above 0 and at most 1 is needed; codecs are "
        "('dropped', 'dropped'), each of ('narrow', 'sparse', 'dropped') at most once"
    )
    with pytest.raises(ValueError, match="each of"):
        CutDesign(4, 2, 4, codecs=("int8",))  # type: ignore[arg-type]


def test_a_cut_offers_what_it_was_designed_with() -> None:
    for codecs in ((), ("narrow",), ("sparse",), ("dropped", "narrow")):
        network = _network(*codecs)
        graph = trace_gated(network).taskgraph
        (edge,) = graph.edges
        assert tuple(codec.name for codec in edge.codecs) == ("none", "float16", "int8", *codecs)
        coded = {key.rsplit("/")[-1] for key in programs(network, graph) if "/" in key}
        assert coded == set(codecs) - {"sparse"}
        for other in set(TRAINED_CODECS) - set(codecs):
            with pytest.raises(ValueError, match=f"no codec '{other}' behind 'sense'"):
                network.crossing(_samples(1), {"sense": other})
            with pytest.raises(InputError, match=f"no codec '{other}' at edge"):
                record(
                    network,
                    graph,
                    {edge.name: other},
                    _samples(1).numpy(),
                    np.zeros(1, dtype=np.int8),
                )


def test_what_only_moves_elements_is_done_while_they_are_converted() -> None:
    (edge,) = trace_gated(_network(*TRAINED_CODECS)).taskgraph.edges
    n, kept = 40, 12
    work = {
        codec.name: [
            (o.kind, o.fused, o.output_elements, o.macs) for o in (*codec.encode, *codec.decode)
        ]
        for codec in edge.codecs
    }
    assert work["narrow"] == [
        ("conv", (), 20, 80),
        ("quantise", (), 20, 0),
        ("dequantise", (), 20, 0),
        ("conv", (), n, 80),
    ]
    assert work["sparse"] == [
        ("softmax", (), n, 0),
        ("quantise", (), kept, 0),
        ("dequantise", ("concat",), n, 0),
    ]
    assert work["dropped"] == [
        ("quantise", ("concat",), 20, 0),
        ("dequantise", ("pad", "concat"), n, 0),
    ]
    sizes = {codec.name: codec.wire_bytes for codec in edge.codecs}
    assert sizes == {
        **{"none": 4 * n, "float16": 2 * n, "int8": 4 + n},
        **{"narrow": 4 + 20, "sparse": 4 + n // 8 + kept, "dropped": 4 + 20},
    }


def test_only_what_is_learned_is_in_the_weights() -> None:
    learned = {
        name.split(".")[0] for name in _network(*TRAINED_CODECS).state_dict() if "sense" in name
    }
    assert learned == {"trunk", "gates", "codecs", "dropped"}
    assert not [name for name in _network("sparse").state_dict() if name.startswith("codecs")]


def test_mixed_crossing_is_each_codec_on_the_samples_that_drew_it() -> None:
    network, samples = _network("sparse", "narrow", "dropped"), _samples(8)
    drawn = torch.tensor([0, 1, 2, 3, 3, 2, 1, 0])
    mixed = network.crossing_mixed(samples, {"sense": drawn})
    for number, codec in enumerate(network.drawn_codecs("sense")):
        whole = network.crossing(samples, {"sense": codec})
        assert torch.equal(mixed.output[drawn == number], whole.output[drawn == number])
        assert torch.equal(mixed.gate_logits, whole.gate_logits)


@pytest.mark.parametrize("codecs", [(), ("sparse",), TRAINED_CODECS])
def test_half_of_the_samples_go_raw_and_the_codecs_share_the_rest(
    codecs: tuple[TrainedCodec, ...],
) -> None:
    drawn = _draw_codecs(_network(*codecs), 20_000, torch.Generator().manual_seed(0))["sense"]
    shares = torch.bincount(drawn, minlength=1 + len(codecs)) / len(drawn)
    expected = [0.5, *([0.5 / len(codecs)] * len(codecs))] if codecs else [1.0]
    assert shares.tolist() == pytest.approx(expected, abs=0.015)


def test_a_network_without_gates_is_recorded_and_traced_like_any_other() -> None:
    network = _network(gated=False)
    output = network.crossing(_samples(3))
    assert output.gate_logits.shape == (3, 0)
    assert torch.equal(output.output, network(_samples(3)))
    assert torch.equal(network.crossing_mixed(_samples(3), {}).output, output.output)
    assert _draw_codecs(network, 3, torch.Generator()) == {}
    graph = trace_gated(network).taskgraph
    assert graph.gates == ()
    labels = np.array([1, 0, 1], dtype=np.int8)
    recording = record(network, graph, {}, _samples(3).numpy(), labels)
    assert recording.gate_scores.shape == (3, 0)
    assert recording.gates == ()


@pytest.mark.parametrize("codec", TRAINED_CODECS)
def test_an_activation_may_have_channels_alone(codec: TrainedCodec) -> None:
    torch.manual_seed(5)
    parts = {
        "sense": nn.Sequential(nn.Conv1d(3, 6, 3), nn.AdaptiveAvgPool1d(1), nn.Flatten()),
        "decide": nn.Linear(6, 2),
    }
    cut = CutDesign(6, 2, 4, codecs=(codec,), dimensions=0)
    network = GatedNetwork("flat", (1, 3, 12), parts, {"sense": cut}).eval()
    graph = trace_gated(network).taskgraph
    made = {key: one.exported.module() for key, one in programs(network, graph).items()}
    (edge,) = graph.edges
    used = edge.codec(codec)
    with torch.no_grad():
        whole = network.crossing(_samples(1), {"sense": codec})
        activation = made["segment:sense"](_samples(1))
        assert torch.allclose(torch.sigmoid(whole.gate_logits), made["gate:sense"](activation))
        sent = made.get(f"encode:{edge.name}/{codec}", torch.clone)(activation).numpy()
        data = encode(sent, used.wire_format, used.wire_bytes)
        arrived = torch.from_numpy(decode(data, used.wire_format, used.wire_shape))
        back = made.get(f"decode:{edge.name}/{codec}", torch.clone)(arrived)
        assert torch.allclose(whole.output, made["segment:decide"](back), atol=1e-5)


def test_dropped_in_torch_is_what_its_programs_and_the_wire_do() -> None:
    codec, activation = DroppedCodec(5, 2), _samples(6)[:, :, :5].transpose(1, 2)
    with torch.no_grad():
        codec.strength.copy_(torch.tensor([0.5, -1.0, 0.7, 0.5, -2.0]))
        assert codec.kept.tolist() == [0, 2]  # of equal strengths the first
        seen = codec(activation)
        for sample, arrived in zip(activation.split(1), seen.split(1), strict=True):
            sent = codec.encoder(sample)
            data = encode(sent.numpy(), "int8")
            assert len(data) == 4 + 2 * 3
            back = codec.decoder(torch.from_numpy(decode(data, "int8", tuple(sent.shape))))
            assert np.array_equal(arrived.numpy().view("u4"), back.numpy().view("u4"))
    assert not seen[:, [1, 3, 4]].any()


def test_dropped_learns_which_channels_are_worth_sending() -> None:
    """The answer is the sum of two channels of six that are alike otherwise."""
    torch.manual_seed(4)
    codec = DroppedCodec(6, 2)
    optimizer = torch.optim.Adam(codec.parameters(), lr=0.02)
    with torch.no_grad():
        codec.strength.copy_(torch.tensor([0.1, 0.0, 0.1, 0.0, 0.0, 0.0]))
    for _ in range(60):
        activation = torch.randn(32, 6, 4)
        error = codec(activation)[:, [1, 4]] - activation[:, [1, 4]]
        optimizer.zero_grad()
        error.square().sum().backward()
        optimizer.step()
    assert codec.kept.tolist() == [1, 4]
