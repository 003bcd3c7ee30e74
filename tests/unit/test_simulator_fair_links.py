"""Fair links: hand-computed arrivals, a fluid played nanosecond by nanosecond, joules."""

from dataclasses import fields
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.engine import simulate
from simulator.fair_sharing import FairShare
from simulator.power.energy import energy_by_cause_j
from simulator.power.residency import link_residencies
from simulator.power.timeline import power_timeline
from tests.shared_strategies import with_arbitration
from tests.simulator_strategies import plans
from tests.simulator_worlds import SegmentSpec, bus, chain_plan, releases, what_happened

CHAIN = [SegmentSpec("dsp", 100), SegmentSpec("cpu", 5)]


def fair_plan(**changes):
    return chain_plan(CHAIN, links=[bus(["dsp", "cpu"], arbitration="fair", **changes)])


def transfers(plan, times):
    rows = what_happened(simulate(plan, releases(times)))
    return [(row[0], row[1], row[5]) for row in rows if row[3] == "TRANSFER"]


def test_a_transfer_alone_has_the_whole_rate():
    assert transfers(fair_plan(), [0]) == [(200, 650, 0)]


def test_two_transfers_share_and_the_second_is_alone_at_last():
    """Alone from 200 to 300, then 350 ns of work at half the rate; then 100 ns alone again."""
    assert transfers(fair_plan(), [0, 0]) == [(200, 1000, 0), (300, 1100, 1)]


def test_an_arrival_is_at_the_first_whole_nanosecond():
    """200 to 300 alone; to 400 by two; then by three, which is thirds of nanoseconds.

    Of 450 ns each, 300, 400 and 450 are left at 400: 900 more for the first, until 1300. By then
    100 and 150 are left, for two: 200 more, until 1500; and 50 alone, until 1550.
    """
    assert transfers(fair_plan(), [0, 0, 0]) == [(200, 1300, 0), (300, 1500, 1), (400, 1550, 2)]


def test_thirds_are_exact():
    """Three of 10, 11 and 12 ns at once: 30 for the first; 1 is left, by two: 32; then 33."""
    share = FairShare()
    for work in (10, 11, 12):
        share.enter(0, work, work)
    arrived = []
    while (at := share.next_arrival_ns()) is not None:
        arrived.append((at, share.arrivals(at)))
    assert arrived == [(30, [10]), (32, [11]), (33, [12])]


def test_equal_ends_arrive_in_the_order_of_entering():
    share = FairShare()
    share.enter(0, 2, "first")
    share.enter(1, 1, "second")
    assert share.next_arrival_ns() == 3
    assert share.arrivals(3) == ["first", "second"]


def test_a_short_transfer_overtakes():
    """At 11, 3/2 ns are left of "short" and 1 of "shorter": by three, until 14."""
    share = FairShare()
    share.enter(10, 3, "long")
    share.enter(10, 2, "short")
    share.enter(11, 1, "shorter")
    assert share.next_arrival_ns() == 14
    assert share.arrivals(14) == ["shorter"]
    assert share.next_arrival_ns() == 15


def test_no_work_arrives_at_once_whoever_else_is_there():
    share = FairShare()
    share.enter(5, 100, "long")
    share.enter(7, 0, "nothing")
    assert share.next_arrival_ns() == 7
    assert share.arrivals(7) == ["nothing"]
    assert share.next_arrival_ns() == 105


def test_a_link_that_is_never_free_keeps_small_numbers():
    share = FairShare()
    for now in range(0, 30_000, 3):
        while (at := share.next_arrival_ns()) is not None and at <= now:
            share.arrivals(at)
        share.enter(now, 3 if len(share) > 2 else 4, now)
    assert len(share) > 1
    assert share._parts <= 60


def one_by_one(entries):
    """The same fluid, a nanosecond at a time: (arrival, entry), in order."""
    left, arrived, now = {}, [], 0
    while len(arrived) < len(entries):
        for index, (start, work) in enumerate(entries):
            if start == now:
                left[index] = Fraction(work)
        for _, index in sorted((work, i) for i, work in left.items() if work <= 0):
            arrived.append((now, index))  # who has been given most too much ended first
            del left[index]
        left = {i: work - Fraction(1, len(left)) for i, work in left.items()}
        now += 1
    return arrived


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 30)), min_size=1, max_size=9))
def test_it_is_the_fluid_played_nanosecond_by_nanosecond(entries):
    entries = sorted(entries, key=lambda entry: entry[0])
    share, arrived = FairShare(), []

    def deliver(until):
        while (at := share.next_arrival_ns()) is not None and at <= until:
            arrived.extend((at, index) for index in share.arrivals(at))

    for index, (start, work) in enumerate(entries):
        deliver(start)
        share.enter(start, work, index)
    deliver(10**6)
    expected = one_by_one(entries)
    zero = [i for i, (_, work) in enumerate(entries) if work == 0]
    assert [one for one in arrived if one[1] not in zero] == [
        one for one in expected if one[1] not in zero
    ]
    assert sorted(arrived) == sorted(expected)
    busy = sum(work for _, work in entries)
    assert arrived[-1][0] <= entries[-1][0] + busy + len(entries)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(plans(), st.integers(0, 5000))
def test_a_fair_link_that_nobody_shares_is_a_fifo_link(plan, release_ns):
    """One sample alone: its transfers follow each other."""
    fifo, fair = (
        simulate(with_arbitration(plan, (kind,)), releases([release_ns]))
        for kind in ("fifo", "fair")
    )
    assert fifo.duration_ns == fair.duration_ns
    for group in ("samples", "activities"):
        for field in fields(getattr(fifo, group)):
            ours = getattr(getattr(fair, group), field.name)
            assert (ours == getattr(getattr(fifo, group), field.name)).all(), field.name


def test_joules_of_transfers_that_overlap_add_up():
    trace = simulate(fair_plan(), releases([0, 0, 0, 3000]))
    assert energy_by_cause_j(trace)["link"] == pytest.approx(4 * 400 * 0.5e-9, rel=1e-12)
    total = sum(energy_by_cause_j(trace).values())
    assert power_timeline(trace).energy_j() == pytest.approx(total, rel=1e-12)
    (bus_w,) = [one for one in power_timeline(trace).components if one.component == "bus"]
    first, second, third = (200e-9 / span for span in (1100e-9, 1200e-9, 1150e-9))
    assert bus_w.time_ns.tolist()[:7] == [0, 200, 300, 400, 1300, 1500, 1550]
    assert bus_w.power_w[:7] == pytest.approx(
        [0.0, first, first + second, first + second + third, second + third, third, 0.0]
    )
    assert bus_w.power_w[6] == 0.0


def test_a_link_is_held_while_at_least_one_transfer_is_under_way():
    trace = simulate(fair_plan(), releases([0, 0, 0, 3000]))
    (link,) = link_residencies(trace)
    assert link.transfer_ns == (1550 - 200) + 450
    assert link.elapsed_ns == trace.duration_ns
