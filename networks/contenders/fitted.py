"""What contenders train alike: the spec's recipe on its training windows, without a word."""

from collections.abc import Mapping
from dataclasses import replace

import torch
from torch import nn

from networks.fitting import fit
from networks.gated import GatedNetwork, GatedOutput
from networks.spec import NetworkSpec


def fitted(spec: NetworkSpec, seed: int, *, epochs: int | None = None) -> GatedNetwork:
    """A fresh network, trained for the recipe's epochs or as many as given."""
    windows = spec.load("train")
    return fit(spec, windows, seed, epochs=epochs or spec.recipe.epochs, progress=_in_silence)


def without_gates(spec: NetworkSpec) -> NetworkSpec:
    """``spec`` whose network is its trunk alone: the same parts with nothing at any cut."""

    def build() -> GatedNetwork:
        whole = spec.build()
        return GatedNetwork(whole.name, whole.input_shape, parts_of(whole), {})

    return replace(spec, build=build, recipe=replace(spec.recipe, gate_weights=()))


def without_codecs(spec: NetworkSpec) -> NetworkSpec:
    """``spec`` whose network is trained raw: its gates are there, its learned codecs unused."""
    return replace(spec, build=lambda: _Raw(spec.build()))


def parts_of(network: GatedNetwork) -> dict[str, nn.Module]:
    """The parts of the trunk by name, in order."""
    return dict(network.trunk.named_children())


class _Raw(GatedNetwork):
    """A gated network that training shows no codec."""

    def __init__(self, whole: GatedNetwork) -> None:
        super().__init__(whole.name, whole.input_shape, parts_of(whole), {})
        self.gates, self.codecs = whole.gates, whole.codecs

    def crossing_mixed(
        self, samples: torch.Tensor, narrow: Mapping[str, torch.Tensor]
    ) -> GatedOutput:
        """Raw, whatever was drawn."""
        del narrow
        return self.crossing(samples)


def _in_silence(epochs_done: int) -> None:
    del epochs_done
