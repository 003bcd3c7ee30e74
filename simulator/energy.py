"""Joules of a trace by cause, from how long and how often each thing was done.

``simulator.power_timeline`` finds the same joules by another route; that they agree is a test.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import fsum

import numpy as np
from numpy.typing import NDArray

from devicemodels.cost import NANOSECONDS_PER_SECOND
from devicemodels.platform import Core, IdleState, OperatingPoint
from devicemodels.power import active_power_w
from scheduler.plan import CAUSES, Cause, Plan
from simulator.trace import Activity, Trace

ACTIVE_CAUSES: Mapping[Activity, Cause] = {
    Activity.COMPUTE: "compute",
    Activity.GATE: "gate",
    Activity.ENCODE: "codec",
    Activity.DECODE: "codec",
}
"""What is done at a core's active power, and the cause of that."""


@dataclass(frozen=True, slots=True)
class Totals:
    """Time and number of activities, summed over a trace."""

    time_ns: NDArray[np.int64]
    """Shape (cores + links, activities, segments): exact nanoseconds."""
    count: NDArray[np.int64]
    """The same shape: how often."""


def totals(trace: Trace) -> Totals:
    """Sum the activities of a trace by resource, activity and segment."""
    platform, done = trace.plan.platform, trace.activities
    shape = (
        len(platform.cores) + len(platform.links),
        len(Activity),
        len(trace.plan.task_graph.segments),
    )
    time_ns, count = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    key = np.ravel_multi_index((done.resource, done.activity, done.segment), shape)
    np.add.at(time_ns.reshape(-1), key, done.end_ns - done.start_ns)
    np.add.at(count.reshape(-1), key, 1)
    return Totals(time_ns, count)


def energy_by_cause_j(trace: Trace) -> dict[Cause, float]:
    """Joules of the whole run by cause; their sum is the run's energy."""
    plan, total = trace.plan, totals(trace)
    parts: dict[Cause, list[float]] = {cause: [] for cause in CAUSES}
    parts["rail"].append(plan.platform.rail.power_w * _seconds(trace.duration_ns))
    for index, core in enumerate(plan.platform.cores):
        state = chosen_idle_state(plan, core)
        wakes = int(total.count[index, Activity.WAKE].sum())
        switches = int(total.count[index, Activity.SWITCH].sum())
        idle_ns = trace.duration_ns - int(total.time_ns[index].sum())
        parts["wake"].append(wakes * (state.exit_energy_j + state.entry_energy_j))
        parts["switch"].append(switches * core.switch_energy_j)
        parts["idle"].append(state.power_w * _seconds(idle_ns))
        for segment, point in operating_points(plan, core).items():
            power_w = active_power_w(core, point)
            for activity, cause in ACTIVE_CAUSES.items():
                time_ns = int(total.time_ns[index, activity, segment])
                parts[cause].append(power_w * _seconds(time_ns))
    first_link = len(plan.platform.cores)
    for index, link in enumerate(plan.platform.links):
        transfers = total.count[first_link + index, Activity.TRANSFER]
        for segment, wire_bytes in crossing_bytes(plan).items():
            parts["link"].append(int(transfers[segment]) * wire_bytes * link.energy_j_per_byte)
    return {cause: fsum(joules) for cause, joules in parts.items()}


def chosen_idle_state(plan: Plan, core: Core) -> IdleState:
    """The idle state that the plan chose for a core."""
    name = plan.idle_state(core.name)
    return next(state for state in core.idle_states if state.name == name)


def operating_points(plan: Plan, core: Core) -> dict[int, OperatingPoint]:
    """The operating point of each segment that runs on ``core``, by the segment's index."""
    points = {point.name: point for point in core.operating_points}
    return {
        index: points[plan.placement(segment.name).operating_point]
        for index, segment in enumerate(plan.task_graph.segments)
        if plan.placement(segment.name).core == core.name
    }


def crossing_bytes(plan: Plan) -> dict[int, int]:
    """Bytes on the wire after each segment whose output crosses, by the segment's index."""
    index = {segment.name: i for i, segment in enumerate(plan.task_graph.segments)}
    return {index[crossing.source]: crossing.wire_bytes for crossing in plan.crossings}


def _seconds(time_ns: int) -> float:
    return time_ns / NANOSECONDS_PER_SECOND
