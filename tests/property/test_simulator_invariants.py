"""What holds in every run, whatever the plan, the workload and the queues."""

from collections import defaultdict
from dataclasses import fields, replace
from itertools import pairwise
from math import fsum

import numpy as np
import pytest
from hypothesis import given, settings

from devicemodels.cost import transfer_ns
from simulator.engine import simulate
from simulator.metrics import metrics
from simulator.power.energy import energy_by_cause_j
from simulator.power.residency import core_residencies, link_residencies
from simulator.power.timeline import power_timeline
from simulator.queues import QueueRule
from simulator.trace import NOT_STOPPED, UNFINISHED, Outcome
from tests.simulator_strategies import Scene, scenes, slower
from tests.simulator_worlds import what_happened

ORDER = ("WAKE", "SWITCH", "DECODE", "COMPUTE", "GATE", "ENCODE", "TRANSFER")

thoroughly = settings(max_examples=250, deadline=None, derandomize=True)


def run(scene: Scene):
    return simulate(scene.plan, scene.workload, scene.queue)


def by_sample(trace):
    """Rows of each sample in order; a trace orders what takes no time by resource, not by cause."""
    rows = defaultdict(list)
    for row in what_happened(trace):
        rows[row[5]].append(row)
    for one in rows.values():
        one.sort(key=lambda row: (row[0], row[4], ORDER.index(row[3])))
    return rows


@thoroughly
@given(scenes())
def test_every_released_sample_is_answered_or_dropped(scene):
    samples = run(scene).samples
    completed = samples.outcome == Outcome.COMPLETED
    dropped = samples.outcome == Outcome.DROPPED
    assert (completed ^ dropped).all()
    assert (samples.finish_ns[dropped] == UNFINISHED).all()
    assert (samples.answer[dropped] == -1).all()
    assert (samples.finish_ns[completed] >= samples.release_ns[completed]).all()
    assert (samples.answer[completed] == scene.workload.answer[completed]).all()
    if scene.queue.capacity is None:
        assert completed.all()


@thoroughly
@given(scenes())
def test_no_core_and_no_link_does_two_things_at_once(scene):
    trace = run(scene)
    rows = defaultdict(list)
    for row in what_happened(trace):
        rows[row[2]].append(row)
    for one in rows.values():
        for before, after in pairwise(one):
            assert before[1] <= after[0]
    done = trace.activities
    order = np.lexsort((done.resource, done.start_ns))
    assert (order == np.arange(len(order))).all()
    assert (done.start_ns <= done.end_ns).all()
    assert (done.end_ns <= trace.duration_ns).all()


@thoroughly
@given(scenes())
def test_each_sample_does_what_the_plan_says_in_order_and_once(scene):
    trace = run(scene)
    rows = by_sample(trace)
    for sample in range(len(trace.samples.release_ns)):
        exit_gate = int(scene.workload.exit_gate[sample])
        expected = expected_steps(scene.plan, exit_gate)
        done = [(row[3], row[2], row[4]) for row in rows[sample]]
        work = [one for one in done if one[0] not in ("WAKE", "SWITCH")]
        if trace.samples.outcome[sample] == Outcome.COMPLETED:
            assert work == expected
            assert trace.samples.finish_ns[sample] == max(row[1] for row in rows[sample])
            assert trace.samples.exit_gate[sample] == exit_gate
        else:
            assert work == expected[: len(work)]
            assert len(work) < len(expected)
            assert trace.samples.exit_gate[sample] == NOT_STOPPED
            assert not work or work[-1][0] == "TRANSFER"


def expected_steps(plan, exit_gate):
    """(activity, core or link, segment) of a sample that is never dropped, from the plan alone."""
    steps = []
    segments = [segment.name for segment in plan.task_graph.segments]
    for index, name in enumerate(segments):
        core = plan.placement(name).core
        arrived = plan.crossing(segments[index - 1], name) if index else None
        if arrived is not None:
            edge = plan.task_graph.edges[index - 1]
            if edge.codec(arrived.codec).decode:
                steps.append(("DECODE", core, index))
        steps.append(("COMPUTE", core, index))
        gate = plan.task_graph.gate_after(name)
        if gate is not None:
            steps.append(("GATE", core, index))
            if exit_gate >= 0 and plan.gates[exit_gate].gate == gate.name:
                return steps
        leaves = plan.crossing(name, segments[index + 1]) if name != segments[-1] else None
        if leaves is not None:
            if plan.task_graph.edges[index].codec(leaves.codec).encode:
                steps.append(("ENCODE", core, index))
            steps.append(("TRANSFER", leaves.link, index))
    return steps


