"""Sources: the same however they are cut, and the same as a plain telling of them."""

import json
from dataclasses import asdict, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.engine import simulate, simulate_together
from simulator.sources.columns import Workload
from simulator.sources.fates import Drawn, Replayed
from simulator.sources.feed import generate, prepare, workload
from simulator.sources.releases import Burst, Jittered, Modulated, Periodic, Poisson, State
from simulator.sources.source import Cursor, Source
from tests.simulator_worlds import GateSpec, SegmentSpec, chain_plan
from tests.source_reference import fates, released
from tests.source_strategies import (
    ANSWERING,
    PIPELINES,
    PLAN,
    PLANS,
    SEEDS,
    modulated,
    recording,
    sources,
)

SEEDED = settings(deadline=None, derandomize=True, database=None)
COLUMNS = ("release_ns", "label", "exit_gate", "answer")


def assert_same(one: Workload, other: Workload) -> None:
    for name in COLUMNS:
        left, right = getattr(one, name), getattr(other, name)
        assert left.dtype == right.dtype
        assert left.tolist() == right.tolist(), name
    assert (one.duration_ns, one.answers) == (other.duration_ns, other.answers)


@SEEDED
@given(sources(), PLANS, SEEDS, PIPELINES, st.integers(0, 6000))
def test_a_source_is_what_is_told_of_it(source, plan, seed, pipeline, until_ns):
    made = workload(source, plan, until_ns, seed, pipeline)
    told = released(source, seed, pipeline, until_ns)
    assert made.release_ns.tolist() == [time for time, _ in told]
    columns = fates(source, plan, seed, pipeline, [state for _, state in told])
    for name, column in zip(COLUMNS[1:], columns, strict=True):
        assert getattr(made, name).tolist() == column.tolist(), name
    assert made.duration_ns == until_ns


@SEEDED
@given(sources(), SEEDS, PIPELINES, st.lists(st.integers(0, 6000), min_size=1, max_size=8))
def test_cutting_a_run_changes_nothing(source, seed, pipeline, cuts):
    """Not the samples, and not where the source is; with each cursor stored and read back."""
    cuts = sorted(cuts)
    parts, cursor = [], None
    for until_ns in cuts:
        chunk, cursor = generate(source, PLAN, seed, pipeline, cursor, until_ns)
        cursor = Cursor(**json.loads(json.dumps(asdict(cursor))))
        parts.append(chunk)
    whole, end = generate(source, PLAN, seed, pipeline, None, cuts[-1])
    joined = {name: np.concatenate([getattr(part, name) for part in parts]) for name in COLUMNS}
    assert_same(replace(parts[-1], **joined), whole)
    assert cursor == end
    assert end.sample == len(whole.release_ns)


@pytest.mark.parametrize("plan", [PLAN, ANSWERING])
@pytest.mark.parametrize("share", [None, 0.3])
@pytest.mark.parametrize("of", [Drawn, lambda share: Replayed(recording(), share)])
def test_long_chunks_are_what_is_told_of_them(of, share, plan):
    """More samples than the loops take at a time, in two chunks that end anywhere."""
    source = Source(Periodic(10), of(share))
    feed = prepare(source, plan, seed=5)
    first, cursor = feed.generate(feed.start(), 7_770)
    second, _ = feed.generate(cursor, 20_000)
    told = fates(source, plan, 5, 0, [0] * 2000)
    for name, column in zip(COLUMNS[1:], told, strict=True):
        made = np.concatenate([getattr(first, name), getattr(second, name)])
        assert made.tolist() == column.tolist(), name


@SEEDED
@given(sources(), SEEDS)
def test_releases_keep_their_order_and_the_run_its_end(source, seed):
    times = workload(source, PLAN, 5000, seed).release_ns
    assert (np.diff(times) >= 0).all()
    assert ((times >= 0) & (times < 5000)).all()


@SEEDED
@given(modulated(), SEEDS)
def test_bursts_come_on_top(release, seed):
    """Its own releases stay where they were."""
    quiet = workload(Source(release), PLAN, 5000, seed).release_ns
    burst = Burst(at_ns=1000, samples=7, every_ns=13)
    busy = workload(Source(release, bursts=(burst,)), PLAN, 5000, seed).release_ns
    extra = 1000 + 13 * np.arange(7)
    assert busy.tolist() == sorted([*quiet.tolist(), *extra.tolist()])


