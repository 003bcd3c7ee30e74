"""Pipelines planned together on devices so small that the answer can be seen."""

from dataclasses import replace

import pytest

from devicemodels.documents.errors import InputError
from devicemodels.platform import IdleState, OperatingPoint
from scheduler.expectation import Assignment, events
from scheduler.infeasible import Infeasible
from scheduler.pipelines.budget import EXPECTED, WORST_CASE, Budget, capacity
from scheduler.pipelines.columns import Column
from scheduler.pipelines.combinations import cuts_of, forbids, interfering
from scheduler.pipelines.decisions import Decision, restrict
from scheduler.pipelines.documents import dump_shared_plan, load_shared_plan
from scheduler.pipelines.master import Master
from scheduler.pipelines.planner import plan_together
from scheduler.pipelines.pricing import assignments
from scheduler.pipelines.validity import check_shared
from scheduler.tabulation import make_problem
from simulator.confirmation import Horizon
from tests.simulator_worlds import GateSpec, SegmentSpec, bus, chain_plan, core

ONE_POINT = (OperatingPoint("only", 1e9, 1.0, 0.0),)
SMALL = core("small", operating_points=ONE_POINT, switched_capacitance_f=1e-10)
BIG = core("big", operating_points=ONE_POINT)
"""The small one draws 0.1 W and the big one 1 W, at the same speed."""


def problem(
    name, *macs, cores=(SMALL, BIG), period_ns=1000, deadline_ns=None, weights=0, gate=None
):
    """A chain of segments that take ``macs`` nanoseconds each."""
    segments = [SegmentSpec(cores[0].name, each, "only") for each in macs]
    if gate is not None:
        segments[0] = replace(segments[0], gate=gate)
    plan = chain_plan(
        segments,
        cores=cores,
        links=[bus([one.name for one in cores])] if len(cores) > 1 else [],
        period_s=period_ns * 1e-9,
        deadline_s=(deadline_ns or period_ns) * 1e-9,
    )
    heavy = [replace(operator, weight_bytes=weights) for operator in plan.task_graph.operators]
    graph = replace(plan.task_graph, operators=tuple(heavy))
    return make_problem(name, graph, plan.platform, plan.requirements)


def cores_of(shared):
    return [[placement.core for placement in plan.placements] for plan in shared.plans]


def test_pipelines_that_fit_share_the_cheapest_core():
    shared = plan_together([problem("a", 300), problem("b", 400)])
    assert cores_of(shared) == [["small"], ["small"]]
    assert shared.core_utilisation == pytest.approx({"small": 0.7, "big": 0.0})
    resting_w = 0.0625 + 2 * 0.125
    dynamic_w = (0.1 - 0.125) * 0.7 + 2 * (8e-9 - 0.125 * 100e-9) / 1e-6
    assert shared.mean_power_w == pytest.approx(resting_w + dynamic_w, rel=1e-12)
    assert shared.certificate.status == "optimal"
    assert check_shared(shared) == ()


def test_pipelines_that_do_not_fit_are_spread():
    """600 + 500 ns of every 1000: the one with more work stays on the core that is cheaper."""
    shared = plan_together([problem("a", 500), problem("b", 600)])
    assert cores_of(shared) == [["big"], ["small"]]
    assert shared.core_utilisation == pytest.approx({"small": 0.6, "big": 0.5})
    assert shared.certificate.status == "optimal"
    assert check_shared(shared) == ()


def test_an_overloaded_core_is_named_with_what_is_missing():
    with pytest.raises(Infeasible) as refused:
        plan_together([problem(name, 600, cores=(SMALL,)) for name in "ab"])
    assert "core 'small' is overloaded" in refused.value.reason
    assert "uses 120.0% of it (worst case), the limit is 100.0%" in refused.value.detail


def test_a_memory_that_is_too_small_is_named_with_what_is_missing():
    with pytest.raises(Infeasible) as refused:
        plan_together(
            [problem(name, 10, cores=(SMALL,), period_ns=10_000, weights=600_000) for name in "ab"]
        )
    assert "memory 'small-ram' is too small" in refused.value.reason
    assert "it has 1048576 bytes, the best mix of plans needs 151428 more" in refused.value.detail


