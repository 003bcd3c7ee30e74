"""Modules become task graphs; what cannot be traced is refused in one message."""

import pytest
import torch
from torch import nn

from devicemodels.documents.errors import InputError
from networks.cutting import cut_positions, segment_ends, segment_names
from networks.split import split
from networks.tracing import trace, trace_network


class Residual(nn.Module):
    """A stem, a residual block whose sum is activated, pooling and a head."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(8)
        self.left = nn.Conv2d(8, 8, 3, padding=1, groups=8)
        self.right = nn.Conv2d(8, 8, 1)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.drop = nn.Dropout(0.5)
        self.head = nn.Linear(8, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = torch.relu_(self.norm(self.stem(x)))
        x = torch.relu(self.left(x) + self.right(x))
        return self.head(self.drop(self.pool(x).flatten(1)))


def test_operators_of_a_residual_network() -> None:
    graph = trace(Residual(), torch.zeros(1, 3, 6, 6), name="residual")
    figures = {o.name: (o.kind, o.macs, o.weight_bytes, o.fused) for o in graph.operators}
    assert figures == {
        "stem": ("conv", 36 * 8 * 27, 4 * (216 + 16), ("normalisation", "activation")),
        "left": ("depthwise_conv", 36 * 8 * 9, 4 * (72 + 8), ()),
        "right": ("conv", 36 * 8 * 8, 4 * (64 + 8), ("add", "activation")),
        "pool": ("global_pool", 0, 0, ()),
        "flatten": ("reshape", 0, 0, ()),
        "head": ("linear", 40, 4 * 45, ()),
    }
    by_name = {operator.name: operator for operator in graph.operators}
    assert by_name["right"].inputs == ("stem", "left")
    assert by_name["right"].output_shape == (1, 8, 6, 6)
    assert by_name["right"].output_bytes == 4 * 8 * 36


def test_cuts_and_segments_of_a_residual_network() -> None:
    graph = trace(Residual(), torch.zeros(1, 3, 6, 6), name="residual")
    assert [cut.after for cut in graph.cut_points] == ["stem", "right", "pool", "flatten"]
    assert [(s.name, s.operators) for s in graph.segments] == [
        ("stem", ("stem",)),
        ("left", ("left", "right", "pool", "flatten")),
        ("head", ("head",)),
    ]
    assert graph.is_chain
    assert [(e.shape, e.raw_bytes) for e in graph.edges] == [((1, 8, 6, 6), 1152), ((1, 8), 32)]
    assert [c.name for e in graph.edges for c in e.codecs] == ["none", "none"]


def test_a_value_that_others_read_is_not_fused_away() -> None:
    class Shared(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv1d(2, 2, 1)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            y = self.conv(x)
            return torch.cat([y, torch.relu(y)], dim=1)

    graph = trace(Shared(), torch.zeros(1, 2, 4), name="shared")
    assert [(o.name, o.fused) for o in graph.operators] == [("conv", ()), ("relu", ()), ("cat", ())]
    assert [cut.after for cut in graph.cut_points] == ["conv"]


def test_writing_in_place_is_seen_by_every_later_reader() -> None:
    class InPlace(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv1d(2, 2, 1)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            y = self.conv(x)
            z = torch.relu_(y)
            return y + 2 * z

    module = InPlace().eval()
    sample = torch.randn(1, 2, 4)
    network = trace_network(module, sample, name="in place")
    assert network.taskgraph.operators[0].fused == ("activation",)
    (whole,) = split(network, [])
    with torch.no_grad():
        assert torch.equal(whole(sample), module(sample))


def test_the_module_keeps_its_mode() -> None:
    module = Residual().train()
    trace(module, torch.zeros(1, 3, 6, 6), name="residual")
    assert module.training


class ValueDependent(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + 1 if x.sum() > 0 else x - 1


class Unknown(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Sequential(nn.Conv1d(2, 2, 1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.cumsum(self.inner(x), dim=2)


class TwoAnswers(nn.Module):
    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return x + 1, x + 2


class WrittenView(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = x + 1
        z = y.flatten(1)
        z.relu_()
        return y * 2


@pytest.mark.parametrize(
    ("module", "words"),
    [
        (
            ValueDependent(),
            ["network 'odd' (ValueDependent) cannot be exported", "shape (1, 2, 4)"],
        ),
        (Unknown(), ["operator 'aten.cumsum.default' in 'the top of the network' is not known"]),
        (TwoAnswers(), ["network 'odd' returns 2 values: it must return one tensor"]),
        (WrittenView(), ["writes over a tensor whose view is read later"]),
        (nn.Conv1d(3, 2, 1), ["network 'odd' (Conv1d) cannot be exported"]),
    ],
    ids=["value", "unknown", "two", "view", "shape"],
)
def test_what_cannot_be_traced_is_one_message(
    module: nn.Module, words: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(InputError) as caught:
        trace(module, torch.zeros(1, 2, 4), name="odd")
    assert all(word in str(caught.value) for word in words)
    assert caught.value.__cause__ is None
    assert len(str(caught.value).splitlines()) <= 3
    assert capfd.readouterr() == ("", "")


def test_cut_positions_need_exactly_one_crossing_tensor() -> None:
    names = ["a", "b", "c", "d"]
    assert cut_positions([["input"], ["a"], ["b"], ["c"]], names) == [0, 1, 2]
    assert cut_positions([["input"], ["a"], ["a"], ["b", "c"]], names) == [0]
    assert cut_positions([["input"], ["a"], ["b", "input"], ["c"]], names) == [2]


def test_segments_without_work_join_the_one_before_or_at_the_start_the_one_after() -> None:
    assert segment_ends([0, 5, 0, 0, 7, 0], [0, 1, 2, 3, 4]) == [3, 5]
    assert segment_ends([0, 0, 0], [0, 1]) == [2]
    assert segment_ends([3, 4], []) == [1]


def test_segments_are_called_after_the_largest_module_they_hold_whole() -> None:
    operators = [["a.one.conv"], ["a.two.conv", "a.two.pool"], ["b.fc"]]
    macs = {"a.one.conv": 1, "a.two.conv": 1, "a.two.pool": 0, "b.fc": 1}
    assert segment_names(operators, macs) == ("a.one", "a.two", "b")
