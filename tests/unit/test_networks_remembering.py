"""Frozen parts compute each sample once, and training does not notice."""

from collections import OrderedDict

import numpy as np
import pytest
import torch
from torch import nn

from networks.gated import CutDesign, GatedNetwork
from networks.gated_graph import trace_gated
from networks.learning.fitting import fit
from networks.learning.remembering import remembering
from networks.spec import NetworkSpec, Recipe
from networks.streams.windows import SplitName, Windows


class Counted(nn.Conv1d):
    """Knows how many samples it has computed."""

    computed = 0

    def forward(self, activation: torch.Tensor) -> torch.Tensor:
        self.computed += len(activation)
        return super().forward(activation)


def _network() -> GatedNetwork:
    torch.manual_seed(2)
    parts = OrderedDict(
        first=Counted(2, 6, 3),
        second=Counted(6, 6, 3),
        answer=nn.Sequential(nn.Flatten(), nn.Linear(6 * 6, 1)),
    )
    return GatedNetwork("counted", (1, 2, 10), parts, {"first": CutDesign(6, 2, 4)})


def _windows() -> Windows:
    random = np.random.default_rng(3)
    samples = random.normal(size=(40, 2, 10)).astype(np.float32)
    labels = (samples.mean(axis=(1, 2)) > 0).astype(np.int8)
    return Windows(samples, labels, np.zeros(40, dtype=np.int32), 1.0)


def _load(split: SplitName) -> Windows:
    return _windows()


RECIPE = Recipe(
    epochs=3,
    batch_size=8,
    learning_rate=1e-2,
    weight_decay=0.0,
    gate_weights=(1.0,),
    positive_weight=1.0,
    gate_positive_weight=1.0,
    recall_floor=0.9,
    frozen_parts=("first", "second"),
)


def test_each_sample_is_computed_once_and_is_the_same() -> None:
    network = _network().eval()
    first = network.trunk.get_submodule("first")
    assert isinstance(first, Counted)
    samples = torch.from_numpy(_windows().samples)
    with torch.no_grad():
        expected = network(samples)
        first.computed = 0
        with remembering(network, ["first"]):
            with remembering(network, ["first"]):
                torch.testing.assert_close(network(samples), expected)
            alone = torch.cat([network(sample[None]) for sample in samples.flip(0)]).flip(0)
            torch.testing.assert_close(alone, expected)
            assert first.computed == len(samples)
            # A sample that differs in one bit is another one.
            samples[0, 0, 0] = torch.nextafter(samples[0, 0, 0], torch.tensor(9.0))
            network(samples)
            assert first.computed == len(samples) + 1
            trace_gated(network)
        network(samples)
        assert first.computed == 2 * len(samples) + 1


def test_gradients_pass_where_something_before_learns() -> None:
    network = _network().eval()
    samples = torch.from_numpy(_windows().samples)
    with remembering(network, ["second"]):
        network(samples).sum().backward()
    gradient = network.trunk.get_submodule("first").weight.grad
    assert gradient is not None
    assert bool((gradient != 0).any())


@pytest.mark.parametrize("varied", [False, True])
def test_training_with_frozen_parts_computes_the_first_once(varied: bool) -> None:
    built: list[GatedNetwork] = []

    def build() -> GatedNetwork:
        built.append(_network())
        return built[-1]

    spec = NetworkSpec(name="counted", build=build, stream="none", load=_load, recipe=RECIPE)
    if varied:
        spec = NetworkSpec(
            name="counted",
            build=build,
            stream="none",
            load=_load,
            recipe=RECIPE,
            augment=lambda samples, random: samples,
        )
    before = {name: value.clone() for name, value in _network().state_dict().items()}
    network = fit(spec, _windows(), 0, epochs=3, progress=lambda epoch: None)
    first = network.trunk.get_submodule("first")
    assert isinstance(first, Counted)
    assert first.computed == (3 * 40 if varied else 40)
    after = network.state_dict()
    moved = {name for name in before if not torch.equal(before[name], after[name])}
    assert "trunk.answer.1.weight" in moved
    assert not any(name.startswith(("trunk.first", "trunk.second")) for name in moved)
