"""Faults by hand: what is killed, stalled, lost, tried again, and to the joule when power goes."""

from dataclasses import replace
from math import ceil

import numpy as np
import pytest

from devicemodels.documents.errors import InputError
from devicemodels.platform import Battery, IdleState, Regulator, RegulatorLoad
from simulator.engine import simulate
from simulator.faults.kinds import (
    BrownOut,
    CoreFailure,
    CoreStall,
    Faults,
    LinkCorruption,
    LinkLoss,
    Reaction,
)
from simulator.metrics import metrics
from simulator.power.battery import battery_energy_j
from simulator.power.energy import energy_by_cause_j
from simulator.power.residency import core_residencies
from simulator.power.timeline import power_timeline
from simulator.queues import QueueRule
from simulator.trace import Outcome
from tests.idle_worlds import rows_of
from tests.simulator_worlds import SegmentSpec, bus, chain_plan, core, releases, what_happened

NANO = 1e-9
ONE = chain_plan([SegmentSpec("dsp", 300)], rail_w=0.0)
"""Sleep at 0.125 W, wake 100 ns for 5 nJ, compute 300 ns at 2 W, entry 3 nJ."""
CROSSING = chain_plan([SegmentSpec("dsp", 300), SegmentSpec("cpu", 500)])
"""dsp 0 to 400, bus 400 to 850, cpu wakes 850 to 950, computes to 1450."""


def run(plan, times, *faults, reaction=None, seed=0, **options):
    reactions = () if reaction is None else (reaction,)
    return simulate(plan, releases(times), faults=Faults(faults, reactions, seed), **options)


def joules_agree(trace):
    total_j = sum(energy_by_cause_j(trace).values())
    assert power_timeline(trace).energy_j() == pytest.approx(total_j, rel=1e-12)
    for residency in core_residencies(trace):
        assert residency.elapsed_ns == trace.duration_ns
    return total_j


def outcomes(trace):
    return [Outcome(one).name for one in trace.samples.outcome]


def activities(trace, name):
    return [(*row[:2], row[3]) for row in what_happened(trace) if row[2] == name]


def test_work_under_way_when_a_core_fails_is_killed_and_costs_what_was_done():
    trace = run(ONE, [0, 1000], CoreFailure("dsp", 250))
    assert activities(trace, "dsp") == [(0, 100, "WAKE"), (100, 250, "COMPUTE")]
    assert outcomes(trace) == ["LOST", "LOST"]
    assert trace.faults.lost() == {"failure of dsp": 2}
    assert trace.duration_ns == 1000
    assert joules_agree(trace) == pytest.approx((5 + 150 * 2) * NANO)
    (dsp,) = core_residencies(trace)
    assert (dsp.idle_ns, dsp.wake_ns, dsp.off_ns) == (0, 100, 750)
    assert power_timeline(trace).components[0].power_w.tolist()[-1] == 0.0


def test_a_wake_up_that_is_killed_costs_its_share():
    trace = run(ONE, [0], CoreFailure("dsp", 40))
    assert activities(trace, "dsp") == [(0, 40, "WAKE")]
    assert joules_agree(trace) == pytest.approx(2 * NANO)
    assert rows_of(trace.stays) == [(0, 0, 0, False, True)]


def test_a_core_that_comes_back_rests_and_what_waited_is_tried_again():
    failure = CoreFailure("dsp", 250, 600)
    trace = run(ONE, [0, 500], failure, reaction=Reaction(retries=1))
    assert activities(trace, "dsp") == [
        (0, 100, "WAKE"),
        (100, 250, "COMPUTE"),
        (600, 700, "WAKE"),
        (700, 1000, "COMPUTE"),
        (1000, 1300, "COMPUTE"),
    ]
    assert outcomes(trace) == ["COMPLETED", "COMPLETED"]
    assert trace.samples.finish_ns.tolist() == [1000, 1300]
    assert rows_of(trace.stays)[1:] == [(0, 600, 600, False, True), (0, 1300, 1300, True, False)]
    joules_agree(trace)
    assert outcomes(run(ONE, [0, 500], failure)) == ["LOST", "LOST"]
    again = CoreFailure("dsp", 650, 2000)
    twice = run(ONE, [0, 500], failure, again, reaction=Reaction(retries=1))
    assert twice.faults.lost() == {"failure of dsp": 2}
    assert outcomes(run(ONE, [0], CoreFailure("dsp", 100), reaction=Reaction(9))) == ["LOST"]


