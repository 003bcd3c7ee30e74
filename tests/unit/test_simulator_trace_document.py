"""Traces on disk: what is written comes back, and what is not a trace is refused in words."""

import json
import pickle
from dataclasses import fields, replace

import numpy as np
import pytest

from devicemodels.documents.errors import InputError
from simulator.engine import simulate
from simulator.faults.kinds import CoreFailure, Faults, LinkCorruption, Reaction
from simulator.metrics import metrics
from simulator.trace_document import load_trace, save_trace
from simulator.workload import drawn
from tests.simulator_worlds import GateSpec, SegmentSpec, chain_plan, releases

PLAN = chain_plan([SegmentSpec("dsp", 300, gate=GateSpec(20)), SegmentSpec("cpu", 500)])


@pytest.fixture
def saved(tmp_path):
    trace = simulate(PLAN, drawn(PLAN, 1000, 50, seed=8))
    path = tmp_path / "run.npz"
    save_trace(trace, path)
    return trace, path


def change(path, **columns):
    """Write the file again with some columns replaced, or left out where None."""
    with np.load(path) as archive:
        content = {name: archive[name] for name in archive.files}
    for name, column in columns.items():
        key = name.replace("__", ".")
        if column is None:
            del content[key]
        else:
            content[key] = column(content[key])
    np.savez(path, **content)


def header(**values):
    def changed(column):
        text = {**json.loads(column.tobytes()), **values}
        return np.frombuffer(json.dumps(text).encode(), dtype=np.uint8)

    return changed


def test_a_trace_comes_back_as_it_was(saved):
    trace, path = saved
    loaded = load_trace(path)
    assert (loaded.origin, loaded.answers, loaded.duration_ns) == (
        "simulated",
        "drawn",
        trace.duration_ns,
    )
    assert loaded.plan == trace.plan
    for group in ("samples", "activities", "stays"):
        for field in fields(getattr(trace, group)):
            before = getattr(getattr(trace, group), field.name)
            after = getattr(getattr(loaded, group), field.name)
            assert after.dtype == before.dtype
            assert (after == before).all()
    assert metrics(loaded) == metrics(trace)


def test_what_faults_did_comes_back_too(tmp_path):
    spare = replace(
        PLAN,
        placements=tuple(replace(one, core="dsp") for one in PLAN.placements),
        crossings=(),
    )
    faults = Faults(
        (CoreFailure("cpu", 1000, 20_000), LinkCorruption("bus", 0.5)),
        (Reaction(retries=1, fallbacks={"cpu": spare}),),
    )
    trace = simulate(PLAN, releases(range(0, 50_000, 1000)), faults=faults)
    save_trace(trace, tmp_path / "run.npz")
    loaded = load_trace(tmp_path / "run.npz")
    for name in ("causes", "fallbacks", "off"):
        assert getattr(loaded.faults, name) == getattr(trace.faults, name)
    for name in ("cause", "planned", "done"):
        assert getattr(loaded.faults, name).tolist() == getattr(trace.faults, name).tolist()
    assert trace.faults.planned.any()
    assert (trace.faults.done < 1).any()
    assert metrics(loaded) == metrics(trace)
    change(tmp_path / "run.npz", faults__planned=lambda column: column + np.int16(2))
    with pytest.raises(InputError, match=r"faults.planned\[0\] is 2; it must be from 0 to 1"):
        load_trace(tmp_path / "run.npz")


def test_the_same_trace_gives_the_same_bytes(saved, tmp_path):
    trace, path = saved
    save_trace(trace, tmp_path / "again.npz")
    assert (tmp_path / "again.npz").read_bytes() == path.read_bytes()


def test_a_write_that_fails_leaves_nothing_half_written(saved):
    trace, path = saved
    before = path.read_bytes()
    with pytest.raises(TypeError):
        save_trace(replace(trace, plan=replace(PLAN, name=object())), path)
    assert path.read_bytes() == before
    assert [one.name for one in path.parent.iterdir()] == ["run.npz"]


