"""Long runs come to the figures of their traces, however they are cut, stopped and resumed."""

from dataclasses import replace
from math import fsum

import numpy as np
import pytest

from devicemodels.documents.errors import InputError
from devicemodels.platform import Regulator, RegulatorLoad
from scheduler.recording import Recording
from simulator.compiled import feeding, journey, streaming
from simulator.compiled.long_run import LongRun
from simulator.compiled.streaming import Precision, simulate_long
from simulator.durations import UnsupportedPlan
from simulator.engine import simulate_together
from simulator.idling.policies import FIXED, BreakEven, IdlePolicy, Predictive, Timeout
from simulator.metrics import metrics
from simulator.power.battery import battery_energy_j, battery_life
from simulator.power.residency import core_residencies
from simulator.power.timeline import power_timeline
from simulator.shared_metrics import SharedMetrics, shared_metrics
from simulator.shared_trace import SharedTrace
from simulator.sources.fates import Replayed
from simulator.sources.feed import workload
from simulator.sources.releases import Burst, Periodic, Poisson
from simulator.sources.source import Source
from tests.compiled_worlds import DURATION_NS, assert_same, cascade, random_world, sources_of
from tests.shared_strategies import with_arbitration
from tests.simulator_worlds import SegmentSpec, chain_plan
from tests.source_strategies import ANSWERING

BUCKET = 1 / 128
"""Relative width of a bucket of latencies."""


def both(number: int, idle: IdlePolicy | None = None) -> tuple[LongRun, SharedTrace]:
    """A random world with random sources: the long run, and the reference's trace."""
    world = random_world(number)
    idle = world.idle if idle is None else idle
    pipelines = sources_of(world, number)
    long = simulate_long(pipelines, DURATION_NS, number, world.queue, None, world.priorities, idle)
    played = [
        (plan, workload(source, plan, DURATION_NS, number, index))
        for index, (plan, source) in enumerate(pipelines)
    ]
    trace = simulate_together(played, world.queue, None, world.priorities, idle)
    return long, trace


def assert_figures(ours: SharedMetrics, theirs: SharedMetrics) -> None:
    """All figures to 1e-12, but for percentiles that a bucket shares."""
    assert ours.duration_s == theirs.duration_s
    for name in ("energy_by_cause_j", "core_busy_share", "link_busy_share"):
        assert getattr(ours, name) == pytest.approx(getattr(theirs, name), rel=1e-12), name
    assert ours.energy_j == pytest.approx(theirs.energy_j, rel=1e-12)
    assert ours.mean_power_w == pytest.approx(theirs.mean_power_w, rel=1e-12)
    for one, other in zip(ours.pipelines, theirs.pipelines, strict=True):
        for name in ("p50", "p99"):
            percentile, wanted = getattr(one.latency_s, name), getattr(other.latency_s, name)
            assert percentile == pytest.approx(wanted, rel=BUCKET)
        assert one.latency_s.mean == pytest.approx(other.latency_s.mean, rel=1e-12)
        assert one.latency_s.max == other.latency_s.max
        assert replace(one, latency_s=other.latency_s) == other


@pytest.mark.parametrize("block", range(6))
def test_figures_are_those_of_the_trace(block: int):
    dropped = lone = 0
    for number in range(10 * block, 10 * block + 10):
        try:
            long, trace = both(number, FIXED if number % 2 else None)
        except UnsupportedPlan:
            continue
        assert_figures(long.shared, shared_metrics(trace))
        assert long.cores == core_residencies(trace)
        if len(trace.traces) == 1:
            assert long.metrics is not None
            one = metrics(trace.traces[0])
            assert long.metrics.energy_by_cause_j == pytest.approx(one.energy_by_cause_j, 1e-12)
            assert long.metrics.provenance == one.provenance
            lone += 1
        dropped += any(pipeline.dropped for pipeline in long.shared.pipelines)
    assert dropped and lone


def reference(plan, source, duration_ns, seed=0):
    return simulate_together([(plan, workload(source, plan, duration_ns, seed))])


@pytest.mark.parametrize("period_ns", [10_000, 2_400, 1_800, 900])
def test_samples_that_are_only_counted_come_to_the_same(period_ns: int):
    """From every sample alone, over some that meet the next one, to a backlog at every burst."""
    plan = cascade()
    source = Source(Periodic(period_ns), bursts=(Burst(5_000, 3, 100), Burst(400_000, 9, 0)))
    long = simulate_long([(plan, source)], 1_000_000, 3)
    assert_figures(long.shared, shared_metrics(reference(plan, source, 1_000_000, 3)))


