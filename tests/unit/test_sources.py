"""Sources that make no sense are refused, and small ones do what one can count on fingers."""

import re

import pytest

from devicemodels.documents.errors import InputError
from simulator.sources.fates import Drawn, Replayed
from simulator.sources.feed import prepare, workload
from simulator.sources.releases import (
    LONGEST_NS,
    MOST_IN_BURSTS,
    Burst,
    Jittered,
    Modulated,
    Periodic,
    Poisson,
    State,
)
from simulator.sources.source import Source
from tests.simulator_worlds import SegmentSpec, chain_plan
from tests.source_strategies import PLAN, recording

ALWAYS_ON = State(Periodic(1), 1)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Periodic(0), "the period is from 1 to"),
        (lambda: Periodic(LONGEST_NS + 1), "the period is from 1 to"),
        (lambda: Jittered(10, 11), "from 1 ns to the period of 10 ns, not 11"),
        (lambda: Jittered(10, 0), "from 1 ns to the period of 10 ns, not 0"),
        (lambda: Jittered(0, 1), "the period is from 1 to"),
        (lambda: Poisson(0), "the mean interval is from 1 to"),
        (lambda: State(None, 0), "the mean dwell time is from 1 to"),
        (lambda: State(None, 1, 1.5), "share of positives is from 0 to 1, not 1.5"),
        (lambda: State(None, 1, None, (0.5, 0.4)), "sum to 1"),
        (lambda: State(None, 1, None, (1.5, -0.5)), "from 0 to 1"),
        (lambda: Modulated(()), "has 1 to 1000 states, not 0"),
        (lambda: Modulated((State(Periodic(1), 1, None, (1.0, 0.0)),)), "2 shares of next states"),
        (lambda: Modulated((State(None, 1), State(None, 1))), "no state releases any sample"),
        (
            lambda: Modulated((State(Periodic(1), 1, None, (1.0, 0.0)), ALWAYS_ON)),
            "state 1 is never reached from state 0",
        ),
        (lambda: Burst(-1, 1, 1), "times of a burst"),
        (lambda: Burst(0, 0, 1), "a burst has 1 to"),
        (lambda: Burst(LONGEST_NS, 2, 1), "a burst ends within"),
        (lambda: Drawn(-0.1), "share of positives"),
        (lambda: Replayed(recording(), 2.0), "share of positives"),
        (
            lambda: Source(Periodic(1), bursts=(Burst(0, MOST_IN_BURSTS, 0), Burst(0, 1, 0))),
            "more than 10000000 samples together",
        ),
    ],
)
def test_values_that_make_no_sense(make, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        make()


def test_a_recording_without_a_class_that_is_to_be_drawn():
    negative = recording(windows=1)
    for share in (0.5, 1.0):
        with pytest.raises(InputError, match=r"no positive window, but a share of .* is to be"):
            prepare(Source(Periodic(1), Replayed(negative, share)), PLAN, 0)
    prepare(Source(Periodic(1), Replayed(negative, 0.0)), PLAN, 0)
    prepare(Source(Periodic(1), Replayed(negative)), PLAN, 0)
    event = Modulated((State(Periodic(1), 1, 1.0),))
    with pytest.raises(InputError, match="no positive window"):
        prepare(Source(event, Replayed(negative)), PLAN, 0)


def test_bursts_are_merged_in_the_order_of_time():
    source = Source(Periodic(100), bursts=(Burst(100, 3, 50), Burst(200, 2, 0)))
    made = workload(source, PLAN, 301)
    assert made.release_ns.tolist() == [0, 100, 100, 150, 200, 200, 200, 200, 300]


def test_an_event_releases_when_it_begins():
    """A periodic state begins anew with each stay."""
    states = (State(None, 1000), State(Periodic(10**6), 10, positive_share=1.0))
    made = workload(Source(Modulated(states), Drawn(0.0)), PLAN, 200_000, seed=1)
    assert len(made.release_ns) > 100
    assert made.label.tolist() == [1] * len(made.label)
    assert len(set((made.release_ns % 10**6).tolist())) == len(made.release_ns)


def test_in_a_state_of_its_own_share_classes_are_drawn_and_else_windows_come_in_order():
    windows = recording(windows=12)
    states = (State(Periodic(10), 500), State(Periodic(10), 500, positive_share=1.0))
    made = workload(Source(Modulated(states), Replayed(windows)), PLAN, 20_000, seed=1)
    in_order = workload(Source(Periodic(10), Replayed(windows)), PLAN, 10 * len(made.label))
    same = made.label == in_order.label
    assert 0.5 < same.mean() < 1.0
    assert (made.label[~same] == 1).all()


def test_a_plan_without_gates_answers_everything():
    plan = chain_plan([SegmentSpec("dsp", 10)], accuracy=1.0)
    made = workload(Source(Periodic(1)), plan, 1000, seed=1)
    assert set(made.exit_gate.tolist()) == {-1}
    assert made.answer.tolist() == made.label.tolist()


def test_nothing_before_the_end_of_nothing():
    made = workload(Source(Periodic(10)), PLAN, 0)
    assert (len(made.release_ns), made.duration_ns) == (0, 0)
