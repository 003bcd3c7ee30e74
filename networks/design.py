"""A design: where a network is gated, how narrow it sends, and how hard training pulls at both.

A zoo network has one design of its own. Another one, which a sweep found, is a document beside the
weights that were trained in it (``design.json``), and turns the zoo's ``NetworkSpec`` into that of
the network that these weights fit.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal
from weakref import WeakKeyDictionary

import torch
from torch import nn

from devicemodels.documents.json_document import dump_document, read_document
from networks.errors import NetworkError, network_error
from networks.gated import CutDesign, GatedNetwork
from networks.insertion import insert
from networks.learning.recipes import require_recipe
from networks.spec import NetworkSpec
from networks.streams.windows import Windows

DESIGN_FILE = "design.json"
"""How a design is called beside its weights."""


@dataclass(frozen=True, slots=True)
class Design:
    """What a sweep may choose of a network; everything else is as the zoo has it."""

    network: str
    """Name of the network, a file in ``networks/zoo``."""
    cuts: Mapping[str, CutDesign]
    """What stands after which parts of the trunk, or at which of its cut points; no others are
    gated. In the trunk's order."""
    gate_weights: tuple[float, ...]
    """alpha_k of the loss, one for each gate."""
    sparsity_weights: tuple[float, ...] = ()
    """beta_k of the loss, one for each gate, or none at all."""
    version: Literal["wakepath/design@1"] = "wakepath/design@1"
    """Version of the document."""


def designed(spec: NetworkSpec, design: Design, *, file: str | None = None) -> NetworkSpec:
    """The network of ``spec``, gated as ``design`` says.

    Parameters
    ----------
    spec
        As the zoo has it.
    design
        For a network of that name.
    file
        Where the design comes from, for errors.

    Raises
    ------
    NetworkError
        It is another network's, has not one weight for each gate, or cuts the trunk where it cannot
        be cut.
    """
    if design.network != spec.name:
        raise network_error(
            f"the design is of network '{design.network}', not of '{spec.name}'", file=file
        )
    _check_weights(design, file)
    try:
        frozen = _frozen(spec, design.cuts)
    except NetworkError as error:
        raise NetworkError(replace(problem, file=file) for problem in error.problems) from None
    recipe = replace(
        spec.recipe,
        gate_weights=design.gate_weights,
        sparsity_weights=design.sparsity_weights,
        frozen_parts=frozen,
    )
    trunks = WeakKeyDictionary[GatedNetwork, GatedNetwork]()

    def build() -> GatedNetwork:
        own = spec.build()
        network = gated_at(own, design.cuts)
        trunks[network] = own
        return network

    def prepare(network: GatedNetwork, windows: Windows) -> None:
        spec.prepare(trunks[network], windows)  # it knows the parts by the zoo's names

    return replace(spec, build=build, prepare=prepare, recipe=recipe)


def gated_at(network: GatedNetwork, cuts: Mapping[str, CutDesign]) -> GatedNetwork:
    """The trunk of ``network``, the very layers, with fresh gates and codecs.

    At the ends of its parts, if all of ``cuts`` are such; else it is cut anew, at any cut points.
    Raises ``NetworkError`` as :func:`networks.insertion.insert` does.
    """
    if set(cuts) <= set(list(network.parts)[:-1]):
        return GatedNetwork(network.name, network.input_shape, network.parts, cuts)
    return insert(network.trunk, torch.zeros(network.input_shape), cuts, name=network.name)


def dump_design(design: Design) -> str:
    """The JSON text of a design, a ``wakepath/design@1`` document."""
    return dump_document(design)


def read_design(path: Path) -> Design:
    """The design in a file; ``InputError`` names all problems of its form."""
    return read_document(Design, path)


def _check_weights(design: Design, file: str | None) -> None:
    gates = len(design.cuts)
    for name, weights, allowed in (
        ("gate_weights", design.gate_weights, {gates}),
        ("sparsity_weights", design.sparsity_weights, {0, gates}),
    ):
        if len(weights) not in allowed:
            raise network_error(
                f"{name}: {len(weights)} for {gates} gates", hint="give one a gate", file=file
            )


def _frozen(spec: NetworkSpec, cuts: Mapping[str, CutDesign]) -> tuple[str, ...]:
    """The frozen parts of the recipe by the names that they have once the trunk is cut."""
    own = spec.build()
    require_recipe(spec.recipe, own)
    network = gated_at(own, cuts)
    known = {tensor.data_ptr() for tensor in _tensors(own.trunk)}
    frozen = {
        tensor.data_ptr()
        for part in spec.recipe.frozen_parts
        for tensor in _tensors(own.trunk.get_submodule(part))
    }
    kept = []
    for name, part in network.parts.items():
        # A part without weights to learn is what its constants are.
        judged = part.parameters() if any(True for _ in part.parameters()) else part.buffers()
        places = {tensor.data_ptr() for tensor in judged} & known
        held = {place in frozen for place in places}
        if held == {True, False}:
            raise network_error(
                f"part '{name}' of network '{spec.name}' is frozen in the beginning and learns in "
                "the end",
                hint=f"cut after {' and '.join(spec.recipe.frozen_parts)} too",
            )
        if held == {True}:
            kept.append(name)
    return tuple(kept)


def _tensors(module: nn.Module) -> Iterator[torch.Tensor]:
    """Weights that are learned, and constants."""
    yield from module.parameters()
    yield from module.buffers()
