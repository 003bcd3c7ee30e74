"""Each rule of the semantics alone, with times that one adds up by hand."""

from dataclasses import replace

import numpy as np
import pytest

from devicemodels.platform import IdleState
from simulator.durations import UnsupportedPlan
from simulator.engine import simulate
from simulator.trace import Outcome
from tests.simulator_worlds import (
    GateSpec,
    SegmentSpec,
    bus,
    chain_plan,
    core,
    releases,
    what_happened,
)

GATED_CROSSING = chain_plan(
    [
        SegmentSpec("dsp", 300, gate=GateSpec(20), codec="int8", encode_macs=10, decode_macs=15),
        SegmentSpec("cpu", 500),
    ]
)


def test_one_sample_across_a_link():
    trace = simulate(GATED_CROSSING, releases([1000]))
    assert what_happened(trace) == [
        (1000, 1100, "dsp", "WAKE", 0, 0),
        (1100, 1400, "dsp", "COMPUTE", 0, 0),
        (1400, 1420, "dsp", "GATE", 0, 0),
        (1420, 1430, "dsp", "ENCODE", 0, 0),
        (1430, 1584, "bus", "TRANSFER", 0, 0),  # 50 ns + 104 bytes
        (1584, 1684, "cpu", "WAKE", 1, 0),
        (1684, 1699, "cpu", "DECODE", 1, 0),
        (1699, 2199, "cpu", "COMPUTE", 1, 0),
    ]
    assert trace.samples.finish_ns.tolist() == [2199]
    assert trace.samples.outcome.tolist() == [Outcome.COMPLETED]
    assert trace.samples.answer.tolist() == [1]
    assert trace.origin == "simulated"


def test_a_gate_stops_a_sample_before_it_is_encoded():
    trace = simulate(GATED_CROSSING, releases([0], exits=[0]))
    assert [row[3] for row in what_happened(trace)] == ["WAKE", "COMPUTE", "GATE"]
    assert trace.samples.finish_ns.tolist() == [420]
    assert trace.samples.exit_gate.tolist() == [0]
    assert trace.samples.answer.tolist() == [0]


def test_the_codec_none_runs_nothing_and_sends_the_raw_activation():
    plan = chain_plan([SegmentSpec("dsp", 300), SegmentSpec("cpu", 500)])
    trace = simulate(plan, releases([0]))
    assert what_happened(trace)[2:4] == [
        (400, 850, "bus", "TRANSFER", 0, 0),  # 50 ns + 400 bytes
        (850, 950, "cpu", "WAKE", 1, 0),
    ]
    assert len(what_happened(trace)) == 5


def test_an_edge_on_one_core_has_no_codec_and_no_wake():
    plan = chain_plan([SegmentSpec("dsp", 300, codec="int8", encode_macs=9), SegmentSpec("dsp", 5)])
    assert what_happened(simulate(plan, releases([0]))) == [
        (0, 100, "dsp", "WAKE", 0, 0),
        (100, 400, "dsp", "COMPUTE", 0, 0),
        (400, 405, "dsp", "COMPUTE", 1, 0),
    ]


def test_codecs_run_at_the_operating_points_of_their_segments():
    plan = chain_plan(
        [
            SegmentSpec("dsp", 300, "slow", codec="int8", encode_macs=10, decode_macs=15),
            SegmentSpec("cpu", 500, "fast"),
        ]
    )
    lengths = {row[3]: row[1] - row[0] for row in what_happened(simulate(plan, releases([0])))}
    assert (lengths["ENCODE"], lengths["DECODE"]) == (20, 15)


def test_a_switch_between_consecutive_jobs_without_idling():
    plan = chain_plan([SegmentSpec("dsp", 100, "fast"), SegmentSpec("dsp", 100, "slow")])
    assert what_happened(simulate(plan, releases([0, 200]))) == [
        (0, 100, "dsp", "WAKE", 0, 0),
        (100, 200, "dsp", "COMPUTE", 0, 0),
        (200, 230, "dsp", "SWITCH", 1, 0),
        (230, 430, "dsp", "COMPUTE", 1, 0),
        (430, 460, "dsp", "SWITCH", 0, 1),  # back, for the sample that waits
        (460, 560, "dsp", "COMPUTE", 0, 1),
        (560, 590, "dsp", "SWITCH", 1, 1),
        (590, 790, "dsp", "COMPUTE", 1, 1),
    ]


def test_leaving_idle_needs_no_switch():
    plan = chain_plan([SegmentSpec("dsp", 100, "fast"), SegmentSpec("dsp", 100, "slow")])
    rows = what_happened(simulate(plan, releases([0, 1000])))
    assert [row[3] for row in rows if row[5] == 1] == ["WAKE", "COMPUTE", "SWITCH", "COMPUTE"]


def test_work_that_arrives_during_the_entry_waits_for_the_exit_only():
    dsp = core("dsp", idle_states=(IdleState("deep", 0.0, 5e-6, 100e-9, 9e-6, 0.0, 0.0),))
    plan = chain_plan([SegmentSpec("dsp", 300)], cores=[dsp])
    rows = what_happened(simulate(plan, releases([0, 401])))
    assert rows[2] == (401, 501, "dsp", "WAKE", 0, 1)


