"""Several pipelines on one platform, with times and joules that one adds up by hand."""

from dataclasses import replace
from itertools import pairwise
from math import fsum

import pytest

from devicemodels.platform import IdleState
from scheduler.pipelines.priorities import rate_monotonic
from simulator.durations import UnsupportedPlan
from simulator.engine import simulate, simulate_together
from simulator.perfetto import perfetto_document
from simulator.power.energy import energy_by_cause_j
from simulator.power.residency import core_residencies
from simulator.power.timeline import power_timeline
from simulator.queues import QueueRule
from simulator.shared_metrics import shared_metrics
from simulator.trace import Outcome
from tests.simulator_worlds import (
    SegmentSpec,
    bus,
    chain_plan,
    core,
    releases,
    what_happened,
)

DEVICE = {"cores": [core("dsp"), core("cpu")], "links": [bus(["dsp", "cpu"])]}


def plan_of(*segments, **changes):
    return chain_plan(list(segments), **(DEVICE | changes))


SHORT = plan_of(SegmentSpec("dsp", 100), period_s=1e-6)
LONG = plan_of(SegmentSpec("dsp", 300, "slow"), period_s=10e-6)


def computed(trace):
    return [row[:2] for row in what_happened(trace) if row[3] == "COMPUTE"]


def test_the_shorter_period_goes_first_without_preemption():
    """The long one runs from 100 to 700; the short one that came first waits behind neither."""
    shared = simulate_together(
        [(LONG, releases([0, 50])), (SHORT, releases([60, 2000]))],
    )
    assert rate_monotonic([LONG, SHORT]) == (1, 0)
    assert computed(shared.traces[0]) == [(100, 700), (860, 1460)]
    assert computed(shared.traces[1]) == [(730, 830), (2100, 2200)]
    assert what_happened(shared.traces[1])[0] == (700, 730, "dsp", "SWITCH", 0, 0)


def test_given_priorities_go_before_periods():
    shared = simulate_together(
        [(LONG, releases([0, 50])), (SHORT, releases([60]))], priorities=[0, 1]
    )
    assert computed(shared.traces[0]) == [(100, 700), (700, 1300)]
    assert computed(shared.traces[1]) == [(1330, 1430)]


def test_equal_priorities_serve_by_release_then_by_pipeline():
    shared = simulate_together(
        [(SHORT, releases([0, 20, 40])), (SHORT, releases([10, 20]))], priorities=[0, 0]
    )
    assert computed(shared.traces[0]) == [(100, 200), (300, 400), (500, 600)]
    assert computed(shared.traces[1]) == [(200, 300), (400, 500)]


def test_what_is_shared_is_paid_once():
    """One wake-up of 8 nJ, one rail, one idle state, and a switch on the way."""
    shared = simulate_together([(LONG, releases([0], duration_ns=5000)), (SHORT, releases([60]))])
    by_cause = energy_by_cause_j(shared)
    assert by_cause["wake"] == pytest.approx(8e-9)
    assert by_cause["switch"] == pytest.approx(7e-9)
    assert by_cause["rail"] == pytest.approx(0.0625 * 5e-6)
    assert by_cause["compute"] == pytest.approx(600e-9 * 0.75 + 100e-9 * 2.0)
    busy_s = (100 + 600 + 30 + 100) * 1e-9
    assert by_cause["idle"] == pytest.approx(0.125 * (5e-6 - busy_s) + 0.125 * 5e-6)
    assert power_timeline(shared).energy_j() == pytest.approx(fsum(by_cause.values()), rel=1e-12)
    dsp, cpu = core_residencies(shared)
    assert (dsp.wake_ns, dsp.switch_ns, dsp.active_ns) == (100, 30, {"fast": 100, "slow": 600})
    assert cpu.idle_ns == dsp.elapsed_ns == 5000


def test_figures_of_the_device_and_of_each_pipeline():
    shared = simulate_together(
        [(LONG, releases([0], duration_ns=5000)), (SHORT, releases([60, 3000]))]
    )
    figures = shared_metrics(shared)
    assert [one.samples for one in figures.pipelines] == [1, 2]
    assert figures.pipelines[0].latency_s.max == pytest.approx(700e-9)
    assert figures.pipelines[1].latency_s.max == pytest.approx(770e-9)
    assert figures.duration_s == pytest.approx(5e-6)
    assert figures.mean_power_w == pytest.approx(fsum(figures.energy_by_cause_j.values()) / 5e-6)
    assert figures.core_busy_share["dsp"] == pytest.approx((100 + 600 + 30 + 100 + 200) / 5000)
    assert figures.link_busy_share == {"bus": 0.0}


def test_a_deadline_that_only_the_others_make_it_miss():
    strict = replace(SHORT, requirements=replace(SHORT.requirements, deadline_s=300e-9))
    alone = simulate(strict, releases([60]))
    assert alone.samples.finish_ns.tolist() == [260]
    shared = simulate_together([(LONG, releases([0])), (strict, releases([60]))])
    assert shared_metrics(shared).pipelines[1].deadline_miss_rate == 1.0


