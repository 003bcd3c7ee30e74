"""A trace as a file, ``wakepath/trace@1``: an .npz of its columns with the plan as JSON inside."""

import io
import json
import tokenize
import zipfile
import zlib
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from devicemodels.documents.errors import InputError
from devicemodels.documents.files import write_atomically
from devicemodels.documents.json_document import dump_document, load_document
from scheduler.plan import Plan
from simulator.faults.record import FaultRecord
from simulator.trace import TRACE_VERSION, Activities, Samples, Stays, Trace
from simulator.trace_checks import check_trace

SAMPLE_COLUMNS: dict[str, type] = {
    "release_ns": np.int64,
    "finish_ns": np.int64,
    "label": np.int8,
    "answer": np.int8,
    "exit_gate": np.int16,
    "outcome": np.int8,
}
ACTIVITY_COLUMNS: dict[str, type] = {
    "start_ns": np.int64,
    "end_ns": np.int64,
    "resource": np.int16,
    "activity": np.int8,
    "segment": np.int16,
    "sample": np.int64,
}
STAY_COLUMNS: dict[str, type] = {
    "core": np.int16,
    "idle_state": np.int16,
    "start_ns": np.int64,
    "end_ns": np.int64,
    "entered": np.bool_,
    "woke": np.bool_,
}
FAULT_COLUMNS: dict[str, type] = {"cause": np.int16, "planned": np.int16, "done": np.float64}
HEADER_KEYS = {"version", "origin", "duration_ns", "answers"}

Columns = dict[str, NDArray[Any]]


def save_trace(trace: Trace, path: Path) -> None:
    """Write ``trace`` to ``path``, wholly or not at all; raises ``OSError`` if it cannot."""
    header = {
        "version": TRACE_VERSION,
        "origin": trace.origin,
        "duration_ns": trace.duration_ns,
        "answers": trace.answers,
    }
    columns: Columns = {"plan": _text(dump_document(trace.plan))}
    if trace.faults is not None:
        header["faults"] = {"causes": trace.faults.causes, "off": trace.faults.off}
        for name in FAULT_COLUMNS:
            columns[f"faults.{name}"] = getattr(trace.faults, name)
        for index, plan in enumerate(trace.faults.fallbacks):
            columns[f"fallback.{index}"] = _text(dump_document(plan))
    columns["header"] = _text(json.dumps(header))
    groups: dict[str, Samples | Activities | Stays] = {
        "samples": trace.samples,
        "activities": trace.activities,
    }
    if trace.stays is not None:
        groups["stays"] = trace.stays
    for group, value in groups.items():
        for field in fields(value):
            columns[f"{group}.{field.name}"] = getattr(value, field.name)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **columns)
    write_atomically(path, buffer.getvalue())


def load_trace(path: Path) -> Trace:
    """The trace in a file; raises ``InputError`` if it is not one, or contradicts itself."""
    columns = _read(path)
    file = str(path)
    header = _header(columns, file)
    plan = load_document(Plan, _json(columns, "plan", file), f"{file}:plan")
    samples = Samples(**_group(columns, "samples", SAMPLE_COLUMNS, file))
    activities = Activities(**_group(columns, "activities", ACTIVITY_COLUMNS, file))
    stays = None
    if any(name.startswith("stays.") for name in columns):
        stays = Stays(**_group(columns, "stays", STAY_COLUMNS, file))
    trace = Trace(
        origin=header["origin"],
        plan=plan,
        duration_ns=header["duration_ns"],
        samples=samples,
        activities=activities,
        answers=header["answers"],
        stays=stays,
        faults=_faults(columns, header, file) if "faults" in header else None,
    )
    check_trace(trace, file)
    return trace


UNREADABLE = (
    ValueError,
    EOFError,
    KeyError,
    RuntimeError,  # an encrypted member; its subclass says that a compression is unknown
    MemoryError,  # a damaged shape
    OverflowError,
    TypeError,
    SyntaxError,  # a damaged header of an array, which numpy reads as Python
    tokenize.TokenError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What numpy and zipfile raise for a file that is not what it should be."""


def _read(path: Path) -> Columns:
    file = str(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError.single(f"cannot be read: {error.strerror}", file=file) from None
    try:
        if not content.startswith(b"PK"):
            raise ValueError("not a zip file")
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            return {name: np.asarray(archive[name]) for name in archive.files}
    except UNREADABLE:
        raise InputError.single(
            "not a trace: it is not an .npz file, or it is damaged",
            hint="a trace is what `wakepath simulate --trace` writes",
            file=file,
        ) from None


def _header(columns: Columns, file: str) -> dict[str, Any]:
    try:
        header = json.loads(_json(columns, "header", file))
    except ValueError:
        raise InputError.single("the trace's header is not JSON", file=file) from None
    version = header.get("version") if isinstance(header, dict) else None
    if version != TRACE_VERSION:
        raise InputError.single(
            f"the trace has version {version!r}; this program reads '{TRACE_VERSION}'", file=file
        )
    valid = (
        set(header) - {"faults"} == HEADER_KEYS
        and header["origin"] in ("simulated", "measured")
        and header["answers"] in ("measured", "recorded", "drawn")
        and type(header["duration_ns"]) is int
        and header["duration_ns"] >= 0
    )
    if not valid:
        raise InputError.single(
            "the trace's header needs an origin, a duration_ns and where its answers are from",
            file=file,
        )
    return dict(header)


def _faults(columns: Columns, header: dict[str, Any], file: str) -> FaultRecord:
    said = header["faults"]
    try:
        causes = tuple(str(name) for name in said["causes"])
        off = tuple((int(core), int(start), int(end)) for core, start, end in said["off"])
    except (TypeError, KeyError, ValueError):
        message = "the trace's header does not say which faults there were, and what was off when"
        raise InputError.single(message, file=file) from None
    fallbacks: list[Plan] = []
    while (name := f"fallback.{len(fallbacks)}") in columns:
        fallbacks.append(load_document(Plan, _json(columns, name, file), f"{file}:{name}"))
    found = {
        name: _group(columns, "faults", {name: kind}, file)[name]
        for name, kind in FAULT_COLUMNS.items()
    }
    return FaultRecord(causes=causes, fallbacks=tuple(fallbacks), off=off, **found)


def _group(columns: Columns, group: str, types: dict[str, type], file: str) -> Columns:
    """The columns of a group, of their types and of one length."""
    found: Columns = {}
    for name, kind in types.items():
        column = columns.get(f"{group}.{name}")
        if column is None or column.ndim != 1 or column.dtype != np.dtype(kind):
            raise InputError.single(
                f"the trace needs a column '{group}.{name}' of {np.dtype(kind).name}", file=file
            )
        found[name] = column
    if len({len(column) for column in found.values()}) > 1:
        raise InputError.single(f"the columns of the trace's {group} differ in length", file=file)
    return found


def _text(text: str) -> NDArray[np.uint8]:
    return np.frombuffer(text.encode(), dtype=np.uint8)


def _json(columns: Columns, name: str, file: str) -> str:
    column = columns.get(name)
    if column is None or column.dtype != np.uint8 or column.ndim != 1:
        raise InputError.single(f"not a trace: it has no '{name}'", file=file)
    try:
        return column.tobytes().decode()
    except UnicodeDecodeError:
        raise InputError.single(f"the trace's '{name}' is not UTF-8 text", file=file) from None
