"""Where a gate can stand, what it is called, and what is said where none can."""

import pytest
import torch
from torch import nn

from devicemodels.documents.errors import InputError
from networks.gated import CutDesign
from networks.gated_graph import trace_gated
from networks.insertion import insert
from networks.programs import programs
from networks.zoo.ds_cnn import INPUT_SHAPE, DsCnn


class Blocks(nn.Module):
    """A stem with a pooling, a block with a shortcut, a convolution, a head of two linears."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, padding=1)
        self.pool = nn.MaxPool2d(2)
        self.left = nn.Conv2d(8, 8, 1)
        self.right = nn.Conv2d(8, 8, 1)
        self.late = nn.Conv2d(8, 6, 1)
        self.hidden = nn.Linear(6, 4)
        self.answer = nn.Linear(4, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.pool(torch.relu(self.stem(x)))
        x = torch.relu(self.right(self.left(x)) + x)
        x = self.late(x).mean(dim=(2, 3))
        return self.answer(torch.relu(self.hidden(x)))


EXAMPLE = torch.zeros(1, 3, 8, 8)


def test_a_gate_stands_behind_the_pooling_after_its_convolution() -> None:
    network = insert(Blocks(), EXAMPLE, {"stem": CutDesign(8, 2, 4)}, name="blocks")
    assert network.gated_parts == ("stem",)
    assert network.trunk.stem(EXAMPLE).shape == (1, 8, 4, 4)
    (gate,) = trace_gated(network).taskgraph.gates
    assert (gate.name, gate.segment) == ("stem", "stem")
    assert network.get_submodule("gates.stem.hidden").out_features == 4


def test_cuts_are_in_order_of_depth_and_named_by_operator_or_module() -> None:
    network = insert(DsCnn(), torch.zeros(INPUT_SHAPE), ["blocks.2", "stem.conv"], name="k")
    assert network.gated_parts == ("stem_conv", "blocks_2")
    assert list(dict(network.trunk.named_children())) == ["stem_conv", "blocks_2", "head"]


def test_flat_activations_are_gated_and_sent_too() -> None:
    network = insert(Blocks(), EXAMPLE, ["late", "hidden"], name="blocks").eval()
    graph = trace_gated(network).taskgraph
    assert [gate.name for gate in graph.gates] == ["late", "hidden"]
    narrow = [e.codec("narrow") for e in graph.edges if len(e.codecs) > 1]
    assert [codec.wire_shape for codec in narrow] == [(1, 1), (1, 1)]
    assert {"gate:late", "encode:late->hidden/narrow"} <= set(programs(network, graph))
    assert network.crossing(torch.randn(3, 3, 8, 8), dict.fromkeys(["late", "hidden"], "narrow"))


def test_a_gated_trunk_can_be_gated_anew_and_a_network_without_cuts_has_no_gates() -> None:
    module, samples = Blocks().eval(), torch.randn(2, 3, 8, 8)
    once = insert(module, EXAMPLE, ["stem"], name="blocks")
    again = insert(once.trunk, EXAMPLE, ["right", "hidden"], name="blocks").eval()
    whole = insert(module, EXAMPLE, [], name="blocks").eval()
    assert again.gated_parts == ("right", "hidden")
    assert whole.crossing(samples).gate_logits.shape == (2, 0)
    torch.testing.assert_close(again(samples), module(samples))
    torch.testing.assert_close(whole(samples), module(samples))


def test_parts_may_end_without_a_gate() -> None:
    network = insert(Blocks(), EXAMPLE, ["stem"], name="blocks", apart=["late"])
    assert list(dict(network.trunk.named_children())) == ["stem", "late", "answer"]
    assert network.gated_parts == ("stem",)


def _refusal(module: nn.Module, cuts: object, example: torch.Tensor = EXAMPLE) -> str:
    with pytest.raises(InputError) as caught:
        insert(module, example, cuts, name="odd")  # type: ignore[arg-type]
    return str(caught.value)


def test_all_wrong_cuts_are_told_at_once() -> None:
    said = _refusal(Blocks(), ["left", "rigth", "answer"])
    assert "'odd' cannot be gated after 'left': it is inside a block, and 2 tensors cross" in said
    assert "'left', 'pool'" in said
    assert "try: cut after 'pool', 'right', where one tensor crosses" in said
    assert "'odd' has no cut point 'rigth'" in said
    assert "try: cut after 'right'" in said
    assert "after 'answer': nothing that a gate could save is computed behind it" in said
    assert said.endswith("3 problems")


@pytest.mark.parametrize(
    ("cuts", "words"),
    [
        ({"stem": CutDesign(6, 2, 4)}, ["the design is for 6 channels", "try: channels=8"]),
        (["stem", "pool"], ["the cuts 'stem' and 'pool' are one: both end with 'pool'"]),
        (["answer"], ["try: cut after 'right', 'mean', 'hidden'"]),
    ],
    ids=["channels", "one", "end"],
)
def test_a_cut_that_does_not_fit(cuts: object, words: list[str]) -> None:
    said = _refusal(Blocks(), cuts)
    assert all(word in said for word in words), said
    assert said.endswith("1 problem")


class Mixing(nn.Module):
    """Looks at the samples of a batch together."""

    def __init__(self, how: str) -> None:
        super().__init__()
        self.how = how
        self.first = nn.Conv1d(2, 4, 1)
        self.second = nn.Conv1d(4, 4, 1)
        self.last = nn.Linear(6, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.first(x)
        if self.how == "calls" and len(x) > 1:
            x = torch.relu(x)
        if self.how == "axis":
            return self.last(x[:, :1].transpose(0, 1)).transpose(0, 1)
        if self.how == "shape":
            return self.second(x).squeeze()
        return self.second(x if self.how != "twice" else self.second(x))


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("calls", "makes other calls for 2 samples than for one"),
        ("shape", "gives shape (4, 6) for one sample and (2, 4, 6) for 2"),
        ("axis", "(1, 1, 6) after 'transpose' has its samples on another axis than the first"),
        ("twice", "weights 'second.weight' are used on both sides of a cut"),
    ],
)
def test_what_cannot_be_rebuilt_is_told(how: str, words: str) -> None:
    cut = "second" if how == "twice" else "first"
    assert words in _refusal(Mixing(how), [cut], torch.zeros(1, 2, 6))


def test_an_example_is_one_sample() -> None:
    said = _refusal(Blocks(), ["stem"], torch.zeros(2, 3, 8, 8))
    assert "the example has shape (2, 3, 8, 8), not that of one sample in a batch of one" in said
