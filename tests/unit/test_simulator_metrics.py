"""Figures of a run, against arithmetic by hand; times and power by component."""

import json
from dataclasses import replace

import numpy as np
import pytest

from devicemodels.platform import IdleState
from scheduler.plan import CAUSES
from simulator.engine import simulate
from simulator.metrics import StopRate, metrics
from simulator.power.energy import energy_by_cause_j
from simulator.power.residency import core_residencies, link_residencies
from simulator.power.timeline import power_timeline
from simulator.queues import QueueRule
from simulator.segment_times import segment_times
from simulator.trace import Activity
from simulator.workload import drawn
from tests.simulator_worlds import GateSpec, SegmentSpec, bus, chain_plan, core, releases
from wakepath.prediction import predicted

GATED_CROSSING = chain_plan(
    [
        SegmentSpec("dsp", 300, gate=GateSpec(20), codec="int8", encode_macs=10, decode_macs=15),
        SegmentSpec("cpu", 500),
    ]
)
NANO = 1e-9


def test_joules_of_one_sample_by_cause():
    trace = simulate(GATED_CROSSING, releases([0], duration_ns=10_000))
    expected_nj = {
        "compute": 300 * 2.0 + 500 * 2.0,  # 2 W at ``fast``
        "gate": 20 * 2.0,
        "codec": 10 * 2.0 + 15 * 2.0,
        "link": 104 * 0.5,
        "wake": 2 * (5.0 + 3.0),
        "idle": (10_000 - 430) * 0.125 + (10_000 - 615) * 0.125,
        "switch": 0.0,
        "rail": 10_000 * 0.0625,
    }
    by_cause = energy_by_cause_j(trace)
    assert tuple(by_cause) == CAUSES
    for cause, joules in by_cause.items():
        assert joules == pytest.approx(expected_nj[cause] * NANO, rel=1e-12), cause
    figures = metrics(trace)
    total = sum(expected_nj.values()) * NANO
    assert figures.energy_per_sample_j == pytest.approx(total, rel=1e-12)
    assert figures.mean_power_w == pytest.approx(total / 10e-6, rel=1e-12)


def test_a_switch_has_its_energy_in_place_of_any_other_draw():
    plan = chain_plan([SegmentSpec("dsp", 100, "fast"), SegmentSpec("dsp", 100, "slow")])
    trace = simulate(plan, releases([0], duration_ns=1000))
    by_cause = energy_by_cause_j(trace)
    assert by_cause["switch"] == pytest.approx(7 * NANO)
    assert by_cause["compute"] == pytest.approx((100 * 2.0 + 200 * 0.75) * NANO)
    assert by_cause["idle"] == pytest.approx((1000 - 100 - 100 - 30 - 200) * 0.125 * NANO)
    (residency,) = core_residencies(trace)
    assert residency.active_ns == {"fast": 100, "slow": 200}
    assert (residency.wake_ns, residency.switch_ns, residency.idle_ns) == (100, 30, 570)
    assert residency.elapsed_ns == 1000


def test_links_have_residencies_too():
    trace = simulate(GATED_CROSSING, releases([0], duration_ns=10_000))
    (link,) = link_residencies(trace)
    assert (link.link, link.transfer_ns, link.quiet_ns) == ("bus", 154, 9846)


def test_latency_deadlines_and_drops():
    plan = chain_plan([SegmentSpec("dsp", 300)], deadline_s=700e-9)
    figures = metrics(simulate(plan, releases([0, 0, 0, 0]), QueueRule(3)))
    assert figures.samples == 4
    assert figures.dropped == 1
    latency = figures.latency_s
    assert latency.mean == pytest.approx(700e-9)
    assert (latency.p50, latency.max) == (700e-9, 1000e-9)
    assert latency.p99 == pytest.approx(994e-9)
    assert figures.deadline_miss_rate == 0.5  # one late, one dropped; 700 ns is in time


