"""What holds whatever fails: nothing is forgotten, nothing is done while off, joules agree."""

from dataclasses import replace
from math import fsum

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devicemodels.platform import Battery
from simulator.engine import simulate_together
from simulator.faults.kinds import (
    BrownOut,
    CoreFailure,
    CoreStall,
    Faults,
    LinkCorruption,
    LinkLoss,
    Reaction,
)
from simulator.faults.record import NO_CAUSE
from simulator.idling.policies import BreakEven, Fixed, Predictive, Timeout
from simulator.power.cumulative import cumulative_j
from simulator.power.energy import energy_by_cause_j
from simulator.power.energy_at import energy_by_cause_at_j
from simulator.power.residency import core_residencies, link_residencies
from simulator.power.timeline import power_timeline
from simulator.trace import UNFINISHED, Outcome
from tests.idle_worlds import assert_same_stays, rows_of
from tests.shared_strategies import shared_scenes

thoroughly = settings(max_examples=300, deadline=None, derandomize=True, database=None)
POLICIES = st.sampled_from([Fixed(), BreakEven(), Predictive(), Timeout((1e-7,))])


@st.composite
def core_faults(draw, core):
    """Up to three of one core, one after the other; the last may be for good."""
    found, now_ns = [], 0
    for _ in range(draw(st.integers(0, 3))):
        from_ns = now_ns + draw(st.sampled_from([0, 100]) | st.integers(0, 2000))
        now_ns = from_ns + draw(st.integers(1, 1500))
        if draw(st.booleans()):
            found.append(CoreStall(core, from_ns, now_ns - from_ns))
        elif draw(st.integers(0, 3)):
            found.append(CoreFailure(core, from_ns, now_ns))
        else:
            return [*found, CoreFailure(core, from_ns)]
    return found


@st.composite
def faulty_scenes(draw):
    """A shared scene, what goes wrong in it, and what its pipelines do about it."""
    scene = draw(shared_scenes())
    platform = scene.pipelines[0][0].platform
    faults = [one for core in platform.cores for one in draw(core_faults(core.name))]
    shares = st.sampled_from([0.0, 0.3, 1.0])
    for link in platform.links:
        if draw(st.booleans()):
            faults.append(LinkLoss(link.name, draw(shares)))
        if draw(st.booleans()):
            faults.append(LinkCorruption(link.name, draw(shares)))
    reactions = tuple(draw(reactions_of(plan)) for plan, _ in scene.pipelines)
    return scene, Faults(tuple(draw(st.permutations(faults))), reactions, draw(st.integers(0, 9)))


@st.composite
def reactions_of(draw, plan):
    """Retries, and for some cores the same segments on one other core."""
    fallbacks = {}
    for dead in plan.platform.cores:
        if draw(st.booleans()):
            other = draw(st.sampled_from([c.name for c in plan.platform.cores if c is not dead]))
            point = draw(st.sampled_from(["fast", "slow"]))
            placements = tuple(
                replace(one, core=other, operating_point=point) for one in plan.placements
            )
            fallbacks[dead.name] = replace(plan, placements=placements, crossings=())
    return Reaction(draw(st.integers(0, 3)), fallbacks)


def play(scene, faults, idle=Fixed()):  # noqa: B008 - frozen
    return simulate_together(
        scene.pipelines, scene.queue, priorities=scene.priorities, idle=idle, faults=faults
    )


@thoroughly
@given(faulty_scenes(), POLICIES)
def test_every_released_sample_is_completed_dropped_or_lost_with_one_cause(case, policy):
    scene, faults = case
    run = play(scene, faults, policy)
    for (_, workload), trace in zip(scene.pipelines, run.traces, strict=True):
        samples, cause = trace.samples, trace.faults.cause
        assert samples.release_ns.tolist() == workload.release_ns.tolist()
        lost = samples.outcome == Outcome.LOST
        assert ((cause != NO_CAUSE) == lost).all()
        assert sum(trace.faults.lost().values()) == np.count_nonzero(lost)
        completed = samples.outcome == Outcome.COMPLETED
        assert ((samples.finish_ns != UNFINISHED) == completed).all()
        assert ((samples.answer != -1) == completed).all()
        done = trace.activities
        for sample in np.flatnonzero(completed).tolist():
            ends_ns = done.end_ns[done.sample == sample]
            assert samples.finish_ns[sample] == ends_ns.max()


@thoroughly
@given(shared_scenes(), POLICIES)
def test_faults_that_do_not_happen_change_nothing(scene, policy):
    platform = scene.pipelines[0][0].platform
    late_ns = 10**9
    faults = Faults(
        (
            *(CoreStall(core.name, late_ns, 5) for core in platform.cores),
            *(CoreFailure(core.name, late_ns + 5) for core in platform.cores),
            *(LinkLoss(link.name, 0.0) for link in platform.links),
            *(LinkCorruption(link.name, 0.0) for link in platform.links),
        )
    )
    plain = simulate_together(
        scene.pipelines, scene.queue, priorities=scene.priorities, idle=policy
    )
    run = play(scene, faults, policy)
    assert run.duration_ns == plain.duration_ns
    assert run.pipeline.tobytes() == plain.pipeline.tobytes()
    assert_same_stays(run.stays, plain.stays)
    for ours, theirs in zip(run.traces, plain.traces, strict=True):
        for group in ("samples", "activities"):
            for name in type(getattr(ours, group)).__slots__:
                one, other = (
                    getattr(getattr(ours, group), name),
                    getattr(getattr(theirs, group), name),
                )
                assert one.tobytes() == other.tobytes(), name
        assert set(ours.faults.lost().values()) <= {0}


