"""Every contender keeps the contract: its figures are its record's, it plans, it can be trusted."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from devicemodels.catalog import load_platform
from networks.contender import Contender
from networks.contenders import gated, small, ungated
from networks.contenders.registry import CONTENDERS
from networks.evaluation import accuracy, evaluate, gated_answers, recall, stop_rates
from networks.spec import NetworkSpec
from networks.streams.windows import SplitName, Windows
from networks.training import train
from scheduler.documents import dump_taskgraph, load_taskgraph
from scheduler.gating import gate_choices, use_gates
from scheduler.plan import Plan, Requirements
from scheduler.registry import schedule
from scheduler.tabulation import make_problem
from scheduler.validity import check
from simulator.engine import simulate
from simulator.metrics import metrics
from simulator.queues import QueueRule
from simulator.sources.fates import Replayed
from simulator.sources.feed import workload
from simulator.sources.releases import Periodic
from simulator.sources.source import Source
from simulator.workload import period_ns
from tests.contender_worlds import BEEPS, BUMPS, RECIPE, load, one_thread  # noqa: F401 - used by all

ROUNDING = 1e-12


def load_without_test(split: SplitName) -> Windows:
    assert split != "test", "a contender looked at the test data"
    return load(split)


SPEC = replace(BUMPS, load=load_without_test)
FROZEN = replace(SPEC, recipe=replace(RECIPE, epochs=2, frozen_parts=("sense", "screen")))
NAMES = list(CONTENDERS)


def forget() -> None:
    """Contenders keep what others begin with; the next one made begins afresh."""
    gated.make.cache_clear()
    gated.trained.cache_clear()
    ungated.network_of.cache_clear()
    small.network_of.cache_clear()


@cache
def made(name: str, spec: NetworkSpec = SPEC) -> Contender:
    return CONTENDERS[name](spec, 0)


@cache
def planned(name: str, spec: NetworkSpec = SPEC) -> Plan:
    graph = made(name, spec).taskgraph
    share = graph.positive_share
    required = Requirements(
        objective="energy",
        period_s=0.5,
        deadline_s=0.1,
        accuracy_floor=0.0,
        class_prior={"negative": 1 - share, "positive": share},
        recall_floor=0.9 * graph.recall,
    )
    return schedule(make_problem(name, graph, load_platform("wearable"), required))


@pytest.mark.parametrize("name", NAMES)
def test_it_answers_to_its_name_and_survives_its_document(name: str) -> None:
    contender = made(name)
    assert contender.name == name
    graph = contender.taskgraph
    assert load_taskgraph(dump_taskgraph(graph), "taskgraph.json") == graph


@pytest.mark.parametrize("name", NAMES)
def test_figures_are_those_of_its_own_record_on_validation(name: str) -> None:
    figures_are_its_records(made(name), load("validation"))


@pytest.mark.parametrize("name", ["pruned-int8", "small", "cascade"])
@pytest.mark.parametrize("spec", [BEEPS, FROZEN], ids=["front end", "frozen trunk"])
def test_so_it_is_behind_a_front_end_and_on_a_trunk_that_stays(
    name: str, spec: NetworkSpec
) -> None:
    figures_are_its_records(made(name, spec), spec.load("validation"))
    assert check(planned(name, spec)) == ()


def figures_are_its_records(contender: Contender, windows: Windows) -> None:
    graph = contender.taskgraph
    raw = contender.record({}, windows)
    assert raw.gates == tuple(gate.name for gate in graph.gates)
    assert raw.gate_scores.shape == (len(windows), len(graph.gates))
    np.testing.assert_array_equal(raw.labels, windows.labels)
    assert graph.positive_share == windows.positive_share
    assert {gate.name: dict(gate.stop_rate) for gate in graph.gates} == stop_rates(graph, raw)
    answers = gated_answers(graph, raw)
    assert graph.accuracy == accuracy(answers, windows.labels)
    assert graph.recall == recall(answers, windows.labels)
    for edge in graph.edges:
        assert edge.codecs[0].name == "none"
        for codec in edge.codecs[1:]:
            sent = contender.record({edge.name: codec.name}, windows)
            lost = graph.accuracy - accuracy(gated_answers(graph, sent), windows.labels)
            assert codec.accuracy_loss == pytest.approx(lost, abs=ROUNDING)


@pytest.mark.parametrize("name", NAMES)
def test_every_choice_of_gates_is_measured(name: str) -> None:
    contender, windows = made(name), load("validation")
    raw = contender.record({}, windows)
    for choice in gate_choices(contender.taskgraph):
        graph = use_gates(contender.taskgraph, choice)
        columns = [raw.gates.index(gate.name) for gate in graph.gates]
        seen = replace(
            raw,
            gate_scores=raw.gate_scores[:, columns],
            gates=tuple(gate.name for gate in graph.gates),
        )
        answers = gated_answers(graph, seen)
        assert choice.accuracy == accuracy(answers, windows.labels)
        assert choice.recall == recall(answers, windows.labels)
        assert {u.gate: dict(u.stop_rate) for u in choice.gates} == stop_rates(graph, seen)


@pytest.mark.parametrize("name", NAMES)
def test_it_does_better_than_chance_on_windows_that_nothing_was_chosen_on(name: str) -> None:
    contender, windows = made(name), load("test")
    seen = contender.record({}, windows)
    answers = gated_answers(contender.taskgraph, seen)
    rejected = float((answers[seen.labels == 0] == 0).mean())
    assert (recall(answers, seen.labels) + rejected) / 2 > 0.7


@pytest.mark.parametrize("name", NAMES)
def test_it_is_planned_on_a_wearable_and_the_plan_is_sound(name: str) -> None:
    plan = planned(name)
    assert check(plan) == ()


@pytest.mark.parametrize("name", NAMES)
def test_a_plan_of_it_is_simulated_with_what_it_says(name: str) -> None:
    plan, windows = planned(name), load("test")
    codecs = plan.codecs
    seen = made(name).record(codecs, windows)
    period = period_ns(plan)
    world = workload(Source(Periodic(period), Replayed(seen)), plan, period * len(windows), 0)
    figures = metrics(simulate(plan, world, QueueRule()))
    used = [setting.gate for setting in plan.gates]
    columns = [seen.gates.index(gate) for gate in used]
    replayed = replace(seen, gate_scores=seen.gate_scores[:, columns], gates=tuple(used))
    report = evaluate(plan.task_graph, replayed, codecs)
    assert (figures.samples, figures.dropped) == (len(windows), 0)
    assert figures.accuracy.overall == pytest.approx(report.accuracy_gated, abs=ROUNDING)
    ended = {gate: rate.negative for gate, rate in figures.stop_rate_by_gate.items()}
    assert ended == {
        gate.gate: pytest.approx(gate.stop_rate_negative + gate.answer_rate_negative)
        for gate in report.gates
    }


@pytest.mark.parametrize("name", NAMES)
def test_the_same_seed_gives_the_same_contender(name: str) -> None:
    first = made(name)  # of what others began with, perhaps
    forget()
    again = CONTENDERS[name](SPEC, 0)  # of nothing that was there
    assert again.taskgraph == first.taskgraph
    windows = load("test")
    a, b = first.record({}, windows), again.record({}, windows)
    np.testing.assert_array_equal(a.gate_scores, b.gate_scores)
    np.testing.assert_array_equal(a.answers, b.answers)


def test_work_is_what_the_parts_of_the_network_do() -> None:
    trunk = 8 * 20 * 15 + 16 * 20 * 40 + 24 * 10 * 80 + 24
    heads = (8 * 4 + 4, 16 * 4 + 4)
    for name in ("gated", "ungated", "gate-only", "compression-only", "early-exits"):
        graph = made(name).taskgraph
        assert sum(o.macs for o in graph.operators) == trunk
        gates = tuple(sum(o.macs for o in gate.operators) for gate in graph.gates)
        assert gates == (() if name in ("ungated", "compression-only") else heads)


def test_who_may_compress() -> None:
    codecs = {
        name: {codec.name for edge in made(name).taskgraph.edges for codec in edge.codecs}
        for name in NAMES
    }
    assert codecs["ungated"] == codecs["gate-only"] == codecs["cascade"] == {"none"}
    assert codecs["early-exits"] == {"none", "float16", "int8"}
    assert codecs["compression-only"] == codecs["gated"] >= {"none", "int8", "narrow"}


def test_the_gated_one_is_what_training_writes(tmp_path: Path) -> None:
    written = train(BUMPS, tmp_path, 0, show_progress=False).taskgraph
    assert replace(written, weights_sha256="") == made("gated").taskgraph