def test_stop_rates_are_among_those_that_reach_the_gate():
    plan = chain_plan(
        [
            SegmentSpec("dsp", 10, gate=GateSpec(1)),
            SegmentSpec("dsp", 10, gate=GateSpec(1)),
            SegmentSpec("dsp", 10),
        ]
    )
    exits, labels = [0, 0, 1, 1, -1, -1, -1, 0], [0, 0, 0, 1, 1, 0, 1, 1]
    figures = metrics(simulate(plan, releases(range(0, 8000, 1000), exits, 0, labels)))
    first, second = figures.stop_rate_by_gate["g0"], figures.stop_rate_by_gate["g1"]
    assert (first.overall, first.negative, first.positive) == (3 / 8, 2 / 4, 1 / 4)
    assert (second.overall, second.negative, second.positive) == (2 / 5, 1 / 2, 1 / 3)
    assert figures.accuracy.recall == {"negative": 1.0, "positive": 2 / 4}
    assert figures.accuracy.overall == 6 / 8


def test_bytes_across_cuts():
    trace = simulate(GATED_CROSSING, releases([0, 5000, 10_000], exits=[-1, 0, -1]))
    (cut,) = metrics(trace).bytes_across_cuts.items()
    assert cut[0] == "s0->s1"
    assert (cut[1].codec, cut[1].raw_bytes, cut[1].wire_bytes) == ("int8", 400, 104)
    assert (cut[1].crossings, cut[1].total_bytes) == (2, 208)


def test_what_a_gate_answers_is_told_apart_from_what_it_stops():
    answering = GateSpec(1, 0.75, 0.75, 0.5, 0.875, (0.25, 0.5))
    plan = chain_plan(
        [
            SegmentSpec("dsp", 100, gate=answering),
            SegmentSpec("dsp", 100, gate=GateSpec(1)),
            SegmentSpec("dsp", 100),
        ]
    )
    four = replace(
        releases([0, 10_000, 20_000, 30_000], exits=[0, 0, 0, 1], labels=[0, 0, 1, 1]),
        answer=np.array([0, 1, 1, 0], dtype=np.int8),
        duration_ns=40_000,
    )
    figures = metrics(simulate(plan, four))
    assert figures.stop_rate_by_gate["g0"] == StopRate(0.75, 1.0, 0.5)
    assert figures.answer_rate_by_gate == {"g0": StopRate(0.5, 0.5, 0.5)}
    assert figures.accuracy.overall == 0.5
    told = replace(plan.expected, stop_rate_by_gate={"g0": 0.75, "g1": 0.5})
    expected = predicted(replace(plan, expected=told))
    assert expected.answer_rate_by_gate == {"g0": StopRate(pytest.approx(0.3125), 0.25, 0.5)}


def test_the_document_has_the_keys_of_the_design_and_is_json():
    figures = metrics(simulate(GATED_CROSSING, drawn(GATED_CROSSING, 10_000, 20, seed=1)))
    document = figures.as_document()
    assert list(document) == [
        "samples",
        "energy_per_sample_j",
        "energy_by_cause_j",
        "mean_power_w",
        "latency_s",
        "deadline_miss_rate",
        "dropped",
        "stop_rate_by_gate",
        "bytes_across_cuts",
        "accuracy",
        "provenance",
        "lost_by_fault",
        "battery",
        "answer_rate_by_gate",
    ]
    assert list(document["latency_s"]) == ["mean", "p50", "p99", "max"]
    assert document["provenance"] == {
        "times": "simulated",
        "energy": "modelled",
        "answers": "drawn",
    }
    assert json.loads(json.dumps(document, allow_nan=False)) == document


def test_figures_that_do_not_exist_are_none():
    """Nobody reaches the second gate, and no negative sample was released."""
    plan = chain_plan([SegmentSpec("dsp", 10, gate=GateSpec(1))] * 2)
    figures = metrics(simulate(plan, releases([0], exits=[0])))
    assert figures.stop_rate_by_gate["g1"].overall is None
    assert figures.accuracy.recall == {"negative": None, "positive": 0.0}
    trace = simulate(plan, releases([0], exits=[0]))
    lost = replace(trace, samples=replace(trace.samples, outcome=trace.samples.outcome + 2))
    assert metrics(lost).latency_s.mean is None
    assert metrics(lost).deadline_miss_rate == 1.0


