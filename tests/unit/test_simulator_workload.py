"""Releases and fates: replayed, drawn, listed."""

import numpy as np
import pytest

from devicemodels.documents.errors import InputError
from scheduler.recording import Recording
from simulator.workload import drawn, outcomes, replay
from tests.simulator_worlds import GateSpec, SegmentSpec, chain_plan

TWO_GATES = [
    SegmentSpec("dsp", 100, gate=GateSpec(1, 0.5, 0.125, threshold=0.5)),
    SegmentSpec("dsp", 100, gate=GateSpec(1, 0.25, 0.0625, threshold=0.75)),
    SegmentSpec("dsp", 100),
]


def recording(scores, labels=None, answers=None, gates=("g0", "g1")):
    n = len(scores)
    return Recording(
        labels=np.array(labels or [0] * n, dtype=np.int8),
        gate_scores=np.array(scores, dtype=np.float32).reshape(n, len(gates)),
        answers=np.array(answers or [1] * n, dtype=np.int8),
        gates=gates,
    )


def test_replay_stops_below_the_threshold_and_at_the_first_gate_only():
    plan = chain_plan(TWO_GATES)
    scores = [(0.49, 0.1), (0.5, 0.74), (0.5, 0.75), (0.1, 0.9)]
    workload = replay(recording(scores, labels=[1, 0, 1, 0]), plan, period_ns=10)
    assert workload.exit_gate.tolist() == [0, 1, -1, 0]
    assert workload.answer.tolist() == [0, 0, 1, 0]
    assert workload.label.tolist() == [1, 0, 1, 0]
    assert workload.release_ns.tolist() == [0, 10, 20, 30]
    assert workload.duration_ns == 40
    assert workload.answers == "recorded"


ANSWERING = [
    SegmentSpec("dsp", 100, gate=GateSpec(1, 0.5, 0.25, 0.5, 0.875, (0.0625, 0.125))),
    SegmentSpec("dsp", 100, gate=GateSpec(1, 0.25, 0.75, 0.75, 0.90625, (0.0, 0.5))),
    SegmentSpec("dsp", 100),
]


def test_replay_answers_from_the_positive_threshold_on():
    plan = chain_plan(ANSWERING)
    scores = [(0.875, 0.1), (0.4, 0.95), (0.6, 0.90625), (0.6, 0.8), (0.87, 0.7)]
    workload = replay(recording(scores, answers=[0, 1, 0, 0, 1]), plan, period_ns=10)
    assert workload.exit_gate.tolist() == [0, 0, 1, -1, 1]
    assert workload.answer.tolist() == [1, 0, 1, 0, 0]


def test_replay_compares_in_float64():
    """The float32 nearest to 0.7 is below 0.7: it stops, as it does on real cores."""
    plan = chain_plan([SegmentSpec("dsp", 1, gate=GateSpec(1, threshold=0.7)), TWO_GATES[2]])
    workload = replay(recording([(0.7,)], gates=("g0",)), plan, period_ns=1)
    assert workload.exit_gate.tolist() == [0]


def test_replay_starts_again_where_the_recording_ends():
    plan = chain_plan(TWO_GATES)
    source = recording([(0.1, 1.0), (1.0, 0.1), (1.0, 1.0)])
    workload = replay(source, plan, period_ns=10, samples=7)
    assert workload.exit_gate.tolist() == [0, 1, -1, 0, 1, -1, 0]
    by_time = replay(source, plan, period_ns=10, duration_ns=65)
    assert by_time.exit_gate.tolist() == workload.exit_gate.tolist()
    assert by_time.duration_ns == 65


def test_replay_takes_the_columns_by_name():
    plan = chain_plan(TWO_GATES)
    swapped = recording([(1.0, 0.1)], gates=("g1", "g0"))
    assert replay(swapped, plan, period_ns=1).exit_gate.tolist() == [0]


def test_replay_refuses_a_recording_without_a_gate_of_the_plan():
    with pytest.raises(InputError, match=r"no scores of gate 'g1'; it has g0"):
        replay(recording([(0.5,)], gates=("g0",)), chain_plan(TWO_GATES), period_ns=1)


