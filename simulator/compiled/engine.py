"""Traces of the compiled engine: those of ``simulator.engine``, to the last nanosecond."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from scheduler.pipelines.priorities import rate_monotonic
from scheduler.plan import Plan
from simulator.compiled.layout import (
    END,
    FAR,
    NEXT,
    NOW,
    NUMBERING,
    PAUSED,
    REACHED,
    ROW_ACTIVITY,
    ROW_COLUMNS,
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
    TOO_FINE,
    Arrivals,
    Integers,
    Record,
)
from simulator.compiled.loop import advance
from simulator.compiled.state import resting_state, with_room, zero_counters
from simulator.compiled.tables import world_of
from simulator.durations import UnsupportedPlan
from simulator.engine import Progress, require_fitting, require_one_platform
from simulator.queues import QueueRule
from simulator.shared_trace import SharedTrace
from simulator.trace import NOT_STOPPED, UNFINISHED, Activities, Outcome, Samples, Trace
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
) -> SharedTrace:
    """The trace that ``simulator.engine.simulate_together`` gives, sooner.

    Takes and raises what that does. A fair link that dozens of transfers share for long may need
    numbers beyond 64 bits; that raises ``UnsupportedPlan``, and the reference engine can do it.
    """
    require_one_platform([plan for plan, _ in pipelines])
    for plan, workload in pipelines:
        require_fitting(plan, workload)
    plans = [plan for plan, _ in pipelines]
    if priorities is None:
        priorities = rate_monotonic(plans)
    if len(priorities) != len(pipelines):
        raise ValueError(f"{len(priorities)} priorities for {len(pipelines)} pipelines")
    world = world_of(plans, queue, priorities)
    state, arrivals = resting_state(world), all_arrivals([workload for _, workload in pipelines])
    counters = zero_counters(world, max(len(plan.gates) for plan in plans))
    samples = len(arrivals.release_ns)
    record = Record(
        rows=np.empty((ROOM, ROW_COLUMNS), dtype=np.int64),
        filled=np.zeros(2, dtype=np.int64),
        finish_ns=np.full(samples, UNFINISHED, dtype=np.int64),
        outcome=np.full(samples, Outcome.LOST, dtype=np.int8),
    )
    rows: list[Integers] = []
    status = PAUSED
    while status != REACHED:
        status = advance(world, state, arrivals, record, counters, FAR, EVENTS)
        if status == SLOTS_FULL:
            state = with_room(state)
        elif status in (ROWS_FULL, REACHED):
            rows.append(record.rows[: record.filled[ROWS]].copy())
            record.filled[ROWS] = 0
        elif status == TOO_FINE:
            raise too_fine()
        if progress is not None:
            coming = arrivals.span[:, END] - arrivals.span[:, NEXT]
            progress(samples - int(coming.sum()), samples)
    return _trace(pipelines, np.concatenate(rows), record, int(state.clock[NOW]))


def too_fine() -> UnsupportedPlan:
    """What is raised when a fair link's numbers do not fit."""
    return UnsupportedPlan(
        "so many transfers share a fair link for so long that their shares of a nanosecond do not "
        "fit 64 bits: use the reference engine, limit the queues, or make the link `fifo`"
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


def _trace(
    pipelines: Sequence[tuple[Plan, Workload]], rows: Integers, record: Record, now_ns: int
) -> SharedTrace:
    rows = rows[np.lexsort((rows[:, ROW_RESOURCE], rows[:, ROW_START]))]
    pipeline = rows[:, ROW_PIPELINE].astype(np.int16)
    duration_ns = max(0, now_ns, *(workload.duration_ns for _, workload in pipelines))
    traces, begin = [], 0
    for index, (plan, workload) in enumerate(pipelines):
        mine = rows[pipeline == index]
        end = begin + len(workload.release_ns)
        finish_ns, outcome = record.finish_ns[begin:end], record.outcome[begin:end]
        begin = end
        done = outcome == Outcome.COMPLETED
        traces.append(
            Trace(
                origin="simulated",
                plan=plan,
                duration_ns=duration_ns,
                samples=Samples(
                    release_ns=workload.release_ns,
                    finish_ns=finish_ns,
                    label=workload.label,
                    answer=np.where(done, workload.answer, -1).astype(np.int8),
                    exit_gate=np.where(done, workload.exit_gate, NOT_STOPPED).astype(np.int16),
                    outcome=outcome,
                ),
                activities=Activities(
                    start_ns=mine[:, ROW_START].copy(),
                    end_ns=mine[:, ROW_END].copy(),
                    resource=mine[:, ROW_RESOURCE].astype(np.int16),
                    activity=mine[:, ROW_ACTIVITY].astype(np.int8),
                    segment=mine[:, ROW_SEGMENT].astype(np.int16),
                    sample=mine[:, ROW_SAMPLE].copy(),
                ),
                answers=workload.answers,
            )
        )
    return SharedTrace(tuple(traces), pipeline, duration_ns)
