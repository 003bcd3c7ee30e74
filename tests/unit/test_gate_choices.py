"""Gates get their thresholds as a recipe wants them, and a planner only what the recipe allows."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from networks.evaluation import evaluate, gated_answers
from networks.gated_graph import trace_gated
from networks.gates.gate_choices import ChosenGates, choose_gates
from networks.spec import Recipe
from networks.zoo import smartwatch
from scheduler.exits import exits, wrong_gate
from scheduler.gating import gate_states, use_gates
from scheduler.recording import Recording
from scheduler.taskgraph import TaskGraph
from wakepath.commands.train import false_alarms_in_words, in_words

SEEDED = settings(deadline=None, derandomize=True, database=None, max_examples=25)
MACS = np.array([100, 30])
RECIPE = replace(
    smartwatch.SPEC.recipe, recall_floor=0.95, recall_confidence=None, false_alarm_cap=0.02
)


@pytest.fixture(scope="module")
def taskgraph() -> TaskGraph:
    torch.manual_seed(3)
    return trace_gated(smartwatch.build().eval()).taskgraph


def recording(seed: int, positives: int = 200, negatives: int = 400) -> Recording:
    """Two gates that know something, and a network that knows more."""
    random = np.random.default_rng(seed)
    labels = (np.arange(positives + negatives) < positives).astype(np.int8)
    latent = 2.0 * labels - 1.0
    scores = latent[:, np.newaxis] + random.normal(size=(len(labels), 2))
    answers = (latent + 0.5 * random.normal(size=len(labels)) > 0).astype(np.int8)
    return Recording(
        labels, (1 / (1 + np.exp(-scores))).astype(np.float32), answers, ("sense", "screen")
    )


def chosen(taskgraph: TaskGraph, seen: Recording, recipe: Recipe) -> ChosenGates:
    subjects = (np.arange(len(seen.labels)) % 3).astype(np.int32)
    return choose_gates(taskgraph, seen, MACS, recipe, subjects)


@SEEDED
@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from([None, 0.9]),
    st.booleans(),
    st.booleans(),
)
def test_what_is_chosen_keeps_what_the_recipe_asks_for(
    taskgraph: TaskGraph, seed: int, confidence: float | None, each: bool, exits_too: bool
) -> None:
    recipe = replace(
        RECIPE, recall_confidence=confidence, recall_per_subject=each, positive_exits=exits_too
    )
    seen = recording(seed)
    found = chosen(taskgraph, seen, recipe)
    graph = found.taskgraph
    assert [wrong_gate(gate) for gate in graph.gates] == [None, None]
    report = evaluate(graph, seen, promise=found.promise)
    assert report.true_positives == found.promise.positives
    assert report.true_positives_lost <= 0.05 * report.true_positives
    assert (report.accuracy_gated, report.recall_gated["positive"]) == (
        graph.accuracy,
        graph.recall,
    )
    ends = exits(seen.gate_scores, graph.gates)
    right = (seen.labels == 0) & (seen.answers == 0)
    assert ends.positive[right].mean() <= recipe.false_alarm_cap
    assert (found.false_alarms is not None) == exits_too
    if found.false_alarms is not None:
        assert found.false_alarms.negatives == right.sum()
        assert found.false_alarms.answered >= ends.positive[right].sum()
        assert "cap on false alarms of the gates 2.00%" in false_alarms_in_words(found.false_alarms)
    assert ends.positive.any() == exits_too
    gate_states(graph, {"negative": 0.5, "positive": 0.5})  # nothing contradicts itself


@SEEDED
@given(st.integers(0, 2**32 - 1), st.booleans())
def test_with_a_confidence_every_choice_of_the_planner_keeps_the_floor(
    taskgraph: TaskGraph, seed: int, exits_too: bool
) -> None:
    recipe = replace(RECIPE, recall_confidence=0.9, positive_exits=exits_too)
    seen = recording(seed)
    found = chosen(taskgraph, seen, recipe)
    assert found.promise.kept
    true_positives = (seen.labels == 1) & (seen.answers == 1)
    for choice in found.taskgraph.gate_choices:
        used = use_gates(found.taskgraph, choice)
        columns = [seen.gates.index(gate.name) for gate in used.gates]
        part = replace(
            seen, gate_scores=seen.gate_scores[:, columns], gates=tuple(g.name for g in used.gates)
        )
        answers = gated_answers(used, part)
        assert (answers[true_positives] == 1).mean() >= recipe.recall_floor
        assert (choice.accuracy, choice.recall) == (
            (answers == seen.labels).mean(),
            answers[seen.labels == 1].mean(),
        )


def test_a_margin_is_kept_by_every_choice_that_is_promised(taskgraph: TaskGraph) -> None:
    seen = recording(2)
    recipe = replace(RECIPE, recall_confidence=0.9)
    at = {
        share: chosen(taskgraph, seen, replace(recipe, margin_share=share)).taskgraph
        for share in (0.0, 0.1)
    }
    for close, far in zip(at[0.0].gate_choices, at[0.1].gate_choices, strict=True):
        pairs = zip(close.gates, far.gates, strict=True)
        assert all(wide.threshold < tight.threshold for tight, wide in pairs)
    own = tuple(gate.threshold for gate in at[0.1].gates)
    assert own in {tuple(use.threshold for use in c.gates) for c in at[0.1].gate_choices}


def test_a_promise_that_cannot_be_kept_says_so_in_words(taskgraph: TaskGraph) -> None:
    asked = replace(RECIPE, recall_floor=0.99, recall_confidence=0.95)
    few = chosen(taskgraph, recording(1, positives=20), asked).promise
    assert "too few positives to promise the floor" in in_words(few)
    assert "lose 0 of 19" in in_words(few)
    enough = chosen(taskgraph, recording(1), replace(RECIPE, recall_confidence=0.9)).promise
    assert in_words(enough).endswith("pass (90% confidence).")
    bare = chosen(taskgraph, recording(1), RECIPE).promise
    assert "recall_confidence would promise it" in in_words(bare)


def test_thresholds_know_no_other_labels(taskgraph: TaskGraph) -> None:
    """A stream whose labels say nothing of its scores stops about as many of either class."""
    seen = recording(4)
    mixed = replace(seen, labels=np.random.default_rng(0).permutation(seen.labels))
    found = chosen(taskgraph, mixed, RECIPE)
    report = evaluate(found.taskgraph, mixed)
    assert abs(report.stop_rate_negative - report.stop_rate_positive) < 0.1