def test_a_run_without_samples_has_no_figures():
    trace = simulate(GATED_CROSSING, releases([]))
    with pytest.raises(ValueError, match="without samples"):
        metrics(trace)


def test_segment_times():
    trace = simulate(GATED_CROSSING, releases([0, 5000, 10_000], exits=[-1, 0, -1]))
    times = {(one.segment, one.activity): one for one in segment_times(trace)}
    assert set(times) == {
        ("s0", Activity.COMPUTE),
        ("s0", Activity.GATE),
        ("s0", Activity.ENCODE),
        ("s0", Activity.WAKE),
        ("s0", Activity.TRANSFER),
        ("s1", Activity.COMPUTE),
        ("s1", Activity.DECODE),
        ("s1", Activity.WAKE),
    }
    gate = times["s0", Activity.GATE]
    assert (gate.count, gate.median_s, gate.mean_s) == (3, 20e-9, 20e-9)
    assert times["s1", Activity.COMPUTE].count == 2


def test_the_power_timeline_steps_where_things_change():
    trace = simulate(GATED_CROSSING, releases([1000], duration_ns=10_000))
    dsp, cpu, link, rail = power_timeline(trace).components
    assert dsp.component == "dsp"
    assert dsp.time_ns.tolist() == [0, 1000, 1100, 1430]
    assert dsp.power_w.tolist() == pytest.approx([0.125, 5e-9 / 100e-9, 2.0, 0.125])
    assert (dsp.impulse_ns.tolist(), dsp.impulse_j.tolist()) == ([1430], [3e-9])
    assert cpu.impulse_ns.tolist() == [2199]
    assert link.time_ns.tolist() == [0, 1430, 1584]
    assert link.power_w.tolist() == pytest.approx([0.0, 52e-9 / 154e-9, 0.0])
    assert (rail.component, rail.power_w.tolist()) == ("rail", [0.0625])


def test_a_core_that_stays_awake_enters_idle_once():
    plan = chain_plan([SegmentSpec("dsp", 300)])
    trace = simulate(plan, releases([0, 0, 2000]))
    (dsp, *_) = power_timeline(trace).components
    assert dsp.impulse_ns.tolist() == [700, 2400]
    assert energy_by_cause_j(trace)["wake"] == pytest.approx(2 * 8e-9)


def test_energy_of_what_takes_no_time_is_not_lost():
    instant = IdleState("instant", 0.125, 0.0, 0.0, 0.0, 3e-9, 5e-9)
    cores = [core(name, idle_states=(instant,), switch_latency_s=0.0) for name in ("a", "b")]
    links = [bus(["a", "b"], latency_s=0.0, bandwidth_bytes_per_s=1e15)]
    plan = chain_plan(
        [SegmentSpec("a", 10), SegmentSpec("a", 10, "slow"), SegmentSpec("b", 10)],
        cores=cores,
        links=links,
    )
    trace = simulate(plan, releases([0, 100]))
    by_cause = energy_by_cause_j(trace)
    assert by_cause["wake"] == pytest.approx(4 * 8e-9)
    assert by_cause["switch"] == pytest.approx(2 * 7e-9)
    assert by_cause["link"] == pytest.approx(2 * 200e-9)
    timeline = power_timeline(trace)
    assert timeline.energy_j() == pytest.approx(sum(by_cause.values()), rel=1e-12)
    assert timeline.components[2].impulse_j.tolist() == pytest.approx([200e-9] * 2)


def test_the_total_is_the_sum_of_the_components():
    trace = simulate(GATED_CROSSING, releases([1000], duration_ns=10_000))
    timeline = power_timeline(trace)
    times, power_w = timeline.total()
    for instant in (0, 1050, 1200, 1500, 1600, 1800, 5000):
        expected = sum(
            one.power_w[one.time_ns.searchsorted(instant, side="right") - 1]
            for one in timeline.components
        )
        shown = power_w[times.searchsorted(instant, side="right") - 1]
        assert shown == pytest.approx(expected, rel=1e-12)
