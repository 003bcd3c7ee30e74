"""Traces of the compiled engine: those of ``simulator.engine``, to the last nanosecond."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from scheduler.pipelines.priorities import rate_monotonic
from scheduler.plan import Plan
from simulator.assembly import samples_of, shared_trace
from simulator.compiled.layout import (
    END,
    FAR,
    NEXT,
    NOW,
    NUMBERING,
    PAUSED,
    REACHED,
    ROW_ACTIVITY,
    ROW_END,
    ROW_PIPELINE,
    ROW_RESOURCE,
    ROW_SAMPLE,
    ROW_SEGMENT,
    ROW_START,
    ROWS,
    ROWS_FULL,
    SLOTS_FULL,
    SPAN_COLUMNS,
    STAY_CORE,
    STAY_END,
    STAY_ENTERED,
    STAY_START,
    STAY_STATE,
    STAY_WOKE,
    STAYS,
    TOO_FINE,
    Arrivals,
    Integers,
    Record,
)
from simulator.compiled.loop import advance
from simulator.compiled.rests import end_stays
from simulator.compiled.state import record_of, resting_state, with_room, zero_counters
from simulator.compiled.tables import world_of
from simulator.durations import UnsupportedPlan
from simulator.engine import Progress, require_fitting, require_one_platform
from simulator.idling.policies import FIXED, IdlePolicy
from simulator.queues import QueueRule
from simulator.shared_trace import SharedTrace
from simulator.trace import NOT_STOPPED, Activities, Stays
from simulator.workload import Workload

Whole = TypeVar("Whole", bound=np.integer)

ROOM = 1 << 16
"""Activities that are recorded between two calls of the loop."""
EVENTS = 1 << 18
"""Events between two calls of the progress function."""


def simulate_compiled(
    pipelines: Sequence[tuple[Plan, Workload]],
    queue: QueueRule = QueueRule(),  # noqa: B008 - frozen
    progress: Progress | None = None,
    priorities: Sequence[int] | None = None,
    idle: IdlePolicy = FIXED,
) -> SharedTrace:
    """The trace that ``simulator.engine.simulate_together`` gives, sooner.

    Takes and raises what that does, but for faults, which are for the reference engine alone. A
    fair link that dozens of transfers share for long may need numbers beyond 64 bits; that raises
    ``UnsupportedPlan``, and the reference engine can do it.
    """
    plans, workloads = [plan for plan, _ in pipelines], [workload for _, workload in pipelines]
    require_one_platform(plans)
    for plan, workload in pipelines:
        require_fitting(plan, workload)
        require_fates(workload.label, workload.exit_gate, workload.answer)
    if priorities is None:
        priorities = rate_monotonic(plans)
    if len(priorities) != len(pipelines):
        raise ValueError(f"{len(priorities)} priorities for {len(pipelines)} pipelines")
    world = world_of(plans, queue, priorities, idle)
    state, arrivals = resting_state(world), all_arrivals(workloads)
    counters = zero_counters(world, max(len(plan.gates) for plan in plans))
    samples = len(arrivals.release_ns)
    record = record_of(ROOM, samples)
    rows: list[Integers] = []
    stays: list[Integers] = []
    status = PAUSED
    while status != REACHED:
        status = advance(world, state, arrivals, record, counters, FAR, EVENTS)
        if status == TOO_FINE:
            raise too_fine()
        if status == SLOTS_FULL:
            state = with_room(state)
        elif status in (ROWS_FULL, REACHED):
            _take_out(record, rows, stays)
        if progress is not None:
            coming = arrivals.span[:, END] - arrivals.span[:, NEXT]
            progress(samples - int(coming.sum()), samples)
    duration_ns = max(int(state.clock[NOW]), *(one.duration_ns for one in workloads), 0)
    end_stays(world, state, record, counters, duration_ns)
    _take_out(record, rows, stays)
    done, pipeline = _activities(np.concatenate(rows))
    parts = [
        (
            plan,
            workload,
            samples_of(workload, record.finish_ns[begin:end], record.outcome[begin:end]),
        )
        for (plan, workload), begin, end in zip(
            pipelines, -arrivals.span[:, NUMBERING], arrivals.span[:, END], strict=True
        )
    ]
    return shared_trace(parts, done, pipeline, _stays(np.concatenate(stays)), duration_ns)


def _take_out(record: Record, rows: list[Integers], stays: list[Integers]) -> None:
    """Make room on the record."""
    rows.append(record.rows[: record.filled[ROWS]].copy())
    stays.append(record.stays[: record.filled[STAYS]].copy())
    record.filled[:] = 0


def too_fine() -> UnsupportedPlan:
    """What is raised when a fair link's numbers do not fit."""
    return UnsupportedPlan(
        "so many transfers share a fair link for so long that their shares of a nanosecond do not "
        "fit 64 bits: use the reference engine, limit the queues, or make the link `fifo`"
    )