def test_what_waits_at_a_core_that_fails_is_hit_and_a_resting_core_stops_drawing():
    trace = run(ONE, [0, 10, 20], CoreFailure("dsp", 450, 900))
    assert outcomes(trace) == ["COMPLETED", "LOST", "LOST"]
    at_rest = simulate(
        ONE, releases([], duration_ns=1000), faults=Faults((CoreFailure("dsp", 400),))
    )
    assert rows_of(at_rest.stays) == [(0, 0, 400, False, False)]
    assert joules_agree(at_rest) == pytest.approx(400 * 0.125 * NANO)


def test_work_that_ends_at_the_instant_of_a_failure_has_ended():
    assert outcomes(run(ONE, [0], CoreFailure("dsp", 400))) == ["COMPLETED"]
    assert outcomes(run(ONE, [400], CoreFailure("dsp", 400))) == ["LOST"]
    trace = run(ONE, [0, 700], CoreFailure("dsp", 650, 700))
    assert outcomes(trace) == ["COMPLETED", "LOST"]  # released before the core comes back


def test_a_stall_puts_off_the_work_under_way_and_starts_nothing():
    trace = run(ONE, [0, 0], CoreStall("dsp", 250, 1000))
    assert activities(trace, "dsp") == [
        (0, 100, "WAKE"),
        (100, 1400, "COMPUTE"),
        (1400, 1700, "COMPUTE"),
    ]
    assert joules_agree(trace) == pytest.approx((5 + 1300 * 2 + 300 * 2 + 3) * NANO)
    waking = run(ONE, [0], CoreStall("dsp", 50, 1000))
    assert activities(waking, "dsp") == [(0, 1100, "WAKE"), (1100, 1400, "COMPUTE")]
    assert joules_agree(waking) == pytest.approx((5 + 300 * 2 + 3) * NANO)
    resting = run(ONE, [200], CoreStall("dsp", 100, 400))
    assert activities(resting, "dsp") == [(500, 600, "WAKE"), (600, 900, "COMPUTE")]
    between = run(ONE, [0, 0], CoreStall("dsp", 400, 100))  # nothing is under way: it rests
    assert rows_of(between.stays)[1] == (0, 400, 500, True, True)
    assert outcomes(between) == ["COMPLETED", "COMPLETED"]


def test_a_stall_and_a_failure_may_follow_each_other():
    faults = CoreStall("dsp", 50, 100), CoreFailure("dsp", 150, 151), CoreStall("dsp", 151, 9)
    trace = run(ONE, [0, 0], *faults, reaction=Reaction(1))
    assert outcomes(trace) == ["COMPLETED", "COMPLETED"]
    assert activities(trace, "dsp")[1] == (160, 260, "WAKE")
    joules_agree(trace)


def test_a_transfer_that_is_lost_took_its_time_and_is_tried_again():
    never = run(CROSSING, [0], LinkLoss("bus", 1.0), reaction=Reaction(retries=2))
    assert activities(never, "bus") == [
        (400 + 450 * n, 850 + 450 * n, "TRANSFER") for n in range(3)
    ]
    assert never.faults.lost() == {"loss on bus": 1}
    assert metrics(never).bytes_across_cuts["s0->s1"].crossings == 3
    assert energy_by_cause_j(never)["link"] == pytest.approx(3 * 200 * NANO)
    always = run(CROSSING, [0], LinkLoss("bus", 0.0), reaction=Reaction(retries=2))
    assert always.samples.finish_ns.tolist() == [1450]


def test_the_attempts_follow_the_geometric_law():
    """Lost with p and tried again up to n times: (1 - p^(n+1)) / (1 - p) transfers a sample."""
    samples, p, n = 20_000, 0.3, 3
    times = np.arange(samples) * 3000
    trace = run(CROSSING, times, LinkLoss("bus", p), reaction=Reaction(retries=n), seed=7)
    attempts = metrics(trace).bytes_across_cuts["s0->s1"].crossings
    expected = (1 - p ** (n + 1)) / (1 - p)
    assert attempts / samples == pytest.approx(expected, abs=4 * 0.7 / samples**0.5)
    lost = trace.faults.lost()["loss on bus"]
    assert lost / samples == pytest.approx(p ** (n + 1), abs=4 * (p ** (n + 1) / samples) ** 0.5)
    assert metrics(trace).lost_by_fault == {"loss on bus": lost}
    assert metrics(trace).dropped == lost
    again = run(CROSSING, times[:100], LinkLoss("bus", p), reaction=Reaction(retries=n), seed=7)
    assert again.samples.outcome.tolist() == trace.samples.outcome[:100].tolist()


def test_what_is_corrupted_goes_on_and_is_of_no_use():
    trace = run(CROSSING, [0], LinkCorruption("bus", 1.0))
    assert activities(trace, "cpu")[-1] == (950, 1450, "COMPUTE")
    assert outcomes(trace) == ["LOST"]
    assert (trace.samples.finish_ns[0], trace.samples.answer[0]) == (-1, -1)
    assert trace.faults.lost() == {"corruption on bus": 1}


