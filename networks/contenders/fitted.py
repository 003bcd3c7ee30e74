"""What contenders train alike: the spec's recipe on its training windows, without a word."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from networks.design import gated_at
from networks.gated import GatedNetwork
from networks.gates.calibrating import calibrate_gates
from networks.learning.fitting import Epoch, fit
from networks.learning.remembering import remembering
from networks.spec import NetworkSpec


def fitted(spec: NetworkSpec, seed: int, *, epochs: int | None = None) -> GatedNetwork:
    """A fresh network, trained for the recipe's epochs or as many as given.

    Scores of its gates, if it has any, are calibrated as after every training.
    """
    windows = spec.load("train")
    passes = epochs or spec.recipe.epochs
    network = fit(spec, windows, seed, epochs=passes, progress=_in_silence)
    if spec.recipe.calibrate_gates and network.gated_parts:
        validation = spec.load("validation")
        with as_measured(spec, network):
            calibrate_gates(network, validation.samples, validation.labels)
    return network


@contextmanager
def as_measured(spec: NetworkSpec, *networks: GatedNetwork) -> Iterator[None]:
    """While this lasts, parts that stayed as they came compute each window once."""
    with ExitStack() as stack:
        for network in networks:
            kept = [part for part in spec.recipe.frozen_parts if part in network.parts]
            stack.enter_context(remembering(network, kept))
        yield


def without_gates(spec: NetworkSpec) -> NetworkSpec:
    """``spec`` whose network is its trunk alone: the same parts with nothing at any cut."""

    def build() -> GatedNetwork:
        return gated_at(spec.build(), {})

    recipe = replace(spec.recipe, gate_weights=(), sparsity_weights=())
    return replace(spec, build=build, recipe=recipe)


def without_codecs(spec: NetworkSpec) -> NetworkSpec:
    """``spec`` whose cuts have gates and learn no codec: training sends everything raw."""

    def build() -> GatedNetwork:
        whole = spec.build()
        cuts = {part: replace(cut, codecs=()) for part, cut in whole.cuts.items()}
        return gated_at(whole, cuts)

    return replace(spec, build=build)


def _in_silence(epoch: Epoch) -> None:
    del epoch
