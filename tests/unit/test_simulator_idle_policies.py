"""Idle policies on one core, each descent worked out by hand; prediction, and what is refused."""

from dataclasses import replace
from math import isfinite

import numpy as np
import pytest

from devicemodels.documents.errors import InputError
from devicemodels.platform import IdleState, OperatingPoint
from scheduler.kernels.compiling import compiled
from simulator.engine import simulate
from simulator.idling.policies import BreakEven, Clairvoyant, Fixed, Predictive, Timeout
from simulator.idling.prediction import HISTORY, LONGEST_NS, expected_ns
from simulator.idling.tables import FIRST, LAST, idle_tables
from simulator.metrics import metrics
from simulator.power.energy import energy_by_cause_j
from simulator.power.residency import core_residencies
from simulator.power.timeline import power_timeline
from tests.idle_worlds import DOZE, OFF, SLEEP, rows_of
from tests.simulator_worlds import SegmentSpec, chain_plan, core, releases, what_happened

NANO = 1e-9


def plan_with(*states, idle=None, **changes):
    one = core("dsp", idle_states=states, **changes)
    return chain_plan([SegmentSpec("dsp", 300)], cores=[one], idle=idle, rail_w=0.0)


PLAN = plan_with(DOZE, SLEEP, OFF)


def table(policy, plan=PLAN, bits=0):
    tables = idle_tables(policy, plan)
    count = tables.count[bits, 0]
    states = tables.state[bits, 0, :count].tolist()
    return list(zip(states, tables.offset_ns[bits, 0, :count].tolist(), strict=True))


def test_break_even_goes_down_the_lower_envelope():
    assert table(BreakEven()) == [(0, 0), (1, 8), (2, 128)]
    trace = simulate(PLAN, releases([0, 1310], duration_ns=2110), idle=BreakEven())
    assert rows_of(trace.stays) == [
        (0, 0, 0, False, True),  # the run begins at rest, and work is there at once
        (0, 310, 318, True, False),
        (1, 318, 438, True, False),
        (2, 438, 1310, True, True),
        (0, 2010, 2018, True, False),
        (1, 2018, 2110, True, False),
    ]
    wakes = [row[:2] for row in what_happened(trace) if row[3] == "WAKE"]
    assert wakes == [(0, 10), (1310, 1710)]
    by_cause = energy_by_cause_j(trace)
    assert by_cause["idle"] == pytest.approx((8 + 120 * 0.25 + 8 + 92 * 0.25) * NANO)
    assert by_cause["wake"] == pytest.approx((2 + 3 + 10 + 30 + 3) * NANO)
    (residency,) = core_residencies(trace)
    assert residency.idle_by_state_ns == {"doze": 16, "sleep": 212, "off": 872}
    assert residency.entries == {"doze": 2, "sleep": 2, "off": 1}
    (dsp, *_) = power_timeline(trace).components
    assert dsp.time_ns.tolist() == [0, 10, 310, 318, 438, 1310, 1710, 2010, 2018]
    assert dsp.power_w.tolist() == pytest.approx([0.2, 2, 1, 0.25, 0, 30 / 400, 2, 1, 0.25])
    assert dsp.impulse_ns.tolist() == [310, 318, 438, 2010, 2018]


def test_work_at_the_very_instant_of_a_descent_finds_the_deeper_state():
    trace = simulate(PLAN, releases([0, 318]), idle=BreakEven())
    assert rows_of(trace.stays)[1:3] == [(0, 310, 318, True, False), (1, 318, 318, True, True)]
    trace = simulate(PLAN, releases([0, 317]), idle=BreakEven())
    assert rows_of(trace.stays)[1] == (0, 310, 317, True, True)