@pytest.mark.parametrize("period_ns", [10_000, 150])
def test_what_gates_answer_comes_to_the_same(period_ns: int):
    source = Source(Periodic(period_ns))
    long = simulate_long([(ANSWERING, source)], 1_000_000, 3)
    told = shared_metrics(reference(ANSWERING, source, 1_000_000, 3))
    assert_figures(long.shared, told)
    (figures,) = told.pipelines
    assert set(figures.answer_rate_by_gate) == {"g0", "g1"}
    rate = figures.answer_rate_by_gate["g1"].positive
    assert rate is not None
    assert rate > 0.0


@pytest.mark.parametrize("mean_ns", [1_500, 5_000, 100_000])
def test_the_shortcut_changes_nothing(mean_ns: int, monkeypatch: pytest.MonkeyPatch):
    """A hundred thousand samples each way, the battery included."""
    plan, source = with_regulator(cascade(deadline_s=3e-6)), Source(Poisson(mean_ns))
    queue = streaming.QueueRule(3)
    short = simulate_long([(plan, source)], 100_000 * mean_ns, 11, queue)
    monkeypatch.setattr(streaming, "with_shortcut", lambda world, _: world)
    whole = simulate_long([(plan, source)], 100_000 * mean_ns, 11, queue)
    assert short.shared == whole.shared
    assert short.cores == whole.cores
    assert short.batches.misses.tolist() == whole.batches.misses.tolist()
    assert short.batches.energy_j.tolist() == whole.batches.energy_j.tolist()
    assert short.battery is not None and whole.battery is not None
    days = whole.battery.days
    assert short.battery.days == pytest.approx(days, rel=1e-11)


def test_a_sample_that_ends_as_the_next_is_released_is_not_alone():
    """The core is still awake then: every other sample finds it so."""
    plan = chain_plan([SegmentSpec("dsp", 300)])
    for period_ns, wakes in ((399, 50), (400, 50), (401, 100)):
        source = Source(Periodic(period_ns))
        long = simulate_long([(plan, source)], 100 * period_ns)
        trace = reference(plan, source, 100 * period_ns)
        assert_figures(long.shared, shared_metrics(trace))
        assert sum(long.cores[0].entries.values()) == wakes


@pytest.mark.parametrize("samples", [1, 7, 100])
def test_chunks_make_no_difference(samples: int, monkeypatch: pytest.MonkeyPatch):
    plan, source = cascade(), Source(Poisson(3_000))
    whole = simulate_long([(plan, source)], 1_000_000, 5)
    monkeypatch.setattr(feeding, "CHUNK_SAMPLES", samples)
    assert_same(simulate_long([(plan, source)], 1_000_000, 5), whole)


def test_batches_add_up_to_the_run():
    plan, source = cascade(), Source(Periodic(10_000))
    long = simulate_long([(plan, source)], 512 * 3 * 10_000, 7)
    assert long.batches.length_ns == 3 * 10_000
    assert long.batches.samples.tolist() == [3] * 512
    assert fsum(long.batches.energy_j) == pytest.approx(long.shared.energy_j, rel=1e-12)
    assert long.batches.misses.sum() == 0
    power = long.batches.mean_power_w()
    assert power is not None
    assert power.low < long.shared.mean_power_w < power.high


def test_batches_count_misses_where_they_happen():
    plan = cascade(deadline_s=2e-6)
    long = simulate_long([(plan, Source(Periodic(10_000)))], 5_120_000, 7)
    assert long.metrics is not None
    assert int(long.batches.misses.sum()) == round(512 * long.metrics.deadline_miss_rate) > 0
    rate = long.batches.deadline_miss_rate()
    assert rate is not None
    assert rate.value == pytest.approx(long.metrics.deadline_miss_rate, rel=1e-12)


def with_regulator(plan, loads=((1e-3, 0.4), (0.5, 0.8), (3.0, 0.9))):
    regulator = Regulator(1e-4, tuple(RegulatorLoad(*load) for load in loads))
    battery = replace(plan.platform.battery, regulator=regulator)
    return replace(plan, platform=replace(plan.platform, battery=battery))


def given_j(trace: SharedTrace) -> float:
    """What the battery gave, by the trace's power timeline."""
    ends = np.array([trace.duration_ns])
    battery = trace.platform.battery
    assert battery is not None
    return float(battery_energy_j(power_timeline(trace), battery, ends)[0])


