"""Training on a small stream: what is frozen stays, what is asked for happens."""

import io
from dataclasses import replace

import numpy as np
import pytest
import torch
from rich.console import Console

from devicemodels.documents.errors import InputError
from networks import training
from networks.gated import GatedNetwork
from networks.learning.fitting import Epoch, _bounds, fit
from networks.spec import NetworkSpec, Recipe
from tests.training_worlds import SPEC, build, load


def _fitted(spec: NetworkSpec, *, epochs: int = 2) -> tuple[GatedNetwork, list[Epoch]]:
    seen: list[Epoch] = []
    return fit(spec, load("train"), 5, epochs=epochs, progress=seen.append), seen


def _bytes(network: GatedNetwork) -> dict[str, bytes]:
    return {name: t.numpy().tobytes() for name, t in network.state_dict().items()}


def _recipe(spec: NetworkSpec, **changed: object) -> NetworkSpec:
    return replace(spec, recipe=replace(spec.recipe, **changed))  # type: ignore[arg-type]


def test_the_loss_of_each_epoch_is_told_and_falls() -> None:
    _, seen = _fitted(SPEC, epochs=8)
    assert [epoch.done for epoch in seen] == list(range(1, 9))
    assert seen[-1].loss < 0.7 * seen[0].loss


def test_frozen_parts_keep_their_bytes_and_the_rest_learns() -> None:
    torch.manual_seed(1)
    pretrained = build()
    before = _bytes(pretrained)
    spec = replace(_recipe(SPEC, frozen_parts=("early", "middle")), build=lambda: pretrained)
    network, _ = _fitted(spec)
    after = _bytes(network)
    changed = {name for name in before if before[name] != after[name]}
    assert changed
    assert not any(name.startswith(("trunk.early.", "trunk.middle.")) for name in changed)
    learns = [name for name, _ in network.named_parameters() if name.startswith("trunk.late.")]
    assert changed >= set(learns)
    assert any(name.startswith("gates.early.") for name in changed)
    assert "trunk.late.0.norm.running_mean" in changed
    # They are frozen for this training only.
    assert all(parameter.requires_grad for parameter in network.parameters())


def test_without_frozen_parts_all_of_the_trunk_learns() -> None:
    torch.manual_seed(1)
    pretrained = build()
    before = _bytes(pretrained)
    network, _ = _fitted(replace(SPEC, build=lambda: pretrained))
    after = _bytes(network)
    assert all(before[name] != after[name] for name in before if name.startswith("trunk."))


def test_what_was_frozen_before_stays_so() -> None:
    def half_frozen() -> GatedNetwork:
        network = build()
        network.trunk.get_submodule("early.conv").requires_grad_(False)
        return network

    network, _ = _fitted(replace(_recipe(SPEC, frozen_parts=("early",)), build=half_frozen))
    held = [name for name, p in network.named_parameters() if not p.requires_grad]
    assert held == ["trunk.early.conv.weight"]


def _magnitude(recipe: Recipe) -> float:
    network, _ = _fitted(replace(SPEC, recipe=recipe), epochs=6)
    with torch.no_grad():
        crossing = network.crossing(torch.from_numpy(load("validation").samples))
    return float(np.mean([a.abs().mean() for a in crossing.activations]))


def test_a_sparsity_weight_makes_activations_small() -> None:
    sparse = replace(SPEC.recipe, sparsity_weights=(1.0, 1.0))
    small, large = _magnitude(sparse), _magnitude(SPEC.recipe)
    assert small < 0.8 * large
    # A weight that rises all the time has done less.
    assert small < _magnitude(replace(sparse, warm_up_share=1.0)) < large


def test_a_network_without_gates_is_trained_too() -> None:
    def ungated() -> GatedNetwork:
        gated = build()
        return GatedNetwork("plain", gated.input_shape, dict(gated.trunk.named_children()), {})

    spec = replace(_recipe(SPEC, gate_weights=()), build=ungated)
    network, seen = _fitted(spec, epochs=4)
    assert seen[-1].loss < seen[0].loss
    crossing = network.crossing(torch.from_numpy(load("test").samples))
    assert crossing.gate_logits.shape == (200, 0)
    assert crossing.activations == ()


@pytest.mark.parametrize("value", [float("inf"), float("nan")])
def test_a_loss_that_is_no_number_stops_training(value: float) -> None:
    def explode(samples: torch.Tensor, random: torch.Generator) -> torch.Tensor:
        return samples * value

    with pytest.raises(InputError) as caught:
        _fitted(replace(SPEC, augment=explode))
    assert str(caught.value).splitlines() == [
        "training 'bumps': the loss is nan in epoch 1 of 2",
        "  try: lower the learning rate, 0.02 now, and look at what `prepare` and `augment` make "
        "of the samples",
        "1 problem",
    ]


@pytest.mark.parametrize("count", [1, 2, 3, 16, 17, 18, 33])
def test_every_sample_is_in_one_batch_and_none_is_alone(count: int) -> None:
    bounds = _bounds(count, 16)
    assert [i for start, end in bounds for i in range(start, end)] == list(range(count))
    sizes = [end - start for start, end in bounds]
    assert all(2 <= size <= 17 for size in sizes) or count == 1


def test_the_progress_bar_has_the_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.StringIO()
    terminal = Console(file=written, force_terminal=True, width=100)
    monkeypatch.setattr(training, "Console", lambda *, stderr: terminal)
    with training._progress("training 'bumps'", 2, show=True) as progress:
        progress(Epoch(1, 0.123456))
        progress(Epoch(2, 0.045678))
    assert "training 'bumps'" in written.getvalue()
    assert "loss 0.0457" in written.getvalue()