def test_timeouts():
    policy = Timeout((20e-9, 500e-9))
    assert table(policy) == [(0, 0), (1, 20), (2, 500)]
    trace = simulate(PLAN, releases([0, 1310]), idle=policy)
    assert rows_of(trace.stays)[1:4] == [
        (0, 310, 330, True, False),
        (1, 330, 810, True, False),
        (2, 810, 1310, True, True),
    ]
    assert table(Timeout((20e-9,))) == [(0, 0), (1, 20)]
    assert table(Timeout(())) == [(0, 0)]
    assert table(Timeout((20e-9, 20e-9, 1.0))) == [(0, 0), (2, 20)]
    assert table(Timeout((0.0, 0.0))) == [(2, 0)]


def test_a_state_that_saves_no_power_is_passed_over():
    upside_down = plan_with(SLEEP, DOZE, OFF)
    assert table(Timeout((20e-9, 500e-9)), upside_down) == [(0, 0), (2, 500)]
    assert table(BreakEven(), upside_down) == [(1, 0), (0, 8), (2, 128)]


def test_the_clairvoyant_rests_in_one_state_and_knows_how_the_run_begins_and_ends():
    assert table(Clairvoyant()) == [(0, 0), (1, 8), (2, 128)]
    # free entry: doze 2, sleep 5, off 30 nJ; 3 nJ / 0.75 W = 4 ns, 25 nJ / 0.25 W = 100 ns
    assert table(Clairvoyant(), bits=FIRST) == [(0, 0), (1, 4), (2, 100)]
    # no exit: doze 0, sleep 3, off 10 nJ; 3 / 0.75 = 4 ns, 7 / 0.25 = 28 ns
    assert table(Clairvoyant(), bits=LAST) == [(0, 0), (1, 4), (2, 28)]
    assert table(Clairvoyant(), bits=FIRST | LAST) == [(2, 0)]
    trace = simulate(PLAN, releases([50, 457, 1000, 2000]), idle=Clairvoyant())
    assert rows_of(trace.stays) == [
        (1, 0, 50, False, True),
        (0, 450, 457, True, True),
        (2, 767, 1000, True, True),
        (2, 1700, 2000, True, True),
        (0, 2700, 2700, True, False),
    ]


def test_a_prediction_comes_from_the_last_stays():
    assert table(Predictive()) == [(0, 0), (1, 100), (2, 500)]
    plan = plan_with(DOZE, SLEEP, OFF, idle={"dsp": "sleep"})
    trace = simulate(plan, releases(range(1000, 12_000, 1000)), idle=Predictive())
    rows = rows_of(trace.stays)
    lengths = [end_ns - start_ns for _, start_ns, end_ns, _, _ in rows]
    # as planned; then 1000 ns are expected, and found 600; neither agrees with the other: 600
    assert [(rows[i][0], lengths[i]) for i in range(3)] == [(1, 1000), (2, 600), (2, 300)]
    for stay in range(1, len(rows)):
        last = lengths[max(0, stay - HISTORY) : stay]
        expected = expected_ns(last + [0] * (HISTORY - len(last)), len(last))
        assert rows[stay][0] == (2 if expected >= 500 else 1 if expected >= 100 else 0)
    assert {row[0] for row in rows[3:]} == {1, 2}


def test_where_no_residency_fits_the_shortest_it_is():
    plan = plan_with(replace(DOZE, min_residency_s=200e-9), SLEEP)
    assert table(Predictive(), plan) == [(1, 0)]


@pytest.mark.parametrize(
    ("lengths", "expected"),
    [
        ([70], 70),
        ([100] * 8, 100),
        ([100] * 7 + [90_000], 100),
        ([100] * 6 + [90_000, 50_000], 100),
        ([100, 101, 99, 100, 102, 98, 100, 100], 100),
        ([100] * 4 + [90_000] * 4, 100),  # nothing agrees: half of them left, the shortest
        ([1, 10, 100, 1000, 10**4, 10**5, 10**6, 10**7], 1),
        ([0] * 8, 0),
        ([2**62] * 8, LONGEST_NS),
    ],
)
def test_expected_lengths(lengths, expected):
    places = lengths + [5] * (HISTORY - len(lengths))
    assert expected_ns(places, len(lengths)) == expected


