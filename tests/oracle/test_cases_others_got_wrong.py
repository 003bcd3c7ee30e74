"""Cases in which other simulators were wrong, each with the report or the behaviour it is from."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devicemodels.platform import Battery, IdleState, OperatingPoint
from simulator.engine import simulate, simulate_together
from simulator.metrics import metrics
from simulator.perfetto import perfetto_document
from simulator.power.battery import battery_life
from simulator.power.csv_table import power_csv
from simulator.power.energy import energy_by_cause_j
from simulator.power.energy_at import energy_at
from simulator.power.residency import core_residencies
from simulator.power.timeline import power_timeline
from tests.battery_strategies import powered_by
from tests.simulator_worlds import SegmentSpec, bus, chain_plan, core, releases, what_happened

OFF = IdleState("off", 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
"""No clock, no power, and it takes no time to leave: SimGrid's zero-speed state."""
DAY_NS = 86_400 * 10**9

thoroughly = settings(max_examples=100, deadline=None, derandomize=True, database=None)


def finite(value):
    """Whether a figure can be written as JSON: no NaN, no infinity."""
    json.dumps(value, allow_nan=False)
    return True


# SimGrid, issue 44: hosts in a state of no speed had NaN joules.


@pytest.mark.parametrize("macs", [0, 300])
@pytest.mark.parametrize("times", [[], [0], [0, 0, 0], [0, 300, 300]])
def test_a_core_that_is_off_while_it_rests_draws_nothing_and_not_nan(macs, times):
    dead = OperatingPoint("fast", 1e9, 1.0, 0.0)
    cores = [
        core(n, idle_states=(OFF,), operating_points=(dead,), switched_capacitance_f=0.0)
        for n in ("dsp", "npu", "unused")
    ]
    link = bus(["dsp", "npu"], latency_s=0.0, energy_j_per_byte=0.0)
    plan = chain_plan(
        [SegmentSpec("dsp", macs), SegmentSpec("npu", macs)], cores=cores, links=[link], rail_w=0.0
    )
    run = simulate(plan, releases(times, duration_ns=1000))
    assert energy_by_cause_j(run) == dict.fromkeys(energy_by_cause_j(run), 0.0)
    assert power_timeline(run).energy_j() == 0.0
    assert battery_life(run).days is None
    assert finite(perfetto_document(run)[0])
    assert "nan" not in power_csv(run)[0].lower()
    if times:
        assert finite(metrics(run).as_document())
    for one in core_residencies(run):
        assert one.elapsed_ns == run.duration_ns


def test_a_core_that_is_off_costs_only_what_it_does():
    plan = chain_plan(
        [SegmentSpec("dsp", 300)], cores=[core("dsp", idle_states=(OFF,))], rail_w=0.0
    )
    run = simulate(plan, releases([100, 5000], duration_ns=10_000))
    assert energy_by_cause_j(run) == pytest.approx(
        {**dict.fromkeys(energy_by_cause_j(run), 0.0), "compute": 2 * 300e-9 * 2.0}
    )


# SimGrid, issue 171, and Batsim, issue 51: energy at power-off and of jobs that were killed was
# that of the whole job. What a run has spent at an instant is what was spent by then.


@pytest.mark.parametrize(
    ("at_ns", "expected"),
    [
        (99, {"wake": 5e-9 * 0.99}),
        (100, {"wake": 5e-9}),
        (101, {"wake": 5e-9, "compute": 1e-9 * 2.0}),
        (250, {"wake": 5e-9, "compute": 150e-9 * 2.0}),
        (399, {"wake": 5e-9, "compute": 299e-9 * 2.0}),
        (400, {"wake": 5e-9 + 3e-9, "compute": 300e-9 * 2.0, "link": 0.0}),
        (625, {"wake": 8e-9, "compute": 300e-9 * 2.0, "link": 200e-9 / 2}),
    ],
)
def test_work_that_is_cut_off_has_spent_its_share_and_no_more(at_ns, expected):
    """Waking 100 ns, computing 300 at 2 W, asleep for 3 nJ; 450 ns over the link for 200 nJ."""
    silent = IdleState("sleep", 0.0, 0.0, 100e-9, 0.0, 3e-9, 5e-9)
    cores = [core(name, idle_states=(silent,)) for name in ("dsp", "npu")]
    plan = chain_plan([SegmentSpec("dsp", 300), SegmentSpec("npu", 500)], cores=cores, rail_w=0.0)
    run = simulate(plan, releases([0]))
    spent = {c: j for c, j in energy_at(run, at_ns).by_cause_j.items() if j or c in expected}
    assert spent == pytest.approx(expected, rel=1e-12)


