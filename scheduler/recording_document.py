"""A recording as a file, ``wakepath/recording@1``: what a network said of a stream, to replay.

An .npz of the columns, with a JSON header that says of which network, weights, stream and codecs
they are, and the hash of the columns. Who replays it needs no network and no torch.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from devicemodels.documents.column_file import (
    ColumnFile,
    Columns,
    read_columns,
    text_column,
    write_columns,
)
from devicemodels.documents.errors import InputError, Problem
from devicemodels.documents.json_document import load_document
from scheduler.plan import Plan
from scheduler.recording import Recording

RECORDING_VERSION = "wakepath/recording@1"


@dataclass(frozen=True, slots=True)
class RecordedStream:
    """A recording, and what it is of."""

    recording: Recording
    """Scores and answers."""
    network: str
    """Name of the network."""
    weights_sha256: str
    """Hash of its weights file; empty if it has none."""
    stream: str
    """Whose windows these are, for people: ``watch, test``."""
    codecs: Mapping[str, str]
    """Codec in force by the name of the edge; all others sent the raw activation."""


@dataclass(frozen=True, slots=True)
class _Header:
    """The JSON inside."""

    version: str
    network: str
    weights_sha256: str
    stream: str
    codecs: dict[str, str]
    gates: tuple[str, ...]
    columns_sha256: str


def recorded_for(plan: Plan, recording: Recording, stream: str) -> RecordedStream:
    """A recording that was made with the plan's network and codecs, as what goes into a file."""
    graph = plan.task_graph
    return RecordedStream(recording, graph.name, graph.weights_sha256, stream, _coded(plan))


def _coded(plan: Plan) -> dict[str, str]:
    """Codec by edge, of the crossings that do not send the raw activation."""
    return {edge: codec for edge, codec in plan.codecs.items() if codec != "none"}


def save_recording(recorded: RecordedStream, path: Path) -> None:
    """Write the file, wholly or not at all; raises ``OSError`` if it cannot."""
    recording = recorded.recording
    header = {
        "version": RECORDING_VERSION,
        "network": recorded.network,
        "weights_sha256": recorded.weights_sha256,
        "stream": recorded.stream,
        "codecs": {edge: codec for edge, codec in recorded.codecs.items() if codec != "none"},
        "gates": recording.gates,
        "columns_sha256": _digest(recording),
    }
    columns: Columns = {
        "header": text_column(json.dumps(header)),
        "labels": recording.labels.astype(np.int8),
        "gate_scores": recording.gate_scores.astype(np.float32),
        "answers": recording.answers.astype(np.int8),
    }
    write_columns(path, columns)


def load_recording(path: Path) -> RecordedStream:
    """The recording in a file; ``InputError`` names all that is wrong with it."""
    read = read_columns(path, what="recording", written_by="`wakepath simulate --record`")
    header = load_document(_Header, read.text("header"), f"{read.file}:header")
    if header.version != RECORDING_VERSION:
        raise InputError.single(
            f"the recording has version '{header.version}'; this program reads "
            f"'{RECORDING_VERSION}'",
            file=read.file,
        )
    recording = Recording(
        labels=read.column("labels", np.int8),
        gate_scores=read.column("gate_scores", np.float32, dimensions=2),
        answers=read.column("answers", np.int8),
        gates=header.gates,
    )
    problems = list(_problems(read, recording, header))
    if problems:
        raise InputError(problems)
    return RecordedStream(
        recording, header.network, header.weights_sha256, header.stream, header.codecs
    )


def _problems(read: ColumnFile, recording: Recording, header: _Header) -> Iterator[Problem]:
    windows = len(recording.labels)
    shape = windows, len(recording.gates)
    if recording.gate_scores.shape != shape or len(recording.answers) != windows:
        yield Problem(
            f"the recording has {windows} labels, {len(recording.answers)} answers and scores of "
            f"shape {recording.gate_scores.shape} for {len(recording.gates)} gates; scores of "
            f"shape {shape} are needed",
            file=read.file,
        )
        return
    for name, column in (("labels", recording.labels), ("answers", recording.answers)):
        odd = np.flatnonzero((column != 0) & (column != 1))
        if odd.size:
            yield Problem(
                f"the recording's {name}[{odd[0]}] is {column[odd[0]]}; it must be 0 or 1",
                file=read.file,
            )
    scores = recording.gate_scores
    wrong = np.argwhere(~((scores >= 0.0) & (scores <= 1.0)))
    if wrong.size:
        window, gate = wrong[0]
        yield Problem(
            f"the recording's score of gate '{recording.gates[gate]}' in window {window} is "
            f"{scores[window, gate]}; it must be from 0 to 1",
            file=read.file,
        )
    if _digest(recording) != header.columns_sha256:
        yield Problem(
            "the recording's columns are not those that its header was written for",
            hint="make it anew with `wakepath simulate --record`",
            file=read.file,
        )


def require_recording_of(plan: Plan, recorded: RecordedStream, file: str) -> None:
    """Raise ``InputError`` unless the plan's own network and codecs said what was recorded."""
    graph, codecs = plan.task_graph, _coded(plan)
    hint = "record the stream anew, with `wakepath simulate SCENARIO --plan PLAN --record FILE`"
    missing = [s.gate for s in plan.gates if s.gate not in recorded.recording.gates]
    problems = []
    if recorded.network != graph.name:
        problems.append(
            f"the recording is of network '{recorded.network}', the plan of '{graph.name}'"
        )
    elif recorded.weights_sha256 != graph.weights_sha256:
        problems.append(
            f"the recording was made with other weights ({recorded.weights_sha256[:12]}...) than "
            f"the plan's ({graph.weights_sha256[:12]}...)"
        )
    if missing:
        has = ", ".join(recorded.recording.gates) or "none"
        problems.append(f"the recording has no scores of gate '{missing[0]}'; it has {has}")
    if dict(recorded.codecs) != codecs:
        problems.append(
            f"the recording was made with {_in_words(recorded.codecs)}, the plan has "
            f"{_in_words(codecs)}"
        )
    if problems:
        raise InputError(Problem(message, hint=hint, file=file) for message in problems)


def _in_words(codecs: Mapping[str, str]) -> str:
    told = ", ".join(f"codec '{codec}' at {edge}" for edge, codec in sorted(codecs.items()))
    return told or "raw activations at every cut"


def _digest(recording: Recording) -> str:
    """Hash of the columns as they lie in the file, little-endian."""
    digest = hashlib.sha256()
    for column, kind in (
        (recording.labels, "<i1"),
        (recording.gate_scores, "<f4"),
        (recording.answers, "<i1"),
    ):
        digest.update(np.ascontiguousarray(column, dtype=kind).tobytes())
    return digest.hexdigest()
