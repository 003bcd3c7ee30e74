"""Calibration: complete, with provenance, and usable as any other platform."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest

from backends.calibration import calibrate
from backends.calibration_plans import covering_plans, default_cuts, expected_plans
from backends.channels import mailboxes
from backends.observations import Observations, transfer_law
from backends.orders import stretches
from devicemodels.catalog import load_platform
from devicemodels.coherence import incoherences
from devicemodels.cost import MeasuredTimes
from devicemodels.documents.json_document import dump_document, load_document
from devicemodels.platform import Platform
from scheduler.plan import Requirements
from scheduler.tabulation import make_problem
from simulator.trace import Activities, Samples, Trace
from tests.backends_worlds import PERIOD_NS, cores, heavy_world, plan_on, small_world

pytestmark = pytest.mark.workers


@pytest.fixture(scope="module")
def calibrated() -> Platform:
    world = small_world()
    return calibrate(
        cores(), world.graph, world.programs, world.windows(50), PERIOD_NS, seconds=0.5
    )


def test_every_piece_of_work_has_a_time_on_every_core(calibrated: Platform) -> None:
    graph = small_world().graph
    wanted = {f"segment:{segment.name}" for segment in graph.segments}
    wanted |= {f"gate:{gate.name}" for gate in graph.gates}
    for edge in graph.edges:
        for codec in edge.codecs[1:]:
            wanted |= {f"{half}:{edge.name}/{codec.name}" for half in ("encode", "decode")}
    for core in calibrated.cores:
        assert isinstance(core.cost, MeasuredTimes)
        assert set(core.cost.time_s) == wanted
        assert all(0 < seconds < 0.1 for seconds in core.cost.time_s.values())
        assert 0 < core.idle_states[0].exit_latency_s < 0.1
    (link,) = calibrated.links
    assert 0 <= link.latency_s < 0.01
    assert link.bandwidth_bytes_per_s > 0


def test_measured_values_say_so_and_watts_stay_estimates(calibrated: Platform) -> None:
    kinds = {path: calibrated.sources[name].kind for path, name in calibrated.provenance.items()}
    for core in calibrated.cores:
        assert isinstance(core.cost, MeasuredTimes)
        for key in core.cost.time_s:
            assert kinds[f"cores.{core.name}.cost.time_s.{key}"] == "measured"
        assert kinds[f"cores.{core.name}.idle_states.asleep.exit_latency_s"] == "measured"
        assert kinds[f"cores.{core.name}.idle_states.asleep.exit_energy_j"] == "estimated"
        assert kinds[f"cores.{core.name}.switched_capacitance_f"] == "estimated"
    assert kinds["links.shared-memory.latency_s"] == "measured"
    source = calibrated.sources["calibrated-times"]
    assert "every 2 ms on" in source.citation
    assert source.tolerance is not None


def test_a_calibrated_platform_is_a_document_and_a_problem(calibrated: Platform) -> None:
    assert not list(incoherences(calibrated))
    text = dump_document(calibrated)
    assert load_document(Platform, text, "host.json") == calibrated
    required = Requirements("latency_max", 1.0, 1.0, 0.0, {"negative": 0.5, "positive": 0.5})
    problem = make_problem("small", small_world().graph, calibrated, required)
    assert all(cost is not None for rows in problem.knobs for cost in rows[0].compute)
    assert all(
        cost is not None
        for edge in problem.codecs
        for codec in edge
        for cost in (*codec.encode, *codec.decode)
    )


def test_plans_show_every_part_on_every_core_and_every_codec_and_pair() -> None:
    host, graph = load_platform("host"), small_world().graph
    names = [core.name for core in host.cores]
    cuts = default_cuts(host, graph)
    plans = covering_plans(host, graph, gates_stop=False)
    placed = {(p.segment, p.core) for plan in plans for p in plan.placements}
    assert placed == {(segment.name, name) for segment in graph.segments for name in names}
    pairs, encoded, decoded = set(), set(), set()
    for plan in plans:
        for crossing in plan.crossings:
            sender, receiver = (
                plan.placement(name).core for name in (crossing.source, crossing.target)
            )
            pairs.add((sender, receiver))
            encoded.add((sender, crossing.codec))
            decoded.add((receiver, crossing.codec))
    codecs = [codec.name for edge in graph.edges if edge.name in cuts for codec in edge.codecs]
    assert pairs == set(permutations(names, 2))
    assert encoded == decoded == {(name, codec) for name in names for codec in codecs}
    programs = frozenset(small_world().programs)
    for plan in plans:
        work = stretches(plan, mailboxes(graph), programs)
        assert [stretch.core for stretch in work] != []
        assert sum(len(stretch.segments) for stretch in work) == len(graph.segments)


def test_plans_of_interest_cross_there_only_and_between_all_cores() -> None:
    host, graph = load_platform("host"), small_world().graph
    names = [core.name for core in host.cores]
    plain = next(edge.name for edge in graph.edges if len(edge.codecs) == 1)
    plans = expected_plans(host, graph, {plain: "none"})
    assert {edge for plan in plans for edge in plan.codecs} == {plain}
    ends = {(plan.placements[0].core, plan.placements[-1].core) for plan in plans}
    assert ends == set(permutations(names, 2))
    with pytest.raises(ValueError, match="a->b: no such edge"):
        expected_plans(host, graph, {"a->b": "none"})
    with pytest.raises(ValueError, match="has no codec 'morse'"):
        expected_plans(host, graph, {plain: "morse"})


def test_a_network_without_codecs_is_cut_where_its_parts_are_even() -> None:
    host, graph = load_platform("host"), heavy_world().graph
    assert len(default_cuts(host, graph)) == min(len(host.cores), len(graph.segments)) - 1
    alone = replace(host, cores=host.cores[:1])
    assert default_cuts(alone, graph) == ()
    (plan,) = covering_plans(alone, graph, gates_stop=False)
    assert plan.crossings == ()


def test_gates_stop_as_trained_or_never() -> None:
    host, graph = load_platform("host"), small_world().graph
    trained = replace(graph, gates=tuple(replace(gate, threshold=0.25) for gate in graph.gates))
    for plan in expected_plans(host, trained, {}):
        assert [setting.threshold for setting in plan.gates] == [0.25]
    for plan in covering_plans(host, trained, gates_stop=False):
        assert all(not score < setting.threshold for setting in plan.gates for score in (0.0, 1.0))


def test_work_seen_often_enough_is_judged_by_the_first_campaign() -> None:
    trace = _trace_of(lasting_ns=1000)
    for campaigns, expected_s in (((0, 1), 1e-6), ((1,), 5e-6)):
        observed = Observations(trace.plan.platform, trace.plan.task_graph)
        for campaign in campaigns:
            observed.add(_trace_of(lasting_ns=1000 if campaign == 0 else 5000), campaign)
        (core, *_) = observed.calibrated(PERIOD_NS).cores
        assert isinstance(core.cost, MeasuredTimes)
        assert set(core.cost.time_s.values()) == {expected_s}


def _trace_of(lasting_ns: int) -> Trace:
    """Segment 0 computed 30 times on the first core."""
    world, platform = small_world(), cores()
    plan = plan_on(platform, world.graph, ["middle"] * len(world.graph.segments))
    start = np.arange(30) * 10_000
    zeros = np.zeros(30, dtype=np.int16)
    return Trace(
        origin="measured",
        plan=plan,
        duration_ns=1_000_000,
        samples=Samples(start, start, zeros, zeros, zeros, zeros),
        activities=Activities(start, start + lasting_ns, zeros, zeros, zeros, start),
    )


@pytest.mark.parametrize(
    ("seconds_by_size", "latency_s", "bytes_per_s"),
    [
        ({100: 12e-6, 1000: 21e-6, 2000: 31e-6}, 11e-6, 1e8),  # exact line
        ({100: 12e-6, 1000: 21e-6, 2000: 31e-6, 3000: 900e-6, 4000: 51e-6}, 11e-6, 1e8),  # outlier
        ({400: 5e-6}, 5e-6, 100e9),  # one size says nothing of bandwidth
        ({100: 9e-6, 1000: 5e-6, 2000: 4e-6}, 5e-6, 100e9),  # no slope below 0
    ],
)
def test_transfer_law(
    seconds_by_size: dict[int, float], latency_s: float, bytes_per_s: float
) -> None:
    latency, bandwidth = transfer_law(seconds_by_size)
    assert latency == pytest.approx(latency_s, rel=0.02)
    assert bandwidth == pytest.approx(bytes_per_s, rel=0.02)
