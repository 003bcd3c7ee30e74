"""What happened on a platform that several pipelines share."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from devicemodels.platform import Platform
from scheduler.plan import Plan
from simulator.trace import Activities, Stays, Trace


@dataclass(frozen=True, slots=True)
class SharedTrace:
    """A run of several plans on one platform, simulated together."""

    traces: tuple[Trace, ...]
    """One a pipeline, with its own samples and activities; all of the shared duration."""
    pipeline: NDArray[np.int16]
    """Shape (m,): the pipeline of each of all activities, in order of (start, resource), then as
    they happened. Those of one pipeline come in the order of its trace."""
    duration_ns: int
    """Length of the run."""
    stays: Stays | None = None
    """How the cores rested; None where nobody says."""

    @property
    def platform(self) -> Platform:
        """The platform that all plans name."""
        return self.traces[0].plan.platform

    def activities(self) -> Activities:
        """All activities, in the order of ``pipeline``; segment and sample are the pipeline's."""
        columns = {
            name: self.in_order([getattr(one.activities, name) for one in self.traces])
            for name in Activities.__slots__
        }
        return Activities(**columns)

    def in_order(self, columns: Sequence[NDArray[Any]]) -> NDArray[Any]:
        """One column of each trace, item by activity, as one in the order of ``pipeline``."""
        grouped = np.concatenate(columns)
        column = np.empty_like(grouped)
        column[np.argsort(self.pipeline, kind="stable")] = grouped
        return column


Run = Trace | SharedTrace
"""One pipeline alone on its platform, or several together."""


def traces_of(run: Run) -> tuple[Trace, ...]:
    """One trace a pipeline."""
    return run.traces if isinstance(run, SharedTrace) else (run,)


def activities_of(run: Run) -> tuple[Activities, NDArray[np.int16]]:
    """All activities of a run as they happened, and the pipeline of each."""
    if isinstance(run, SharedTrace):
        return run.activities(), run.pipeline
    return run.activities, np.zeros(len(run.activities.start_ns), dtype=np.int16)


def parts_of(run: Run) -> tuple[Trace, ...]:
    """One trace a plan: its own activities and, after it, those of each of its fallback plans.

    Only plan and activities mean anything in them.
    """
    parts = []
    for trace in traces_of(run):
        record = trace.faults
        if record is None or not record.fallbacks:
            parts.append(trace)
            continue
        for index, plan in enumerate((trace.plan, *record.fallbacks)):
            rows = np.flatnonzero(record.planned == index)
            columns = {name: getattr(trace.activities, name)[rows] for name in Activities.__slots__}
            parts.append(replace(trace, plan=plan, activities=Activities(**columns)))
    return tuple(parts)


@dataclass(frozen=True, slots=True)
class Planned:
    """Which plan each activity of a run belongs to, and how much of it was done."""

    plans: tuple[Plan, ...]
    """Those of ``parts_of``, in order."""
    plan: NDArray[np.int16]
    """Shape (m,): by activity, in the order of ``activities_of``, an index into ``plans``."""
    done: NDArray[np.float64]
    """Shape (m,): by activity, the share that was done before it was cut."""


def planned_of(run: Run) -> Planned:
    """See ``Planned``."""
    plans: list[Plan] = []
    plan, done = [], []
    for trace in traces_of(run):
        count, record = len(trace.activities.start_ns), trace.faults
        if record is None:
            plan.append(np.full(count, len(plans), dtype=np.int16))
            done.append(np.ones(count))
            plans.append(trace.plan)
        else:
            plan.append((record.planned + len(plans)).astype(np.int16))
            done.append(record.done)
            plans.extend((trace.plan, *record.fallbacks))
    if isinstance(run, SharedTrace):
        return Planned(tuple(plans), run.in_order(plan), run.in_order(done))
    return Planned(tuple(plans), plan[0], done[0])