def test_two_senders_share_a_fair_link():
    """400 bytes each at 1 ns a byte after 50 ns, from 200 and from 300: until 1000 and 1100."""
    device = {"cores": [core(c) for c in "abc"], "links": [bus("abc", arbitration="fair")]}
    first = chain_plan([SegmentSpec("a", 100), SegmentSpec("c", 5)], **device)
    second = chain_plan([SegmentSpec("b", 200), SegmentSpec("c", 5)], **device)
    shared = simulate_together([(first, releases([0])), (second, releases([0]))])
    crossed = [
        [row[:2] for row in what_happened(trace) if row[3] == "TRANSFER"] for trace in shared.traces
    ]
    assert crossed == [[(200, 1000)], [(300, 1100)]]


def test_the_oldest_release_is_dropped_whatever_its_priority():
    pipelines = [(LONG, releases([0, 20])), (SHORT, releases([10, 30]))]
    shared = simulate_together(pipelines, QueueRule(2, "drop_oldest"))
    assert shared.traces[0].samples.outcome.tolist() == [Outcome.COMPLETED, Outcome.COMPLETED]
    assert shared.traces[1].samples.outcome.tolist() == [Outcome.DROPPED, Outcome.COMPLETED]


def test_releases_of_one_instant_come_in_the_order_of_pipelines():
    pipelines = [(LONG, releases([0])), (SHORT, releases([0]))]
    shared = simulate_together(pipelines, QueueRule(1))
    assert shared.traces[0].samples.outcome.tolist() == [Outcome.COMPLETED]
    assert shared.traces[1].samples.outcome.tolist() == [Outcome.DROPPED]


def test_progress_counts_all_samples():
    seen = []
    simulate_together(
        [(LONG, releases([0, 5])), (SHORT, releases([0]))],
        progress=lambda done, of: seen.append((done, of)),
    )
    assert seen == [(0, 3), (3, 3)]


def test_other_platforms_are_refused():
    other = chain_plan([SegmentSpec("dsp", 100)])
    with pytest.raises(UnsupportedPlan, match="one and the same platform"):
        simulate_together([(SHORT, releases([0])), (other, releases([0]))])


def test_other_idle_states_are_refused():
    states = tuple(IdleState(name, 0.1, 0.0, 0.0, 0.0, 0.0, 0.0) for name in ("light", "deep"))
    cores = [core("dsp", idle_states=states)]
    light, deep = (
        chain_plan([SegmentSpec("dsp", 100)], cores=cores, idle={"dsp": name})
        for name in ("light", "deep")
    )
    with pytest.raises(UnsupportedPlan, match=r"'dsp' rests in 'light' .* in 'deep'"):
        simulate_together([(light, releases([0])), (deep, releases([0]))])


def test_no_pipeline_is_refused():
    with pytest.raises(UnsupportedPlan, match="no pipeline"):
        simulate_together([])


def test_too_few_priorities_are_refused():
    with pytest.raises(ValueError, match="1 priorities for 2 pipelines"):
        simulate_together([(SHORT, releases([0])), (LONG, releases([0]))], priorities=[0])


def test_the_picture_shows_each_pipeline_and_transfers_side_by_side():
    device = {"cores": [core(c) for c in "abc"], "links": [bus("abc", arbitration="fair")]}
    first = chain_plan([SegmentSpec("a", 100), SegmentSpec("c", 5)], **device)
    second = chain_plan([SegmentSpec("b", 200), SegmentSpec("c", 5)], **device)
    pipelines = [
        (replace(first, name="x"), releases([0])),
        (replace(second, name="y"), releases([0])),
    ]
    document, window = perfetto_document(simulate_together(pipelines))
    assert window.left_out == 0
    events = document["traceEvents"]
    names = {e["tid"]: e["args"]["name"] for e in events if e["name"] == "thread_name"}
    assert [*names.values()] == [
        *("sensor x", "sensor y", "core a", "core b", "core c"),
        *("link bus", "link bus (2)", "gates x", "gates y"),
    ]
    slices = [e for e in events if e["ph"] == "X"]
    assert {e["name"] for e in slices if names[e["tid"]] == "core c"} >= {"x: s1", "y: s1"}
    by_track = {}
    for one in slices:
        start_ns, end_ns = round(one["ts"] * 1e3), round((one["ts"] + one["dur"]) * 1e3)
        by_track.setdefault(one["tid"], []).append((start_ns, end_ns))
    for spans in by_track.values():
        assert all(before[1] <= after[0] for before, after in pairwise(spans))
    flows = {}
    for one in events:
        if one["ph"] in "stf":
            flows.setdefault(one["id"], []).append(one["ph"])
    assert flows == {0: ["s", "t", "f"], 1: ["s", "t", "f"]}
