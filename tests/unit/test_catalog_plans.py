"""Every platform of the catalog can be planned for and simulated, and behaves as silicon does."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
import torch

from benchmarks.results.cases import with_assumptions
from benchmarks.results.comparison import has_times
from devicemodels.catalog import catalog_names, load_platform
from devicemodels.cost import UnsupportedOperator, duration_ns
from devicemodels.platform import Core, Platform
from devicemodels.power import active_power_w, work_power_w
from networks.tracing import trace
from networks.zoo.ds_cnn import INPUT_SHAPE, DsCnn
from scheduler.documents import read_taskgraph
from scheduler.plan import Plan, Requirements
from scheduler.registry import schedule
from scheduler.tabulation import make_problem
from scheduler.taskgraph import TaskGraph
from scheduler.validity import check
from simulator.engine import simulate
from simulator.metrics import metrics
from simulator.trace import Outcome
from simulator.workload import drawn

SMARTWATCH = read_taskgraph(Path("scenarios/smartwatch/taskgraph.json"))
PLATFORMS = [name for name in catalog_names() if has_times(load_platform(name))]
CORES = [(name, core.name) for name in PLATFORMS for core in load_platform(name).cores]
COMPLETE = ["gap9", "ndp120", "nrf54lm20b", "ethos-u55"]
"""With a CPU, an NPU and at least one core more."""


def planned(graph: TaskGraph, platform: Platform, period_s: float, accuracy: float) -> Plan:
    prior = {"negative": 1.0 - graph.positive_share, "positive": graph.positive_share}
    required = Requirements("energy", period_s, 0.1, accuracy, prior, recall_floor=0.95)
    plan = schedule(make_problem(graph.name, graph, platform, required))
    assert not check(plan)
    return plan


def runs_as_planned(plan: Plan, period_ns: int) -> None:
    """No sample is late or lost; none takes longer than planned; energy is about what was said.

    The share of energy that hangs on which samples the gates stop is drawn, hence a tolerance.
    """
    result = simulate(plan, drawn(plan, period_ns, 2000, seed=1))
    assert (result.samples.outcome == Outcome.COMPLETED).all()
    figures = metrics(result)
    assert figures.latency_s.max <= plan.expected.latency_max_s + 1e-7
    assert figures.deadline_miss_rate == 0.0
    assert figures.energy_per_sample_j == pytest.approx(plan.expected.energy_per_sample_j, rel=0.03)


@pytest.mark.parametrize("name", PLATFORMS)
def test_the_smartwatch(name: str) -> None:
    runs_as_planned(planned(SMARTWATCH, load_platform(name), 0.5, 0.9), 500_000_000)


@pytest.fixture(scope="module")
def ds_cnn() -> TaskGraph:
    return with_assumptions(trace(DsCnn().eval(), torch.zeros(INPUT_SHAPE), name="DS-CNN"))


@pytest.mark.parametrize("name", COMPLETE)
def test_key_word_spotting_goes_to_an_npu(name: str, ds_cnn: TaskGraph) -> None:
    """All but the head and, where an NPU has lanes for many channels, the stem with its one."""
    platform = load_platform(name)
    plan = planned(ds_cnn, platform, 1.0, 0.9)
    runs_as_planned(plan, 1_000_000_000)
    blocks = [p.core for p in plan.placements if p.segment.startswith("blocks.")]
    assert len(blocks) == 8
    assert {platform.core(core).kind for core in blocks} == {"npu"}


@pytest.mark.parametrize("name", COMPLETE)
def test_the_large_layers_of_the_smartwatch_are_worth_waking_an_npu(name: str) -> None:
    platform = load_platform(name)
    plan = planned(SMARTWATCH, platform, 0.5, 0.9)
    kinds = {p.segment: platform.core(p.core).kind for p in plan.placements}
    assert kinds["decide.conv1"] == kinds["decide.conv2"] == "npu"
    assert plan.gates


@pytest.mark.parametrize(("platform", "name"), CORES)
def test_faster_clocks_are_faster_and_draw_more(platform: str, name: str) -> None:
    core = load_platform(platform).core(name)
    points = sorted(core.operating_points, key=lambda point: point.frequency_hz)
    for slow, fast in pairwise(points):
        assert slow.voltage_v <= fast.voltage_v
        assert active_power_w(core, slow) < active_power_w(core, fast)
        for segment in SMARTWATCH.segments:
            slow_ns, fast_ns = (
                _duration_ns(core, segment.name, p.frequency_hz) for p in (slow, fast)
            )
            assert slow_ns is None or fast_ns is None or fast_ns < slow_ns


@pytest.mark.parametrize(("platform", "name"), CORES)
def test_energy_rises_with_voltage(platform: str, name: str) -> None:
    core = load_platform(platform).core(name)
    for point in core.operating_points:
        raised = replace(point, voltage_v=1.05 * point.voltage_v)
        for segment in SMARTWATCH.segments:
            if _duration_ns(core, segment.name, point.frequency_hz) is not None:
                operators = SMARTWATCH.segment_operators(segment)
                work = (f"segment:{segment.name}", operators)
                assert work_power_w(core, point, *work) < work_power_w(core, raised, *work)


@pytest.mark.parametrize(("platform", "name"), CORES)
def test_a_stay_of_the_minimal_residency_pays(platform: str, name: str) -> None:
    """Going to a deeper state costs no more than it saves against stopped clocks; 5 % to round."""
    first, *deeper = load_platform(platform).core(name).idle_states
    exits = [state.exit_latency_s for state in (first, *deeper)]
    assert exits == sorted(exits)
    for state in deeper:
        saved_j = (first.power_w - state.power_w) * state.min_residency_s
        more_j = state.entry_energy_j + state.exit_energy_j
        more_j -= first.entry_energy_j + first.exit_energy_j
        assert more_j <= 1.05 * saved_j


def _duration_ns(core: Core, segment: str, frequency_hz: float) -> int | None:
    """Of a segment of the smartwatch; None if the core cannot run it."""
    (its,) = (one for one in SMARTWATCH.segments if one.name == segment)
    operators = SMARTWATCH.segment_operators(its)
    try:
        return duration_ns(core.cost, core.name, f"segment:{segment}", operators, frequency_hz)
    except UnsupportedOperator:
        return None