@pytest.mark.parametrize("idle", [FIXED, BreakEven(), Predictive(), Timeout((50e-9, 300e-9))])
def test_the_battery_gives_what_it_gives_for_the_trace(idle: IdlePolicy):
    compared = 0
    for number in range(40):
        world = random_world(number)
        pipelines = [
            (with_arbitration(with_regulator(plan), ("fifo",)), source)
            for plan, source in sources_of(world, number)
        ]
        arguments = (world.queue, None, world.priorities, idle)
        long = simulate_long(pipelines, DURATION_NS, number, *arguments)
        played = [
            (plan, workload(source, plan, DURATION_NS, number, index))
            for index, (plan, source) in enumerate(pipelines)
        ]
        trace = simulate_together(played, *arguments)
        assert long.battery is not None
        power_w = given_j(trace) / long.duration_s
        assert long.battery.battery_power_w == pytest.approx(power_w, rel=1e-11)
        assert power_w > long.shared.mean_power_w
        compared += 1
    assert compared == 40


@pytest.mark.parametrize("period_ns", [10_000, 2_400])
def test_the_battery_in_batches(period_ns: int):
    """Samples that are only counted included; the batches are those of the trace."""
    plan, source = with_regulator(cascade()), Source(Periodic(period_ns))
    duration_ns = 512 * 10_000
    long = simulate_long([(plan, source)], duration_ns, 2)
    trace = reference(plan, source, duration_ns, 2)
    theirs = battery_life(trace)
    assert long.battery is not None and theirs is not None
    assert long.battery.days == pytest.approx(theirs.days, rel=1e-11)
    assert long.batches.battery_j is not None
    ends = np.arange(1, 513) * 10_000
    battery = plan.platform.battery
    upto_j = battery_energy_j(power_timeline(trace), battery, ends)
    assert np.cumsum(long.batches.battery_j) == pytest.approx(upto_j, rel=1e-3)


@pytest.mark.parametrize("fair", [False, True])
def test_without_a_regulator_the_battery_gives_what_the_device_draws(fair: bool):
    plan = with_arbitration(cascade(), ("fair",) if fair else ("fifo",))
    for one, known in ((plan, True), (with_regulator(plan), not fair)):
        long = simulate_long([(one, Source(Periodic(10_000)))], 1_000_000)
        assert (long.battery is not None) == known
        if long.battery is not None and one is plan:
            assert long.battery.battery_power_w == long.battery.device_power_w


def test_a_run_ends_early_once_it_is_precise():
    pipelines = [(cascade(), Source(Poisson(20_000)))]
    long = simulate_long(pipelines, 10_000_000_000, 1, precision=Precision(0.01))
    assert long.precise
    assert long.duration_s < long.asked_s == 10.0
    power = long.batches.mean_power_w()
    assert power is not None
    assert power.half_width <= 0.01 * power.value
    whole = simulate_long(pipelines, 10_000_000_000, 1)
    assert not whole.precise
    assert whole.duration_s >= 10.0
    assert whole.shared.mean_power_w == pytest.approx(long.shared.mean_power_w, rel=0.02)


def test_a_recording_that_repeats_itself_says_nothing_new():
    """Batches end where it has been played once; the figures are of all of it."""
    plan, windows = cascade(), 1000
    rng = np.random.default_rng(5)
    recording = Recording(
        labels=rng.integers(0, 2, windows),
        gates=("g0", "g1"),
        gate_scores=rng.random((windows, 2)).astype(np.float32),
        answers=rng.integers(0, 2, windows),
    )
    source = Source(Periodic(10_000), Replayed(recording))
    told: list[int] = []
    long = simulate_long(
        [(plan, source)], 50_000_000, progress=lambda done_ns, _: told.append(done_ns)
    )
    assert long.batches.length_ns == 2 * 10_000
    assert int(long.batches.samples.sum()) == windows
    assert told == sorted(told)
    assert told[-1] == 50_000_000
    assert_figures(long.shared, shared_metrics(reference(plan, source, 50_000_000)))
    assert long.metrics is not None
    assert long.metrics.provenance.answers == "recorded"


def test_a_run_that_piles_up_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(journey, "MOST_SLOTS", 1024)
    with pytest.raises(InputError, match="samples are under way"):
        simulate_long([(cascade(), Source(Periodic(100)))], 10_000_000)


def test_what_makes_no_sense_is_refused():
    with pytest.raises(ValueError, match="a precision is above 0"):
        Precision(0.0)
    with pytest.raises(UnsupportedPlan, match="no pipeline"):
        simulate_long([], 1000)
    with pytest.raises(ValueError, match="without samples"):
        simulate_long([(cascade(), Source(Poisson(10**15)))], 1000)
    plan = cascade()
    scores = np.zeros((1, 2), dtype=np.float32)
    odd = Recording(np.array([7]), scores, np.zeros(1), ("g0", "g1"))
    with pytest.raises(ValueError, match="sample 0 has label 7"):
        simulate_long([(plan, Source(Periodic(10_000), Replayed(odd)))], 1_000_000)
    assert np.isfinite(simulate_long([(cascade(), Source(Periodic(10**6)))], 1).duration_s)
