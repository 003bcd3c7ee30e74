"""What the battery gives, on runs that one can add up in the head."""

from dataclasses import replace

import numpy as np
import pytest
from numba import njit

from devicemodels.catalog import load_platform
from devicemodels.platform import Battery, Regulator, RegulatorLoad
from devicemodels.regulator import input_per_output, input_power_w, input_table
from simulator.engine import simulate
from simulator.power.battery import (
    batch_ends_ns,
    battery_energy_j,
    battery_life,
    life,
)
from simulator.power.isolated_draw import expected_life, isolated_draw
from simulator.power.timeline import power_timeline
from simulator.workload import drawn, period_ns
from tests.battery_strategies import powered_by
from tests.simulator_worlds import GateSpec, SegmentSpec, chain_plan, core, releases

REGULATOR = Regulator(
    0.1, (RegulatorLoad(1.0, 0.8), RegulatorLoad(2.0, 0.8), RegulatorLoad(3.0, 0.75))
)
"""Watts in for watts out: 0.1 for 0, 1.25 for 1, 2.5 for 2, 4 for 3, then 1.5 more for each."""
MONTH_S = 365.25 * 86_400 / 12


def plan_with(battery, gate=None, **changes):
    cores = [core("dsp", **changes)]
    return powered_by(chain_plan([SegmentSpec("dsp", 400, gate=gate)], cores=cores), battery)


@pytest.mark.parametrize(
    ("load_w", "drawn_w", "slope"),
    [
        (0.0, 0.1, 1.15),
        (0.5, 0.675, 1.15),
        (1.0, 1.25, 1.25),
        (1.5, 1.875, 1.25),
        (2.5, 3.25, 1.5),
        (3.0, 4.0, 1.5),
        (13.0, 19.0, 1.5),
    ],
)
def test_input_power_goes_straight_from_corner_to_corner(load_w, drawn_w, slope):
    table = input_table(REGULATOR)
    assert input_power_w(load_w, *table) == pytest.approx(drawn_w, rel=1e-12)
    assert input_per_output(load_w, *table) == pytest.approx(slope, rel=1e-12)


def test_without_a_regulator_the_battery_gives_what_is_drawn():
    table = input_table(None)
    watts = np.array([0.0, 1e-9, 0.3, 1.0, 7.0])
    assert (input_power_w(watts, *table) == watts).all()
    assert (input_per_output(watts, *table) == 1.0).all()


def test_the_law_compiles_as_it_stands_for_one_load_and_for_many():
    table = input_table(REGULATOR)
    loads = np.linspace(0.0, 5.0, 41)
    for law in (input_power_w, input_per_output):
        machine = njit(error_model="numpy")(law)
        assert (machine(loads, *table) == law(loads, *table)).all()
        assert [machine(float(one), *table) for one in loads] == law(loads, *table).tolist()


def test_energy_spent_at_once_is_drawn_at_the_slope_of_its_moment_and_never_at_a_gain():
    steep = Regulator(0.6, (RegulatorLoad(1.0, 0.8), RegulatorLoad(2.0, 0.8)))
    assert input_power_w(1.0, *input_table(steep)) == 1.25
    assert input_per_output(0.5, *input_table(steep)) == 1.0  # the slope there is 0.65


def test_one_sample_by_hand():
    """100 ns at 1 W, waking; 400 ns at 2 W; asleep otherwise, at 1/8 W. The rail draws 1/16 W."""
    battery = Battery(1.0, 0.5, 0.25, REGULATOR)
    sleep = core("dsp").idle_states[0]
    sleep = replace(sleep, exit_energy_j=100e-9, entry_energy_j=10e-9)
    plan = plan_with(battery, idle_states=(sleep,))
    run = simulate(plan, releases([500], duration_ns=2000))
    timeline = power_timeline(run)
    at = np.array([500, 600, 999, 1000, 2000])
    rest_w = 0.1 + 1.15 * 0.1875  # waiting: 1/8 + 1/16 W
    waking_w = 1.25 + 1.25 * 0.0625  # 1 W of waking, the rail
    working_w = 2.5 + 1.5 * 0.0625
    expected = np.cumsum(
        [500 * rest_w, 100 * waking_w, 399 * working_w, working_w + 10 * 1.15, 1000 * rest_w]
    )
    assert battery_energy_j(timeline, battery, at) * 1e9 == pytest.approx(expected, rel=1e-12)
    found = battery_life(run)
    mean_w = expected[-1] / 2000
    self_w = 0.25 / MONTH_S
    assert found.battery_power_w == pytest.approx(mean_w, rel=1e-12)
    assert found.self_discharge_w == pytest.approx(self_w, rel=1e-12)
    assert found.days == pytest.approx(0.5 / (mean_w + self_w) / 86_400, rel=1e-12)
    assert found.interval is None


def test_self_discharge_alone_empties_a_battery():
    battery = Battery(1000.0, 0.9, 0.1)
    assert life(battery, 0.0, 0.0, 1.0).days == pytest.approx(9 * MONTH_S / 86_400)
    assert life(replace(battery, self_discharge_per_month=0.0), 0.0, 0.0, 1.0).days is None


