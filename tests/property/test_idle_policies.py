"""What holds under every idle policy: time is tiled, joules agree, and the bounds are bounds."""

import hashlib
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devicemodels.platform import IdleState
from scheduler.plan import IdleChoice
from simulator.engine import simulate, simulate_together
from simulator.idling.policies import BreakEven, Clairvoyant, Fixed, Predictive, Timeout
from simulator.idling.resting import Rest
from simulator.idling.stays import stays_from_gaps
from simulator.idling.tables import idle_tables
from simulator.power.energy import energy_by_cause_j
from simulator.power.residency import core_residencies
from simulator.power.timeline import power_timeline
from simulator.queues import QueueRule
from simulator.shared_trace import activities_of
from simulator.workload import drawn
from tests.idle_worlds import assert_same_stays, rows_of, single_stays, stay_energy_j
from tests.shared_strategies import shared_scenes
from tests.simulator_strategies import Scene, scenes
from tests.simulator_worlds import GateSpec, SegmentSpec, chain_plan, core

NANO = 1e-9
thoroughly = settings(max_examples=200, deadline=None, derandomize=True, database=None)


@st.composite
def states(draw, entries=True):
    """One idle state of any power, with round times."""
    whole = st.integers(0, 40).map(lambda nanojoules: nanojoules * NANO)
    return IdleState(
        "state",
        draw(st.sampled_from([0.0, 0.0, 0.125, 0.5]) | st.floats(0.0, 1.0)),
        0.0,
        draw(st.integers(0, 300)) * NANO,
        draw(st.integers(0, 800)) * NANO,
        draw(whole) if entries else 0.0,
        draw(whole),
    )


def policies():
    offsets = st.lists(st.integers(0, 900).map(lambda ns: ns * NANO), max_size=3).map(sorted)
    return (
        st.builds(lambda after: Timeout(tuple(after)), offsets)
        | st.sampled_from([Fixed(), BreakEven(), Predictive(), Clairvoyant()])
    )  # fmt: skip


@st.composite
def resting(draw, scene: Scene, entries=True) -> Scene:
    """The scene on cores with one to four idle states each, any of them the plan's."""
    cores, chosen = [], []
    for one in scene.plan.platform.cores:
        several = draw(st.lists(states(entries), min_size=1, max_size=4))
        named = tuple(replace(state, name=f"i{n}") for n, state in enumerate(several))
        cores.append(replace(one, idle_states=named))
        chosen.append(IdleChoice(one.name, draw(st.sampled_from(named)).name))
    platform = replace(scene.plan.platform, cores=tuple(cores))
    return replace(scene, plan=replace(scene.plan, platform=platform, idle=tuple(chosen)))


@st.composite
def worlds(draw, entries=True) -> Scene:
    return draw(resting(draw(scenes()), entries))


@thoroughly
@given(worlds(), policies())
def test_stays_and_activities_of_a_core_tile_the_run(scene, policy):
    trace = simulate(scene.plan, scene.workload, scene.queue, idle=policy)
    done = trace.activities
    order = np.lexsort((trace.stays.core, trace.stays.start_ns))
    assert order.tolist() == list(range(len(order)))
    for index, one in enumerate(scene.plan.platform.cores):
        mine = done.resource == index
        spans = list(zip(done.start_ns[mine].tolist(), done.end_ns[mine].tolist(), strict=True))
        spans += [(start_ns, end_ns) for _, start_ns, end_ns, _, _ in rows_of(trace.stays, index)]
        now_ns = 0
        for start_ns, end_ns in sorted(spans):
            assert start_ns == now_ns
            now_ns = end_ns
        assert now_ns == trace.duration_ns
        wakes = done.activity[mine] == 4
        woke = [row for row in rows_of(trace.stays, index) if row[4]]
        assert [end_ns for _, _, end_ns, _, _ in woke] == done.start_ns[mine][wakes].tolist()
        lasts_ns = (done.end_ns - done.start_ns)[mine][wakes].tolist()
        exits_ns = [round(one.idle_states[row[0]].exit_latency_s * 1e9) for row in woke]
        assert lasts_ns == exits_ns
        (first, *others) = rows_of(trace.stays, index)
        assert not first[3]
        assert all(row[3] for row in others)
    for residency in core_residencies(trace):
        assert residency.elapsed_ns == trace.duration_ns


@thoroughly
@given(worlds(), policies())
def test_joules_agree_by_two_routes(scene, policy):
    trace = simulate(scene.plan, scene.workload, scene.queue, idle=policy)
    by_cause = energy_by_cause_j(trace)
    total_j = sum(by_cause.values())
    assert power_timeline(trace).energy_j() == pytest.approx(total_j, rel=1e-9, abs=1e-30)
    cores = scene.plan.platform.cores
    by_stay_j = sum(
        stay_energy_j(one, stay)
        for index, one in enumerate(cores)
        for stay in single_stays(trace.stays, index)
    )
    assert by_cause["idle"] + by_cause["wake"] == pytest.approx(by_stay_j, rel=1e-9, abs=1e-30)


@thoroughly
@given(worlds(), policies())
def test_no_policy_spends_less_than_the_clairvoyant_on_the_same_stay(scene, policy):
    trace = simulate(scene.plan, scene.workload, scene.queue, idle=policy)
    bound = idle_tables(Clairvoyant(), scene.plan)
    for index, one in enumerate(scene.plan.platform.cores):
        ours = list(single_stays(trace.stays, index))
        theirs = list(single_stays(same_stays(ours, Rest(bound, index)), index))
        for stay, best in zip(ours, theirs, strict=True):
            least_j = stay_energy_j(one, best)
            assert least_j <= stay_energy_j(one, stay) * (1 + 1e-12) + 1e-24
            ((_, start_ns, end_ns, entered, woke),) = best
            by_state = (
                stay_energy_j(one, [(state, start_ns, end_ns, entered, woke)])
                for state in range(len(one.idle_states))
            )
            assert least_j == pytest.approx(min(by_state), rel=1e-12, abs=1e-30)


