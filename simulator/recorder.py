"""Columns that grow while an engine runs, and the ``Activities`` and ``Stays`` they end as."""

from array import array
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from simulator.trace import Activities, Activity, Stays


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


class StayRecorder:
    """Collects the idle states that one core was in, in order of time."""

    def __init__(self, core: int) -> None:
        self._core = core
        self._rows = (array("h"), array("q"), array("q"), array("b"), array("b"))
        self._appends = tuple(column.append for column in self._rows)

    def add(self, idle_state: int, start_ns: int, end_ns: int, entered: bool, woke: bool) -> None:
        """Record one row of ``Stays``."""
        state, start, end, enters, wakes = self._appends
        state(idle_state)
        start(start_ns)
        end(end_ns)
        enters(entered)
        wakes(woke)

    def stays(self) -> Stays:
        """What was recorded."""
        state, start, end, entered, woke = self._rows
        return Stays(
            core=np.full(len(state), self._core, dtype=np.int16),
            idle_state=np.array(state, dtype=np.int16),
            start_ns=np.array(start, dtype=np.int64),
            end_ns=np.array(end, dtype=np.int64),
            entered=np.array(entered, dtype=np.bool_),
            woke=np.array(woke, dtype=np.bool_),
        )


def merged_stays(parts: Sequence[Stays]) -> Stays:
    """All of them, in order of (start, core), then as they were."""
    columns = {
        name: np.concatenate([getattr(part, name) for part in parts]) for name in Stays.__slots__
    }
    order = np.lexsort((columns["core"], columns["start_ns"]))
    return Stays(**{name: column[order] for name, column in columns.items()})