@thoroughly
@given(scenes())
def test_nothing_starts_before_what_it_needs_has_arrived(scene):
    trace = run(scene)
    plan = scene.plan
    for sample, rows in by_sample(trace).items():
        assert rows[0][0] >= trace.samples.release_ns[sample]
        for before, after in pairwise(rows):
            assert after[0] >= before[1]
        for row in rows:
            if row[3] == "TRANSFER":
                edge = plan.task_graph.edges[row[4]]
                crossing = plan.crossing(edge.source, edge.target)
                link = next(link for link in plan.platform.links if link.name == row[2])
                size = crossing.wire_bytes
                held = transfer_ns(link.latency_s, link.bandwidth_bytes_per_s, size)
                assert row[1] - row[0] == held


@thoroughly
@given(scenes())
def test_a_core_wakes_exactly_when_it_was_idle(scene):
    """A stay awake begins with a WAKE; within it nothing waits and switches are where they must."""
    plan, trace = scene.plan, run(scene)
    rows = defaultdict(list)
    for row in what_happened(trace):
        rows[row[2]].append(row)
    points = [placement.operating_point for placement in plan.placements]
    for core in plan.platform.cores:
        mine = rows[core.name]
        assert not mine or mine[0][3] == "WAKE"
        for before, after in pairwise(mine):
            if after[3] == "WAKE":
                continue
            assert after[0] == before[1]
            if after[3] == "SWITCH":
                assert points[before[4]] != points[after[4]]
            elif before[3] not in ("WAKE", "SWITCH"):
                assert points[before[4]] == points[after[4]]


@thoroughly
@given(scenes())
def test_joules_add_up(scene):
    trace = run(scene)
    by_cause = energy_by_cause_j(trace)
    total_j = fsum(by_cause.values())
    assert all(joules >= 0.0 for joules in by_cause.values())
    assert by_cause["rail"] == scene.plan.platform.rail.power_w * (trace.duration_ns / 1e9)
    assert total_j >= by_cause["rail"]
    assert power_timeline(trace).energy_j() == pytest.approx(total_j, rel=1e-9, abs=1e-30)
    if trace.duration_ns:
        figures = metrics(trace)
        assert figures.energy_per_sample_j == fsum(figures.energy_by_cause_j.values())
        released = len(trace.samples.release_ns)
        assert figures.energy_per_sample_j * released == pytest.approx(total_j, rel=1e-12)


@thoroughly
@given(scenes())
def test_residencies_add_up_to_the_duration(scene):
    trace = run(scene)
    for residency in (*core_residencies(trace), *link_residencies(trace)):
        assert residency.elapsed_ns == trace.duration_ns
    for core in core_residencies(trace):
        assert min(core.idle_ns, core.wake_ns, core.switch_ns, *core.active_ns.values()) >= 0
    assert all(link.quiet_ns >= 0 for link in link_residencies(trace))


@thoroughly
@given(scenes())
def test_two_runs_are_equal_to_the_nanosecond(scene):
    assert_same(run(scene), run(scene), 1)


@thoroughly
@given(scenes())
def test_a_world_that_is_slower_all_over_gives_the_same_run_stretched(scene):
    factor = 4
    stretched = replace(
        scene.workload,
        release_ns=scene.workload.release_ns * factor,
        duration_ns=scene.workload.duration_ns * factor,
    )
    slow = simulate(slower(scene.plan, factor), stretched, scene.queue)
    assert_same(run(scene), slow, factor)


def assert_same(trace, other, factor):
    """Equal, but for times that are ``factor`` times as long."""
    assert other.duration_ns == trace.duration_ns * factor
    for group in ("samples", "activities"):
        for field in fields(getattr(trace, group)):
            column = getattr(getattr(trace, group), field.name)
            scaled = np.where(column >= 0, column * factor, column)
            expected = scaled if field.name.endswith("_ns") else column
            assert (getattr(getattr(other, group), field.name) == expected).all(), field.name


@thoroughly
@given(scenes())
def test_a_queue_without_limit_is_one_that_is_long_enough(scene):
    roomy = QueueRule(len(scene.workload.release_ns), "drop_oldest")
    unlimited = simulate(scene.plan, scene.workload)
    assert_same(unlimited, simulate(scene.plan, scene.workload, roomy), 1)