BROKEN = {
    "no such column": (
        {"activities__sample": None},
        "the trace needs a column 'activities.sample' of int64",
    ),
    "wrong type": (
        {"samples__label": lambda column: column.astype(np.float32)},
        "the trace needs a column 'samples.label' of int8",
    ),
    "columns of objects": (
        {"samples__label": lambda column: column.astype(object)},
        "not a trace: it is not an .npz file, or it is damaged",
    ),
    "lengths that differ": (
        {"samples__answer": lambda column: column[1:]},
        "the columns of the trace's samples differ in length",
    ),
    "a core that is not there": (
        {"activities__resource": lambda column: column + np.int16(3)},
        "the trace's activities.resource[0] is 3; it must be from 0 to 2",
    ),
    "time that runs backwards": (
        {"activities__end_ns": lambda column: column * 0},
        "an activity of the trace ends before it starts",
    ),
    "stays of a core that is not there": (
        {"stays__core": lambda column: column + np.int16(2)},
        "the trace's stays.core[0] is 2; it must be from 0 to 1",
    ),
    "an idle state that is not there": (
        {"stays__idle_state": lambda column: column + np.int16(1)},
        "the trace's stays.idle_state[0] is 1; it must be from 0 to 0",
    ),
    "a stay that runs backwards": (
        {"stays__end_ns": lambda column: column * 0},
        "a stay of the trace ends before it starts",
    ),
    "wake-ups that the stays do not know of": (
        {"stays__woke": lambda column: column & False},
        "the trace's stays end in 0 wake-ups of core 'dsp', its activities have 50",
    ),
    "some columns of stays": (
        {"stays__entered": None},
        "the trace needs a column 'stays.entered' of bool",
    ),
    "another version": (
        {"header": header(version="wakepath/trace@2")},
        "the trace has version 'wakepath/trace@2'; this program reads 'wakepath/trace@1'",
    ),
    "an unknown key": (
        {"header": header(extra=1)},
        "the trace's header needs an origin, a duration_ns and where its answers are from",
    ),
    "no origin": (
        {"header": header(origin="guessed")},
        "the trace's header needs an origin, a duration_ns and where its answers are from",
    ),
    "a header that is not JSON": (
        {"header": lambda column: column[1:]},
        "the trace's header is not JSON",
    ),
    "a header that is not text": (
        {"header": lambda column: column * 0 + np.uint8(255)},
        "the trace's 'header' is not UTF-8 text",
    ),
    "no plan": ({"plan": None}, "not a trace: it has no 'plan'"),
    "a broken plan": ({"plan": lambda column: column[:-3]}, "not valid JSON"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_trace_is_refused_in_words(saved, name):
    columns, message = BROKEN[name]
    change(saved[1], **columns)
    with pytest.raises(InputError) as refused:
        load_trace(saved[1])
    assert message in str(refused.value)
    assert str(saved[1]) in str(refused.value)


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", b"PK\x03\x04 cut off", b"\x93NUMPY\x01\x00", pickle.dumps({"a": 1})],
)
def test_a_file_of_another_kind_is_refused_in_words(tmp_path, content):
    path = tmp_path / "other.npz"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"not an \.npz file"):
        load_trace(path)


def test_a_lone_array_is_no_trace(tmp_path):
    np.save(tmp_path / "array.npy", np.arange(3))
    with pytest.raises(InputError, match=r"not an \.npz file"):
        load_trace(tmp_path / "array.npy")


def test_every_cut_of_a_file_is_refused(saved, tmp_path):
    content = saved[1].read_bytes()
    cut = tmp_path / "cut.npz"
    for length in range(0, len(content), max(1, len(content) // 40)):
        cut.write_bytes(content[:length])
        with pytest.raises(InputError):
            load_trace(cut)


def test_a_damaged_byte_is_an_input_error_or_does_no_harm(saved, tmp_path):
    trace, path = saved
    content = bytearray(path.read_bytes())
    damaged = tmp_path / "damaged.npz"
    for position in range(0, len(content), max(1, len(content) // 60)):
        changed = bytearray(content)
        changed[position] ^= 0x55
        damaged.write_bytes(bytes(changed))
        try:
            loaded = load_trace(damaged)
        except InputError:
            continue
        assert metrics(loaded) == metrics(trace)


def test_a_missing_file_and_a_folder(tmp_path):
    with pytest.raises(InputError, match="cannot be read: No such file or directory"):
        load_trace(tmp_path / "nothing.npz")
    with pytest.raises(InputError, match="cannot be read: Is a directory"):
        load_trace(tmp_path)