# LEAF reads power once a second: one burst of 0.3 s is 5.7 % too little or 13.2 % too much.


def sampled_j(run, every_ns, first_ns):
    """Energy as a power meter of so many readings a second would have it."""
    at_ns = np.arange(first_ns, run.duration_ns, every_ns)
    times, watts = power_timeline(run).total()
    return float(watts[np.searchsorted(times, at_ns, side="right") - 1].sum()) * every_ns / 1e9


def test_a_burst_is_integrated_however_it_lies_to_any_raster():
    plan = chain_plan([SegmentSpec("dsp", 300_000_000)], cores=[core("dsp", idle_states=(OFF,))])
    energies, readings = [], []
    for shift_ns in range(0, 10**9, 10**8 - 1):
        run = simulate(plan, releases([10**9 + shift_ns], duration_ns=10 * 10**9))
        energies.append(sum(energy_by_cause_j(run).values()))
        assert power_timeline(run).energy_j() == pytest.approx(energies[-1], rel=1e-12)
        readings.append(sampled_j(run, 10**9, 0))
    assert energies == pytest.approx([10 * 0.0625 + 0.3 * 2.0] * len(energies), rel=1e-12)
    assert min(readings) < 0.9 * energies[0]
    assert max(readings) > 1.5 * energies[0]


@thoroughly
@given(st.integers(0, DAY_NS - 10), st.integers(1, 4))
def test_a_burst_of_nanoseconds_in_a_day_is_not_lost(at_ns, lasts_ns):
    silent = replace(OFF, entry_energy_j=1e-9)
    cores = [core("dsp", idle_states=(silent,))]
    plan = chain_plan([SegmentSpec("dsp", lasts_ns)], cores=cores, rail_w=0.0)
    run = simulate(powered_by(plan, Battery(1000.0, 1.0)), releases([at_ns], duration_ns=DAY_NS))
    burst_j = lasts_ns * 1e-9 * 2.0
    assert energy_by_cause_j(run)["compute"] == pytest.approx(burst_j, rel=1e-12)
    assert power_timeline(run).energy_j() == pytest.approx(burst_j + 1e-9, rel=1e-12)
    assert battery_life(run).battery_power_w * 86_400 == pytest.approx(burst_j + 1e-9, rel=1e-12)
    assert sum(energy_at(run, at_ns).by_cause_j.values()) == 0.0
    after = energy_at(run, at_ns + lasts_ns)
    assert sum(after.by_cause_j.values()) == pytest.approx(burst_j + 1e-9, rel=1e-12)


# Ciw breaks ties at random, Vidur's events ignore the order that its documentation gives them.


def test_ties_go_by_rule_and_never_by_chance():
    """Three pipelines release at one instant, again and again: by priority, then by index."""
    plans = [chain_plan([SegmentSpec("dsp", 100)], cores=[core("dsp")]) for _ in range(3)]
    workload = releases([1000 * k for k in range(300)])
    pipelines = [(plan, workload) for plan in plans]
    for priorities, order in (
        ([0, 0, 0], [0, 1, 2]),
        ([2, 0, 1], [1, 2, 0]),
        ([1, 1, 0], [2, 0, 1]),
    ):
        run = simulate_together(pipelines, priorities=priorities)
        computed = run.pipeline[run.activities().activity == 0]
        assert computed.reshape(300, 3).tolist() == [order] * 300


def test_samples_of_one_instant_go_in_the_order_of_their_release():
    plan = chain_plan([SegmentSpec("dsp", 100), SegmentSpec("dsp", 50)], cores=[core("dsp")])
    run = simulate(plan, releases([0] * 50))
    order = [(row[5], row[4]) for row in what_happened(run) if row[3] == "COMPUTE"]
    assert order == [*((n, 0) for n in range(50)), *((n, 1) for n in range(50))]


# Seconds in floating point have no nanoseconds left after a century: the next one is 0.5 us later.


def test_a_nanosecond_counts_as_much_after_a_century():
    century_ns = 100 * 365 * DAY_NS
    plan = chain_plan([SegmentSpec("dsp", 1)], cores=[core("dsp", idle_states=(OFF,))])
    run = simulate(plan, releases([century_ns, century_ns + 1, century_ns + 3]))
    rows = [row[:2] for row in what_happened(run) if row[3] == "COMPUTE"]
    assert rows == [(century_ns + at, century_ns + at + 1) for at in (0, 1, 3)]