@thoroughly
@given(faulty_scenes(), POLICIES)
def test_stays_activities_and_time_off_tile_the_run(case, policy):
    scene, faults = case
    run = play(scene, faults, policy)
    done = run.activities()
    off = run.traces[0].faults.off
    for index in range(len(run.platform.cores)):
        mine = done.resource == index
        spans = list(zip(done.start_ns[mine].tolist(), done.end_ns[mine].tolist(), strict=True))
        spans += [(start_ns, end_ns) for _, start_ns, end_ns, _, _ in rows_of(run.stays, index)]
        spans += [(from_ns, until_ns) for core, from_ns, until_ns in off if core == index]
        now_ns = 0
        for start_ns, end_ns in sorted(spans):
            assert start_ns == now_ns
            now_ns = end_ns
        assert now_ns == run.duration_ns
    for residency in (*core_residencies(run), *link_residencies(run)):
        assert residency.elapsed_ns == run.duration_ns


@thoroughly
@given(faulty_scenes(), POLICIES)
def test_joules_agree_by_two_routes(case, policy):
    scene, faults = case
    run = play(scene, faults, policy)
    by_cause = energy_by_cause_j(run)
    assert all(joules >= -1e-18 for joules in by_cause.values())
    total_j = fsum(by_cause.values())
    assert power_timeline(run).energy_j() == pytest.approx(total_j, rel=1e-9, abs=1e-30)


@thoroughly
@given(faulty_scenes(), POLICIES)
def test_causes_add_up_to_components_at_every_instant_of_a_faulty_run(case, policy):
    scene, faults = case
    run = play(scene, faults, policy)
    timeline = power_timeline(run)
    at_ns = np.unique(np.concatenate([one.time_ns for one in timeline.components]))
    at_ns = np.append(at_ns, run.duration_ns)
    by_cause = energy_by_cause_at_j(run, at_ns)
    drawn = sum(
        cumulative_j((one.time_ns, one.power_w), one.impulse_ns, one.impulse_j, at_ns)
        for one in timeline.components
    )
    assert sum(by_cause.values()) == pytest.approx(drawn, rel=1e-9, abs=1e-15)
    at_end = {cause: joules[-1] for cause, joules in by_cause.items()}
    assert at_end == pytest.approx(energy_by_cause_j(run), rel=1e-9, abs=1e-15)


@thoroughly
@given(faulty_scenes())
def test_nothing_of_a_stalled_core_starts_and_two_runs_are_equal(case):
    scene, faults = case
    run, again = play(scene, faults), play(scene, faults)
    for ours, theirs in zip(run.traces, again.traces, strict=True):
        assert ours.activities.end_ns.tobytes() == theirs.activities.end_ns.tobytes()
        assert ours.samples.outcome.tobytes() == theirs.samples.outcome.tobytes()
    done = run.activities()
    names = [core.name for core in run.platform.cores]
    for fault in faults.faults:
        if isinstance(fault, CoreStall):
            mine = done.resource == names.index(fault.core)
            started = done.start_ns[mine & (done.end_ns > done.start_ns)]
            inside = (started > fault.at_ns) & (started < fault.at_ns + fault.lasts_ns)
            assert not inside.any()


@thoroughly
@given(faulty_scenes(), POLICIES, st.floats(0.001, 0.999))
def test_what_is_drawn_until_a_brown_out_is_what_the_battery_had(case, policy, share):
    scene, faults = case
    whole = play(scene, faults, policy)
    energy_j = fsum(energy_by_cause_j(whole).values())
    if energy_j == 0.0:
        return
    battery = Battery(2.0 * share * energy_j, 1.0)
    pipelines = tuple(
        (replace(with_battery(plan, battery)), workload) for plan, workload in scene.pipelines
    )
    reactions = tuple(
        replace(one, fallbacks={k: with_battery(v, battery) for k, v in one.fallbacks.items()})
        for one in faults.reactions
    )
    last = replace(faults, faults=(*faults.faults, BrownOut(0.5)), reactions=reactions)
    run = play(replace(scene, pipelines=pipelines), last, policy)
    drawn_j = fsum(energy_by_cause_j(run).values())
    timeline = power_timeline(run)
    assert timeline.energy_j() == pytest.approx(drawn_j, rel=1e-9, abs=1e-30)
    last_w = power_timeline(whole).total()[1].max()
    at_once_j = sum(
        one.impulse_j[one.impulse_ns == run.duration_ns].sum() for one in timeline.components
    )
    spent_j = share * energy_j
    assert drawn_j >= spent_j * (1 - 1e-9)
    assert drawn_j <= spent_j * (1 + 1e-9) + last_w * 1e-9 + at_once_j
    for trace in run.traces:
        lost = trace.samples.outcome == Outcome.LOST
        assert ((trace.faults.cause != NO_CAUSE) == lost).all()
        assert (trace.samples.release_ns <= run.duration_ns).all()
        assert (trace.activities.end_ns <= run.duration_ns).all()


def with_battery(plan, battery):
    return replace(plan, platform=replace(plan.platform, battery=battery))
