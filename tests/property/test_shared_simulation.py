"""What holds whenever several pipelines run together, whatever the plans, links and queues."""

from dataclasses import fields, replace
from itertools import pairwise
from math import fsum

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.engine import simulate, simulate_together
from simulator.power.energy import energy_by_cause_j
from simulator.power.residency import core_residencies, link_residencies
from simulator.power.timeline import power_timeline
from simulator.trace import Activities, Activity, Outcome, Samples
from tests.shared_strategies import SharedScene, shared_scenes, with_arbitration
from tests.simulator_strategies import Scene, scenes
from tests.simulator_worlds import SegmentSpec, chain_plan, core, releases

thoroughly = settings(max_examples=50, deadline=None, derandomize=True)


def run(scene: SharedScene):
    return simulate_together(scene.pipelines, scene.queue, priorities=scene.priorities)


def assert_same(ours, theirs):
    """Every column of two traces, with its type."""
    for group, kind in (("samples", Samples), ("activities", Activities)):
        for field in fields(kind):
            one = getattr(getattr(ours, group), field.name)
            other = getattr(getattr(theirs, group), field.name)
            assert one.dtype == other.dtype, field.name
            assert one.tobytes() == other.tobytes(), field.name


@thoroughly
@given(scenes(), st.integers(0, 2), st.booleans())
def test_a_pipeline_beside_silent_ones_runs_as_if_alone(scene: Scene, place: int, fair: bool):
    plan = with_arbitration(scene.plan, ("fair",) if fair else ("fifo",))
    silent = (plan, releases([]) if place else replace(releases([]), duration_ns=0))
    pipelines = [silent] * place + [(plan, scene.workload)] + [silent]
    shared = simulate_together(pipelines, scene.queue)
    alone = simulate(plan, scene.workload, scene.queue)
    assert_same(shared.traces[place], alone)
    assert shared.duration_ns == alone.duration_ns == shared.traces[place].duration_ns
    assert energy_by_cause_j(shared) == energy_by_cause_j(alone)
    assert core_residencies(shared) == core_residencies(alone)


@thoroughly
@given(scenes(), st.lists(st.integers(0, 2), min_size=12, max_size=12), st.booleans())
def test_a_stream_dealt_out_to_pipelines_of_one_plan_is_the_same_run(scene, dealt, fair):
    """Service is by release whichever pipeline a sample came from, if priorities are equal."""
    plan = with_arbitration(scene.plan, ("fair",) if fair else ("fifo",))
    times = np.unique(scene.workload.release_ns)
    count = len(times)
    whole = releases(times.tolist(), scene.workload.exit_gate[:count].tolist())
    owner = np.array(dealt[:count])
    parts = []
    for pipeline in range(3):
        mine = owner == pipeline
        columns = {
            name: getattr(whole, name)[mine]
            for name in ("release_ns", "label", "exit_gate", "answer")
        }
        parts.append((plan, replace(whole, **columns)))
    together = simulate_together(parts, scene.queue, priorities=[0, 0, 0])
    alone = simulate(plan, whole, scene.queue)
    assert together.duration_ns == alone.duration_ns
    for pipeline, trace in enumerate(together.traces):
        finish = alone.samples.finish_ns[owner == pipeline]
        assert (trace.samples.finish_ns == finish).all()
    done, both = alone.activities, together.activities()
    for name in ("start_ns", "end_ns", "resource", "activity", "segment"):
        assert (getattr(both, name) == getattr(done, name)).all(), name
    assert energy_by_cause_j(together) == pytest.approx(energy_by_cause_j(alone), rel=1e-12)


@thoroughly
@given(shared_scenes())
def test_two_runs_are_equal_to_the_nanosecond(scene):
    ours, theirs = run(scene), run(scene)
    assert ours.pipeline.tobytes() == theirs.pipeline.tobytes()
    for one, other in zip(ours.traces, theirs.traces, strict=True):
        assert_same(one, other)


@thoroughly
@given(shared_scenes())
def test_every_sample_is_answered_or_dropped(scene):
    for (_, workload), trace in zip(scene.pipelines, run(scene).traces, strict=True):
        samples = trace.samples
        assert (samples.release_ns == workload.release_ns).all()
        completed = samples.outcome == Outcome.COMPLETED
        assert (completed | (samples.outcome == Outcome.DROPPED)).all()
        if scene.queue.capacity is None:
            assert completed.all()
        assert (samples.finish_ns[completed] >= samples.release_ns[completed]).all()


@thoroughly
@given(shared_scenes(capacity=False))
def test_everybody_does_the_same_work_as_alone(scene):
    """Conservation: what a pipeline computes and sends does not depend on the others."""
    for (plan, workload), trace in zip(scene.pipelines, run(scene).traces, strict=True):
        assert work(trace) == work(simulate(plan, workload))


def work(trace):
    """(sample, segment, activity), sorted, without what a core does to be ready."""
    done = trace.activities
    own = ~np.isin(done.activity, [Activity.WAKE, Activity.SWITCH])
    columns = (done.sample[own], done.segment[own], done.activity[own])
    return sorted(zip(*(column.tolist() for column in columns), strict=True))


