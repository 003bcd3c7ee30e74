"""What goes first when several things happen at one instant, and what is dropped."""

import pytest

from simulator.engine import simulate
from simulator.queues import QueueRule
from simulator.trace import NOT_STOPPED, UNFINISHED, Outcome
from tests.simulator_worlds import (
    SegmentSpec,
    bus,
    chain_plan,
    core,
    releases,
    what_happened,
)


def outcomes_of(trace):
    return [Outcome(outcome).name for outcome in trace.samples.outcome]


def started(trace, name):
    """(segment, sample) in the order in which a core or link took them."""
    rows = what_happened(trace)
    return [
        (row[4], row[5]) for row in rows if row[2] == name and row[3] in ("COMPUTE", "TRANSFER")
    ]


@pytest.mark.parametrize(("release_ns", "wakes"), [(399, 1), (400, 1), (401, 2)])
def test_a_release_at_the_instant_of_a_completion_finds_the_core_awake(release_ns, wakes):
    trace = simulate(chain_plan([SegmentSpec("dsp", 300)]), releases([0, release_ns]))
    assert [row[3] for row in what_happened(trace)].count("WAKE") == wakes


@pytest.mark.parametrize(("order", "first"), [(("a", "b", "c"), (0, 1)), (("b", "a", "c"), (1, 0))])
def test_cores_that_end_together_send_in_the_order_of_the_platform(order, first):
    """At 650 sample 0 ends on b, and sample 1, released at 350, ends on a."""
    links = [bus(["a", "b", "c"], latency_s=0.0, bandwidth_bytes_per_s=2e9)]
    plan = chain_plan(
        [SegmentSpec("a", 200), SegmentSpec("b", 50), SegmentSpec("c", 1)],
        cores=[core(name) for name in order],
        links=links,
    )
    trace = simulate(plan, releases([0, 350]))
    assert (600, 650, "b", "COMPUTE", 1, 0) in what_happened(trace)
    assert (450, 650, "a", "COMPUTE", 0, 1) in what_happened(trace)
    assert started(trace, "bus")[1] == first


def test_a_transfer_ends_before_a_sample_is_released():
    """At 2100 sample 0 comes back to a, where one job may wait, and sample 2 is released."""
    links = [bus(["a", "b"], latency_s=0.0, bandwidth_bytes_per_s=1e9)]
    plan = chain_plan(
        [SegmentSpec("a", 1000), SegmentSpec("b", 100), SegmentSpec("a", 1)], links=links
    )
    rule = QueueRule(capacity=1)
    trace = simulate(plan, releases([0, 500, 2100]), rule)
    assert (1700, 2100, "bus", "TRANSFER", 1, 0) in what_happened(trace)
    assert outcomes_of(trace) == ["COMPLETED", "COMPLETED", "DROPPED"]


def test_samples_released_together_go_in_order():
    plan = chain_plan([SegmentSpec("dsp", 300)])
    trace = simulate(plan, releases([0, 0, 0]), QueueRule(capacity=2))
    assert outcomes_of(trace) == ["COMPLETED", "COMPLETED", "DROPPED"]
    assert started(trace, "dsp") == [(0, 0), (0, 1)]


def test_cores_choose_before_links_do():
    """At 700 b ends and a sends, in no time: b, which chose first, is idle and must wake."""
    links = [bus(["a", "b"], latency_s=0.0, bandwidth_bytes_per_s=1e15)]
    plan = chain_plan([SegmentSpec("a", 300), SegmentSpec("b", 200)], links=links)
    rows = what_happened(simulate(plan, releases([0, 400])))
    assert (500, 700, "b", "COMPUTE", 1, 0) in rows
    assert (400, 700, "a", "COMPUTE", 0, 1) in rows
    assert (700, 800, "b", "WAKE", 1, 1) in rows


