"""A contender judged on a recording that fits on a page, and its energy at class priors."""

from dataclasses import astuple, replace

import numpy as np
import pytest
import torch

from benchmarks.results.gated.energies import (
    common_floors,
    plan_and_replay,
    problem_at,
    reachable,
    remembered,
    replayed_j,
)
from benchmarks.results.gated.figures import Floors
from benchmarks.results.gated.judging import figures_of, frugal_codecs, stopped_on_validation
from benchmarks.results.gated.splitting import split, states
from devicemodels.catalog import load_platform
from networks.gated_graph import trace_gated
from scheduler.plan import Plan
from scheduler.recording import Recording
from scheduler.registry import DEFAULT_ALGORITHM, schedule
from scheduler.taskgraph import GateChoice, GateUse, SampleClass, TaskGraph
from tests import contender_worlds
from tests.results_worlds import outcome

ANY = Floors(0.0, 0.0)
SAMPLES = 200_000


@pytest.fixture(scope="module")
def graph() -> TaskGraph:
    torch.manual_seed(0)
    traced = trace_gated(contender_worlds.build().eval()).taskgraph
    rates = {"negative": 0.6, "positive": 0.05}
    gates = tuple(replace(gate, threshold=0.5, stop_rate=rates) for gate in traced.gates)  # type: ignore[arg-type]
    return replace(traced, gates=gates, accuracy=0.9, recall=0.9, positive_share=0.25)


@pytest.fixture(scope="module")
def recording() -> Recording:
    return Recording(
        labels=np.array([0, 0, 0, 0, 1, 1, 1], dtype=np.int8),
        gate_scores=np.array(
            [[0.1, 0.9], [0.6, 0.2], [0.2, 0.1], [0.9, 0.9], [0.8, 0.7], [0.4, 0.9], [0.9, 0.1]],
            dtype=np.float32,
        ),
        answers=np.array([0, 0, 0, 1, 1, 1, 1], dtype=np.int8),
        gates=("sense", "screen"),
    )


@pytest.fixture(scope="module")
def plan(graph: TaskGraph) -> Plan:
    problem = problem_at(graph, load_platform("wearable"), 0.5, 0.95, ANY)
    return schedule(problem)


def test_figures_by_hand(graph: TaskGraph, recording: Recording) -> None:
    first, second = (e for e in graph.edges if graph.gate_after(e.source))
    codecs = {first.name: "int8", second.name: "narrow"}
    found = figures_of(graph, recording, codecs)
    assert found.samples == {"negative": 4, "positive": 3}
    assert found.stopped == {"negative": pytest.approx(3 / 4), "positive": pytest.approx(2 / 3)}
    assert found.lost == pytest.approx(2 / 3)
    sense, screen = found.cuts
    assert (sense.gate, sense.codec, screen.codec) == ("sense", "int8", "narrow")
    assert sense.stopped == {"negative": pytest.approx(1 / 2), "positive": pytest.approx(1 / 3)}
    assert screen.stopped == {"negative": pytest.approx(1 / 2), "positive": pytest.approx(1 / 2)}
    # Of the negatives half cross the first cut and a quarter the second.
    raw, wire = (first.raw_bytes, second.raw_bytes), (sense.wire_bytes, screen.wire_bytes)
    assert found.raw_bytes["negative"] == pytest.approx(raw[0] / 2 + raw[1] / 4)
    assert found.wire_bytes["positive"] == pytest.approx(wire[0] * 2 / 3 + wire[1] / 3)
    assert found.reach[0].share["negative"] == 1.0
    assert found.reach[-1].share["negative"] == pytest.approx(1 / 4)
    assert found.right == {"negative": pytest.approx(3 / 4), "positive": pytest.approx(1 / 3)}
    assert found.precision == pytest.approx(1 / 2)
    assert (
        found.macs["negative"] < found.macs["positive"] < 1.2 * sum(o.macs for o in graph.operators)
    )


def test_what_validation_stops_is_nested(graph: TaskGraph) -> None:
    assert stopped_on_validation(graph) == pytest.approx(
        {"negative": 0.6 + 0.4 * 0.6, "positive": 0.05 + 0.95 * 0.05}
    )
    answers = {"negative": 0.1, "positive": 0.04}
    first, second = graph.gates
    answering = replace(first, positive_threshold=0.9, answer_rate=answers)  # type: ignore[arg-type]
    assert stopped_on_validation(replace(graph, gates=(answering, second))) == pytest.approx(
        {"negative": 0.5 + 0.4 * 0.6, "positive": 0.01 + 0.95 * 0.05}
    )