@thoroughly
@given(shared_scenes())
def test_no_core_and_no_fifo_link_does_two_things_at_once(scene):
    shared = run(scene)
    done, platform = shared.activities(), shared.platform
    alone = [*range(len(platform.cores))]
    alone += [
        len(platform.cores) + i
        for i, link in enumerate(platform.links)
        if link.arbitration == "fifo"
    ]
    for resource in alone:
        mine = done.resource == resource
        for end, start in zip(done.end_ns[mine][:-1], done.start_ns[mine][1:], strict=True):
            assert end <= start
    order = np.lexsort((done.resource, done.start_ns))
    assert (order == np.arange(len(order))).all()
    assert (done.end_ns <= shared.duration_ns).all()


@thoroughly
@given(shared_scenes())
def test_a_fair_link_is_never_faster_than_alone_nor_idle_with_work(scene):
    shared = run(scene)
    done, platform = shared.activities(), shared.platform
    alone = {}
    for p, trace in enumerate(shared.traces):
        longest = simulate(trace.plan, releases([0]))
        rows = longest.activities
        for row in np.flatnonzero(rows.activity == Activity.TRANSFER):
            lasts = int(rows.end_ns[row] - rows.start_ns[row])
            alone[p, int(rows.resource[row]), int(rows.segment[row])] = lasts
    held = {link.link: link.transfer_ns for link in link_residencies(shared)}
    for i, link in enumerate(platform.links):
        resource = len(platform.cores) + i
        rows = np.flatnonzero(done.resource == resource)
        work_ns = 0
        for row in rows:
            least = alone[int(shared.pipeline[row]), resource, int(done.segment[row])]
            assert done.end_ns[row] - done.start_ns[row] >= least
            work_ns += least
        if link.arbitration == "fifo":
            assert held[link.name] == work_ns
        else:
            assert work_ns <= held[link.name] <= work_ns + len(rows)


@thoroughly
@given(shared_scenes())
def test_joules_of_the_device_add_up(scene):
    shared = run(scene)
    by_cause = energy_by_cause_j(shared)
    assert all(joules >= 0.0 for joules in by_cause.values())
    total_j = fsum(by_cause.values())
    assert power_timeline(shared).energy_j() == pytest.approx(total_j, rel=1e-9, abs=1e-30)
    each = [energy_by_cause_j(trace) for trace in shared.traces]
    for cause in ("compute", "gate", "codec", "link", "wake", "switch"):
        assert by_cause[cause] == pytest.approx(fsum(one[cause] for one in each), rel=1e-12)
    for one in each:
        assert by_cause["rail"] == one["rail"]
        assert by_cause["idle"] <= one["idle"] * (1 + 1e-12)


@thoroughly
@given(shared_scenes())
def test_residencies_add_up_to_the_duration(scene):
    shared = run(scene)
    for residency in (*core_residencies(shared), *link_residencies(shared)):
        assert residency.elapsed_ns == shared.duration_ns
    for core_time in core_residencies(shared):
        times = (core_time.idle_ns, core_time.wake_ns, core_time.switch_ns)
        assert min(*times, *core_time.active_ns.values()) >= 0


@thoroughly
@given(shared_scenes())
def test_a_core_wakes_exactly_when_it_was_idle(scene):
    shared = run(scene)
    done = shared.activities()
    for index in range(len(shared.platform.cores)):
        rows = np.flatnonzero(done.resource == index).tolist()
        assert not rows or done.activity[rows[0]] == Activity.WAKE
        for before, after in pairwise(rows):
            if done.activity[after] != Activity.WAKE:
                assert done.start_ns[after] == done.end_ns[before]


@thoroughly
@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3000)), min_size=2, max_size=12),
    st.permutations(range(3)),
)
def test_nothing_of_lower_priority_starts_while_something_higher_waits(stream, priorities):
    """On one core: whoever starts has the smallest (priority, release) of those that wait."""
    plans = [chain_plan([SegmentSpec("dsp", macs)], cores=[core("dsp")]) for macs in (90, 200, 410)]
    pipelines = [
        (plan, releases(sorted(at for who, at in stream if who == p)))
        for p, plan in enumerate(plans)
    ]
    shared = simulate_together(pipelines, priorities=priorities)
    served = []
    for p, trace in enumerate(shared.traces):
        begin = dict.fromkeys(range(len(trace.samples.release_ns)), 10**9)
        for start, sample in zip(trace.activities.start_ns, trace.activities.sample, strict=True):
            begin[int(sample)] = min(begin[int(sample)], int(start))
        for sample, release_ns in enumerate(trace.samples.release_ns.tolist()):
            served.append((begin[sample], priorities[p], release_ns, p, sample))
    for start, *key in served:
        waiting = [other[1:] for other in served if other[2] <= start <= other[0]]
        assert tuple(key) == min(waiting)
