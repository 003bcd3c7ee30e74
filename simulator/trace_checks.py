"""What the columns of a trace must fulfil together, wherever they were read from."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from devicemodels.documents.errors import InputError
from simulator.faults.record import NO_CAUSE, FaultRecord
from simulator.trace import Activity, Outcome, Stays, Trace


def check_trace(trace: Trace, file: str) -> None:
    """Raise ``InputError`` if an index points to nothing, or time runs backwards."""
    plan, samples, done = trace.plan, trace.samples, trace.activities
    resources = len(plan.platform.cores) + len(plan.platform.links)
    ranges: dict[str, tuple[NDArray[Any], int, int]] = {
        "samples.release_ns": (samples.release_ns, 0, trace.duration_ns + 1),
        "samples.finish_ns": (samples.finish_ns, -1, trace.duration_ns + 1),
        "samples.label": (samples.label, 0, 2),
        "samples.answer": (samples.answer, -1, 2),
        "samples.exit_gate": (samples.exit_gate, -1, len(plan.gates)),
        "samples.outcome": (samples.outcome, 0, len(Outcome)),
        "activities.start_ns": (done.start_ns, 0, trace.duration_ns + 1),
        "activities.end_ns": (done.end_ns, 0, trace.duration_ns + 1),
        "activities.resource": (done.resource, 0, resources),
        "activities.activity": (done.activity, 0, len(Activity)),
        "activities.segment": (done.segment, 0, len(plan.task_graph.segments)),
        "activities.sample": (done.sample, 0, len(samples.release_ns)),
    }
    for name, (column, low, high) in ranges.items():
        _require_within(name, column, low, np.full(len(column), high), file)
    if (done.end_ns < done.start_ns).any():
        raise InputError.single("an activity of the trace ends before it starts", file=file)
    if trace.stays is not None:
        _check_stays(trace.stays, trace, file)
    if trace.faults is not None:
        _check_faults(trace.faults, trace, file)


def _check_stays(stays: Stays, trace: Trace, file: str) -> None:
    cores = trace.plan.platform.cores
    end_ns = np.full(len(stays.core), trace.duration_ns + 1)
    _require_within("stays.start_ns", stays.start_ns, 0, end_ns, file)
    _require_within("stays.end_ns", stays.end_ns, 0, end_ns, file)
    _require_within("stays.core", stays.core, 0, np.full(len(stays.core), len(cores)), file)
    states = np.array([len(core.idle_states) for core in cores])
    _require_within("stays.idle_state", stays.idle_state, 0, states[stays.core], file)
    if (stays.end_ns < stays.start_ns).any():
        raise InputError.single("a stay of the trace ends before it starts", file=file)
    done = trace.activities
    wakes = done.resource[done.activity == Activity.WAKE]
    for index, core in enumerate(cores):
        woke = int(np.count_nonzero(stays.woke & (stays.core == index)))
        if woke != np.count_nonzero(wakes == index):
            raise InputError.single(
                f"the trace's stays end in {woke} wake-ups of core '{core.name}', its activities "
                f"have {np.count_nonzero(wakes == index)}",
                file=file,
            )


def _check_faults(record: FaultRecord, trace: Trace, file: str) -> None:
    samples, activities = len(trace.samples.release_ns), len(trace.activities.start_ns)
    if (len(record.cause), len(record.planned), len(record.done)) != (
        samples,
        activities,
        activities,
    ):
        raise InputError.single("the trace's faults are of other samples and activities", file=file)
    for name, column, low, high in (
        ("cause", record.cause, NO_CAUSE, len(record.causes)),
        ("planned", record.planned, 0, 1 + len(record.fallbacks)),
    ):
        _require_within(f"faults.{name}", column, low, np.full(len(column), high), file)
    if not ((record.done >= 0.0) & (record.done <= 1.0)).all():
        raise InputError.single("the trace's faults.done are shares from 0 to 1", file=file)
    for core, start_ns, end_ns in record.off:
        in_run = 0 <= start_ns <= end_ns <= trace.duration_ns
        if not (0 <= core < len(trace.plan.platform.cores) and in_run):
            raise InputError.single(
                "the trace says of no core, or no time, that it is off", file=file
            )


def _require_within(
    name: str, column: NDArray[Any], low: int, high: NDArray[np.int64], file: str
) -> None:
    """Every item from ``low`` to below its ``high``."""
    outside = np.flatnonzero((column < low) | (column >= high))
    if outside.size:
        row = int(outside[0])
        raise InputError.single(
            f"the trace's {name}[{row}] is {column[row]}; it must be from {low} to {high[row] - 1}",
            file=file,
        )