def same_stays(stays, rest):
    """Stays of the same lengths under another policy."""
    for stay in stays[:-1]:
        rest.wake(stay[0][1], stay[-1][2])
    return rest.end(stays[-1][0][1], stays[-1][-1][2])


@thoroughly
@given(st.lists(states(entries=False), min_size=1, max_size=4), st.data())
def test_break_even_spends_at_most_twice_what_the_clairvoyant_does(several, data):
    """Irani, Shukla and Gupta's bound, where all of a state's cost is that of leaving it.

    Then going down step by step costs no more than going down at once. The run's last stay, which
    nobody leaves, is not of their kind.
    """
    named = [
        replace(state, name=f"i{n}", exit_energy_j=state.exit_energy_j * 1e6)  # of milliseconds
        for n, state in enumerate(several)
    ]
    one = core("dsp", idle_states=tuple(named))
    plan = chain_plan([SegmentSpec("dsp", 1)], cores=[one])
    crossings = idle_tables(BreakEven(), plan).offset_ns[0, 0].tolist()
    lengths = st.sampled_from(crossings) | st.integers(0, 200_000_000)
    ours, theirs = (Rest(idle_tables(p, plan), 0) for p in (BreakEven(), Clairvoyant()))
    now_ns = 0
    for length in [*data.draw(st.lists(lengths, min_size=1, max_size=8)), 0]:
        ours.wake(now_ns, now_ns + length)
        theirs.wake(now_ns, now_ns + length)
        now_ns += length
    taken, least = (list(single_stays(rest.end(now_ns, now_ns), 0)) for rest in (ours, theirs))
    for stay, best in zip(taken[:-1], least[:-1], strict=True):
        rounded_j = 1e-9 * (len(stay) - 1)  # a nanosecond of at most 1 W for each step down
        assert stay_energy_j(one, stay) <= 2 * stay_energy_j(one, best) * (1 + 1e-12) + rounded_j


@thoroughly
@given(worlds())
def test_the_fixed_policy_rests_in_the_gaps(scene):
    trace = simulate(scene.plan, scene.workload, scene.queue)
    assert_same_stays(trace.stays, stays_from_gaps(trace))
    assert energy_by_cause_j(replace(trace, stays=None)) == energy_by_cause_j(trace)


@thoroughly
@given(scenes(), policies())
def test_with_one_idle_state_all_policies_are_the_fixed_one(scene, policy):
    ours = simulate(scene.plan, scene.workload, scene.queue, idle=policy)
    fixed = simulate(scene.plan, scene.workload, scene.queue)
    assert_same_stays(ours.stays, fixed.stays)
    assert np.array_equal(ours.activities.start_ns, fixed.activities.start_ns)


@thoroughly
@given(shared_scenes(), st.data())
def test_stays_of_several_pipelines_are_those_of_the_device(scene, data):
    plan = scene.pipelines[0][0]
    one = data.draw(resting(Scene(plan, scene.pipelines[0][1], scene.queue)))
    pipelines = [
        (replace(plan, platform=one.plan.platform, idle=one.plan.idle), workload)
        for plan, workload in scene.pipelines
    ]
    policy = data.draw(policies())
    shared = simulate_together(pipelines, scene.queue, priorities=scene.priorities, idle=policy)
    if policy == Fixed():
        assert_same_stays(shared.stays, stays_from_gaps(shared))
    done, _ = activities_of(shared)
    for index, residency in enumerate(core_residencies(shared)):
        busy_ns = int((done.end_ns - done.start_ns)[done.resource == index].sum())
        assert residency.idle_ns + busy_ns == residency.elapsed_ns == shared.duration_ns
    total_j = sum(energy_by_cause_j(shared).values())
    assert power_timeline(shared).energy_j() == pytest.approx(total_j, rel=1e-9, abs=1e-30)


def test_samples_and_activities_under_the_fixed_policy_are_what_they_were():
    """The bytes of a shared run with drops, as they were before cores could rest otherwise."""
    one = chain_plan(
        [
            SegmentSpec("dsp", 300, gate=GateSpec(20), codec="int8", encode_macs=10,
                        decode_macs=15),
            SegmentSpec("cpu", 500, gate=GateSpec(20)),
            SegmentSpec("cpu", 500, "slow"),
            SegmentSpec("dsp", 200),
        ]
    )  # fmt: skip
    other = chain_plan(
        [SegmentSpec("cpu", 150, "slow", codec="int8"), SegmentSpec("dsp", 90)],
        cores=one.platform.cores,
    )
    pipelines = [
        (one, drawn(one, 900, 500, seed=8)),
        (other, drawn(other, 700, 600, seed=8, pipeline=1)),
    ]
    run = simulate_together(pipelines, QueueRule(3, "drop_oldest"))
    content = hashlib.sha256()
    for trace in run.traces:
        for group in (trace.samples, trace.activities):
            for name in type(group).__slots__:
                content.update(getattr(group, name).tobytes())
    content.update(run.pipeline.tobytes())
    expected = "094a8830be84c2d16aca635ab0d72550344dc36ded008c4dcd449f23e19b0766"
    assert content.hexdigest() == expected
    assert sum(energy_by_cause_j(run).values()) == pytest.approx(0.00105993718, rel=1e-6)
