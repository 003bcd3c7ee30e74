"""Columns that grow while an engine runs, and the ``Activities`` they end as."""

from array import array

import numpy as np
from numpy.typing import NDArray

from simulator.trace import Activities, Activity


class ActivityRecorder:
    """Collects activities in any order; a day of sensing is a million of them."""

    def __init__(self) -> None:
        self._start_ns = array("q")
        self._end_ns = array("q")
        self._resource = array("h")
        self._activity = array("b")
        self._pipeline = array("h")
        self._segment = array("h")
        self._sample = array("q")

    def add(
        self,
        start_ns: int,
        duration_ns: int,
        resource: int,
        activity: Activity,
        pipeline: int,
        segment: int,
        sample: int,
    ) -> int:
        """Record one activity; returns when it ends."""
        end_ns = start_ns + duration_ns
        self._start_ns.append(start_ns)
        self._end_ns.append(end_ns)
        self._resource.append(resource)
        self._activity.append(activity)
        self._pipeline.append(pipeline)
        self._segment.append(segment)
        self._sample.append(sample)
        return end_ns

    def activities(self) -> tuple[Activities, NDArray[np.int16]]:
        """What was recorded, in order of (start, resource), then of recording; pipelines."""
        start = np.array(self._start_ns, dtype=np.int64)
        resource = np.array(self._resource, dtype=np.int16)
        order = np.lexsort((resource, start))
        activities = Activities(
            start_ns=start[order],
            end_ns=np.array(self._end_ns, dtype=np.int64)[order],
            resource=resource[order],
            activity=np.array(self._activity, dtype=np.int8)[order],
            segment=np.array(self._segment, dtype=np.int16)[order],
            sample=np.array(self._sample, dtype=np.int64)[order],
        )
        return activities, np.array(self._pipeline, dtype=np.int16)[order]