def test_the_prediction_compiles_as_it_stands_and_stays_the_same():
    fast = compiled(expected_ns)
    rng = np.random.default_rng(3)
    for scale in (10, 10**6, 2**57):
        for stays in range(1, 12):
            near = rng.integers(0, scale, HISTORY)
            alike = near // 20 + scale // 2
            for lengths in (near, alike, np.where(near < scale // 4, near * 5, alike)):
                plain = expected_ns(lengths.tolist(), stays)
                assert fast(lengths.astype(np.int64), stays) == plain


def test_a_state_that_takes_too_long_to_leave_is_not_entered():
    limit_s = 100e-9
    assert table(BreakEven(limit_s)) == [(0, 0), (1, 8)]
    assert table(Clairvoyant(limit_s)) == [(0, 0), (1, 8)]
    assert table(Predictive(limit_s)) == [(0, 0), (1, 100)]
    assert table(Timeout((20e-9, 500e-9), limit_s)) == [(0, 0), (1, 20)]
    slow_first = plan_with(replace(DOZE, exit_latency_s=1e-6), SLEEP, OFF)
    assert table(Timeout((20e-9, 500e-9), limit_s), slow_first) == [(1, 0)]
    with pytest.raises(InputError, match="no idle state that can be left within 1e-09 s"):
        idle_tables(BreakEven(1e-9), PLAN)


def test_timeouts_must_rise():
    with pytest.raises(InputError, match=r"timeout 2 is 1e-09 s, before the one ahead of it"):
        simulate(PLAN, releases([0]), idle=Timeout((1e-6, 1e-9)))


def test_sleep_that_costs_nothing_gives_no_nan():
    """States alike, of no power, no latency and no energy: no difference is divided by."""
    nothing = IdleState("nothing", 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    plan = plan_with(DOZE, nothing, replace(nothing, name="again"), replace(DOZE, name="also"))
    for policy in (BreakEven(), Clairvoyant(), Predictive(), Timeout((0.0, 0.0, 0.0)), Fixed()):
        trace = simulate(plan, releases([0, 0, 700, 5000], duration_ns=9000), idle=policy)
        figures = metrics(trace)
        assert isfinite(figures.mean_power_w)
        total_j = sum(energy_by_cause_j(trace).values())
        assert power_timeline(trace).energy_j() == pytest.approx(total_j, rel=1e-12)
        assert np.isfinite(power_timeline(trace).total()[1]).all()
    assert table(BreakEven(), plan) == [(1, 0)]


def test_a_crossing_that_no_run_reaches_is_left_out():
    far = IdleState("far", 0.9999999999999999, 0.0, 0.0, 0.0, 1e9, 1e9)
    assert table(BreakEven(), plan_with(DOZE, far)) == [(0, 0)]


@pytest.mark.parametrize(("rest_w", "better"), [(0.01, "fast"), (0.9, "slow")])
def test_race_to_idle_against_slow_and_steady(rest_w, better):
    """Racing pays where there is a deep state to race to, not where the microphone's rail stays.

    300 ns at 2 W and 300 ns at rest against 600 ns at 1.4 W.
    """
    points = (OperatingPoint("fast", 1e9, 1.0, 1.0), OperatingPoint("slow", 5e8, 1.0, 0.9))
    rest = IdleState("rest", rest_w, 0.0, 0.0, 0.0, 0.0, 0.0)
    one = core("dsp", idle_states=(rest,), operating_points=points)
    energy_j = {}
    for point in ("fast", "slow"):
        plan = chain_plan([SegmentSpec("dsp", 300, point)], cores=[one], rail_w=0.0)
        trace = simulate(plan, releases([0, 1000, 2000], duration_ns=3000))
        energy_j[point] = metrics(trace).energy_per_sample_j
    assert energy_j["fast"] == pytest.approx((600 + 700 * rest_w) * NANO)
    assert energy_j["slow"] == pytest.approx((840 + 400 * rest_w) * NANO)
    assert min(energy_j, key=energy_j.__getitem__) == better
