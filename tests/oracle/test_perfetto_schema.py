"""The exported trace against the rules that Perfetto reads by, and seeded faults against them."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.engine import simulate, simulate_together
from simulator.perfetto import _us, perfetto_document
from simulator.workload import drawn, period_ns
from tests.shared_strategies import shared_scenes
from tests.simulator_strategies import scenes
from tests.simulator_worlds import GateSpec, SegmentSpec, chain_plan
from tests.trace_event_schema import problems, seeded

thoroughly = settings(max_examples=100, deadline=None, derandomize=True, database=None)


@thoroughly
@given(scenes())
def test_every_run_is_exported_by_the_rules(scene):
    run = simulate(scene.plan, scene.workload, scene.queue)
    if run.duration_ns > 0:
        document, _ = perfetto_document(run)
        assert problems(json.dumps(document, allow_nan=False)) == []


@thoroughly
@given(shared_scenes())
def test_and_so_are_pipelines_on_fair_links(scene):
    run = simulate_together(scene.pipelines, scene.queue, priorities=scene.priorities)
    if run.duration_ns > 0:
        document, _ = perfetto_document(run)
        assert problems(json.dumps(document, allow_nan=False)) == []


@pytest.fixture(scope="module")
def document():
    plan = chain_plan([SegmentSpec("dsp", 300, gate=GateSpec(20)), SegmentSpec("cpu", 500)])
    run = simulate(plan, drawn(plan, period_ns(plan), 30, seed=8))
    return perfetto_document(run)[0]


FAULTS = [
    ("X", {"ph": "Q"}),
    ("X", {"ts": None}),
    ("X", {"ts": "0.1"}),
    ("X", {"ts": -1.0}),
    ("X", {"ts": 0.0004}),
    ("X", {"dur": None}),
    ("X", {"dur": -0.1}),
    ("X", {"dur": 0.25}),
    ("X", {"name": ""}),
    ("X", {"pid": 2**32}),
    ("X", {"tid": 999}),
    ("X", {"args": {"list": [1, 2]}}),
    ("X", {"colour": "red"}),
    ("i", {"s": "x"}),
    ("i", {"s": None}),
    ("C", {"args": {"total": "3 mW"}}),
    ("C", {"args": {}}),
    ("C", {"args": None}),
    ("s", {"id": None}),
    ("s", {"cat": None}),
    ("s", {"ph": "f"}),
    ("f", {"bp": None}),
    ("f", {"id": 10**6}),
    ("f", {"ts": 0.0}),
    ("M", {"args": {"name": 5}}),
    ("M", {"name": "thread_color"}),
]


@pytest.mark.parametrize(("phase", "changes"), FAULTS)
def test_a_seeded_fault_is_found(document, phase, changes):
    assert problems(json.dumps(document)) == []
    assert problems(json.dumps(seeded(document, phase, **changes)))


@pytest.mark.parametrize("changes", [{"displayTimeUnit": "us"}, {"traceEvents": {}}])
def test_and_so_is_a_fault_of_the_whole(document, changes):
    assert problems(json.dumps({**document, **changes}))
    assert problems(json.dumps(document["traceEvents"]))


@thoroughly
@given(st.integers(0, 100 * 86_400 * 10**9))
def test_every_nanosecond_of_a_hundred_days_survives_both_kinds_of_importer(at_ns):
    us = json.loads(json.dumps(_us(at_ns)))
    assert int(us * 1000.0) == at_ns
    assert round(us * 1000.0) == at_ns


def test_and_every_one_of_the_first_hundred_microseconds():
    times = np.array([_us(ns) for ns in range(100_000)])
    assert ((times * 1000.0).astype(np.int64) == np.arange(100_000)).all()