SPARE = chain_plan(
    [SegmentSpec("dsp", 300), SegmentSpec("dsp", 100)], cores=CROSSING.platform.cores
)
"""The same work without the cpu; its second segment is in another plan's hands."""


def spare():
    graph = CROSSING.task_graph
    return replace(
        SPARE,
        platform=CROSSING.platform,
        task_graph=graph,
        gates=CROSSING.gates,
        idle=CROSSING.idle,
    )


def test_a_fallback_takes_over_while_the_core_is_off():
    failure = CoreFailure("cpu", 1000, 6000)
    trace = run(CROSSING, [0, 2000, 7000], failure, reaction=Reaction(fallbacks={"cpu": spare()}))
    assert outcomes(trace) == ["COMPLETED"] * 3
    assert activities(trace, "cpu") == [
        (850, 950, "WAKE"),
        (950, 1000, "COMPUTE"),
        (7850, 7950, "WAKE"),
        (7950, 8450, "COMPUTE"),
    ]
    assert activities(trace, "dsp") == [
        (0, 100, "WAKE"),
        (100, 400, "COMPUTE"),
        (1000, 1100, "WAKE"),  # the sample under way begins again
        (1100, 1400, "COMPUTE"),
        (1400, 1900, "COMPUTE"),
        (2000, 2100, "WAKE"),
        (2100, 2400, "COMPUTE"),
        (2400, 2900, "COMPUTE"),
        (7000, 7100, "WAKE"),
        (7100, 7400, "COMPUTE"),
    ]
    assert trace.faults.planned.tolist().count(1) == 6
    joules_agree(trace)
    busy_j = (3 * 300 + 300 + 2 * 500 + 50 + 500) * 2.0 * NANO
    assert energy_by_cause_j(trace)["compute"] == pytest.approx(busy_j)


def test_a_fallback_whose_cores_are_off_as_well_is_no_help():
    failures = CoreFailure("cpu", 1000), CoreFailure("dsp", 900)
    trace = run(CROSSING, [0, 2000], *failures, reaction=Reaction(fallbacks={"cpu": spare()}))
    assert outcomes(trace) == ["LOST", "LOST"]
    assert trace.faults.cause.tolist() == [0, 1]


def with_battery(plan, joules):
    return replace(plan, platform=replace(plan.platform, battery=Battery(joules, 1.0)))


@pytest.mark.parametrize("share", [0.0, 0.25])
@pytest.mark.parametrize("spent_nj", [1.0, 4.0, 5.0, 6.0, 305.0, 604.9, 606.0, 700.0])
def test_a_brown_out_comes_when_the_closed_form_says(share, spent_nj):
    """Waking: 5 nJ in 100 ns; computing: 2 nJ a ns from there to 605 nJ; entry: 3 nJ; then rest."""
    plan = with_battery(ONE, spent_nj * NANO / (1.0 - share))
    trace = simulate(
        plan, releases([0, 5000], duration_ns=10_000), faults=Faults((BrownOut(share),))
    )
    if spent_nj <= 5:
        at_ns = ceil(spent_nj / 0.05 - 1e-9)
    elif spent_nj <= 605:
        at_ns = 100 + ceil((spent_nj - 5) / 2 - 1e-9)
    elif spent_nj <= 608:
        at_ns = 400
    else:
        at_ns = 400 + ceil((spent_nj - 608) / 0.125 - 1e-9)
    assert trace.duration_ns == at_ns
    drawn_j = joules_agree(trace)
    assert spent_nj * NANO * (1 - 1e-12) <= drawn_j <= (spent_nj + 3 + 2) * NANO  # an entry, a ns
    assert len(trace.samples.outcome) == 1
    done = at_ns >= 400
    assert outcomes(trace) == ["COMPLETED" if done else "LOST"]
    assert trace.faults.lost() == {"brown-out": 0 if done else 1}


def test_power_goes_when_the_regulator_and_the_battery_itself_have_taken_the_rest():
    """1.25 J for each that the device draws, 0.5 W always, and half of the battery in 2 us."""
    load = RegulatorLoad(1.0, 1.0 / 1.75)
    month_s = 365.25 * 86_400 / 12
    battery = Battery(2e-6, 1.0, 0.5 / 2e-6 * month_s, Regulator(0.5, (load,)))
    platform = replace(ONE.platform, battery=battery)
    plan = replace(ONE, platform=platform)
    trace = simulate(plan, releases([0], duration_ns=10_000), faults=Faults((BrownOut(0.5),)))
    at_ns = np.array([trace.duration_ns - 1, trace.duration_ns])
    taken_j = battery_energy_j(power_timeline(trace), battery, at_ns) + 0.5 * at_ns * NANO
    assert taken_j[0] < 1e-6 <= taken_j[1]
    assert trace.duration_ns == 100 + ceil((1000 - 5 * 1.25 - 100 * 1.0) / (2 * 1.25 + 1.0))