def test_a_platform_without_a_battery_has_no_days():
    plan = plan_with(None)
    assert battery_life(simulate(plan, releases([0], duration_ns=1000))) is None
    assert expected_life(plan) is None


def test_expectation_is_the_mean_over_what_a_long_run_releases():
    """With the shares that were drawn, the expectation is the run's, to the last digits."""
    plan = plan_with(Battery(1.0, 0.5, 0.0, REGULATOR), gate=GateSpec(100))
    plan = chain_plan(
        [SegmentSpec("dsp", 400, gate=GateSpec(100)), SegmentSpec("cpu", 300)], period_s=2e-6
    )
    plan = powered_by(plan, Battery(1.0, 0.5, 0.0, REGULATOR))
    workload = drawn(plan, period_ns(plan), 3000, seed=4)
    passing = [float((workload.exit_gate[workload.label == c] < 0).mean()) for c in (0, 1)]
    gate = plan.task_graph.gates[0]
    rates = {"negative": 1 - passing[0], "positive": 1 - passing[1]}
    graph = replace(plan.task_graph, gates=(replace(gate, stop_rate=rates),))
    positive = float(workload.label.mean())
    prior = {"negative": 1 - positive, "positive": positive}
    likely = replace(
        plan, task_graph=graph, requirements=replace(plan.requirements, class_prior=prior)
    )
    ours, run = expected_life(likely), battery_life(simulate(plan, workload))
    assert ours.battery_power_w == pytest.approx(run.battery_power_w, rel=1e-9)
    assert ours.device_power_w == pytest.approx(run.device_power_w, rel=1e-9)
    assert ours.days == pytest.approx(run.days, rel=1e-9)
    assert run.interval.low < run.days < run.interval.high
    assert run.interval.value == pytest.approx(run.days, rel=1e-3)


def test_isolated_samples_are_counted_as_exactly_as_they_are_integrated():
    plan = chain_plan(
        [
            SegmentSpec("dsp", 400, gate=GateSpec(100)),
            SegmentSpec("cpu", 300, gate=GateSpec(50)),
            SegmentSpec("npu", 100),
        ],
        period_s=3e-6,
    )
    plan = powered_by(plan, Battery(1.0, 0.5, 0.0, REGULATOR))
    draw = isolated_draw(plan, plan.platform.battery)
    workload = drawn(plan, period_ns(plan), 500, seed=9)
    run = simulate(plan, workload)
    counts = np.bincount(workload.exit_gate % 3, minlength=3)
    lasts_s = run.duration_ns / 1e9
    assert draw.rest_w * lasts_s + counts @ draw.sample_j == pytest.approx(
        power_timeline(run).energy_j(), rel=1e-9
    )
    assert draw.rest_battery_w * lasts_s + counts @ draw.sample_battery_j == pytest.approx(
        battery_life(run).battery_power_w * lasts_s, rel=1e-9
    )
    assert (np.diff(draw.sample_battery_j) > 0).all()


def test_what_repeats_makes_nobody_surer():
    plan = chain_plan([SegmentSpec("dsp", 400, gate=GateSpec(100)), SegmentSpec("cpu", 900)])
    once = drawn(plan, period_ns(plan), 200, seed=1)
    times = np.arange(20 * 200) * period_ns(plan)
    again = releases(times, np.tile(once.exit_gate, 20), 20 * once.duration_ns)
    run = simulate(plan, again)
    honest = battery_life(run, new_ns=once.duration_ns).interval
    alone = battery_life(simulate(plan, once)).interval
    assert honest.half_width == pytest.approx(alone.half_width, rel=1e-9)
    assert battery_life(run).interval.half_width < 0.5 * honest.half_width


@pytest.mark.parametrize(
    ("duration", "every", "expected"),
    [
        (100, 10, (10, 10)),
        (10_240, 10, (1024, 10)),
        (10_250, 10, (512, 20)),
        (99, 1000, (0, None)),
        (0, 10, (0, None)),
    ],
)
def test_batches_are_equally_long_and_whole_periods(duration, every, expected):
    ends = batch_ends_ns(duration, every)
    assert ends[0] == 0
    assert ends[-1] <= duration
    assert (len(ends) - 1, None if len(ends) == 1 else ends[1]) == expected
    assert len(set(np.diff(ends).tolist())) <= 1


def test_the_wearable_loses_a_tenth_in_its_regulator_and_says_that_it_is_an_estimate():
    platform = load_platform("wearable")
    battery = platform.battery
    table = input_table(battery.regulator)
    assert 0.85 < 550e-6 / input_power_w(550e-6, *table) < 0.95
    for field, source in platform.provenance.items():
        if field.startswith("battery."):
            assert platform.sources[source].kind == "estimated"
    assert "battery.regulator.loads[0].efficiency" in platform.provenance
    assert 0.0 < battery.self_discharge_per_month < 0.1
