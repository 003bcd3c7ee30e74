"""Several runs as one trace: nothing is lost, nothing overlaps, figures are those of all."""

from dataclasses import replace

import numpy as np
import pytest

from simulator.engine import simulate
from simulator.idling.stays import rest_totals
from simulator.joining import join
from simulator.metrics import metrics
from simulator.trace import UNFINISHED
from simulator.workload import drawn
from tests.simulator_worlds import GateSpec, SegmentSpec, chain_plan, releases

PLAN = chain_plan(
    [
        SegmentSpec("dsp", 300, gate=GateSpec(20), codec="int8", encode_macs=10, decode_macs=15),
        SegmentSpec("cpu", 500),
    ]
)
PERIOD_NS = 10_000


def test_the_parts_of_a_run_joined_are_the_run():
    world = drawn(PLAN, PERIOD_NS, 60, seed=3)
    whole = simulate(PLAN, world)
    parts = []
    for first, last in ((0, 10), (10, 35), (35, 60)):
        rows = slice(first, last)
        part = replace(
            world,
            release_ns=world.release_ns[rows] - first * PERIOD_NS,
            label=world.label[rows],
            exit_gate=world.exit_gate[rows],
            answer=world.answer[rows],
            duration_ns=(last - first) * PERIOD_NS,
        )
        parts.append(simulate(PLAN, part))
    joined = join(parts)
    assert joined.duration_ns == whole.duration_ns
    for column in ("release_ns", "finish_ns", "label", "answer", "exit_gate", "outcome"):
        assert np.array_equal(getattr(joined.samples, column), getattr(whole.samples, column))
    for column in ("start_ns", "end_ns", "resource", "activity", "segment", "sample"):
        assert np.array_equal(getattr(joined.activities, column), getattr(whole.activities, column))
    assert rest_totals(joined).time_ns.tolist() == rest_totals(whole).time_ns.tolist()
    assert metrics(joined) == metrics(whole)


def test_stays_of_the_parts_stay_in_order():
    """A run that ends as it wakes has a stay of no length at its end, and one at its beginning."""
    trace = simulate(PLAN, releases([0], exits=[0]))
    stays = join([trace, trace]).stays
    order = np.lexsort((stays.core, stays.start_ns))
    assert order.tolist() == list(range(len(order)))
    assert int(stays.entered.sum()) == int(stays.woke.sum()) == 2


def test_a_sample_without_an_answer_stays_without_one():
    trace = simulate(PLAN, drawn(PLAN, PERIOD_NS, 3, seed=1))
    trace.samples.finish_ns[1] = UNFINISHED
    joined = join([trace, trace])
    assert joined.samples.finish_ns[[1, 4]].tolist() == [UNFINISHED, UNFINISHED]


def test_nothing_cannot_be_joined():
    with pytest.raises(ValueError, match="nothing to join"):
        join([])
