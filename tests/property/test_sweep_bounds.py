"""What the planner says of a network before it is trained bounds what it says afterwards."""

from dataclasses import replace

from hypothesis import Phase, assume, find, given, settings

from networks.sweep.assumed import at_best
from networks.sweep.pricing import Pricing
from scheduler.gating import gate_choices
from scheduler.infeasible import Infeasible
from scheduler.tolerance import FIGURE_RELATIVE
from wakepath.testing.world_strategies import World, worlds

checked = settings(derandomize=True, database=None, deadline=None, max_examples=80)
unshrunk = settings(checked, max_examples=1000, phases=[Phase.generate])


gated = worlds(objectives=("energy",), feasible=True, limits=False)


def _lost_positives(world: World) -> float:
    """Largest share of the positives that the gates of some choice really stop."""
    lost = [0.0]
    for choice in gate_choices(world.graph):
        passing = 1.0
        for use in choice.gates:
            passing *= 1.0 - use.stop_rate["positive"]
        lost.append(1.0 - passing)
    return max(lost)


@given(gated)
@checked
def test_no_plan_takes_less_than_with_the_best_of_gates(world: World) -> None:
    assert not _undercuts(world, _lost_positives(world))


def test_a_bound_that_forgets_the_positives_is_caught() -> None:
    caught = find(gated, lambda world: _undercuts(world, 0.0), settings=unshrunk)
    assert _lost_positives(caught) > 0.0


def _undercuts(world: World, lost_positives: float) -> bool:
    """Whether the best plan takes less than the bound says."""
    pricing = Pricing(world.platform, world.requirements)
    measured = pricing.plan(world.graph).expected.energy_per_sample_j
    bound = pricing.plan(at_best(world.graph, lost_positives)).expected.energy_per_sample_j
    return bound > measured * (1.0 + FIGURE_RELATIVE)


@given(gated)
@checked
def test_a_positive_that_may_end_early_only_lowers_the_bound(world: World) -> None:
    pricing = Pricing(world.platform, world.requirements)
    strict = pricing.plan(at_best(world.graph, 0.0)).expected.energy_per_sample_j
    free = pricing.plan(at_best(world.graph, 1.0)).expected.energy_per_sample_j
    assert free <= strict * (1.0 + FIGURE_RELATIVE)


@given(worlds(objectives=("energy",), feasible=True, limits=False, knobs=False))
@checked
def test_a_price_is_between_the_bound_and_the_network_without_gates(world: World) -> None:
    pricing = Pricing(world.platform, replace(world.requirements, recall_floor=0.0))
    try:
        price = pricing.price(world.graph)
    except Infeasible:
        assume(False)
    assert price.optimistic_j <= price.ungated_j * (1.0 + FIGURE_RELATIVE)
    assert all(saving >= 0.0 for saving in price.stop_saves_j.values())
    assert all(saving >= 0.0 for saving in price.bytes_save_j.values())
