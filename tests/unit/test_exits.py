"""What a gate does to a score: nothing at a threshold of 0, everything at 1, two answers."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devicemodels.documents.errors import InputError
from devicemodels.documents.files import document_hash, plain
from scheduler.documents import dump_taskgraph, load_taskgraph
from scheduler.exits import exits, wrong_gate
from scheduler.gating import OFF, answered_share, gate_states, use_gates
from scheduler.plan import GateSetting
from scheduler.taskgraph import Gate, GateChoice, GateUse, SampleClass, TaskGraph
from tests.strategies import task_graphs

SEEDED = settings(deadline=None, derandomize=True, database=None)
RATES: dict[SampleClass, float] = {"negative": 0.5, "positive": 0.25}
SCORES = st.floats(0.0, 1.0, width=32) | st.sampled_from((0.0, 1.0))
THRESHOLDS = st.floats(0.0, 1.0) | st.sampled_from((0.0, 1.0))


@st.composite
def settings_of_gates(draw: st.DrawFn) -> list[GateSetting]:
    """One to three gates; some answer "positive" too."""
    gates = []
    for index in range(draw(st.integers(1, 3))):
        low = draw(THRESHOLDS)
        high = draw(st.none() | st.floats(low, 1.5))
        gates.append(GateSetting(f"g{index}", low, high))
    return gates


def stream(draw: st.DataObject, gates: int) -> np.ndarray:
    rows = draw.draw(st.lists(st.tuples(*[SCORES] * gates), min_size=1, max_size=30))
    return np.array(rows, dtype=np.float32)


@SEEDED
@given(st.data())
def test_a_threshold_of_0_never_stops_and_one_of_1_always_does(data: st.DataObject) -> None:
    scores = stream(data, 1)
    assert (exits(scores, [GateSetting("g", 0.0)]).gate == 1).all()
    high = data.draw(st.none() | st.floats(0.0, 1.0))
    ends = exits(scores, [GateSetting("g", 1.0, high)])
    assert (ends.gate == 0).all()
    assert not ends.positive.any()


@SEEDED
@given(settings_of_gates(), st.data())
def test_every_sample_ends_where_a_loop_over_the_gates_ends_it(
    gates: list[GateSetting], data: st.DataObject
) -> None:
    scores = stream(data, len(gates))
    ends = exits(scores, gates)
    found = list(zip(ends.gate.tolist(), ends.positive.tolist(), strict=True))
    assert found == [first_end(row, gates) for row in scores.tolist()]


def first_end(scores: list[float], gates: list[GateSetting]) -> tuple[int, bool]:
    """The gate that ends one sample, and whether it answers "positive"; told plainly."""
    for index, (score, gate) in enumerate(zip(scores, gates, strict=True)):
        if score < gate.threshold or gate.threshold >= 1.0:
            return index, False
        if gate.positive_threshold is not None and score >= gate.positive_threshold:
            return index, True
    return len(gates), False


@SEEDED
@given(settings_of_gates(), st.data())
def test_stricter_gates_let_no_more_through(gates: list[GateSetting], data: st.DataObject) -> None:
    """A raised threshold, or a lowered positive one, ends a sample no later than before."""
    scores = stream(data, len(gates))
    index = data.draw(st.integers(0, len(gates) - 1))
    old = gates[index]
    low = data.draw(st.floats(old.threshold, 1.0))
    above = old.positive_threshold
    high = data.draw(st.none() if above is None else st.floats(min(low, above), above))
    stricter = [*gates]
    stricter[index] = replace(old, threshold=low, positive_threshold=high)
    before, after = exits(scores, gates), exits(scores, stricter)
    assert (after.gate <= before.gate).all()
    elsewhere = before.gate != index
    same = elsewhere & (after.gate == before.gate)
    assert (after.positive[same] == before.positive[same]).all()


def test_scores_are_compared_as_float64() -> None:
    """The float32 nearest to 0.7 is below 0.7, that nearest to 0.3 above 0.3."""
    scores = np.array([[0.7], [0.3]], dtype=np.float32)
    assert exits(scores, [GateSetting("g", 0.7)]).gate.tolist() == [0, 0]
    assert exits(scores, [GateSetting("g", 0.0, 0.7)]).gate.tolist() == [1, 1]
    assert exits(scores, [GateSetting("g", 0.0, 0.3)]).positive.tolist() == [True, True]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"stop_rate": {"negative": 1.5, "positive": 0.0}}, "stop rate of negative is 1.5"),
        ({"positive_threshold": 0.25}, "scores in between would have two answers"),
        ({"positive_threshold": 0.75}, "without the answer_rate"),
        ({"answer_rate": RATES}, "without a positive_threshold"),
        (
            {
                "positive_threshold": 0.75,
                "answer_rate": {"negative": 0.75, "positive": 0.0},
            },
            "answer rate of negative is 0.75, the stop rate it is a part of 0.5",
        ),
        ({"positive_threshold": float("nan")}, "two answers"),
    ],
)
def test_what_a_gate_says_must_agree(change: dict[str, object], message: str) -> None:
    gate = Gate("g", "s", (), 0.5, RATES)
    assert wrong_gate(gate) is None
    assert message in str(wrong_gate(replace(gate, **change)))  # type: ignore[arg-type]


def test_a_task_graph_whose_gates_contradict_themselves_is_refused_with_the_place() -> None:
    use = GateUse("g", 0.5, RATES, positive_threshold=0.25, answer_rate=RATES)
    graph = replace(EMPTY, gates=(Gate("g", "s", (), 0.5, RATES, 0.75),))
    graph = replace(graph, gate_choices=(GateChoice((use,), 1.0, 1.0),))
    with pytest.raises(InputError) as refused:
        load_taskgraph(dump_taskgraph(graph), "net.json")
    told = sorted(problem.message for problem in refused.value.problems)
    assert told[0].startswith("gate_choices[0].gates[0]: the positive_threshold 0.25 is below")
    assert told[1].startswith("gates.g: a positive_threshold without the answer_rate")


EMPTY = TaskGraph("net", (1,), "float32", (), (), (), ())


@SEEDED
@given(task_graphs())
def test_documents_say_nothing_of_answers_that_no_gate_gives(graph: TaskGraph) -> None:
    """Old documents hold their hashes, and every document is read as it was written."""
    plainly = [replace(g, positive_threshold=None, answer_rate=None) for g in graph.gates]
    silent = replace(graph, gates=tuple(plainly), gate_choices=())
    assert "positive_threshold" not in json.dumps(plain(silent))
    assert "answer_rate" not in json.dumps(plain(silent))
    again = load_taskgraph(dump_taskgraph(graph), "net.json")
    assert again == graph
    assert document_hash(again) == document_hash(graph)


def test_a_choice_is_known_by_both_thresholds() -> None:
    gate = Gate("g", "s", (), 0.5, RATES)
    uses = [
        GateUse("g", 0.5, RATES),
        GateUse("g", 0.5, {"negative": 0.75, "positive": 0.5}, 0.75, RATES),
        GateUse("g", 0.5, {"negative": 0.5, "positive": 0.5}, 0.875, RATES),
    ]
    choices = tuple(GateChoice((use,), 0.9, 0.9) for use in uses)
    graph = replace(EMPTY, gates=(gate,), gate_choices=choices)
    states = gate_states(graph, {"negative": 0.5, "positive": 0.5})
    assert states.thresholds == (((0.5, 0.75), (0.5, 0.875), (0.5, None)),)
    assert states.choice == {(2,): 0, (0,): 1, (1,): 2}
    assert OFF not in dict(states.states[0].onward)
    used = use_gates(graph, choices[1])
    assert used.gates[0].positive_threshold == 0.75
    assert used.gates[0].answer_rate == RATES


def test_answered_shares_are_among_those_that_reach_the_gate() -> None:
    gates = (
        Gate("g0", "s0", (), 0.5, {"negative": 0.5, "positive": 0.25}),
        Gate("g1", "s1", (), 0.5, {"negative": 0.5, "positive": 1.0}, 0.75, RATES),
    )
    shares = answered_share(gates, {"negative": 0.75, "positive": 0.25})
    reaching = 0.75 * 0.5, 0.25 * 0.75
    answered = reaching[0] * 0.5 + reaching[1] * 0.25
    assert shares == {"g0": 0.0, "g1": pytest.approx(answered / sum(reaching))}