def test_the_sending_core_idles_at_once_while_the_link_is_busy():
    plan = chain_plan([SegmentSpec("dsp", 300), SegmentSpec("cpu", 5)])
    rows = what_happened(simulate(plan, releases([0, 401])))
    assert (401, 501, "dsp", "WAKE", 0, 1) in rows


def test_a_link_carries_one_transfer_at_a_time_the_first_come_first():
    plan = chain_plan([SegmentSpec("dsp", 100), SegmentSpec("cpu", 5)])
    rows = [r for r in what_happened(simulate(plan, releases([0, 0, 0]))) if r[2] == "bus"]
    assert rows == [
        (200, 650, "bus", "TRANSFER", 0, 0),
        (650, 1100, "bus", "TRANSFER", 0, 1),
        (1100, 1550, "bus", "TRANSFER", 0, 2),
    ]


def test_a_core_serves_by_release_and_does_not_preempt():
    plan = chain_plan([SegmentSpec("dsp", 300), SegmentSpec("dsp", 100)])
    rows = what_happened(simulate(plan, releases([0, 150])))
    served = [(row[4], row[5]) for row in rows if row[3] == "COMPUTE"]
    assert served == [(0, 0), (1, 0), (0, 1), (1, 1)]


def test_the_run_drains_beyond_the_workload():
    plan = chain_plan([SegmentSpec("dsp", 300)])
    assert simulate(plan, releases([0], duration_ns=100)).duration_ns == 400
    assert simulate(plan, releases([0], duration_ns=5000)).duration_ns == 5000


def test_a_saturated_core_never_idles_and_loses_nothing():
    plan = chain_plan([SegmentSpec("dsp", 300)])
    trace = simulate(plan, releases(range(0, 10_000, 100)))
    assert trace.samples.finish_ns.tolist() == [100 + 300 * (i + 1) for i in range(100)]
    assert [row[3] for row in what_happened(trace)].count("WAKE") == 1


def test_no_releases_make_an_idle_trace():
    trace = simulate(GATED_CROSSING, releases([0], duration_ns=70))
    empty = simulate(
        GATED_CROSSING,
        replace(
            releases([0]),
            **{
                name: getattr(releases([0]), name)[:0]
                for name in ("release_ns", "label", "exit_gate", "answer")
            },
            duration_ns=70,
        ),
    )
    assert empty.duration_ns == 70
    assert len(empty.activities.start_ns) == 0
    assert empty.activities.start_ns.dtype == trace.activities.start_ns.dtype


def test_progress_ends_at_all():
    seen = []
    simulate(GATED_CROSSING, releases([0, 1]), progress=lambda done, of: seen.append((done, of)))
    assert seen == [(0, 2), (2, 2)]


def test_a_task_graph_that_branches_is_refused():
    graph = GATED_CROSSING.task_graph
    edge = replace(graph.edges[0], target="s0")
    plan = replace(GATED_CROSSING, task_graph=replace(graph, edges=(edge,)))
    with pytest.raises(UnsupportedPlan, match="'world' is not a chain of segments"):
        simulate(plan, releases([0]))


def test_a_workload_with_a_gate_that_the_plan_lacks_is_refused():
    with pytest.raises(UnsupportedPlan, match="at gate 1, counted from 0; plan 'world' has 1"):
        simulate(GATED_CROSSING, releases([0], exits=[1]))


def test_a_plan_without_its_crossing_is_refused():
    plan = replace(GATED_CROSSING, crossings=())
    with pytest.raises(UnsupportedPlan, match="no crossing for edge s0->s1, from 'dsp' to 'cpu'"):
        simulate(plan, releases([0]))


def test_a_name_that_refers_to_nothing_is_refused():
    wrong = replace(GATED_CROSSING.placements[0], operating_point="turbo")
    plan = replace(GATED_CROSSING, placements=(wrong, GATED_CROSSING.placements[1]))
    with pytest.raises(UnsupportedPlan, match="names 'turbo'"):
        simulate(plan, releases([0]))


def test_two_links_work_side_by_side():
    links = [bus(["a", "b"], name="ab"), bus(["b", "c"], name="bc")]
    plan = chain_plan(
        [SegmentSpec("a", 100), SegmentSpec("b", 100), SegmentSpec("c", 1)], links=links
    )
    rows = what_happened(simulate(plan, releases([0, 500])))
    assert (850, 1300, "bc", "TRANSFER", 1, 0) in rows
    assert (700, 1150, "ab", "TRANSFER", 0, 1) in rows


@pytest.mark.parametrize("times", [[5, 4], [-1]])
def test_releases_out_of_order_are_refused(times):
    with pytest.raises(ValueError, match="in order of time, from 0"):
        simulate(GATED_CROSSING, replace(releases([0]), release_ns=np.array(times)))