def test_weights_add_up_and_the_activation_buffer_is_shared():
    """Twice 524 286 bytes of weights leave four, for the one buffer of four bytes."""
    fits = [
        problem(name, 10, cores=(SMALL,), period_ns=10_000, weights=(1 << 19) - 2) for name in "ab"
    ]
    shared = plan_together(fits)
    held = shared.memory["small-ram"]
    assert (held.weights_bytes, held.activations_bytes) == ((1 << 20) - 4, 4)
    spread = plan_together(
        [problem(name, 10, period_ns=10_000, weights=(1 << 19) - 1) for name in "ab"]
    )
    assert sorted(cores_of(spread)) == [["big"], ["small"]]


def test_a_pipeline_that_cannot_be_run_at_all_is_explained_as_alone():
    with pytest.raises(Infeasible, match="deadline"):
        plan_together([problem("a", 300), problem("b", 2000)])


def test_gates_make_room_only_if_the_budget_counts_on_them():
    """A gate of 10 ns stops half of all samples of 0.5, before another 600 ns."""
    gate = GateSpec(10, 0.75, 0.75)
    two = [problem(name, 100, 700, cores=(SMALL,), gate=gate) for name in "ab"]
    with pytest.raises(Infeasible, match="overloaded"):
        plan_together(two, budget=WORST_CASE)
    shared = plan_together(two, budget=EXPECTED)
    assert shared.core_utilisation["small"] == pytest.approx(2 * (0.11 + 0.25 * 0.7))
    assert check_shared(shared) == ()


def test_one_idle_state_holds_for_all():
    """Deep sleep pays for the slow one alone; the fast one wakes so often that it does not."""
    states = (
        IdleState("light", 0.1, 0.0, 0.0, 0.0, 0.0, 0.0),
        IdleState("deep", 0.0, 0.0, 0.0, 0.0, 0.0, 200e-9),
    )
    device = (replace(SMALL, idle_states=states),)
    fast = problem("fast", 10, cores=device, period_ns=1_000)
    slow = problem("slow", 10, cores=device, period_ns=1_000_000)
    alone = plan_together([slow])
    assert alone.idle[0].idle_state == "deep"
    shared = plan_together([slow, fast])
    assert shared.idle[0].idle_state == "light"
    assert {plan.idle for plan in shared.plans} == {shared.idle}
    assert check_shared(shared) == ()


def test_a_deadline_missed_in_the_simulation_becomes_a_cut():
    """The long one on the same core makes the short one wait until 1300 if it came at 1000."""
    short = problem("short", 100, period_ns=1000, deadline_ns=300)
    long = problem("long", 1100, period_ns=5000)
    together = plan_together([short, long])
    assert cores_of(together) == [["small"], ["small"]]
    confirmed = plan_together([short, long], confirm=Horizon())
    assert cores_of(confirmed) == [["big"], ["small"]]
    assert confirmed.deadline_cuts >= 1
    assert confirmed.mean_power_w > together.mean_power_w
    seen = confirmed.confirmation
    assert seen.workloads == ("worst_case", "drawn")
    assert seen.hyperperiods >= 1.0
    assert [one.late for one in seen.pipelines] == [0, 0]
    assert seen.pipelines[0].latency_max_s == pytest.approx(200e-9)
    assert seen.confirmed_samples == sum(one.samples for one in seen.pipelines)
    assert check_shared(confirmed) == ()


def test_deadlines_that_no_combination_keeps_are_an_answer():
    pipelines = [
        problem("short", 100, cores=(SMALL,), period_ns=1000, deadline_ns=300),
        problem("long", 1100, cores=(SMALL,), period_ns=5000),
    ]
    with pytest.raises(Infeasible) as refused:
        plan_together(pipelines, confirm=Horizon())
    assert "kept all deadlines when simulated" in refused.value.reason
    assert "'short' took up to 4e-07 s, its deadline is 3e-07 s" in refused.value.detail