def test_replay_refuses_an_empty_recording_and_two_lengths():
    plan = chain_plan(TWO_GATES)
    with pytest.raises(InputError, match="no samples"):
        replay(recording([]), plan, period_ns=1)
    with pytest.raises(ValueError, match="not both"):
        replay(recording([(0.5, 0.5)]), plan, period_ns=1, samples=1, duration_ns=1)


def test_drawn_shares_come_near_the_rates():
    plan = chain_plan(TWO_GATES, positive=0.25, accuracy=0.9)
    workload = drawn(plan, period_ns=10, samples=200_000, seed=3)
    positive = workload.label == 1
    assert positive.mean() == pytest.approx(0.25, abs=0.005)
    reaching = workload.exit_gate != 0
    for label, first, second in ((False, 0.5, 0.25), (True, 0.125, 0.0625)):
        these = positive == label
        assert (workload.exit_gate[these] == 0).mean() == pytest.approx(first, abs=0.01)
        later = workload.exit_gate[these & reaching] == 1
        assert later.mean() == pytest.approx(second, abs=0.01)
    assert (workload.answer == workload.label).mean() == pytest.approx(0.9, abs=0.005)
    assert (workload.answer[workload.exit_gate >= 0] == 0).all()


def test_drawn_answers_come_near_the_rates():
    plan = chain_plan(ANSWERING, positive=0.25, accuracy=0.8)
    workload = drawn(plan, period_ns=10, samples=200_000, seed=3)
    positive = workload.label == 1
    for gate, (negatives, positives) in enumerate([(0.0625, 0.125), (0.0, 0.5)]):
        reaching = (workload.exit_gate < 0) | (workload.exit_gate >= gate)
        answered = (workload.exit_gate == gate) & (workload.answer == 1)
        assert answered[reaching & ~positive].mean() == pytest.approx(negatives, abs=0.01)
        assert answered[reaching & positive].mean() == pytest.approx(positives, abs=0.01)
    assert (workload.answer == workload.label).mean() == pytest.approx(0.8, abs=0.005)


def test_drawn_is_the_same_for_the_same_seed_and_begins_the_same_when_longer():
    plan = chain_plan(TWO_GATES)
    short, long = (drawn(plan, 10, samples, seed=4) for samples in (50, 500))
    other = drawn(plan, 10, 500, seed=5)
    for name in ("label", "exit_gate", "answer"):
        assert (getattr(short, name) == getattr(long, name)[:50]).all()
    assert (other.label != long.label).any()


def test_outcomes_list_every_fate_once():
    fates = outcomes(chain_plan(TWO_GATES, positive=0.25, period_s=1e-6))
    assert sum(probability for probability, _ in fates) == pytest.approx(1.0, abs=1e-15)
    listed = {(int(w.label[0]), int(w.exit_gate[0]), int(w.answer[0])): p for p, w in fates}
    assert listed == {
        (0, 0, 0): 0.75 * 0.5,
        (0, 1, 0): 0.75 * 0.5 * 0.25,
        (0, -1, 0): 0.75 * 0.5 * 0.75,
        (1, 0, 0): 0.25 * 0.125,
        (1, 1, 0): 0.25 * 0.875 * 0.0625,
        (1, -1, 1): 0.25 * 0.875 * 0.9375,
    }
    assert all(w.duration_ns == 1000 for _, w in fates)


def test_outcomes_tell_the_two_answers_of_a_gate_apart():
    fates = outcomes(chain_plan(ANSWERING, positive=0.25, period_s=1e-6))
    assert sum(probability for probability, _ in fates) == pytest.approx(1.0, abs=1e-15)
    listed = {(int(w.label[0]), int(w.exit_gate[0]), int(w.answer[0])): p for p, w in fates}
    assert listed == {
        (0, 0, 0): 0.75 * 0.4375,
        (0, 0, 1): 0.75 * 0.0625,
        (0, 1, 0): 0.75 * 0.5 * 0.25,
        (0, 1, 1): 0.0,
        (0, -1, 0): 0.75 * 0.5 * 0.75,
        (1, 0, 0): 0.25 * 0.125,
        (1, 0, 1): 0.25 * 0.125,
        (1, 1, 0): 0.25 * 0.75 * 0.25,
        (1, 1, 1): 0.25 * 0.75 * 0.5,
        (1, -1, 1): 0.25 * 0.75 * 0.25,
    }
