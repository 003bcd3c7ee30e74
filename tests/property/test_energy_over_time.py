"""Energy at any instant, and what the battery gives for it, in every run."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devicemodels.regulator import input_per_output, input_power_w, input_table
from scheduler.plan import CAUSES, IdleChoice
from simulator.engine import simulate, simulate_together
from simulator.idling.policies import BreakEven, Clairvoyant, Predictive, Timeout
from simulator.power.battery import battery_energy_j, battery_life
from simulator.power.cumulative import cumulative_j
from simulator.power.energy import energy_by_cause_j
from simulator.power.energy_at import energy_at, energy_by_cause_at_j
from simulator.power.timeline import power_timeline
from tests.battery_strategies import batteries, powered_by, regulators
from tests.idle_worlds import DOZE, OFF, SLEEP
from tests.shared_strategies import shared_scenes
from tests.simulator_strategies import scenes

thoroughly = settings(max_examples=100, deadline=None, derandomize=True, database=None)

POLICIES = [Timeout((0.0, 150e-9)), BreakEven(), Predictive(), Clairvoyant()]


def ran(scene):
    return simulate(scene.plan, scene.workload, scene.queue)


def close(value):
    return pytest.approx(value, rel=1e-9, abs=1e-15)


def all_instants(run):
    """Every nanosecond of a short run, else those at which something happens and others between."""
    timeline = power_timeline(run)
    times = [one.time_ns for one in timeline.components]
    times += [one.impulse_ns for one in timeline.components]
    times += [np.linspace(0, run.duration_ns, 50).astype(np.int64)]
    return np.unique(np.concatenate(times))


def causes_and_components_agree(run):
    at_ns = all_instants(run)
    by_cause = energy_by_cause_at_j(run, at_ns)
    timeline = power_timeline(run)
    drawn = sum(
        cumulative_j((one.time_ns, one.power_w), one.impulse_ns, one.impulse_j, at_ns)
        for one in timeline.components
    )
    assert list(by_cause) == list(CAUSES)
    assert sum(by_cause.values()) == close(drawn)
    for joules in by_cause.values():
        assert (np.diff(joules) >= -1e-12 * joules.max(initial=0.0)).all()
    at_end = {cause: joules[-1] for cause, joules in by_cause.items()}
    assert at_end == close(energy_by_cause_j(run))
    return timeline


@thoroughly
@given(scenes())
def test_causes_add_up_to_components_at_every_instant(scene):
    run = ran(scene)
    timeline = causes_and_components_agree(run)
    middle = energy_at(run, run.duration_ns // 2)
    assert sum(middle.by_cause_j.values()) == close(sum(middle.by_component_j.values()))
    whole = energy_at(run, run.duration_ns)
    assert sum(whole.by_component_j.values()) == close(timeline.energy_j())


@thoroughly
@given(
    scenes(), st.sampled_from([Timeout((0.0, 150e-9)), BreakEven(), Predictive(), Clairvoyant()])
)
def test_and_however_the_cores_rest(scene, policy):
    """Deeper and deeper within one stay, or in another state each time."""
    cores = tuple(replace(one, idle_states=(DOZE, SLEEP, OFF)) for one in scene.plan.platform.cores)
    plan = replace(
        scene.plan,
        platform=replace(scene.plan.platform, cores=cores),
        idle=tuple(IdleChoice(one.name, "sleep") for one in cores),
    )
    causes_and_components_agree(simulate(plan, scene.workload, scene.queue, idle=policy))


@thoroughly
@given(shared_scenes())
def test_and_for_pipelines_that_share_cores_and_fair_links(scene):
    causes_and_components_agree(
        simulate_together(scene.pipelines, scene.queue, priorities=scene.priorities)
    )


@thoroughly
@given(scenes(), batteries())
def test_the_battery_gives_the_integral_of_its_input_power(scene, battery):
    """Against a sum over every piece between two changes, component by component."""
    run = ran(scene)
    timeline = power_timeline(run)
    table = input_table(battery.regulator)
    at_ns = all_instants(run)
    load_w = sum(
        one.power_w[np.searchsorted(one.time_ns, at_ns, side="right") - 1]
        for one in timeline.components
    )
    expected = [0.0]
    for piece in range(len(at_ns) - 1):
        lasts_s = (at_ns[piece + 1] - at_ns[piece]) / 1e9
        expected.append(expected[-1] + by_hand(load_w[piece], *table)[0] * lasts_s)
    expected = np.array(expected)
    for one in timeline.components:
        for at, joules in zip(one.impulse_ns, one.impulse_j, strict=True):
            place = int(np.searchsorted(at_ns, at))
            slope = by_hand(load_w[place] + 1e-9, *table)[1]
            expected[place:] += joules * max(1.0, slope)
    given_j = battery_energy_j(timeline, battery, at_ns)
    assert given_j == pytest.approx(expected, rel=1e-6)
    taken_j = timeline.energy_j()
    assert given_j[-1] >= taken_j * (1 - 1e-12)
    if battery.regulator is None:
        assert given_j[-1] == close(taken_j)


def by_hand(load_w, p_out_w, p_in_w):
    """Input power and its slope, piece by piece of the law."""
    corners = list(zip(p_out_w.tolist(), p_in_w.tolist(), strict=True))
    for (x0, y0), (x1, y1) in pairwise(corners):
        slope = (y1 - y0) / (x1 - x0)
        if load_w <= x1:
            break
    return y0 + slope * (load_w - x0), slope


@thoroughly
@given(scenes(), batteries())
def test_days_are_what_is_usable_over_what_is_drawn(scene, battery):
    run = ran(scene)
    life = battery_life(simulate(powered_by(scene.plan, battery), scene.workload, scene.queue))
    if run.duration_ns == 0:
        assert life is None
        return
    drawn_w = life.battery_power_w + life.self_discharge_w
    assert life.battery_power_w >= life.device_power_w * (1 - 1e-12)
    if drawn_w > 0:
        usable_j = battery.capacity_j * battery.usable_share
        assert life.days * 86_400 * drawn_w == close(usable_j)
        month_s = 86_400 * 365.25 / 12
        lost_j = life.self_discharge_w * month_s
        assert lost_j == close(battery.capacity_j * battery.self_discharge_per_month)
    else:
        assert life.days is None
    if life.interval is not None:
        assert life.interval.low <= life.interval.value <= life.interval.high


@thoroughly
@given(regulators(), st.lists(st.floats(0.0, 10.0), min_size=2, max_size=20))
def test_input_rises_with_output_and_is_never_below_it(regulator, loads):
    table = input_table(regulator)
    load_w = np.sort(np.array([*loads, *table[0]]))
    input_w = input_power_w(load_w, *table)
    assert (input_w >= load_w * (1 - 1e-12)).all()
    assert (np.diff(input_w)[np.diff(load_w) > 1e-9] > 0).all()
    assert input_power_w(table[0], *table) == close(table[1])
    assert (input_per_output(load_w, *table) >= 1.0).all()
    for load in regulator.loads:
        at_load_w = input_power_w(np.array([load.output_power_w]), *table)
        assert load.output_power_w / at_load_w == close(load.efficiency)