def test_rounds_end():
    short = problem("short", 100, period_ns=1000, deadline_ns=300)
    long = problem("long", 1100, period_ns=5000)
    with pytest.raises(Infeasible, match="1 combinations were tried"):
        plan_together([short, long], confirm=Horizon(), rounds=0, tightenings=0)


def test_a_horizon_that_is_too_long_is_cut_and_says_so():
    pipelines = [problem("a", 10, period_ns=99_991), problem("b", 10, period_ns=100_003)]
    seen = plan_together(pipelines, confirm=Horizon(fewest=50, most=300)).confirmation
    assert seen.hyperperiods < 1.0
    assert seen.confirmed_samples <= 2 * 302


def test_other_platforms_and_no_pipelines_are_refused():
    with pytest.raises(ValueError, match="no pipeline"):
        plan_together([])
    with pytest.raises(ValueError, match="need one platform"):
        plan_together([problem("a", 10), problem("b", 10, cores=(SMALL,))])


@pytest.fixture(scope="module")
def sound():
    shared = plan_together([problem("a", 500), problem("b", 600)], confirm=Horizon())
    assert check_shared(shared) == ()
    return shared


def late(shared):
    one = replace(shared.confirmation.pipelines[0], late=1)
    pipelines = (one, *shared.confirmation.pipelines[1:])
    return replace(shared, confirmation=replace(shared.confirmation, pipelines=pipelines))


def too_long(shared):
    one = replace(shared.confirmation.pipelines[0], latency_max_s=1.0)
    pipelines = (one, *shared.confirmation.pipelines[1:])
    return replace(shared, confirmation=replace(shared.confirmation, pipelines=pipelines))


def on_another_platform(shared):
    other = plan_together([problem("a", 500, cores=(BIG, SMALL))]).plans[0]
    return replace(shared, plans=(other, shared.plans[1]))


def both_small(shared):
    """Each plan is sound, and the figures are those of both, but they do not fit."""
    a = plan_together([problem("a", 500)])
    return replace(shared, plans=(a.plans[0], shared.plans[1]))


