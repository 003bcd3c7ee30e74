"""A long run on disk: where it stands and what it is of, so that it goes on as if never stopped."""

import json
from dataclasses import astuple, fields, is_dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from devicemodels.documents.column_file import Columns, read_columns, text_column, write_columns
from devicemodels.documents.errors import InputError
from devicemodels.documents.json_document import dump_document
from simulator.compiled.journey import Course, Journey
from simulator.compiled.layout import Counters, State
from simulator.compiled.state import with_slots
from simulator.sources.source import Cursor

CHECKPOINT_VERSION = "wakepath/checkpoint@1"
"""Counts up whenever the arrays of the loop change their meaning."""


def identity(course: Course, duration_ns: int, batch_ns: int) -> str:
    """Hash of what a run is of: plans, sources, tables, duration and batches."""
    digest = sha256()
    for plan in course.plans:
        digest.update(dump_document(plan).encode())
    _add(digest, (course.feeds, course.world, duration_ns, batch_ns))
    return digest.hexdigest()


def save(path: Path, belongs_to: str, journey: Journey) -> None:
    """Write a checkpoint; the file is wholly new afterwards, or wholly what it was."""
    header = {
        "version": CHECKPOINT_VERSION,
        "belongs_to": belongs_to,
        "cursors": [list(astuple(cursor)) for cursor in journey.cursors],
        "samples": journey.samples,
        "misses": journey.misses,
        "energy_j": journey.energy_j,
        "battery_j": journey.battery_j,
    }
    columns = {f"state.{name}": column for name, column in journey.state._asdict().items()}
    columns |= {f"counters.{name}": c for name, c in journey.counters._asdict().items()}
    columns["header"] = text_column(json.dumps(header))
    write_columns(path, columns)


def load(path: Path, belongs_to: str, fresh: Journey) -> Journey:
    """The run in a checkpoint; ``InputError`` if the file is none, or is of another run.

    ``fresh`` is the same run at its beginning: it says which arrays there must be.
    """
    read = read_columns(path, what="checkpoint", written_by="`wakepath simulate --checkpoint`")
    file = read.file
    try:
        header = json.loads(read.text("header"))
        version, belonged_to = header["version"], header["belongs_to"]
        if version == CHECKPOINT_VERSION and belonged_to == belongs_to:
            return _journey(header, read.columns, fresh)
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        raise InputError.single(
            "not a checkpoint, or damaged", hint="begin the run anew", file=file
        ) from None
    if version != CHECKPOINT_VERSION:
        raise InputError.single(
            f"the checkpoint has version {version!r}; this program reads '{CHECKPOINT_VERSION}'",
            hint="begin the run anew",
            file=file,
        )
    raise InputError.single(
        "the checkpoint is of another run: its plans, sources, seed, queues, idle policy, duration "
        "or batches differ",
        hint="go on with what it was begun with, or begin anew",
        file=file,
    )


def _journey(header: dict[str, Any], columns: Columns, fresh: Journey) -> Journey:
    slots = len(columns["state.slots"])
    if slots < len(fresh.state.slots) or len(header["cursors"]) != len(fresh.cursors):
        raise ValueError("not the arrays of this run")
    state, counters = with_slots(fresh.state, slots)._asdict(), fresh.counters._asdict()
    return Journey(
        state=State(**{n: _array(columns[f"state.{n}"], like) for n, like in state.items()}),
        counters=Counters(
            **{n: _array(columns[f"counters.{n}"], like) for n, like in counters.items()}
        ),
        cursors=[Cursor(*cursor) for cursor in header["cursors"]],
        energy_j=[float(joules) for joules in header["energy_j"]],
        battery_j=[float(joules) for joules in header["battery_j"]],
        samples=[int(samples) for samples in header["samples"]],
        misses=[int(misses) for misses in header["misses"]],
    )


def _array(found: NDArray[Any], like: NDArray[Any]) -> NDArray[Any]:
    if found.dtype != like.dtype or found.shape != like.shape:
        raise ValueError("not the arrays of this run")
    return np.ascontiguousarray(found)


def _add(digest: Any, value: Any) -> None:
    """Put a value of plain data, dataclasses and arrays into a hash, with its structure."""
    if isinstance(value, np.ndarray):
        column: NDArray[Any] = np.ascontiguousarray(value)
        digest.update(f"{column.dtype.str}{column.shape}".encode())
        digest.update(column.tobytes())
    elif is_dataclass(value):
        for field in fields(value):
            digest.update(f"{field.name}:".encode())
            _add(digest, getattr(value, field.name))
    elif isinstance(value, tuple | list):
        digest.update(f"[{len(value)}".encode())
        for item in value:
            _add(digest, item)
    else:
        digest.update(f"{type(value).__name__}={value!r};".encode())
