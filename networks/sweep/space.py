"""What a sweep may try: subsets of cuts, widths of their codecs, weights of the loss."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import accumulate, combinations, product

from networks.errors import NetworkError
from networks.gated import CutDesign, GatedNetwork
from networks.gated_graph import segment_before_gate
from networks.insertion import design_for
from networks.spec import Recipe
from networks.tracing import TracedNetwork
from scheduler.taskgraph import TaskGraph

MOST_GATES = 3
"""A gate costs its head on every sample that reaches it; more than three pay nowhere we looked."""

MOST_CUTS = 8
"""Cut points of a long trunk that are looked at."""

WIRE_SHARES = (1 / 2, 1 / 4, 1 / 8)
"""Share of a cut's channels that the learned codec may send."""

GATE_FACTORS = (1.0, 2.0)
"""Gate weights that are tried, times the recipe's largest."""

SPARSITY_WEIGHTS = (0.0, 0.1)
"""Sparsity weights that are tried."""


@dataclass(frozen=True, slots=True)
class CutSpace:
    """A place that may be gated, and what may stand there."""

    cut: str
    """Name of a part of the trunk, or of a cut point."""
    designs: tuple[CutDesign, ...]
    """Alternatives, the widest codec first; all have the same gate head."""
    own: int
    """Index of the network's own design; of the widest if it has none there."""


@dataclass(frozen=True, slots=True)
class SweepSpace:
    """All that a sweep may choose among."""

    cuts: tuple[CutSpace, ...]
    """In the trunk's order."""
    most_gates: int
    """Gates that one network may have."""
    gate_weights: tuple[float, ...]
    """alpha of the loss, before a platform scales it from cut to cut."""
    sparsity_weights: tuple[float, ...]
    """beta of the loss, likewise."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a network is gated, and how narrow each cut sends: all that its costs depend on."""

    widths: tuple[tuple[str, int], ...]
    """(cut, index of its design in the space), in the trunk's order; at least one."""


def space_of(
    network: GatedNetwork, traced: TracedNetwork, recipe: Recipe, *, any_cut: bool = False
) -> SweepSpace:
    """A space around the design that a network has.

    Parameters
    ----------
    network
        With its own gates and codecs, which are among the alternatives.
    traced
        Its trunk.
    recipe
        The largest of its gate weights is scaled; its sparsity weights are among the alternatives.
    any_cut
        Gates may stand at any cut point of the trunk, of a long one at ``MOST_CUTS`` of them; if
        not, after its parts.
    """
    places = _cut_points(traced.taskgraph) if any_cut else _parts(network, traced)
    own = {segment_before_gate(traced, part): design for part, design in network.cuts.items()}
    edges = traced.taskgraph.edges
    largest = max(recipe.gate_weights, default=0.0) or 1.0
    return SweepSpace(
        cuts=tuple(
            _cut_space(cut, edges[index].shape, own.get(index))
            for cut, index in places.items()
            if len(edges[index].shape) >= 2
        ),
        most_gates=MOST_GATES,
        gate_weights=tuple(factor * largest for factor in GATE_FACTORS),
        sparsity_weights=tuple(sorted({*SPARSITY_WEIGHTS, *recipe.sparsity_weights})),
    )


def subsets(space: SweepSpace) -> Iterator[tuple[CutSpace, ...]]:
    """The cuts that may be gated together: fewer first, then earlier ones."""
    for count in range(1, min(space.most_gates, len(space.cuts)) + 1):
        yield from combinations(space.cuts, count)


def placements(cuts: Iterable[CutSpace], narrowed: Collection[str]) -> Iterator[Placement]:
    """All widths at ``cuts``, wider ones first; own widths alone at those not ``narrowed``."""
    rows = tuple(cuts)
    indices = (range(len(c.designs)) if c.cut in narrowed else (c.own,) for c in rows)
    for chosen in product(*indices):
        yield Placement(tuple((c.cut, i) for c, i in zip(rows, chosen, strict=True)))


def cut_designs(space: SweepSpace, placement: Placement) -> dict[str, CutDesign]:
    """What stands at each cut of a placement."""
    cuts = {cut.cut: cut for cut in space.cuts}
    return {name: cuts[name].designs[index] for name, index in placement.widths}


def _parts(network: GatedNetwork, traced: TracedNetwork) -> dict[str, int]:
    """The segment that each part ends with, but for the last and those a gate cannot follow."""
    found = {}
    for part in list(network.parts)[:-1]:
        try:
            found[part] = segment_before_gate(traced, part)
        except NetworkError:
            continue
    return found


def _cut_points(graph: TaskGraph) -> dict[str, int]:
    """The segments that a gate may follow, by the operator that they end with.

    Of a long trunk those nearest to a half, a quarter, an eighth ... of its multiply-accumulates:
    early gates save the most, so that is where they lie close together.
    """
    ends = {segment.operators[-1]: i for i, segment in enumerate(graph.segments[:-1])}
    if len(ends) <= MOST_CUTS:
        return ends
    done = list(accumulate(graph.segment_macs))
    total = done[-1]
    chosen: set[int] = set()
    for halvings in range(1, MOST_CUTS + 1):
        wanted = total / 2**halvings
        left = [index for index in ends.values() if index not in chosen]
        chosen.add(min(left, key=lambda index: abs(done[index] - wanted)))
    return {name: index for name, index in ends.items() if index in chosen}


def _cut_space(cut: str, shape: tuple[int, ...], own: CutDesign | None) -> CutSpace:
    base = own or replace(design_for(shape), dimensions=len(shape) - 2)
    sends_some = {"narrow", "dropped"} & set(base.codecs)
    shares = WIRE_SHARES if sends_some else ()
    widths = {max(1, round(share * base.channels)) for share in shares}
    if own is not None or not widths:
        widths.add(base.wire_channels)
    ordered = sorted(widths, reverse=True)
    return CutSpace(
        cut,
        tuple(replace(base, wire_channels=width) for width in ordered),
        own=0 if own is None else ordered.index(own.wire_channels),
    )