def test_a_link_chooses_again_only_after_the_cores_did():
    """At 500 a and b each send to c, in no time: c takes the first before the second arrives."""
    links = [bus(["a", "b", "c"], latency_s=0.0, bandwidth_bytes_per_s=1e15)]
    plan = chain_plan(
        [SegmentSpec("a", 100), SegmentSpec("c", 50), SegmentSpec("b", 50), SegmentSpec("c", 50)],
        cores=[core(name) for name in "abc"],
        links=links,
    )
    trace = simulate(plan, releases([0, 300]), QueueRule(capacity=1))
    rows = what_happened(trace)
    assert (500, 500, "bus", "TRANSFER", 0, 1) in rows
    assert (500, 500, "bus", "TRANSFER", 2, 0) in rows
    assert started(trace, "c") == [(1, 0), (1, 1), (3, 0), (3, 1)]
    assert outcomes_of(trace) == ["COMPLETED", "COMPLETED"]


def test_a_core_takes_the_earlier_release_first_whatever_came_first():
    """Sample 0 comes back over the link after sample 2 began to wait, and goes before it."""
    links = [bus(["a", "b"], latency_s=0.0, bandwidth_bytes_per_s=1e9)]
    plan = chain_plan(
        [SegmentSpec("a", 1000), SegmentSpec("b", 100), SegmentSpec("a", 1)], links=links
    )
    trace = simulate(plan, releases([0, 500, 600]))
    assert started(trace, "a")[:4] == [(0, 0), (0, 1), (2, 0), (0, 2)]


def test_among_equal_releases_the_earlier_segment_goes_first():
    plan = chain_plan([SegmentSpec("dsp", 300), SegmentSpec("dsp", 100)])
    trace = simulate(plan, releases([0, 0]))
    assert started(trace, "dsp") == [(0, 0), (0, 1), (1, 0), (1, 1)]


def test_drop_newest_drops_what_arrives():
    plan = chain_plan([SegmentSpec("dsp", 300)])
    trace = simulate(plan, releases([0, 10, 20]), QueueRule(1, "drop_newest"))
    assert outcomes_of(trace) == ["COMPLETED", "COMPLETED", "DROPPED"]
    assert trace.samples.finish_ns.tolist() == [400, 700, UNFINISHED]
    assert trace.samples.answer.tolist() == [1, 1, -1]
    assert trace.samples.exit_gate.tolist() == [NOT_STOPPED] * 3


def test_drop_oldest_drops_what_waits_first_in_line():
    plan = chain_plan([SegmentSpec("dsp", 300)])
    trace = simulate(plan, releases([0, 10, 20, 30]), QueueRule(2, "drop_oldest"))
    assert outcomes_of(trace) == ["COMPLETED", "DROPPED", "COMPLETED", "COMPLETED"]
    assert started(trace, "dsp") == [(0, 0), (0, 2), (0, 3)]


@pytest.mark.parametrize("policy", ["drop_newest", "drop_oldest"])
def test_a_sample_that_continues_on_its_core_is_never_dropped(policy):
    plan = chain_plan([SegmentSpec("dsp", 300), SegmentSpec("dsp", 300)])
    trace = simulate(plan, releases([0, 10]), QueueRule(1, policy))
    assert outcomes_of(trace) == ["COMPLETED", "COMPLETED"]


def test_a_sample_can_be_dropped_half_way_and_what_it_cost_stays():
    plan = chain_plan([SegmentSpec("a", 100), SegmentSpec("b", 10_000)])
    trace = simulate(plan, releases([0, 0, 0]), QueueRule(3))
    assert outcomes_of(trace) == ["COMPLETED"] * 3
    trace = simulate(plan, releases([0, 200, 400]), QueueRule(1))
    assert outcomes_of(trace) == ["COMPLETED", "COMPLETED", "DROPPED"]
    dropped = [row[3] for row in what_happened(trace) if row[5] == 2]
    assert dropped[-2:] == ["COMPUTE", "TRANSFER"]


def test_a_queue_without_room_is_refused():
    with pytest.raises(ValueError, match="at least 1, not 0"):
        QueueRule(capacity=0)
