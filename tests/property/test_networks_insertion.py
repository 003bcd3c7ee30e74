"""A network with gates in it computes what it did, and trains as it did."""

import copy
from collections.abc import Callable

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pytorchcv.models.mobilenetv2 import mobilenetv2_wd4
from pytorchcv.models.resnet_cifar import resnet20_cifar10
from torch import nn
from torch.nn import functional

from networks import rebuilding
from networks.frontend import LogMel
from networks.gated import GatedNetwork
from networks.gated_graph import trace_gated
from networks.insertion import design_for, insert
from networks.tracing import trace
from networks.zoo.ds_cnn import INPUT_SHAPE, DsCnn

TOLERANCE = 1e-5


class Heard(nn.Module):
    """Sound into a front end whose reshapes name the batch, on any axis."""

    def __init__(self) -> None:
        super().__init__()
        self.front = LogMel(8000, length=64, hop=32, bands=8, floor=1e-3)
        self.first = nn.Conv1d(8, 12, 3)
        self.norm = nn.BatchNorm1d(12)
        self.second = nn.Conv1d(12, 6, 3, groups=2)
        self.answer = nn.Linear(6, 2)

    def forward(self, sound: torch.Tensor) -> torch.Tensor:
        mapped = torch.relu_(self.norm(self.first(self.front(sound))))
        return self.answer(self.second(mapped).mean(dim=2).view(sound.size(0), -1))


NETWORKS: dict[str, tuple[Callable[[], nn.Module], tuple[int, ...]]] = {
    "ds_cnn": (DsCnn, INPUT_SHAPE),
    "resnet20": (resnet20_cifar10, (1, 3, 32, 32)),
    "mobilenetv2": (mobilenetv2_wd4, (1, 3, 224, 224)),
    "heard": (Heard, (1, 1, 512)),
}


# Half a minute of exporting for what ResNet-20 shows too.
NAMES = [
    pytest.param(name, marks=pytest.mark.heavy) if name == "mobilenetv2" else name
    for name in NETWORKS
]


def _lively(module: nn.Module, seed: int) -> nn.Module:
    """Batch norms get statistics that matter."""
    generator = torch.Generator().manual_seed(seed)
    for norm in module.modules():
        if isinstance(norm, nn.BatchNorm1d | nn.BatchNorm2d):
            assert norm.running_mean is not None
            assert norm.running_var is not None
            norm.running_mean.copy_(0.1 * torch.randn(norm.num_features, generator=generator))
            norm.running_var.copy_(0.8 + torch.rand(norm.num_features, generator=generator))
    return module.eval()


