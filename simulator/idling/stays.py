"""How the cores of a run rested: as it was recorded, or as the gaps between activities tell."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from devicemodels.platform import Platform
from simulator.durations import fixed_states
from simulator.recorder import StayRecorder, merged_stays
from simulator.shared_trace import Run, activities_of, traces_of
from simulator.trace import Activity, Stays


@dataclass(frozen=True, slots=True)
class RestTotals:
    """Time and counts by core and idle state."""

    time_ns: NDArray[np.int64]
    """Shape (cores, most idle states): exact nanoseconds in the state."""
    entries: NDArray[np.int64]
    """The same shape: how often its entry energy was spent."""
    exits: NDArray[np.int64]
    """The same shape: how often the core woke from it."""


def stays_of(run: Run) -> Stays:
    """The stays of a run: its own, or those that its gaps are under the plan's fixed states."""
    return run.stays if run.stays is not None else stays_from_gaps(run)


def stays_from_gaps(run: Run) -> Stays:
    """All that no activity covers, in the idle state that the plan chose.

    A core leaves the state by a WAKE, and enters it again after what followed. A gap without a WAKE
    after it, as a real core has between two pieces of work, is time in the state all the same.
    """
    done, _ = activities_of(run)
    recorders = []
    for core, state in enumerate(fixed_states(traces_of(run)[0].plan)):
        mine = np.flatnonzero(done.resource == core)
        columns = (done.start_ns[mine], done.end_ns[mine], done.activity[mine] == Activity.WAKE)
        recorder = StayRecorder(core)
        free_ns, woken = 0, False
        for start_ns, end_ns, wakes in zip(*(one.tolist() for one in columns), strict=True):
            if wakes or start_ns > free_ns:
                recorder.add(state, free_ns, max(free_ns, start_ns), woken and wakes, wakes)
            woken = woken or wakes
            free_ns = max(free_ns, end_ns)
        recorder.add(state, free_ns, max(free_ns, run.duration_ns), woken, False)
        recorders.append(recorder)
    return merged_stays([recorder.stays() for recorder in recorders])


def rest_totals(run: Run) -> RestTotals:
    """Sums of ``stays_of`` a run."""
    return totals_of_stays(stays_of(run), traces_of(run)[0].plan.platform)


def totals_of_stays(stays: Stays, platform: Platform) -> RestTotals:
    """Sum stays by core and idle state."""
    most = max(len(core.idle_states) for core in platform.cores)
    shape = (len(platform.cores), most)
    key = np.ravel_multi_index((stays.core, stays.idle_state), shape)
    summed = []
    for column in (stays.end_ns - stays.start_ns, stays.entered, stays.woke):
        total = np.zeros(shape, dtype=np.int64)
        np.add.at(total.reshape(-1), key, column)
        summed.append(total)
    return RestTotals(*summed)