def require_fates(
    label: NDArray[np.int8], exit_gate: NDArray[np.int16], answer: NDArray[np.int8]
) -> None:
    """Raise ``ValueError`` unless all are values that the loop has counters for."""
    for name, column, low, high in (
        ("label", label, 0, 1),
        ("answer", answer, 0, 1),
        ("exit gate", exit_gate, NOT_STOPPED, np.iinfo(np.int16).max),
    ):
        outside = np.flatnonzero((column < low) | (column > high))
        if outside.size:
            row = int(outside[0])
            raise ValueError(
                f"sample {row} has {name} {column[row]}; it must be from {low} to {high}"
            )


def all_arrivals(workloads: Sequence[Workload]) -> Arrivals:
    """All samples of some workloads, whose columns the loop only reads."""
    ends = np.cumsum([len(one.release_ns) for one in workloads])
    span = np.empty((len(workloads), SPAN_COLUMNS), dtype=np.int64)
    span[:, NEXT] = np.append(0, ends[:-1])
    span[:, END] = ends
    span[:, NUMBERING] = -span[:, NEXT]
    return Arrivals(
        release_ns=_column(workloads, "release_ns", np.int64),
        label=_column(workloads, "label", np.int8),
        exit_gate=_column(workloads, "exit_gate", np.int16),
        answer=_column(workloads, "answer", np.int8),
        span=span,
    )


def _column(workloads: Sequence[Workload], name: str, kind: type[Whole]) -> NDArray[Whole]:
    return np.concatenate([getattr(one, name) for one in workloads]).astype(kind)


def _activities(rows: Integers) -> tuple[Activities, NDArray[np.int16]]:
    """In order of (start, resource), then of recording; and the pipeline of each."""
    rows = rows[np.lexsort((rows[:, ROW_RESOURCE], rows[:, ROW_START]))]
    done = Activities(
        start_ns=rows[:, ROW_START].copy(),
        end_ns=rows[:, ROW_END].copy(),
        resource=rows[:, ROW_RESOURCE].astype(np.int16),
        activity=rows[:, ROW_ACTIVITY].astype(np.int8),
        segment=rows[:, ROW_SEGMENT].astype(np.int16),
        sample=rows[:, ROW_SAMPLE].copy(),
    )
    return done, rows[:, ROW_PIPELINE].astype(np.int16)


def _stays(rows: Integers) -> Stays:
    """In order of (start, core), then of recording."""
    rows = rows[np.lexsort((rows[:, STAY_CORE], rows[:, STAY_START]))]
    return Stays(
        core=rows[:, STAY_CORE].astype(np.int16),
        idle_state=rows[:, STAY_STATE].astype(np.int16),
        start_ns=rows[:, STAY_START].copy(),
        end_ns=rows[:, STAY_END].copy(),
        entered=rows[:, STAY_ENTERED].astype(np.bool_),
        woke=rows[:, STAY_WOKE].astype(np.bool_),
    )
