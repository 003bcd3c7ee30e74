"""What a sweep may try: subsets of cut points, widths of their codecs, weights of the loss."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations, product

from networks.gated import CutDesign, GatedNetwork
from networks.spec import Recipe
from scheduler.taskgraph import TaskGraph

MOST_GATES = 3
"""A gate costs its head on every sample that reaches it; more than three pay nowhere we looked."""

WIRE_SHARES = (1 / 2, 1 / 4, 1 / 8)
"""Share of a cut's channels that the learned codec may send."""

HIDDEN = 8
"""Width of the gate head's hidden layer where the network has no gate of its own."""

GATE_FACTORS = (1.0, 2.0)
"""Gate weights that are tried, times the recipe's largest."""

SPARSITY_WEIGHTS = (0.0, 0.1)
"""Sparsity weights that are tried."""


@dataclass(frozen=True, slots=True)
class CutSpace:
    """A part that a gate may follow, and what may stand there."""

    part: str
    """Name of the part of the trunk."""
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
    """(part, index of its design in the space), in the trunk's order; at least one."""

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts that a gate follows."""
        return tuple(part for part, _ in self.widths)


def space_of(network: GatedNetwork, traced: TaskGraph, recipe: Recipe) -> SweepSpace:
    """A space around the design that a network has: every part that a gate may follow.

    Parameters
    ----------
    network
        With its own gates and codecs, which are among the alternatives.
    traced
        The task graph of its trunk: a gate needs the end of a segment.
    recipe
        Its gate weights and sparsity weights are among the alternatives.
    """
    largest = max(recipe.gate_weights, default=1.0) or 1.0
    return SweepSpace(
        cuts=tuple(_cut_spaces(network, traced)),
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
    indices = (range(len(c.designs)) if c.part in narrowed else (c.own,) for c in rows)
    for chosen in product(*indices):
        yield Placement(tuple((c.part, i) for c, i in zip(rows, chosen, strict=True)))


def cut_designs(space: SweepSpace, placement: Placement) -> dict[str, CutDesign]:
    """What stands at each cut of a placement."""
    cuts = {cut.part: cut for cut in space.cuts}
    return {part: cuts[part].designs[index] for part, index in placement.widths}


def _cut_spaces(network: GatedNetwork, traced: TaskGraph) -> Iterator[CutSpace]:
    parts = [name for name, _ in network.trunk.named_children()]
    for part in parts[:-1]:
        channels = _channels_after(part, traced)
        if channels is None:
            continue
        own = network.cuts.get(part)
        base = own or CutDesign(channels, channels, HIDDEN)
        widths = {max(1, round(share * channels)) for share in WIRE_SHARES}
        if own is not None:
            widths.add(own.wire_channels)
        ordered = sorted(widths, reverse=True)
        yield CutSpace(
            part,
            tuple(replace(base, wire_channels=width) for width in ordered),
            own=0 if own is None else ordered.index(own.wire_channels),
        )


def _channels_after(part: str, traced: TaskGraph) -> int | None:
    """Channels of what a part gives; None if no gate can follow it.

    A gate needs the end of a segment behind it, and an activation with channels and something
    to take their mean over.
    """
    inside = [o.name for o in traced.operators if f"{o.name}.".startswith(f"{part}.")]
    edges = {
        segment.operators[-1]: edge
        for segment, edge in zip(traced.segments[:-1], traced.edges, strict=True)
    }
    edge = edges.get(inside[-1]) if inside else None
    return None if edge is None or len(edge.shape) < 3 else edge.shape[1]
