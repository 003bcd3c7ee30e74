"""A design: where a network is gated, how narrow it sends, and how hard training pulls at both.

A zoo network has one design of its own. Another one, which a sweep found, is a document beside the
weights that were trained in it (``design.json``), and turns the zoo's ``NetworkSpec`` into that of
the network that these weights fit.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

from devicemodels.documents.json_document import dump_document, read_document
from networks.errors import network_error
from networks.gated import CutDesign, GatedNetwork
from networks.spec import NetworkSpec

DESIGN_FILE = "design.json"
"""How a design is called beside its weights."""


@dataclass(frozen=True, slots=True)
class Design:
    """What a sweep may choose of a network; everything else is as the zoo has it."""

    network: str
    """Name of the network, a file in ``networks/zoo``."""
    cuts: Mapping[str, CutDesign]
    """What stands after which part of the trunk, in the trunk's order; no others are gated."""
    gate_weights: tuple[float, ...]
    """alpha_k of the loss, one for each gate."""
    sparsity_weights: tuple[float, ...] = ()
    """beta_k of the loss, one for each gate, or none at all."""
    version: Literal["wakepath/design@1"] = "wakepath/design@1"
    """Version of the document."""


def own_design(spec: NetworkSpec) -> Design:
    """The design that the zoo gives a network."""
    network = spec.build()
    return Design(spec.name, network.cuts, spec.recipe.gate_weights, spec.recipe.sparsity_weights)


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
        It is another network's, gates what is no part of the trunk or its last one, or has not one
        weight for each gate.
    """
    if design.network != spec.name:
        raise network_error(
            f"the design is of network '{design.network}', not of '{spec.name}'", file=file
        )
    _check_weights(design, file)
    _check_parts(spec.build(), design, file)
    recipe = replace(
        spec.recipe, gate_weights=design.gate_weights, sparsity_weights=design.sparsity_weights
    )
    return replace(spec, build=lambda: gated_at(spec.build(), design.cuts), recipe=recipe)


def gated_at(network: GatedNetwork, cuts: Mapping[str, CutDesign]) -> GatedNetwork:
    """The trunk of ``network``, the very modules, with fresh gates and codecs at ``cuts``."""
    parts = dict(network.trunk.named_children())
    return GatedNetwork(network.name, network.input_shape, parts, cuts)


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


def _check_parts(network: GatedNetwork, design: Design, file: str | None) -> None:
    parts = [name for name, _ in network.trunk.named_children()]
    for part in design.cuts:
        if part not in parts[:-1]:
            near = get_close_matches(part, parts[:-1], n=1)
            hint = f"did you mean '{near[0]}'?" if near else f"one of {', '.join(parts[:-1])}"
            raise network_error(
                f"cuts: no gate can follow '{part}' in network '{design.network}'",
                hint=hint,
                file=file,
            )