def test_a_codec_that_loses_too_much_is_not_the_frugal_one(graph: TaskGraph) -> None:
    lossy = replace(
        graph,
        edges=tuple(
            replace(
                edge,
                codecs=tuple(
                    replace(c, accuracy_loss=0.1 if c.name not in {"none", "int8"} else 0.0)
                    for c in edge.codecs
                ),
            )
            for edge in graph.edges
        ),
    )
    assert set(frugal_codecs(lossy).values()) == {"int8"}
    assert "int8" not in frugal_codecs(graph).values()


def test_energy_at_a_prior_is_the_mixture_of_both_classes(plan: Plan, recording: Recording) -> None:
    negative_j, positive_j = (
        _energy_j(plan, recording.only(recording.labels == label), float(label)) for label in (0, 1)
    )
    dearest_j = _energy_j(
        plan, replace(recording, gate_scores=np.ones_like(recording.gate_scores)), 0.5
    )
    # Five standard errors of a mean of draws that lie between the floor and the dearest sample.
    floor_j = problem_at(plan.task_graph, plan.platform, 0.5, 0.95, ANY).floor_j
    slack = 5.0 * (dearest_j - floor_j) / 2.0 / np.sqrt(SAMPLES)
    assert positive_j - negative_j > 10.0 * slack
    for share in (0.5, 0.05, 0.001):
        mixed_j = (1.0 - share) * negative_j + share * positive_j
        assert _energy_j(plan, recording, share) == pytest.approx(mixed_j, rel=0, abs=slack)


def test_the_split_ends_at_the_plan_and_begins_open(graph: TaskGraph, recording: Recording) -> None:
    record = remembered(lambda codecs: recording)
    one, plan = plan_and_replay(
        graph,
        record,
        load_platform("wearable"),
        period_s=0.5,
        negatives=0.95,
        floors=ANY,
        algorithm=DEFAULT_ALGORITHM,
    )
    assert plan is not None
    found = split(one, plan, record)
    ours = replace(outcome("d", "gated", 1e-6), splits=(found,))
    core, open_, gated, final = states([ours], [one], "wearable")
    assert final.total_j == pytest.approx(one.beyond_j, rel=1e-6)
    assert core.total_j == pytest.approx(one.beyond_j, rel=1e-6)
    assert found.open_j["gate"] == 0.0
    assert found.gated_j["compute"] < found.open_j["compute"]
    assert found.gated_j["codec"] == 0.0
    assert open_.total_j > gated.total_j


def test_floors_come_from_the_ungated_network_or_what_is_reached(graph: TaskGraph) -> None:
    ungated = replace(graph, accuracy=0.95, recall=0.9)
    floors = common_floors(ungated, 0.98)
    assert astuple(floors) == pytest.approx((0.945, 0.882))
    good = replace(graph, gate_choices=(GateChoice((), 0.96, 0.9), GateChoice((), 0.95, 0.7)))
    reached, short = reachable(good, floors)
    assert astuple(reached) == pytest.approx((0.945, 0.882))
    assert short == ""
    use = GateUse("sense", 0.5, {"negative": 0.5, "positive": 0.1})
    poor = replace(graph, gate_choices=(GateChoice((use,), 0.9, 0.8),))
    reached, short = reachable(poor, floors)
    assert astuple(reached) == pytest.approx((0.9, 0.8))
    assert short == "recall 80.0% of 88.2%, accuracy 90.0% of 94.5%"


def test_where_nothing_fits_the_reason_is_kept(graph: TaskGraph, recording: Recording) -> None:
    one, plan = plan_and_replay(
        graph,
        lambda codecs: recording,
        load_platform("wearable"),
        period_s=0.5,
        negatives=0.95,
        floors=Floors(0.0, 0.99),
        algorithm=DEFAULT_ALGORITHM,
    )
    assert plan is None
    assert "recall floor" in one.reason


def _energy_j(plan: Plan, recording: Recording, share: float) -> float:
    prior: dict[SampleClass, float] = {"negative": 1.0 - share, "positive": share}
    asked = replace(plan, requirements=replace(plan.requirements, class_prior=prior))
    return sum(replayed_j(asked, recording, SAMPLES).values())
