"""A trace as a file, ``wakepath/trace@1``: an .npz of its columns with the plan as JSON inside."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from devicemodels.documents.column_file import (
    ColumnFile,
    read_columns,
    text_column,
    write_columns,
)
from devicemodels.documents.errors import InputError
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
    columns: Columns = {"plan": text_column(dump_document(trace.plan))}
    if trace.faults is not None:
        header["faults"] = {"causes": trace.faults.causes, "off": trace.faults.off}
        for name in FAULT_COLUMNS:
            columns[f"faults.{name}"] = getattr(trace.faults, name)
        for index, plan in enumerate(trace.faults.fallbacks):
            columns[f"fallback.{index}"] = text_column(dump_document(plan))
    columns["header"] = text_column(json.dumps(header))
    groups: dict[str, Samples | Activities | Stays] = {
        "samples": trace.samples,
        "activities": trace.activities,
    }
    if trace.stays is not None:
        groups["stays"] = trace.stays
    for group, value in groups.items():
        for field in fields(value):
            columns[f"{group}.{field.name}"] = getattr(value, field.name)
    write_columns(path, columns)


def load_trace(path: Path) -> Trace:
    """The trace in a file; raises ``InputError`` if it is not one, or contradicts itself."""
    read = read_columns(path, what="trace", written_by="`wakepath simulate --trace`")
    file = read.file
    header = _header(read)
    plan = load_document(Plan, read.text("plan"), f"{file}:plan")
    samples = Samples(**_group(read, "samples", SAMPLE_COLUMNS))
    activities = Activities(**_group(read, "activities", ACTIVITY_COLUMNS))
    stays = None
    if any(name.startswith("stays.") for name in read.columns):
        stays = Stays(**_group(read, "stays", STAY_COLUMNS))
    trace = Trace(
        origin=header["origin"],
        plan=plan,
        duration_ns=header["duration_ns"],
        samples=samples,
        activities=activities,
        answers=header["answers"],
        stays=stays,
        faults=_faults(read, header) if "faults" in header else None,
    )
    check_trace(trace, file)
    return trace


def _header(read: ColumnFile) -> dict[str, Any]:
    file = read.file
    try:
        header = json.loads(read.text("header"))
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


def _faults(read: ColumnFile, header: dict[str, Any]) -> FaultRecord:
    file = read.file
    said = header["faults"]
    try:
        causes = tuple(str(name) for name in said["causes"])
        off = tuple((int(core), int(start), int(end)) for core, start, end in said["off"])
    except (TypeError, KeyError, ValueError):
        message = "the trace's header does not say which faults there were, and what was off when"
        raise InputError.single(message, file=file) from None
    fallbacks: list[Plan] = []
    while (name := f"fallback.{len(fallbacks)}") in read.columns:
        fallbacks.append(load_document(Plan, read.text(name), f"{file}:{name}"))
    found = {name: read.column(f"faults.{name}", kind) for name, kind in FAULT_COLUMNS.items()}
    return FaultRecord(causes=causes, fallbacks=tuple(fallbacks), off=off, **found)


def _group(read: ColumnFile, group: str, types: dict[str, type]) -> Columns:
    """The columns of a group, of their types and of one length."""
    found = {name: read.column(f"{group}.{name}", kind) for name, kind in types.items()}
    if len({len(column) for column in found.values()}) > 1:
        message = f"the columns of the trace's {group} differ in length"
        raise InputError.single(message, file=read.file)
    return found