def _two_cuts(module: nn.Module, shape: tuple[int, ...]) -> tuple[str, str]:
    segments = trace(module, torch.zeros(shape), name="network").segments
    return segments[0].operators[-1], segments[len(segments) // 2].operators[-1]


@pytest.fixture(scope="module", params=NAMES)
def inserted(request: pytest.FixtureRequest) -> tuple[nn.Module, GatedNetwork]:
    torch.manual_seed(3)
    make, shape = NETWORKS[request.param]
    module = _lively(make(), 1)
    cuts = _two_cuts(module, shape)
    return module, insert(module, torch.zeros(shape), cuts, name=request.param).eval()


def test_with_gates_open_and_raw_cuts_it_computes_what_it_did(
    inserted: tuple[nn.Module, GatedNetwork],
) -> None:
    module, network = inserted
    for count in (1, 3):
        samples = torch.randn(count, *network.input_shape[1:])
        with torch.no_grad():
            crossing = network.crossing(samples)
            whole = module(samples)
        assert float(whole.abs().max()) > 1e-3
        assert crossing.gate_logits.shape == (count, 2)
        torch.testing.assert_close(crossing.output, whole, rtol=TOLERANCE, atol=TOLERANCE)
        torch.testing.assert_close(network(samples), whole, rtol=TOLERANCE, atol=TOLERANCE)


def test_its_task_graph_is_that_of_the_network(
    inserted: tuple[nn.Module, GatedNetwork],
) -> None:
    module, network = inserted
    graph = trace_gated(network).taskgraph
    plain = trace(module, torch.zeros(network.input_shape), name=network.name)
    assert graph.operators == plain.operators
    assert graph.segments == plain.segments
    assert [e.shape for e in graph.edges] == [e.shape for e in plain.edges]
    assert tuple(gate.name for gate in graph.gates) == network.gated_parts


def test_layers_are_shared_and_keep_their_names(
    inserted: tuple[nn.Module, GatedNetwork],
) -> None:
    module, network = inserted
    mine = dict(network.trunk.named_parameters())
    theirs = dict(module.named_parameters())
    assert {name.split(".", 1)[1] for name in mine} == set(theirs)
    assert all(parameter is theirs[name.split(".", 1)[1]] for name, parameter in mine.items())
    kept = {name.split(".", 1)[1] for name in network.trunk.state_dict()}
    assert kept == set(module.state_dict())


def test_a_step_of_training_moves_weights_and_statistics_of_both(
    inserted: tuple[nn.Module, GatedNetwork],
) -> None:
    network = copy.deepcopy(inserted[1]).train()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
    narrow = {part: torch.tensor([True, False, True]) for part in network.gated_parts}
    crossing = network.crossing_mixed(torch.randn(3, *network.input_shape[1:]), narrow)
    (crossing.output.square().mean() + crossing.gate_logits.square().mean()).backward()
    optimizer.step()
    moved = {n for n, value in network.state_dict().items() if not torch.equal(value, before[n])}
    statistics = {name for name in before if name.endswith(("running_mean", "running_var"))}
    assert statistics
    assert statistics <= moved
    assert any(name.startswith("trunk") and name.endswith("weight") for name in moved)


@pytest.mark.parametrize("fault", ["batch", "training", "entering"])
def test_seeded_faults_are_noticed(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the tests above compare does differ where parts are built wrongly."""
    merged, read = rebuilding._merged, rebuilding._read
    if fault == "batch":
        monkeypatch.setattr(rebuilding, "BatchSize", lambda multiple: multiple)
    elif fault == "training":
        monkeypatch.setattr(rebuilding, "_merged", lambda p, t, s, training: merged(p, t, s, True))
    else:
        monkeypatch.setattr(
            rebuilding, "_read", lambda o, n: 0 if isinstance(read(o, n), int) else read(o, n)
        )
    torch.manual_seed(3)
    module = _lively(RandomChain(["squeeze", "dropped"], [3, 3]), 1)
    network = insert(module, torch.zeros(1, 3, 32), ["units.0"], name="faulty").eval()
    samples = torch.randn(3, 3, 32)
    with torch.no_grad():
        try:
            same = torch.allclose(network(samples), module(samples))
        except RuntimeError:
            same = False
    assert not same


class Unit(nn.Module):
    """One link of a random chain; keeps the shape unless it strides."""

    def __init__(self, inputs: int, outputs: int, kind: str) -> None:
        super().__init__()
        self.kind = kind
        self.conv = nn.Conv1d(inputs, outputs, 3, padding=1)
        self.norm = nn.BatchNorm1d(outputs)
        self.again = nn.Conv1d(outputs, outputs, 1, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.conv(x)
        if self.kind == "squeeze":
            mean, variance = self.norm.running_mean, self.norm.running_var
            x = functional.batch_norm(x, mean, variance, training=self.training)
        else:
            x = self.norm(x)
        if self.kind == "residual":
            return functional.relu(x + self.again(x))
        if self.kind == "pool":
            return functional.max_pool1d(functional.leaky_relu(x, 0.2), 2)
        if self.kind == "squeeze":
            return x * torch.sigmoid(self.again(x.mean(dim=2, keepdim=True)))
        return functional.dropout(torch.tanh(x), 0.4, self.training)


class RandomChain(nn.Module):
    def __init__(self, kinds: list[str], widths: list[int]) -> None:
        super().__init__()
        channels = [3, *widths]
        self.units = nn.Sequential(
            *(Unit(a, b, kind) for a, b, kind in zip(channels, widths, kinds, strict=False))
        )
        self.drop = nn.Dropout(0.3, inplace=True)
        self.answer = nn.Linear(widths[-1], 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        mapped = self.units(x).mean(dim=2)
        return self.answer(self.drop(mapped.view(x.shape[0], -1)))


@given(
    units=st.lists(
        st.tuples(
            st.sampled_from(["residual", "pool", "squeeze", "dropped"]),
            st.integers(min_value=1, max_value=7),
        ),
        min_size=1,
        max_size=4,
    ),
    data=st.data(),
)
@settings(max_examples=8, deadline=None, derandomize=True, database=None)
def test_random_chains_at_any_cuts(units: list[tuple[str, int]], data: st.DataObject) -> None:
    torch.manual_seed(0)
    module = _lively(RandomChain([kind for kind, _ in units], [width for _, width in units]), 2)
    plain = trace(module, torch.zeros(1, 3, 32), name="chain")
    ends = [segment.operators[-1] for segment in plain.segments[:-1]]
    cuts = data.draw(st.lists(st.sampled_from(ends), unique=True, min_size=1))
    network = insert(module, torch.zeros(1, 3, 32), cuts, name="chain").eval()
    samples = torch.randn(4, 3, 32)
    with torch.no_grad():
        torch.testing.assert_close(network.crossing(samples).output, module(samples))
        alone = torch.cat([network(sample[None]) for sample in samples])
        torch.testing.assert_close(alone, network(samples))
    traced = trace(network.trunk, torch.zeros(1, 3, 32), name="chain")
    assert traced.operators == plain.operators
    # In training mode both drop the same, drawn in the same order.
    module.train()
    network.train()
    with torch.no_grad():
        torch.manual_seed(8)
        expected = module(samples)
        torch.manual_seed(8)
        torch.testing.assert_close(network(samples), expected)
    dropped = network(samples), network(samples)
    assert not torch.equal(*dropped)


@given(st.integers(min_value=1, max_value=600), st.lists(st.integers(min_value=1), max_size=3))
@settings(deadline=None, derandomize=True, database=None)
def test_a_design_for_any_shape_fits_it(channels: int, rest: list[int]) -> None:
    design = design_for((1, channels, *rest))
    assert design.channels == channels
    assert 1 <= design.wire_channels <= channels
