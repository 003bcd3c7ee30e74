"""The candidates of a sweep: designs with their prices, made with the platform in view.

The platform enters three times. Its prices bound what each candidate can reach; they scale the
weights of the loss from cut to cut; and where sending nothing at all would save nothing, no codec
but the network's own is tried.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from networks.design import Design
from networks.gated import GatedNetwork
from networks.sweep.assumed import Tracings
from networks.sweep.pricing import Price, Pricing, scaled
from networks.sweep.space import CutSpace, Placement, SweepSpace, cut_designs, placements, subsets
from scheduler.infeasible import Infeasible


@dataclass(frozen=True, slots=True)
class Candidate:
    """One network that might be trained."""

    name: str
    """Unique within its sweep, ``c007``."""
    design: Design
    """What would be trained."""
    price: Price
    """What the planner says of it."""


@dataclass(frozen=True, slots=True)
class Unplannable:
    """A placement that has no plan on this platform, whatever it learns."""

    cuts: tuple[str, ...]
    """Where it would be gated."""
    reason: str
    """Which limit is in the way."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """What a sweep searches."""

    candidates: tuple[Candidate, ...]
    """Fewer gates first, then earlier cuts, wider codecs, smaller weights."""
    unplannable: tuple[Unplannable, ...]
    """What was never a candidate."""


def candidates(network: GatedNetwork, space: SweepSpace, pricing: Pricing) -> Candidates:
    """All different designs of a space, priced."""
    tracings = Tracings(network, space)
    found: dict[str, tuple[Design, Price]] = {}
    refused = []
    for cuts in subsets(space):
        try:
            for placement, price in _priced(cuts, tracings, pricing):
                for design in _designs(network.name, space, placement, price):
                    found.setdefault(repr(design), (design, price))
        except Infeasible as answer:
            refused.append(Unplannable(tuple(cut.cut for cut in cuts), str(answer)))
    digits = len(str(len(found)))
    rows = enumerate(found.values(), start=1)
    return Candidates(tuple(Candidate(f"c{i:0{digits}d}", *row) for i, row in rows), tuple(refused))


def _priced(
    cuts: tuple[CutSpace, ...], tracings: Tracings, pricing: Pricing
) -> Iterator[tuple[Placement, Price]]:
    """Placements at the same cuts with their prices; raises ``Infeasible``."""
    (own,) = placements(cuts, ())
    price = pricing.price(tracings.taskgraph(own))
    narrowed = [c.cut for c in cuts if price.bytes_save_j[tracings.gate(c.cut)] > 0.0]
    for placement in placements(cuts, narrowed):
        if placement == own:
            yield placement, price
        else:  # what stops and bytes save is a matter of the cuts, not of the codecs there
            bound = pricing.optimistic_j(tracings.taskgraph(placement))
            yield placement, replace(price, optimistic_j=bound)


def _designs(name: str, space: SweepSpace, placement: Placement, price: Price) -> Iterator[Design]:
    for alpha in space.gate_weights:
        for beta in space.sparsity_weights:
            sparsity = scaled(beta, price.bytes_save_j)
            yield Design(
                network=name,
                cuts=cut_designs(space, placement),
                gate_weights=scaled(alpha, price.stop_saves_j),
                sparsity_weights=sparsity if any(sparsity) else (),
            )