@SEEDED
@given(SEEDS, st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_more_positives_are_the_same_ones_and_others(seed, one, other):
    """The share of positives is a knob: turned up, no positive becomes a negative."""
    few, many = (
        workload(Source(Poisson(10), Drawn(share)), PLAN, 2000, seed)
        for share in sorted((one, other))
    )
    assert few.release_ns.tolist() == many.release_ns.tolist()
    assert (few.label <= many.label).all()
    same = few.label == many.label
    assert (few.exit_gate[same] == many.exit_gate[same]).all()
    assert (few.answer[same] == many.answer[same]).all()


STRICTER = chain_plan(
    [
        SegmentSpec("dsp", 10, gate=GateSpec(1, 0.5, 0.125, threshold=0.5)),
        SegmentSpec("cpu", 20, gate=GateSpec(1, 0.75, 0.5, threshold=0.875)),
        SegmentSpec("npu", 30),
    ]
)


@SEEDED
@given(sources(), SEEDS, PIPELINES)
def test_two_plans_see_one_world(source, seed, pipeline):
    """Common random numbers: releases and classes agree, and fates at the gate that agrees."""
    one, other = (workload(source, plan, 4000, seed, pipeline) for plan in (PLAN, STRICTER))
    assert one.release_ns.tolist() == other.release_ns.tolist()
    assert one.label.tolist() == other.label.tolist()
    assert ((one.exit_gate == 0) == (other.exit_gate == 0)).all()
    passed_both = (one.exit_gate == -1) & (other.exit_gate == -1)
    if isinstance(source.fates, Replayed):
        assert (one.answer[passed_both] == other.answer[passed_both]).all()
    stopped_second = one.exit_gate == 1
    assert (other.exit_gate[stopped_second] == 1).all()  # the second gate only became stricter


def test_a_source_runs_through_the_engine_and_several_do_together():
    """Two sensors of one device: each pipeline has the draws of its own number."""
    source = Source(Jittered(5_000, 5_000), Drawn(0.5))
    alone = workload(source, PLAN, 200_000, 3, pipeline=1)
    first = workload(source, PLAN, 200_000, 3, pipeline=0)
    assert alone.release_ns.tolist() != first.release_ns.tolist()
    shared = simulate_together([(PLAN, first), (PLAN, alone)])
    for trace, made in zip(shared.traces, (first, alone), strict=True):
        assert trace.samples.release_ns.tolist() == made.release_ns.tolist()
        assert trace.samples.label.tolist() == made.label.tolist()
    trace = simulate(PLAN, alone)
    assert trace.samples.exit_gate.tolist() == alone.exit_gate.tolist()


def test_a_prepared_source_is_left_as_it_was():
    """Neither chunks nor their columns share anything that can be written to."""
    feed = prepare(Source(Periodic(10), Replayed(recording())), PLAN, seed=1)
    first, _ = feed.generate(feed.start(), 500)
    kept = {name: getattr(first, name).copy() for name in COLUMNS}
    for name in COLUMNS:
        getattr(first, name)[:] = 1
    again, _ = feed.generate(feed.start(), 500)
    for name in COLUMNS:
        assert getattr(again, name).tolist() == kept[name].tolist()


@pytest.mark.parametrize("until_ns", [99, 10**18 + 1])
def test_time_does_not_run_back_nor_out_of_64_bits(until_ns):
    feed = prepare(Source(Periodic(10)), PLAN, seed=1)
    _, cursor = feed.generate(feed.start(), 100)
    with pytest.raises(ValueError, match="cannot play from 100 ns"):
        feed.generate(cursor, until_ns)


def test_the_latest_times_still_fit():
    """The longest interval on top of the latest time stays a time."""
    latest = 10**18
    rare = Modulated((State(Poisson(latest), latest, 0.5), State(Jittered(latest, latest), latest)))
    for seed in range(50):
        made, cursor = generate(Source(rare), PLAN, seed, 0, None, latest)
        assert len(made.release_ns) < 10
        assert (np.diff(made.release_ns) > 0).all()
        assert cursor.due_ns >= latest or cursor.leaves_ns >= latest
        assert min(cursor.due_ns, cursor.leaves_ns) > 0
