"""All ways in which a sample can leave a chain with two to six gates, enumerated a third time.

Planner, simulator and the walk below must agree: on energy by cause, on latency and on bytes. The
test platforms take whole nanoseconds, so the walk needs no cost law: it multiplies MACs and watts.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from math import fsum
from random import Random

import pytest

from devicemodels.cost import CyclesLaw
from devicemodels.platform import IdleState, OperatingPoint
from scheduler.infeasible import Infeasible
from scheduler.plan import CAUSES, Plan
from scheduler.registry import schedule
from scheduler.tabulation import make_problem
from scheduler.validity import check
from simulator.engine import simulate
from simulator.metrics import metrics
from simulator.workload import outcomes
from tests.oracle_figures import Record, agreement
from tests.simulator_worlds import GateSpec, SegmentSpec, bus, chain_plan, core

ALGORITHMS = ("chain-dp", "race-to-idle", "heft", "best-single-core", "neurosurgeon")
PERIOD_NS = 50_000
ONLY = {"a": "conv", "b": "matmul", "c": "depthwise_conv"}
"""What each core can do that the others cannot."""


@dataclass(slots=True)
class Fate:
    """One class and one exit."""

    probability: float
    latency_ns: float = 0.0
    energy_j: Counter[str] = field(default_factory=Counter)
    bytes_at: Counter[str] = field(default_factory=Counter)


def world(rng: Random, gates: int) -> Plan:
    """A chain with so many gates, and three cores that differ; some work runs on one of them only.

    The placement is the planner's.
    """
    count = gates + rng.randint(1, 3)
    gated = set(rng.sample(range(count), gates))
    specs = [
        SegmentSpec(
            rng.choice(["a", "b", "c"]),
            rng.randint(0, 2000),
            gate=GateSpec(rng.randint(0, 90), rng.random(), rng.random()) if i in gated else None,
            encode_macs=rng.choice([0, rng.randint(1, 60)]),
            decode_macs=rng.choice([0, rng.randint(1, 60)]),
        )
        for i in range(count)
    ]
    cores = [
        core(
            name,
            switched_capacitance_f=rng.uniform(0.2, 3.0) * 1e-9,
            operating_points=(
                OperatingPoint("fast", 1e9, rng.uniform(0.8, 1.2), rng.uniform(0.0, 2.0)),
                OperatingPoint("slow", 5e8, rng.uniform(0.5, 0.8), rng.uniform(0.0, 0.5)),
            ),
            idle_states=tuple(
                IdleState(
                    state,
                    rng.uniform(0.0, 0.02),
                    0.0,
                    rng.randint(0, 300) * 1e-9,
                    0.0,
                    rng.uniform(0.0, 30.0) * 1e-9,
                    rng.uniform(0.0, 30.0) * 1e-9,
                )
                for state in ("doze", "off")
            ),
            switch_latency_s=rng.randint(0, 60) * 1e-9,
            switch_energy_j=rng.uniform(0.0, 10.0) * 1e-9,
            cost=CyclesLaw({"linear": 1.0, ONLY[name]: 1.0}, {}, 0.0, 0.0, 1e12),
        )
        for name in ONLY
    ]
    links = [
        bus(
            pair,
            name=pair,
            latency_s=rng.randint(0, 90) * 1e-9,
            energy_j_per_byte=rng.random() / 1e9,
        )
        for pair in ("ab", "abc")
    ]
    plan = chain_plan(
        specs, cores, links, rail_w=rng.random(), period_s=PERIOD_NS * 1e-9, positive=rng.random()
    )
    kinds = ["linear", *ONLY.values()]
    operators = tuple(replace(one, kind=rng.choice(kinds)) for one in plan.task_graph.operators)
    return replace(plan, task_graph=replace(plan.task_graph, operators=operators))


def fates(plan: Plan) -> list[Fate]:
    """Every class and exit, walked segment by segment."""
    graph, found = plan.task_graph, []
    names = [segment.name for segment in graph.segments]
    stops_after = {names.index(gate.segment): gate for gate in graph.gates}
    for label, share in plan.requirements.class_prior.items():
        reaching = share
        for last in range(len(names)):
            gate = stops_after.get(last)
            leaves = 0.0 if gate is None else reaching * gate.stop_rate[label]
            if gate is not None:
                found.append(walked(plan, Fate(leaves), last))
                reaching -= leaves
        found.append(walked(plan, Fate(reaching), len(names) - 1))
    return found


def walked(plan: Plan, fate: Fate, last: int) -> Fate:
    """Fill in what a sample costs whose last segment is ``last``, over one period."""
    graph, platform = plan.task_graph, plan.platform
    operators = {one.name: one for one in graph.operators}
    resting = {one.core: one.idle_state for one in plan.idle}
    busy_ns = dict.fromkeys((one.name for one in platform.cores), 0.0)
    spent, now_ns, before, decode = fate.energy_j, 0.0, None, ()

    def state(one):
        return next(s for s in one.idle_states if s.name == resting[one.name])

    def work(one, point, macs, cause):
        nonlocal now_ns
        lasts_ns = macs * 1e9 / point.frequency_hz
        watts = one.switched_capacitance_f * point.voltage_v**2 * point.frequency_hz
        spent[cause] += lasts_ns * 1e-9 * (watts + point.static_power_w)
        busy_ns[one.name] += lasts_ns
        now_ns += lasts_ns

    def macs_of(them):
        return sum(one.macs for one in them)

    for index, segment in enumerate(graph.segments[: last + 1]):
        placed = plan.placement(segment.name)
        here = platform.core(placed.core)
        point = next(p for p in here.operating_points if p.name == placed.operating_point)
        if before is None or before[0] is not here:
            wake_ns = round(state(here).exit_latency_s * 1e9)
            spent["wake"] += state(here).entry_energy_j + state(here).exit_energy_j
            busy_ns[here.name] += wake_ns
            now_ns += wake_ns
        elif before[1] is not point:
            switch_ns = round(here.switch_latency_s * 1e9)
            spent["switch"] += here.switch_energy_j
            busy_ns[here.name] += switch_ns
            now_ns += switch_ns
        if before is not None and before[0] is not here:
            work(here, point, macs_of(decode), "codec")
        work(here, point, macs_of(operators[name] for name in segment.operators), "compute")
        head = graph.gate_after(segment.name)
        if head is not None:
            work(here, point, macs_of(head.operators), "gate")
        before = (here, point)
        if index == last:
            break
        following = plan.placement(graph.segments[index + 1].name)
        if following.core != here.name:
            crossing = next(one for one in plan.crossings if one.source == segment.name)
            codec = graph.edges[index].codec(crossing.codec)
            link = next(one for one in platform.links if one.name == crossing.link)
            work(here, point, macs_of(codec.encode), "codec")
            decode = codec.decode
            spent["link"] += codec.wire_bytes * link.energy_j_per_byte
            fate.bytes_at[graph.edges[index].name] += codec.wire_bytes
            now_ns += round((link.latency_s + codec.wire_bytes / link.bandwidth_bytes_per_s) * 1e9)
    for one in platform.cores:
        spent["idle"] += state(one).power_w * (PERIOD_NS - busy_ns[one.name]) * 1e-9
    spent["rail"] += platform.rail.power_w * PERIOD_NS * 1e-9
    fate.latency_ns = now_ns
    return fate


def close(value: float, scale: float = 0.0):
    return pytest.approx(value, rel=1e-9, abs=1e-9 * scale)


@pytest.mark.parametrize("gates", range(2, 7))
def test_planner_simulator_and_enumeration_agree(gates: int, record_property: Record) -> None:
    compared = crossed = 0
    for seed in range(25):
        drawn = world(Random(1000 * gates + seed), gates)
        problem = make_problem("drawn", drawn.task_graph, drawn.platform, drawn.requirements)
        for algorithm in ALGORITHMS:
            try:
                plan = schedule(problem, algorithm)
            except Infeasible:
                continue
            agree(plan, gates)
            compared += 1
            crossed += bool(plan.crossings)
    assert compared >= 50
    assert crossed >= 40
    agreement(
        record_property,
        f"latency, joules by cause and bytes of every exit, {gates} gates",
        "planner, simulator and a third enumeration",
        compared,
        f"equal to 1e-9; {crossed} of the plans cross a link",
    )


def agree(plan: Plan, gates: int) -> None:
    assert check(plan) == ()
    mine, expected = fates(plan), plan.expected
    assert len(mine) == 2 * (gates + 1) == len(outcomes(plan))
    assert fsum(fate.probability for fate in mine) == close(1.0)
    played = [(share, metrics(simulate(plan, one))) for share, one in outcomes(plan)]
    for fate, (share, figures) in zip(mine, played, strict=True):
        assert share == close(fate.probability)
        assert figures.latency_s.max == close(fate.latency_ns * 1e-9)
        total_j = sum(fate.energy_j.values())
        assert figures.energy_per_sample_j == close(total_j)
        for cause in CAUSES:
            assert figures.energy_by_cause_j[cause] == close(fate.energy_j[cause], total_j)
        moved = {edge: cut.total_bytes for edge, cut in figures.bytes_across_cuts.items()}
        assert {edge: size for edge, size in moved.items() if size} == dict(fate.bytes_at)

    def mean(value):
        return fsum(fate.probability * value(fate) for fate in mine)

    energy_j = mean(lambda fate: sum(fate.energy_j.values()))
    assert expected.energy_per_sample_j == close(energy_j)
    for cause in CAUSES:
        by_hand_j = mean(lambda fate, c=cause: fate.energy_j[c])
        assert expected.energy_by_cause_j[cause] == close(by_hand_j, energy_j)
    assert expected.latency_mean_s == close(mean(lambda fate: fate.latency_ns * 1e-9))
    assert expected.latency_max_s == close(
        max(fate.latency_ns for fate in mine if fate.probability > 0.0) * 1e-9
    )
    for crossing in plan.crossings:
        edge = crossing.edge
        by_hand = mean(lambda fate, e=edge: fate.bytes_at[e])
        simulated = fsum(p * figures.bytes_across_cuts[edge].total_bytes for p, figures in played)
        assert simulated == close(by_hand)
