"""Execution on real processes: the simulator's meaning, and the real network's answers."""

import os
from dataclasses import replace

import numpy as np
import pytest

from backends.channels import Kind, LogWriter, clear_log, make_memory, read_log, read_now
from backends.execution import execute
from backends.pool import WorkerPool, cpus_of
from devicemodels.cost import MeasuredTimes
from devicemodels.documents.errors import InputError
from networks.codecs import CODEC_NAMES
from networks.record import record
from scheduler.plan import Plan
from simulator.engine import simulate
from simulator.metrics import metrics
from simulator.queues import QueueRule
from simulator.trace import Activity, Outcome, Trace
from simulator.workload import replay
from tests.backends_worlds import PERIOD_NS, World, cores, heavy_world, plan_on, small_world

pytestmark = pytest.mark.workers

COUNT = 120


def _crossing_edge(world: World) -> str:
    (coded,) = [edge.name for edge in world.graph.edges if len(edge.codecs) > 1]
    return coded


def _split(world: World, first: str, second: str) -> list[str]:
    """Up to the gate on one core, the rest on the other."""
    last = [segment.name for segment in world.graph.segments].index(world.graph.gates[0].segment)
    return [first if i <= last else second for i in range(len(world.graph.segments))]


def _median_score(world: World, codecs: dict[str, str]) -> float:
    labels = np.zeros(COUNT, dtype=np.int8)
    said = record(world.network, world.graph, codecs, world.windows(COUNT), labels)
    middle = np.sort(said.gate_scores[:, 0])[COUNT // 2 - 1 : COUNT // 2 + 1]
    return float(middle.mean())


@pytest.fixture(scope="module", params=CODEC_NAMES)
def ran(request: pytest.FixtureRequest) -> tuple[World, Plan, Trace]:
    """One run across two cores for each codec; the gate stops half of the samples."""
    world = small_world()
    codecs = {_crossing_edge(world): request.param}
    threshold = _median_score(world, codecs)
    plan = plan_on(cores(), world.graph, _split(world, "middle", "fast"), codecs, [threshold])
    labels = (np.arange(COUNT) % 3 == 0).astype(np.int8)
    trace = execute(plan, world.programs, world.windows(COUNT), labels, PERIOD_NS, warm_up=3)
    return world, plan, trace


def test_every_sample_has_the_network_s_own_exit_and_answer(
    ran: tuple[World, Plan, Trace],
) -> None:
    world, plan, trace = ran
    codecs = plan.codecs
    said = record(world.network, world.graph, codecs, world.windows(COUNT), trace.samples.label)
    expected = replay(said, plan, PERIOD_NS)
    np.testing.assert_array_equal(trace.samples.exit_gate, expected.exit_gate)
    np.testing.assert_array_equal(trace.samples.answer, expected.answer)
    assert np.count_nonzero(expected.exit_gate == 0) == COUNT // 2
    assert set(trace.samples.outcome.tolist()) == {Outcome.COMPLETED}
    assert (trace.origin, trace.answers) == ("measured", "measured")


@pytest.mark.parametrize("stops", ["some", "all", "none"])
def test_a_gate_gives_both_answers_as_recorded(stops: str) -> None:
    """It stops, it answers, it lets pass; at a threshold of 1 it stops all, at 0 none."""
    world = small_world()
    labels = np.zeros(COUNT, dtype=np.int8)
    said = record(world.network, world.graph, {}, world.windows(COUNT), labels)
    low, high = np.quantile(said.gate_scores[:, 0].astype(np.float64), [0.25, 0.75]).tolist()
    low = {"some": low, "all": 1.0, "none": 0.0}[stops]
    placed = ["middle"] * len(world.graph.segments)
    plan = plan_on(cores(), world.graph, placed, {}, [low], [high])
    trace = execute(plan, world.programs, world.windows(COUNT), labels, PERIOD_NS, warm_up=3)
    expected = replay(said, plan, PERIOD_NS)
    np.testing.assert_array_equal(trace.samples.exit_gate, expected.exit_gate)
    np.testing.assert_array_equal(trace.samples.answer, expected.answer)
    answered = int(((trace.samples.exit_gate == 0) & (trace.samples.answer == 1)).sum())
    stopped = int(((trace.samples.exit_gate == 0) & (trace.samples.answer == 0)).sum())
    quarter = COUNT // 4
    ends = {"some": (quarter, quarter), "all": (COUNT, 0), "none": (0, quarter)}
    assert (stopped, answered) == ends[stops]


def test_each_sample_does_what_the_simulator_says_in_the_same_order(
    ran: tuple[World, Plan, Trace],
) -> None:
    world, plan, trace = ran
    timed = replace(
        plan.platform,
        cores=tuple(
            replace(core, cost=MeasuredTimes(dict.fromkeys(_work(world), 1e-5)))
            for core in plan.platform.cores
        ),
    )
    codecs = plan.codecs
    said = record(world.network, world.graph, codecs, world.windows(COUNT), trace.samples.label)
    simulated = simulate(replace(plan, platform=timed), replay(said, plan, PERIOD_NS))
    for sample in range(COUNT):
        assert _story(trace, sample) == _story(simulated, sample)
    ours, theirs = metrics(trace), metrics(simulated)
    assert ours.bytes_across_cuts == theirs.bytes_across_cuts
    (crossing,) = plan.crossings
    (cut,) = ours.bytes_across_cuts.values()
    n = 8 * 32
    formula = {
        "none": 4 * n,
        "float16": 2 * n,
        "int8": 4 + n,
        "narrow": 4 + 2 * 32,
        "sparse": 4 + n // 8 + n // 8,
        "dropped": 4 + 2 * 32,
    }
    assert cut.wire_bytes == crossing.wire_bytes == formula[crossing.codec]
    assert ours.stop_rate_by_gate == theirs.stop_rate_by_gate
    assert ours.accuracy == theirs.accuracy


def _work(world: World) -> set[str]:
    """Keys of all pieces of work; the generic codecs have no program."""
    return set(world.programs) | {
        f"{half}:{edge.name}/{codec.name}"
        for edge in world.graph.edges
        for codec in edge.codecs
        for half in ("encode", "decode")
    }


def _story(trace: Trace, sample: int) -> list[tuple[int, int, int]]:
    done = trace.activities
    mine = done.sample == sample
    return list(zip(done.activity[mine], done.segment[mine], done.resource[mine], strict=True))


def test_no_nanosecond_between_release_and_finish_is_unaccounted(
    ran: tuple[World, Plan, Trace],
) -> None:
    _, _, trace = ran
    done, samples = trace.activities, trace.samples
    for sample in range(COUNT):
        mine = done.sample == sample
        starts, ends = done.start_ns[mine], done.end_ns[mine]
        if starts[0] != samples.release_ns[sample]:  # it had to wait at the sensor
            assert samples.finish_ns[sample - 1] > samples.release_ns[sample]
            assert starts[0] > samples.finish_ns[sample - 1]
        np.testing.assert_array_equal(starts[1:], ends[:-1])
        assert ends[-1] == samples.finish_ns[sample]
    assert trace.duration_ns >= COUNT * PERIOD_NS


def test_releases_keep_the_pace(ran: tuple[World, Plan, Trace]) -> None:
    _, _, trace = ran
    due = np.arange(COUNT) * PERIOD_NS
    assert (trace.samples.release_ns >= due).all(), "a window is never released before it is due"


def test_what_does_not_fit_is_dropped_by_the_rule_and_counted() -> None:
    world = heavy_world()
    plan = plan_on(cores(), world.graph, ["fast"] * len(world.graph.segments))
    labels = np.zeros(40, dtype=np.int8)
    with WorkerPool(plan.platform, world.graph, world.programs, ["fast"]) as pool:
        for policy in ("drop_newest", "drop_oldest"):
            trace = execute(
                plan,
                world.programs,
                world.windows(40),
                labels,
                200_000,  # far less than the matrix takes
                queue=QueueRule(2, policy),
                pool=pool,
                warm_up=1,
            )
            outcome = trace.samples.outcome
            dropped = np.flatnonzero(outcome == Outcome.DROPPED)
            assert len(outcome) == 40
            assert np.count_nonzero(outcome == Outcome.COMPLETED) == 40 - len(dropped)
            assert len(dropped) > 0
            # The last windows are the newest: one policy loses them, the other keeps them.
            assert (outcome[-1] == Outcome.DROPPED) == (policy == "drop_newest")
            assert (trace.samples.answer[dropped] == -1).all()
            answered = trace.samples.finish_ns[outcome == Outcome.COMPLETED]
            assert (np.diff(answered) > 0).all(), "samples are served in the order of release"


def test_one_pool_runs_several_plans_and_loads_a_program_once() -> None:
    world, platform = small_world(), cores()
    forth = plan_on(platform, world.graph, _split(world, "middle", "fast"))
    back = plan_on(platform, world.graph, _split(world, "fast", "middle"))
    alone = plan_on(platform, world.graph, ["fast"] * len(world.graph.segments))
    windows, labels = world.windows(8), np.zeros(8, dtype=np.int8)
    with WorkerPool(platform, world.graph, world.programs) as pool:
        processes = pool.process_ids
        traces = [
            execute(plan, world.programs, windows, labels, PERIOD_NS, pool=pool)
            for plan in (forth, back, alone, forth)
        ]
        assert pool.process_ids == processes
        for trace in traces[1:]:
            np.testing.assert_array_equal(trace.samples.answer, traces[0].samples.answer)
        assert Activity.TRANSFER not in traces[2].activities.activity
    pool.close()


def test_cores_share_a_cpu_where_there_are_too_few() -> None:
    usable = sorted(os.sched_getaffinity(0))
    platform = cores()
    named = {core.name: replace(core.adapter, cpu=5) for core in platform.cores if core.adapter}
    platform = replace(
        platform, cores=tuple(replace(core, adapter=named[core.name]) for core in platform.cores)
    )
    assert set(cpus_of(platform).values()) == {usable[5 % len(usable)]}


def test_modelled_cores_and_unknown_adapters_are_refused_before_anything_starts() -> None:
    world, platform = small_world(), cores()
    modelled = replace(platform, cores=tuple(replace(c, adapter=None) for c in platform.cores))
    with pytest.raises(InputError, match="core 'middle' has no adapter"):
        WorkerPool(modelled, world.graph, world.programs)
    with pytest.raises(InputError, match="there is no adapter 'abacus': there are torch"):
        WorkerPool(cores({"middle": "abacus", "fast": "onnxruntime"}), world.graph, world.programs)


def test_what_does_not_belong_together_is_refused() -> None:
    world, other = small_world(), heavy_world()
    platform = cores()
    plan = plan_on(platform, world.graph, ["fast"] * len(world.graph.segments))
    foreign = plan_on(platform, other.graph, ["fast"] * len(other.graph.segments))
    labels = np.zeros(2, dtype=np.int8)
    with pytest.raises(ValueError, match="windows of shape"):
        execute(plan, world.programs, np.zeros((2, 4, 32), np.float32), labels, PERIOD_NS)
    with pytest.raises(ValueError, match="at least one window"):
        execute(plan, world.programs, world.windows(0), labels[:0], PERIOD_NS)
    with WorkerPool(platform, world.graph, world.programs, ["fast"]) as pool:
        with pytest.raises(ValueError, match="another network"):
            execute(foreign, other.programs, other.windows(2), labels, PERIOD_NS, pool=pool)
        split = plan_on(platform, world.graph, _split(world, "middle", "fast"))
        with pytest.raises(ValueError, match=r"cores without a worker: \['middle'\]"):
            execute(split, world.programs, world.windows(2), labels, PERIOD_NS, pool=pool)
        execute(plan, world.programs, world.windows(2), labels, PERIOD_NS, pool=pool)


def test_a_log_is_readable_without_its_writer() -> None:
    memory = make_memory("test", 0)
    clear_log(memory, 3)
    assert read_now(memory) is None
    assert len(read_log(memory)) == 0
    log = LogWriter(memory)
    log.at(7, 2)
    log.add(7, Kind.COMPUTE, 2, 100, 160)
    log.finish(7, 2, 160, -1, 1)
    assert read_now(memory) == (7, 2)
    compute, finish = read_log(memory)
    assert [compute[n] for n in ("sample", "start_ns", "end_ns", "segment")] == [7, 100, 160, 2]
    assert (finish["kind"], finish["exit_gate"], finish["answer"]) == (Kind.FINISH, -1, 1)
    os.close(memory)
