"""Columns that grow while an engine runs, and the ``Activities`` and ``Stays`` they end as."""

from array import array
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from simulator.trace import Activities, Activity, Stays

_NEVER = -1
"""In place of an activity: it was to come, and never did."""


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
        self._done: dict[int, float] = {}
        """By row that was cut: the share that was done."""

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

    def __len__(self) -> int:
        """How many were recorded."""
        return len(self._start_ns)

    def stretch(self, rows: range, at_ns: int, by_ns: int) -> None:
        """What of these goes on after ``at_ns`` ends that much later, what follows is put off."""
        for row in rows:
            if self._end_ns[row] > at_ns:
                self._end_ns[row] += by_ns
                if self._start_ns[row] > at_ns:
                    self._start_ns[row] += by_ns

    def cut(self, rows: range, at_ns: int) -> None:
        """Of these, nothing happened after ``at_ns``; a WAKE of that instant had begun."""
        for row in rows:
            start_ns, end_ns = self._start_ns[row], self._end_ns[row]
            if end_ns > at_ns:
                if start_ns < at_ns or (start_ns == at_ns and self._activity[row] == Activity.WAKE):
                    self._end_ns[row] = at_ns
                    self._done[row] = (at_ns - start_ns) / (end_ns - start_ns)
                else:
                    self._activity[row] = _NEVER

    def activities(self) -> tuple[Activities, NDArray[np.int16], NDArray[np.float64]]:
        """What happened, in order of (start, resource), then of recording.

        With the pipeline of each, and the share of it that was done before it was cut.
        """
        start = np.array(self._start_ns, dtype=np.int64)
        resource = np.array(self._resource, dtype=np.int16)
        order = np.lexsort((resource, start))
        done = np.ones(len(start))
        if _NEVER in self._activity:
            order = order[np.array(self._activity, dtype=np.int8)[order] != _NEVER]
        for row, share in self._done.items():
            done[row] = share
        activities = Activities(
            start_ns=start[order],
            end_ns=np.array(self._end_ns, dtype=np.int64)[order],
            resource=resource[order],
            activity=np.array(self._activity, dtype=np.int8)[order],
            segment=np.array(self._segment, dtype=np.int16)[order],
            sample=np.array(self._sample, dtype=np.int64)[order],
        )
        return activities, np.array(self._pipeline, dtype=np.int16)[order], done[order]


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