def test_a_battery_that_lasts_gives_the_run_as_it_was():
    plan = with_battery(CROSSING, 1.0)
    trace = simulate(plan, releases([0, 5000]), faults=Faults((BrownOut(0.5),)))
    plain = simulate(plan, releases([0, 5000]))
    assert what_happened(trace) == what_happened(plain)
    assert joules_agree(trace) == joules_agree(plain)


@pytest.mark.parametrize("arbitration", ["fifo", "fair"])
def test_power_goes_in_the_middle_of_transfers(arbitration):
    """To the joule: what a transfer has cost by then is its share of the time it would take."""
    cores = [core(name) for name in ("dsp", "cpu")]
    links = [bus(["dsp", "cpu"], arbitration=arbitration)]
    plan = chain_plan(
        [SegmentSpec("dsp", 100), SegmentSpec("cpu", 500)], cores=cores, links=links, rail_w=0.0
    )
    times = [0, 0, 0, 2000]
    whole = simulate(plan, releases(times))
    timeline = power_timeline(whole)
    steps_ns, watts = timeline.total()
    at_ns = 700
    impulses_j = sum(one.impulse_j[one.impulse_ns <= at_ns].sum() for one in timeline.components)
    lasts_ns = np.diff(np.minimum(np.append(steps_ns, whole.duration_ns), at_ns))
    joules = float(lasts_ns @ watts) * NANO + impulses_j
    trace = simulate(with_battery(plan, joules), releases(times), faults=Faults((BrownOut(0.0),)))
    assert trace.duration_ns in (at_ns, at_ns + 1)
    assert any(row[1] == trace.duration_ns and row[3] == "TRANSFER" for row in what_happened(trace))
    assert joules_agree(trace) == pytest.approx(joules, abs=trace.duration_ns * 1e-15 + 5e-9)
    assert trace.faults.lost() == {"brown-out": 3}


def test_drops_and_losses_are_told_apart():
    trace = run(ONE, [0, 0, 0, 0], CoreFailure("dsp", 500), queue=QueueRule(2))
    assert sorted(outcomes(trace)) == ["COMPLETED", "DROPPED", "DROPPED", "LOST"]
    assert trace.faults.cause.tolist().count(-1) == 3


def test_faults_that_do_not_fit_are_refused_all_at_once():
    faults = Faults(
        (
            CoreStall("dps", 0, 10),
            CoreFailure("dsp", 10, 5),
            CoreFailure("dsp", 20),
            CoreStall("dsp", 30, 1),
            LinkLoss("bus", 1.5),
            LinkLoss("bus", 0.5),
            BrownOut(1.0),
        ),
        (Reaction(-1), Reaction()),
    )
    plan = replace(ONE, platform=replace(ONE.platform, battery=None))
    with pytest.raises(InputError) as refused:
        simulate(plan, releases([0]), faults=faults)
    said = str(refused.value)
    for part in (
        "has no core 'dps' that could fail: did you mean 'dsp'?",
        "failure of dsp: it begins at 0 or later and lasts at least 1 ns",
        "stall of dsp: it begins before the failure of dsp ahead of it has ended",
        "loss on bus: the probability is from 0 to 1, not 1.5",
        "loss on bus: it is there 2 times; give it once",
        "brown-out: platform 'world' has no battery",
        "brown-out: the share is from 0 to below 1, not 1.0",
        "2 reactions for 1 pipelines",
        "retries are from 0 to 1000, not -1",
    ):
        assert part in said


def test_a_fallback_must_do_the_same_work_elsewhere():
    reaction = Reaction(fallbacks={"cpu": CROSSING, "dsp": SPARE})
    with pytest.raises(InputError) as refused:
        run(CROSSING, [0], reaction=reaction)
    said = str(refused.value)
    assert "for core 'cpu' puts segment 's1' on that very core" in said
    assert "for core 'dsp' is for another task graph, or has other gates" in said


def test_no_faults_at_all_change_nothing():
    rest = IdleState("rest", 0.125, 0.0, 100e-9, 0.0, 3e-9, 5e-9)
    assert rest in [*(replace(one, name="rest") for one in ONE.platform.cores[0].idle_states)]
    trace, plain = run(CROSSING, [0, 100, 5000]), simulate(CROSSING, releases([0, 100, 5000]))
    assert what_happened(trace) == what_happened(plain)
    assert trace.duration_ns == plain.duration_ns
