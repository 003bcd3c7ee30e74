"""Gate choices as an automaton: what is merged, what is kept apart, what is refused."""

from itertools import product

import pytest

from scheduler.gating import OFF, GateStates, gate_choices, gate_states, survival, use_gates
from scheduler.taskgraph import Gate, GateChoice, GateUse, SampleClass, TaskGraph

PRIOR: dict[SampleClass, float] = {"negative": 0.9, "positive": 0.1}


def graph(choices: tuple[GateChoice, ...], gates: int = 2) -> TaskGraph:
    rates: dict[SampleClass, float] = {"negative": 0.5, "positive": 0.1}
    return TaskGraph(
        name="gated",
        input_shape=(1,),
        input_dtype="float32",
        operators=(),
        cut_points=(),
        segments=(),
        edges=(),
        gates=tuple(Gate(f"g{i}", f"s{i}", (), 0.5, rates) for i in range(gates)),
        accuracy=0.95,
        recall=0.9,
        gate_choices=choices,
    )


def nested(passing: tuple[tuple[float, ...], ...]) -> tuple[GateChoice, ...]:
    """Choices of gates whose passing share of negatives depends on the last one used alone."""
    choices = []
    for settings in product(*(range(-1, len(shares)) for shares in passing)):
        uses, before = [], 1.0
        for g, setting in enumerate(settings):
            if setting != OFF:
                share = passing[g][setting]
                rate: dict[SampleClass, float] = {
                    "negative": 1.0 - share / before,
                    "positive": 0.0,
                }
                uses.append(GateUse(f"g{g}", 0.1 * (setting + 1), rate))
                before = share
        choices.append(GateChoice(tuple(uses), 0.95 - 0.01 * (1.0 - before), 0.9))
    return tuple(choices)


def at(states: GateStates, settings: tuple[int, ...]) -> int:
    """The state behind these settings."""
    here = 0
    for setting in settings:
        here = dict(states.states[here].onward)[setting]
    return here


def test_nested_gates_need_one_state_for_each_threshold() -> None:
    passing = ((0.6, 0.5, 0.4), (0.3, 0.2, 0.1), (0.05, 0.04, 0.03))
    choices = nested(passing)
    assert len(choices) == 4**3
    states = gate_states(graph(choices, gates=3), PRIOR)
    by_position = [sum(s.position == p for s in states.states) for p in range(4)]
    assert by_position == [1, 4, 7, 10]


def test_every_choice_is_found_with_its_survival_and_loss() -> None:
    choices = nested(((0.6, 0.5), (0.3, 0.2)))
    states = gate_states(graph(choices), PRIOR)
    assert len(states.choice) == len(choices)
    for settings, index in states.choice.items():
        end = states.states[at(states, settings)]
        assert end.reach == pytest.approx(survival(choices[index].gates, PRIOR)[-1], rel=1e-11)
        assert end.loss == pytest.approx(0.95 - choices[index].accuracy, abs=1e-12)
        assert end.recall == 0.9


def test_gates_that_are_not_nested_keep_their_history() -> None:
    def use(gate: int, rate: float) -> GateUse:
        return GateUse(f"g{gate}", 0.5, {"negative": rate, "positive": 0.0})

    choices = (
        GateChoice((), 0.95, 0.9),
        GateChoice((use(0, 0.5),), 0.95, 0.9),
        GateChoice((use(1, 0.4),), 0.95, 0.9),
        GateChoice((use(0, 0.5), use(1, 0.1)), 0.95, 0.9),
    )
    states = gate_states(graph(choices), PRIOR)
    ends = {at(states, settings) for settings in states.choice}
    assert len(ends) == 4


def test_without_choices_the_gates_stand_as_they_are() -> None:
    plain = graph(())
    (choice,) = gate_choices(plain)
    assert [use.gate for use in choice.gates] == ["g0", "g1"]
    assert use_gates(plain, choice) == plain
    states = gate_states(plain, PRIOR)
    assert [len(state.onward) for state in states.states] == [1, 1, 0]
    assert states.states[-1].reach == pytest.approx(0.9 * 0.25 + 0.1 * 0.81)


def test_a_choice_of_unknown_gates_or_in_the_wrong_order_is_refused() -> None:
    rates: dict[SampleClass, float] = {"negative": 0.5, "positive": 0.0}
    uses = (GateUse("g1", 0.5, rates), GateUse("g0", 0.5, rates))
    for wrong in (uses, (GateUse("g7", 0.5, rates),)):
        with pytest.raises(ValueError, match="name known gates once, in their order"):
            gate_states(graph((GateChoice(wrong, 0.9, 0.9),)), PRIOR)


def test_choices_that_contradict_each_other_are_refused() -> None:
    def first(rate: float) -> GateUse:
        return GateUse("g0", 0.5, {"negative": rate, "positive": 0.0})

    second = GateUse("g1", 0.5, {"negative": 0.1, "positive": 0.0})
    choices = (
        GateChoice((first(0.5),), 0.9, 0.9),
        GateChoice((first(0.6), second), 0.9, 0.9),
    )
    with pytest.raises(ValueError, match="pass the same gates"):
        gate_states(graph(choices), PRIOR)
    with pytest.raises(ValueError, match="are the same"):
        gate_states(graph((choices[0], choices[0])), PRIOR)
