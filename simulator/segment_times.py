"""How long each piece of work took: what predicted and measured runs are compared by."""

from dataclasses import dataclass

import numpy as np

from devicemodels.cost import NANOSECONDS_PER_SECOND
from simulator.trace import Activity, Trace


@dataclass(frozen=True, slots=True)
class SegmentTime:
    """One kind of activity for one segment, over a run."""

    segment: str
    """Name of the segment; the sender for ENCODE and TRANSFER, the receiver for DECODE."""
    activity: Activity
    """What was done."""
    count: int
    """How often, at least 1."""
    median_s: float
    """Median duration."""
    mean_s: float
    """Mean duration."""


def segment_times(trace: Trace) -> tuple[SegmentTime, ...]:
    """Durations by segment and activity, in that order; what never happened is left out."""
    done = trace.activities
    lasted_ns = done.end_ns - done.start_ns
    times = []
    for index, segment in enumerate(trace.plan.task_graph.segments):
        mine = done.segment == index
        for activity in Activity:
            these = lasted_ns[mine & (done.activity == activity)]
            if these.size:
                median_s = float(np.median(these)) / NANOSECONDS_PER_SECOND
                mean_s = float(these.mean()) / NANOSECONDS_PER_SECOND
                times.append(SegmentTime(segment.name, activity, int(these.size), median_s, mean_s))
    return tuple(times)
