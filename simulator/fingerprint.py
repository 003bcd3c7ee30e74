"""One hash for all that happened in a run, to say that two runs are the same."""

from dataclasses import fields
from hashlib import sha256
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from simulator.shared_trace import Run, activities_of, traces_of
from simulator.trace import Activities, Samples, Stays


def fingerprint(run: Run) -> str:
    """SHA-256, in hexadecimal, of a run's duration and of every column with its type.

    Runs with equal fingerprints had the same events in the same order; who simulated or measured
    them does not enter, nor does the plan.
    """
    digest = sha256(str(run.duration_ns).encode())
    _, pipeline = activities_of(run)
    _add(digest, "pipeline", pipeline)
    for trace in traces_of(run):
        for group in (trace.samples, trace.activities):
            _add_columns(digest, group)
    if run.stays is not None:
        _add_columns(digest, run.stays)
    return digest.hexdigest()


class _Digest(Protocol):
    def update(self, data: bytes, /) -> None: ...


def _add_columns(digest: _Digest, group: Samples | Activities | Stays) -> None:
    for field in fields(group):
        _add(digest, field.name, getattr(group, field.name))


def _add(digest: _Digest, name: str, column: NDArray[np.generic]) -> None:
    little = column.astype(column.dtype.newbyteorder("<"))
    digest.update(f"{name}:{little.dtype.str}:{len(little)}".encode())
    digest.update(little.tobytes())
