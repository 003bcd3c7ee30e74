"""Recordings on disk: what is written comes back, and what does not fit a plan is refused."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devicemodels.documents.column_file import text_column
from devicemodels.documents.errors import InputError
from scheduler.recording import Recording
from scheduler.recording_document import (
    RecordedStream,
    load_recording,
    recorded_for,
    require_recording_of,
    save_recording,
)
from tests.simulator_worlds import GateSpec, SegmentSpec, chain_plan

SEEDED = settings(deadline=None, derandomize=True, database=None, max_examples=30)
SEGMENTS = [
    SegmentSpec("dsp", 100, gate=GateSpec(1), codec="int8", encode_macs=1, decode_macs=1),
    SegmentSpec("cpu", 100, gate=GateSpec(1)),
    SegmentSpec("cpu", 100),
]
PLAN = chain_plan(SEGMENTS)
RAW_PLAN = chain_plan([replace(SEGMENTS[0], codec="none"), *SEGMENTS[1:]])


def recording(seed: int = 0, windows: int = 12, gates: tuple[str, ...] = ("g0", "g1")) -> Recording:
    random = np.random.default_rng(seed)
    return Recording(
        labels=random.integers(0, 2, windows).astype(np.int8),
        gate_scores=random.random((windows, len(gates))).astype(np.float32),
        answers=random.integers(0, 2, windows).astype(np.int8),
        gates=gates,
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "scores.npz"
    save_recording(recorded_for(PLAN, recording(), "watch, test"), found)
    return found


def same(one: RecordedStream, other: RecordedStream) -> bool:
    columns = ("labels", "gate_scores", "answers")
    ours, theirs = one.recording, other.recording
    return (
        all(np.array_equal(getattr(ours, c), getattr(theirs, c)) for c in columns)
        and ours.gates == theirs.gates
        and (one.network, one.weights_sha256, one.stream, dict(one.codecs))
        == (other.network, other.weights_sha256, other.stream, dict(other.codecs))
    )


@SEEDED
@given(st.integers(0, 2**32 - 1), st.integers(0, 9), st.integers(0, 3))
def test_what_is_written_comes_back(
    tmp_path_factory: pytest.TempPathFactory, seed: int, windows: int, gates: int
) -> None:
    file = tmp_path_factory.mktemp("recordings") / "scores.npz"
    said = recording(seed, windows, tuple(f"g{g}" for g in range(gates)))
    whole = RecordedStream(said, "net", "ab" * 32, "stream", {"s0->s1": "int8"})
    save_recording(whole, file)
    assert same(load_recording(file), whole)
    before = file.read_bytes()
    save_recording(whole, file)
    assert file.read_bytes() == before


def test_it_fits_the_plan_that_it_was_made_with(path: Path) -> None:
    found = load_recording(path)
    assert dict(found.codecs) == {"s0->s1": "int8"}
    require_recording_of(PLAN, found, "scores.npz")


def test_it_fits_no_other_plan_and_all_that_differs_is_said(path: Path) -> None:
    found = load_recording(path)
    with pytest.raises(InputError, match="codec 'int8' at s0->s1, the plan has raw activations"):
        require_recording_of(RAW_PLAN, found, "scores.npz")
    graph = PLAN.task_graph
    other = replace(PLAN, task_graph=replace(graph, weights_sha256="cd" * 32))
    with pytest.raises(
        InputError, match=r"other weights \(\.\.\.\) than the plan's \(cdcdcdcdcdcd"
    ):
        require_recording_of(other, found, "scores.npz")
    strange = replace(found, network="ear", codecs={}, recording=recording(gates=("g0",)))
    with pytest.raises(InputError) as refused:
        require_recording_of(PLAN, strange, "scores.npz")
    told = [problem.message for problem in refused.value.problems]
    assert told == [
        "the recording is of network 'ear', the plan of 'world'",
        "the recording has no scores of gate 'g1'; it has g0",
        "the recording was made with raw activations at every cut, the plan has codec 'int8' at "
        "s0->s1",
    ]


def broken(path: Path, change: dict[str, Any]) -> None:
    with np.load(path) as archive:
        columns = {name: archive[name] for name in archive.files}
    for name, value in change.items():
        if value is None:
            del columns[name]
        else:
            columns[name] = value(columns[name]) if callable(value) else value
    np.savez_compressed(path, **columns)


def header(**change: object) -> Any:
    def changed(column: np.ndarray) -> np.ndarray:
        return text_column(json.dumps({**json.loads(column.tobytes()), **change}))

    return changed


def at(index: object, value: float) -> Any:
    def changed(column: np.ndarray) -> np.ndarray:
        other = column.copy()
        other[index] = value
        return other

    return changed


BROKEN: dict[str, tuple[dict[str, Any], str]] = {
    "no scores": ({"gate_scores": None}, "needs a column 'gate_scores' of float32"),
    "wide scores": (
        {"gate_scores": lambda c: c.astype(np.float64)},
        "needs a column 'gate_scores' of float32",
    ),
    "no header": ({"header": None}, "not a recording: it has no 'header'"),
    "other version": (
        {"header": header(version="wakepath/recording@9")},
        "has version 'wakepath/recording@9'; this program reads 'wakepath/recording@1'",
    ),
    "fewer gates": ({"header": header(gates=["g0"])}, r"scores of shape \(12, 1\) are needed"),
    "shorter answers": ({"answers": lambda c: c[:-1]}, "has 12 labels, 11 answers"),
    "a label of 2": ({"labels": at(3, 2)}, r"labels\[3\] is 2; it must be 0 or 1"),
    "no number": ({"gate_scores": at((4, 1), np.nan)}, "of gate 'g1' in window 4 is nan"),
    "above one": ({"gate_scores": at((4, 1), 1.5)}, "is 1.5; it must be from 0 to 1"),
    "changed": ({"gate_scores": at((0, 0), 0.125)}, "not those that its header was written for"),
    "no such key": ({"header": header(colour="red")}, "colour"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_file_is_refused_in_words(path: Path, case: str) -> None:
    change, message = BROKEN[case]
    broken(path, change)
    with pytest.raises(InputError, match=message):
        load_recording(path)


def test_what_is_no_file_of_ours_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "scores.npz"
    path.write_text("scores")
    with pytest.raises(InputError, match=r"not a recording: it is not an \.npz file"):
        load_recording(path)
    with pytest.raises(InputError, match="cannot be read"):
        load_recording(tmp_path / "absent.npz")


@SEEDED
@given(st.data())
def test_a_file_with_a_byte_changed_is_read_as_it_was_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    file = tmp_path_factory.mktemp("recordings") / "scores.npz"
    whole = recorded_for(PLAN, recording(), "watch, test")
    save_recording(whole, file)
    content = bytearray(file.read_bytes())
    if data.draw(st.booleans()):
        content = content[: data.draw(st.integers(0, len(content) - 1))]
    else:
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] ^= data.draw(st.integers(1, 255))
    file.write_bytes(content)
    try:
        found = load_recording(file)
    except InputError as refused:
        assert str(file) in str(refused)
    else:
        assert same(found, whole)
