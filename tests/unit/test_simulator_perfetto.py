"""The Perfetto file, read back by the rules that the viewer's importer follows."""

import json
from collections import defaultdict
from itertools import chain, pairwise

import numpy as np
import pytest

from simulator.engine import simulate
from simulator.faults.kinds import CoreFailure, Faults
from simulator.perfetto import perfetto_document, write_perfetto
from simulator.power.timeline import power_timeline
from simulator.workload import drawn
from tests.simulator_worlds import GateSpec, SegmentSpec, chain_plan, releases

PLAN = chain_plan(
    [
        SegmentSpec("dsp", 300, gate=GateSpec(20), codec="int8", encode_macs=10, decode_macs=15),
        SegmentSpec("cpu", 500, gate=GateSpec(20)),
        SegmentSpec("cpu", 500, "slow"),
        SegmentSpec("npu", 200),
    ]
)


@pytest.fixture(scope="module")
def trace():
    return simulate(PLAN, drawn(PLAN, 1000, 300, seed=8))


@pytest.fixture(scope="module")
def document(trace, tmp_path_factory):
    path = tmp_path_factory.mktemp("perfetto") / "trace.json"
    window = write_perfetto(trace, path)
    assert (window.left_out, window.end_ns) == (0, trace.duration_ns)
    return json.loads(path.read_text())


def of_phase(document, phase):
    return [event for event in document["traceEvents"] if event["ph"] in phase]


def activities_of(document):
    return [event for event in of_phase(document, "X") if event["cat"] != "idle"]


def nanoseconds(event, key="ts"):
    value = event[key] * 1000
    assert value == pytest.approx(round(value), abs=1e-3)
    return round(value)


def test_events_are_in_order_of_time(document):
    times = [event["ts"] for event in document["traceEvents"] if event["ph"] != "M"]
    assert times == sorted(times)


def test_every_track_has_a_name(document):
    names = {
        event["tid"]: event["args"]["name"]
        for event in of_phase(document, "M")
        if event["name"] == "thread_name"
    }
    assert list(names.values()) == [
        "sensor",
        "core dsp",
        "core cpu",
        "core npu",
        "link bus",
        "gates",
    ]
    assert {event["tid"] for event in document["traceEvents"] if event["ph"] != "M"} - {1} <= set(
        names
    )


def times(events):
    """By track: (start, end) of each slice, in order."""
    by_track = defaultdict(list)
    for event in events:
        start = nanoseconds(event)
        by_track[event["tid"]].append((start, start + nanoseconds(event, "dur")))
    return by_track


def test_slices_do_not_overlap_and_those_of_cores_fill_the_run(document, trace):
    by_track = times(of_phase(document, "X"))
    for slices in by_track.values():
        for (_, end), (start, _) in pairwise(slices):
            assert start >= end
    cores = [slices for slices in by_track.values() if slices[0][0] == 0]
    assert len(cores) == 3
    for slices in cores:
        assert sum(end - start for start, end in slices) == trace.duration_ns


def test_slices_are_the_activities_and_the_stays(document, trace):
    done, stays = trace.activities, trace.stays
    shown = sorted(chain.from_iterable(times(activities_of(document)).values()))
    assert shown == sorted(zip(done.start_ns.tolist(), done.end_ns.tolist(), strict=True))
    idle = [event for event in of_phase(document, "X") if event["cat"] == "idle"]
    assert {event["name"] for event in idle} == {"idle sleep"}
    rested = [
        (start, end)
        for start, end in zip(stays.start_ns.tolist(), stays.end_ns.tolist(), strict=True)
        if end > start
    ]
    assert sorted(chain.from_iterable(times(idle).values())) == sorted(rested)


def test_gates_show_their_decisions(document, trace):
    decisions = [event["name"] for event in of_phase(document, "i") if event["cat"] == "decision"]
    stopped = [int((trace.samples.exit_gate == gate).sum()) for gate in (0, 1)]
    assert [decisions.count(f"g{gate}: stopped") for gate in (0, 1)] == stopped
    assert decisions.count("g0: passed") == 300 - stopped[0]
    assert decisions.count("g1: passed") == 300 - sum(stopped)


