"""The compiled engine gives the traces of the reference engine, column by column."""

from collections import Counter
from dataclasses import astuple, fields

import pytest
from hypothesis import given, settings

from simulator.compiled.engine import simulate_compiled
from simulator.durations import UnsupportedPlan
from simulator.engine import simulate_together
from simulator.fingerprint import fingerprint
from simulator.idling.policies import FIXED
from simulator.queues import QueueRule
from simulator.shared_trace import SharedTrace
from simulator.trace import Activities, Samples, Stays
from tests.compiled_worlds import World, character, random_world
from tests.oracle_figures import Record, agreement
from tests.shared_strategies import SharedScene, shared_scenes
from tests.simulator_worlds import SegmentSpec, bus, chain_plan, releases

thoroughly = settings(max_examples=100, deadline=None, derandomize=True, database=None)


def assert_same_run(ours: SharedTrace, theirs: SharedTrace) -> None:
    """Every column of two runs, with its type; and their hashes."""
    assert ours.duration_ns == theirs.duration_ns
    assert ours.pipeline.dtype == theirs.pipeline.dtype
    assert ours.pipeline.tolist() == theirs.pipeline.tolist()
    for one, other in zip(ours.traces, theirs.traces, strict=True):
        assert (one.origin, one.answers) == (other.origin, other.answers)
        assert (one.plan, one.duration_ns) == (other.plan, other.duration_ns)
        for group, kind in (("samples", Samples), ("activities", Activities)):
            for field in fields(kind):
                column = getattr(getattr(one, group), field.name)
                wanted = getattr(getattr(other, group), field.name)
                assert column.dtype == wanted.dtype, field.name
                assert column.tolist() == wanted.tolist(), field.name
    assert ours.stays is not None and theirs.stays is not None
    for field in fields(Stays):
        column, wanted = getattr(ours.stays, field.name), getattr(theirs.stays, field.name)
        assert column.dtype == wanted.dtype, field.name
        assert column.tolist() == wanted.tolist(), field.name
    assert fingerprint(ours) == fingerprint(theirs)


def compare(world: World) -> SharedTrace:
    """Run a world on both engines; the reference's trace."""
    theirs = simulate_together(
        world.pipelines, world.queue, priorities=world.priorities, idle=world.idle
    )
    ours = simulate_compiled(
        world.pipelines, world.queue, priorities=world.priorities, idle=world.idle
    )
    assert_same_run(ours, theirs)
    return theirs


def compare_worlds(first: int, count: int) -> Counter[str]:
    """Compare ``count`` worlds, numbered from ``first``, without those that are too fine.

    Returns how many of them drop samples, have ties, are saturated.
    """
    seen: Counter[str] = Counter()
    policies: Counter[type] = Counter()
    compared = refused = 0
    while compared < count:
        try:
            world = random_world(first + compared + refused)
            what = character(compare(world))
        except UnsupportedPlan as too_fine:
            assert "fair link" in str(too_fine)
            refused += 1
            continue
        compared += 1
        policies[type(world.idle)] += 1
        seen.update(name for name, has in zip(what.__slots__, astuple(what), strict=True) if has)
    assert refused <= count // 50
    for special in ("drops", "ties", "saturated"):
        assert seen[special] * 3 >= count, seen
    assert len(policies) == 5
    assert min(policies.values()) * 10 >= count, policies
    return seen


@thoroughly
@given(shared_scenes())
def test_small_worlds_run_the_same(scene: SharedScene):
    compare(World(scene.pipelines, scene.queue, scene.priorities, FIXED))


def test_200_random_worlds_run_the_same():
    compare_worlds(0, 200)


@pytest.mark.heavy
def test_1000_random_worlds_run_the_same(record_property: Record):
    seen = compare_worlds(10_000, 1000)
    agreement(
        record_property,
        "the compiled engine's trace and stays in random worlds",
        "the reference engine",
        1000,
        f"equal in every column; {seen['drops']} with drops, {seen['ties']} with ties, "
        f"{seen['saturated']} saturated",
    )


def test_what_waits_may_outgrow_any_room():
    """Thousands under way at once, and more activities than the record holds at a time."""
    plan = chain_plan([SegmentSpec("dsp", 300), SegmentSpec("cpu", 500), SegmentSpec("dsp", 10)])
    workload = releases(range(0, 60_000, 2))
    compare(World(((plan, workload),), QueueRule(), (0,), FIXED))


def test_a_fair_link_whose_shares_need_more_than_64_bits_is_refused():
    plan = chain_plan(
        [SegmentSpec("dsp", 1), SegmentSpec("cpu", 1)],
        links=[bus(["dsp", "cpu"], latency_s=1e-3, arbitration="fair")],
    )
    with pytest.raises(UnsupportedPlan, match="use the reference engine"):
        simulate_compiled([(plan, releases(range(0, 2000, 10)))])


def test_progress_is_told_and_ends_with_all():
    plan = chain_plan([SegmentSpec("dsp", 300)])
    told: list[tuple[int, int]] = []
    simulate_compiled(
        [(plan, releases(range(0, 200_000_000, 1000)))],
        progress=lambda done, of: told.append((done, of)),
    )
    assert len(told) > 1
    assert told == sorted(told)
    assert told[-1] == (200_000, 200_000)


def test_what_the_reference_refuses_is_refused():
    plan = chain_plan([SegmentSpec("dsp", 300)])
    with pytest.raises(UnsupportedPlan, match="no pipeline"):
        simulate_compiled([])
    with pytest.raises(UnsupportedPlan, match="stops samples at gate 1"):
        simulate_compiled([(plan, releases([0], [1]))])
    with pytest.raises(ValueError, match="in order of time"):
        simulate_compiled([(plan, releases([5, 3]))])
    with pytest.raises(ValueError, match="2 priorities for 1 pipelines"):
        simulate_compiled([(plan, releases([0]))], priorities=[0, 1])


@pytest.mark.parametrize(
    ("column", "value"), [("label", 2), ("label", -1), ("answer", -1), ("exit_gate", -2)]
)
def test_fates_that_nothing_counts_are_refused(column: str, value: int):
    plan, workload = chain_plan([SegmentSpec("dsp", 300)]), releases([0, 10])
    getattr(workload, column)[1] = value
    with pytest.raises(ValueError, match=f"sample 1 has .* {value}"):
        simulate_compiled([(plan, workload)])
