"""Rates, accuracies and expected work of a recording that fits on one page."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from networks.evaluation import evaluate, gated_answers, stop_rates, stopped_by, with_rates
from networks.gated import GatedNetwork
from networks.gated_graph import trace_gated
from networks.zoo import smartwatch
from scheduler.recording import Recording
from scheduler.taskgraph import TaskGraph


@pytest.fixture(scope="module")
def network() -> GatedNetwork:
    torch.manual_seed(3)
    return smartwatch.build().eval()


@pytest.fixture(scope="module")
def taskgraph(network: GatedNetwork) -> TaskGraph:
    graph = trace_gated(network).taskgraph
    return replace(graph, gates=tuple(replace(gate, threshold=0.5) for gate in graph.gates))


@pytest.fixture
def recording() -> Recording:
    return Recording(
        labels=np.array([0, 0, 0, 0, 1, 1], dtype=np.int8),
        gate_scores=np.array(
            [[0.1, 0.9], [0.5, 0.2], [0.6, 0.1], [0.9, 0.9], [0.8, 0.7], [0.4, 0.9]],
            dtype=np.float32,
        ),
        answers=np.array([0, 0, 1, 1, 1, 1], dtype=np.int8),
        gates=("sense", "screen"),
    )


def test_a_sample_is_stopped_by_the_first_gate_whose_score_is_below(
    taskgraph: TaskGraph, recording: Recording
) -> None:
    assert stopped_by(taskgraph, recording).tolist() == [0, 1, 1, 2, 2, 0]
    assert gated_answers(taskgraph, recording).tolist() == [0, 0, 0, 1, 1, 0]


def test_stop_rates_are_among_those_reaching(taskgraph: TaskGraph, recording: Recording) -> None:
    assert stop_rates(taskgraph, recording) == {
        "sense": {"negative": 1 / 4, "positive": 1 / 2},
        "screen": {"negative": 2 / 3, "positive": 0.0},
    }


def test_a_gate_that_answers_ends_a_sample_with_the_other_answer(
    taskgraph: TaskGraph, recording: Recording
) -> None:
    sense, screen = taskgraph.gates
    gates = (replace(sense, positive_threshold=0.8), replace(screen, positive_threshold=0.9))
    graph = with_rates(replace(taskgraph, gates=gates), recording)
    assert stopped_by(graph, recording).tolist() == [0, 1, 1, 0, 0, 0]
    assert gated_answers(graph, recording).tolist() == [0, 0, 0, 1, 1, 0]
    assert graph.gates[0].stop_rate == {"negative": 2 / 4, "positive": 1.0}
    assert graph.gates[0].answer_rate == {"negative": 1 / 4, "positive": 1 / 2}
    assert graph.gates[1].answer_rate == {"negative": 0.0, "positive": 0.0}
    report = evaluate(graph, recording)
    first = report.gates[0]
    assert (first.stop_rate_negative, first.stop_rate_positive) == (1 / 4, 1 / 2)
    assert (first.answer_rate_negative, first.answer_rate_positive) == (1 / 4, 1 / 2)
    assert (report.answer_rate_negative, report.answer_rate_positive) == (1 / 4, 1 / 2)
    assert (report.stop_rate_negative, report.stop_rate_positive) == (3 / 4, 1 / 2)
    assert report.accuracy_gated == pytest.approx(4 / 6)


def test_report(taskgraph: TaskGraph, recording: Recording) -> None:
    edges = [edge.name for edge in taskgraph.edges if len(edge.codecs) > 1]
    report = evaluate(taskgraph, recording, dict.fromkeys(edges, "narrow"))
    assert report.samples == 6
    assert report.positive_share == pytest.approx(1 / 3)
    assert [(g.gate, g.reached) for g in report.gates] == [("sense", 6), ("screen", 4)]
    assert [(g.raw_bytes, g.codec, g.wire_bytes) for g in report.gates] == [
        (4 * 12 * 25, "narrow", 4 + 4 * 25),
        (4 * 40 * 12, "narrow", 4 + 8 * 12),
    ]
    assert (report.stop_rate_negative, report.stop_rate_positive) == (0.75, 0.5)
    assert report.accuracy_ungated == pytest.approx(4 / 6)
    assert report.accuracy_gated == pytest.approx(4 / 6)
    assert report.recall_ungated == {"negative": 0.5, "positive": 1.0}
    assert report.recall_gated == {"negative": 0.75, "positive": 0.5}


def test_expected_work_is_what_each_sample_computes_before_it_ends(
    taskgraph: TaskGraph, recording: Recording
) -> None:
    sense = 50 * 8 * 30 + 25 * 12 * 40
    screen = 25 * 32 * 60 + 25 * 40 * 160
    decide = 12 * 64 * 200 + 12 * 96 * 320 + 96
    gates = (12 * 8 + 8, 40 * 16 + 16)
    codecs = (2 * 25 * 12 * 4, 2 * 12 * 40 * 8)
    edges = [edge.name for edge in taskgraph.edges if len(edge.codecs) > 1]
    report = evaluate(taskgraph, recording, dict.fromkeys(edges, "narrow"))
    assert report.macs_ungated == sense + screen + decide
    mean = sense + gates[0] + 4 / 6 * (codecs[0] + screen + gates[1])
    assert report.macs_gated == pytest.approx(mean + 2 / 6 * (codecs[1] + decide))