def test_counters_are_the_power_timeline(document, trace):
    shown = defaultdict(list)
    for event in of_phase(document, "C"):
        for name, value in event["args"].items():
            shown[name].append((nanoseconds(event), value))
    timeline = power_timeline(trace)
    expected = {one.component: (one.time_ns, one.power_w) for one in timeline.components}
    expected["total"] = timeline.total()
    assert set(shown) == set(expected)
    for name, (time_ns, power_w) in expected.items():
        assert [at for at, _ in shown[name]] == time_ns.tolist()
        assert np.allclose([value for _, value in shown[name]], power_w * 1e3, rtol=1e-12)


def flows_of(document):
    """Slices that each flow connects, bound as the importer binds: the last opened on the track."""
    last_slice, flows = {}, defaultdict(list)
    for event in document["traceEvents"]:
        if event["ph"] == "X":
            last_slice[event["tid"]] = event
        if event["ph"] in "stf":
            bound = last_slice[event["tid"]]
            assert bound["ts"] <= event["ts"] < bound["ts"] + bound["dur"]
            assert event["ph"] != "f" or event["bp"] == "e"  # else it binds to the next slice
            flows[event["id"]].append((event["ph"], bound))
    return flows


def test_flows_follow_samples_from_core_to_core(document, trace):
    flows = flows_of(document)
    crossed = np.flatnonzero(trace.samples.exit_gate != 0).tolist()
    assert sorted(flows) == crossed
    for sample, stops in flows.items():
        assert "".join(phase for phase, _ in stops) == "s" + "t" * (len(stops) - 2) + "f"
        assert all(bound["args"]["sample"] == sample for _, bound in stops)
        names = [bound["name"] for _, bound in stops]
        whole = ["s0", "transfer s0", "s1", "s2", "transfer s2", "s3"]
        assert names == (whole if trace.samples.exit_gate[sample] < 0 else whole[:3])


def test_a_window_shows_a_part_and_says_what_it_leaves_out(trace):
    document, window = perfetto_document(trace, start_ns=10_500, length_ns=5000)
    slices = activities_of(document)
    assert len(slices) == window.activities
    assert window.activities + window.left_out == len(trace.activities.start_ns)
    assert document["metadata"]["activities_left_out"] == window.left_out > 0
    for event in slices:
        assert nanoseconds(event) <= 15_500
        assert nanoseconds(event) + nanoseconds(event, "dur") >= 10_500
    for event in of_phase(document, "X"):
        if event["cat"] == "idle":
            assert 10_500 <= nanoseconds(event) < nanoseconds(event) + nanoseconds(event, "dur")
            assert nanoseconds(event) + nanoseconds(event, "dur") <= 15_500
    counters = of_phase(document, "C")
    assert min(nanoseconds(event) for event in counters) == 10_500
    assert max(nanoseconds(event) for event in counters) <= 15_500
    assert {name for event in counters for name in event["args"]} == {
        "total",
        "dsp",
        "cpu",
        "npu",
        "bus",
        "rail",
    }
    flows_of(document)


def test_a_sample_that_is_seen_on_one_core_only_has_no_flow():
    document, _ = perfetto_document(simulate(PLAN, releases([0], exits=[0])))
    assert of_phase(document, "stf") == []


@pytest.mark.parametrize(("start_ns", "length_ns"), [(-1, 10), (0, 0), (10**9, 10)])
def test_a_window_that_shows_nothing_is_refused(trace, start_ns, length_ns):
    with pytest.raises(ValueError, match="shows nothing of a run"):
        perfetto_document(trace, start_ns, length_ns)


def test_a_core_that_is_off_is_shown_as_off():
    faults = Faults((CoreFailure("cpu", 600, 900),))
    document, _ = perfetto_document(simulate(PLAN, releases([0], duration_ns=2000), faults=faults))
    off = [event for event in of_phase(document, "X") if event["cat"] == "fault"]
    assert [(event["name"], event["ts"], event["dur"]) for event in off] == [("off", 0.6, 0.3)]
    names = {e["tid"]: e["args"]["name"] for e in of_phase(document, "M") if "name" in e["args"]}
    assert names[off[0]["tid"]] == "core cpu"
    for slices in times(of_phase(document, "X")).values():
        for (_, end), (start, _) in pairwise(slices):
            assert start >= end
