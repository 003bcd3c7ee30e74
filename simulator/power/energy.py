"""Joules of a run by cause, from how long and how often each thing was done.

Pipelines that share a platform share its rail, its idle power and its wake-ups: these are counted
once, for all of them together. ``simulator.power.timeline`` finds the same joules by another
route; that they agree is a test.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import fsum

import numpy as np
from numpy.typing import NDArray

from devicemodels.cost import NANOSECONDS_PER_SECOND
from scheduler.plan import CAUSES, Cause, Plan
from simulator.idling.stays import RestTotals, rest_totals, stays_of
from simulator.power.pieces import working_powers_w
from simulator.shared_trace import Run, activities_of, parts_of, planned_of
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


def energy_by_cause_j(run: Run) -> dict[Cause, float]:
    """Joules of the whole run by cause; their sum is the energy of the device."""
    pipelines = [(part.plan, totals(part)) for part in parts_of(run)]
    return joules_by_cause(run.duration_ns, rest_totals(run), pipelines, never_spent(run))


def joules_by_cause(
    duration_ns: int,
    rest: RestTotals,
    pipelines: Sequence[tuple[Plan, Totals]],
    unspent: Iterable[tuple[Cause, float]] = (),
) -> dict[Cause, float]:
    """The same from how the cores rested and what each pipeline did, however that was counted.

    ``unspent`` are joules of what was counted and yet not spent.
    """
    platform = pipelines[0][0].platform
    parts: dict[Cause, list[float]] = {cause: [] for cause in CAUSES}
    parts["rail"].append(platform.rail.power_w * _seconds(duration_ns))
    for index, core in enumerate(platform.cores):
        for which, state in enumerate(core.idle_states):
            parts["wake"].append(int(rest.entries[index, which]) * state.entry_energy_j)
            parts["wake"].append(int(rest.exits[index, which]) * state.exit_energy_j)
            parts["idle"].append(state.power_w * _seconds(int(rest.time_ns[index, which])))
        switches = sum(int(total.count[index, Activity.SWITCH].sum()) for _, total in pipelines)
        parts["switch"].append(switches * core.switch_energy_j)
        for plan, total in pipelines:
            for (segment, activity), power_w in working_powers_w(plan, core).items():
                time_ns = int(total.time_ns[index, activity, segment])
                parts[ACTIVE_CAUSES[activity]].append(power_w * _seconds(time_ns))
    first_link = len(platform.cores)
    for index, link in enumerate(platform.links):
        for plan, total in pipelines:
            transfers = total.count[first_link + index, Activity.TRANSFER]
            for segment, wire_bytes in crossing_bytes(plan).items():
                joules = int(transfers[segment]) * wire_bytes * link.energy_j_per_byte
                parts["link"].append(joules)
    for cause, joules in unspent:
        parts[cause].append(-joules)
    return {cause: fsum(joules) for cause, joules in parts.items()}


def never_spent(run: Run) -> Iterator[tuple[Cause, float]]:
    """Of what is counted by the piece, the joules of the pieces that were cut mid-way."""
    planned = planned_of(run)
    cut = np.flatnonzero(planned.done < 1.0)
    if not cut.size:
        return
    done, _ = activities_of(run)
    platform, stays = planned.plans[0].platform, stays_of(run)
    woke = {
        core: stays.idle_state[stays.woke & (stays.core == core)].tolist()
        for core in range(len(platform.cores))
    }
    for row in cut.tolist():
        resource, activity = int(done.resource[row]), int(done.activity[row])
        left = 1.0 - float(planned.done[row])
        if activity == Activity.WAKE:
            earlier = (done.resource[:row] == resource) & (done.activity[:row] == Activity.WAKE)
            state = woke[resource][int(np.count_nonzero(earlier))]
            yield "wake", left * platform.cores[resource].idle_states[state].exit_energy_j
        elif activity == Activity.SWITCH:
            yield "switch", left * platform.cores[resource].switch_energy_j
        elif activity == Activity.TRANSFER:
            link = platform.links[resource - len(platform.cores)]
            wire_bytes = crossing_bytes(planned.plans[planned.plan[row]])[int(done.segment[row])]
            yield "link", left * wire_bytes * link.energy_j_per_byte


def crossing_bytes(plan: Plan) -> dict[int, int]:
    """Bytes on the wire after each segment whose output crosses, by the segment's index."""
    index = {segment.name: i for i, segment in enumerate(plan.task_graph.segments)}
    return {index[crossing.source]: crossing.wire_bytes for crossing in plan.crossings}


def _seconds(time_ns: int) -> float:
    return time_ns / NANOSECONDS_PER_SECOND