FAULTS = {
    "mean power": (lambda s: replace(s, mean_power_w=s.mean_power_w * 1.001), "figure"),
    "utilisation": (lambda s: replace(s, core_utilisation={"small": 0.6, "big": 0.4}), "figure"),
    "unknown core": (lambda s: replace(s, core_utilisation={"small": 0.6}), "figure"),
    "link": (lambda s: replace(s, link_utilisation={"bus": 0.1}), "figure"),
    "not a number": (lambda s: replace(s, link_utilisation={"bus": float("nan")}), "figure"),
    "memory": (lambda s: replace(s, memory={"small-ram": s.memory["small-ram"]}), "figure"),
    "held": (
        lambda s: replace(s, memory={k: replace(v, weights_bytes=9) for k, v in s.memory.items()}),
        "figure",
    ),
    "budget": (lambda s: replace(s, budget=Budget("worst_case", 0.55, 1.0)), "utilisation"),
    "no limit": (lambda s: replace(s, budget=Budget("worst_case", float("inf"))), "utilisation"),
    "too much": (both_small, "utilisation"),
    "idle": (lambda s: replace(s, idle=tuple(reversed(s.idle))), "idle"),
    "priorities": (lambda s: replace(s, priorities=(0,)), "pipelines"),
    "no plans": (lambda s: replace(s, plans=()), "pipelines"),
    "platform": (on_another_platform, "platform"),
    "forged plan": (
        lambda s: replace(s, plans=(replace(s.plans[0], platform_sha256="0"), s.plans[1])),
        "hash",
    ),
    "bound": (
        lambda s: replace(s, certificate=replace(s.certificate, lower_bound=1.0)),
        "certificate",
    ),
    "gap": (lambda s: replace(s, certificate=replace(s.certificate, gap=0.5)), "certificate"),
    "optimal": (
        lambda s: replace(s, certificate=replace(s.certificate, lower_bound=0.0, gap=1.0)),
        "certificate",
    ),
    "late": (late, "deadline"),
    "too long": (too_long, "deadline"),
    "samples": (
        lambda s: replace(s, confirmation=replace(s.confirmation, confirmed_samples=1)),
        "confirmation",
    ),
    "seen": (
        lambda s: replace(s, confirmation=replace(s.confirmation, pipelines=())),
        "confirmation",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_checker_finds_each_fault(sound, fault):
    breaks, kind = FAULTS[fault]
    assert kind in {violation.kind for violation in check_shared(breaks(sound))}


def test_a_shared_plan_survives_its_document(sound):
    text = dump_shared_plan(sound)
    assert load_shared_plan(text, "shared.json") == sound
    with pytest.raises(InputError, match="version"):
        load_shared_plan(text.replace("shared-plan@1", "shared-plan@9"), "shared.json")


def column(name, power_w, *, core_share=(0.0, 0.0), link_share=(0.0,)):
    modes = (ord(name),)
    return Column(
        Assignment(modes, (), (0, 0)), power_w, core_share, link_share, (0, 0), (0, 0), 10
    )


def test_the_master_mixes_where_whole_columns_do_not_fit():
    """Two pipelines that would each take 60 % of core 0: a sixth of one of them must leave."""
    device = problem("a", 10).platform
    pools = [[column(x, 1.0, core_share=(0.6, 0.0)), column(y, 3.0)] for x, y in ("ab", "cd")]
    master = Master(capacity(device, WORST_CASE), 2)
    mix = master.relax(pools)
    assert mix.value == pytest.approx(2.0 + 2.0 / 3.0)
    assert mix.prices[0].core == pytest.approx((2.0 / 0.6, 0.0))
    chosen = master.choose(pools, [])
    assert sum(one.power_w for one in chosen) == 4.0
    cut = tuple(enumerate(chosen))
    other = master.choose(pools, [cut])
    assert other != chosen
    assert sum(one.power_w for one in other) == 4.0
    assert forbids(cut, chosen)
    assert not forbids(cut, other)
    third = master.choose(pools, [cut, tuple(enumerate(other))])
    assert sum(one.power_w for one in third) == 6.0
    assert master.choose([pool[:1] for pool in pools], []) is None
    short = master.relax([pool[:1] for pool in pools], short=True)
    assert short.value == pytest.approx(0.2)
    assert short.shortage == pytest.approx([0.2, 0, 0, 0, 0])


def test_only_pipelines_that_meet_are_cut_together():
    """0 and 1 share core 0, 1 and 2 the link; 3 is alone on core 1."""
    columns = (
        column("a", 1.0, core_share=(0.1, 0.0)),
        column("b", 1.0, core_share=(0.1, 0.0), link_share=(0.1,)),
        column("c", 1.0, link_share=(0.1,)),
        column("d", 1.0, core_share=(0.0, 0.1)),
    )
    assert interfering(columns, 0) == interfering(columns, 2) == (0, 1, 2)
    assert interfering(columns, 3) == (3,)
    assert cuts_of(columns, [0, 2]) == [tuple(enumerate(columns[:3]))]
    assert len(cuts_of(columns, [2, 3])) == 2


@pytest.mark.parametrize("kind", ["gates", "mode", "knob", "codec"])
def test_a_restricted_problem_has_what_its_decisions_allow(kind):
    whole = problem("a", 10, 20)
    for holds in (True, False):
        decision = Decision(0, kind, 0, 0, holds)
        restricted, kept = restrict(whole, [decision])
        assert list(kept) == ([] if kind == "gates" and not holds else [0])
        allowed = [
            assignment for assignment in assignments(whole, (0, 0)) if decision.allows(assignment)
        ]
        possible = [
            assignment
            for assignment in assignments(restricted, (0, 0))
            if is_possible(restricted, assignment)
        ]
        assert possible == [one for one in allowed if kept and is_possible(whole, one)]


def is_possible(one, assignment):
    try:
        return bool(list(events(one, assignment)))
    except ValueError:
        return False
