"""The checkers catch every named fault in thousands of broken plans and schedules."""

from collections import Counter
from collections.abc import Callable

from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from scheduler.graphs.schedule import Schedule
from scheduler.graphs.validity import check_schedule
from scheduler.plan import Plan
from scheduler.validity import check
from wakepath.testing import (
    PLAN_FAULTS,
    SCHEDULE_FAULTS,
    BrokenPlan,
    BrokenSchedule,
    GraphWitness,
    Witness,
    broken_plans,
    broken_schedules,
    graph_witnesses,
    plan_mutations,
    plans,
    schedule_mutations,
    schedules,
    witnesses,
)

LEAST_MUTANTS = 2000
"""Broken plans, and broken schedules, that the checkers must catch, every one."""

PLANS: st.SearchStrategy[Witness] = witnesses() | witnesses(numbers="any")
SCHEDULES: st.SearchStrategy[GraphWitness] = (
    graph_witnesses()
    | graph_witnesses(max_cores=2, sharings=("fifo",), pools=False, holes=False)
    | graph_witnesses(max_cores=2, sharings=("fair",), pools=False, holes=False)
)


def examples(count: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    return settings(
        max_examples=count,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )


def test_there_are_enough_kinds_of_fault() -> None:
    assert len(PLAN_FAULTS) >= 15
    assert len(SCHEDULE_FAULTS) >= 10


def test_every_fault_in_two_thousand_plans_is_caught() -> None:
    tried: Counter[str] = Counter()

    @examples(60)
    @given(plans(PLANS) | plans(PLANS).filter(lambda plan: plan.crossings))
    def each(plan: Plan) -> None:
        assert check(plan) == ()
        for broken in plan_mutations(plan):
            tried[broken.kind] += 1
            found = {violation.kind for violation in check(broken.plan)}
            assert set(broken.violations) <= found, f"{broken.kind}: found {found or 'nothing'}"

    each()
    print(*sorted(tried.items()), tried.total(), sep="\n")
    assert tried.total() >= LEAST_MUTANTS
    assert {kind for kind in PLAN_FAULTS if tried[kind] < 3} == set()


def test_every_fault_in_two_thousand_schedules_is_caught() -> None:
    tried: Counter[str] = Counter()

    @examples(250)
    @given(schedules(SCHEDULES) | schedules(SCHEDULES).filter(lambda one: len(one.transfers) > 1))
    def each(schedule: Schedule) -> None:
        assert check_schedule(schedule) == ()
        for broken in schedule_mutations(schedule):
            tried[broken.kind] += 1
            found = {violation.kind for violation in check_schedule(broken.schedule)}
            assert set(broken.violations) <= found, f"{broken.kind}: found {found or 'nothing'}"

    each()
    print(*sorted(tried.items()), tried.total(), sep="\n")
    assert tried.total() >= LEAST_MUTANTS
    assert {kind for kind in SCHEDULE_FAULTS if tried[kind] < 3} == set()


@examples(100)
@given(broken_plans())
def test_a_drawn_broken_plan_is_caught(broken: BrokenPlan) -> None:
    event(broken.kind)
    assert broken.plan != broken.sound
    assert check(broken.sound) == ()
    assert set(broken.violations) <= {violation.kind for violation in check(broken.plan)}


@examples(150)
@given(broken_schedules())
def test_a_drawn_broken_schedule_is_caught(broken: BrokenSchedule) -> None:
    event(broken.kind)
    assert broken.schedule != broken.sound
    assert check_schedule(broken.sound) == ()
    found = {violation.kind for violation in check_schedule(broken.schedule)}
    assert set(broken.violations) <= found


@examples(30)
@given(broken_plans(kinds=["memory-overflow", "wrong-link"]))
def test_kinds_can_be_chosen(broken: BrokenPlan) -> None:
    assert broken.kind in {"memory-overflow", "wrong-link"}
