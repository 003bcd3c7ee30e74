"""Where the time went: how long each core and link spent doing what, in exact nanoseconds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scheduler.plan import Plan
from simulator.idling.stays import RestTotals, rest_totals
from simulator.power.energy import ACTIVE_CAUSES, Totals, totals
from simulator.power.pieces import operating_points
from simulator.shared_trace import Run, activities_of, parts_of, traces_of
from simulator.trace import Activity


@dataclass(frozen=True, slots=True)
class CoreResidency:
    """One core's time; the parts add up to the run's duration."""

    core: str
    """Name of the core."""
    idle_by_state_ns: Mapping[str, int]
    """Resting, by name of the idle state."""
    entries: Mapping[str, int]
    """How often each idle state was entered, by its name; where the run began does not count."""
    active_ns: Mapping[str, int]
    """Computing (segments, gates, codecs), by name of the operating point."""
    wake_ns: int
    """Leaving the idle state."""
    switch_ns: int
    """Changing the operating point."""
    off_ns: int = 0
    """Off, after a failure."""

    @property
    def idle_ns(self) -> int:
        """Resting, in any idle state."""
        return sum(self.idle_by_state_ns.values())

    @property
    def elapsed_ns(self) -> int:
        """All of it."""
        return (
            self.idle_ns
            + sum(self.active_ns.values())
            + self.wake_ns
            + self.switch_ns
            + self.off_ns
        )


@dataclass(frozen=True, slots=True)
class LinkResidency:
    """One link's time; the parts add up to the run's duration."""

    link: str
    """Name of the link."""
    transfer_ns: int
    """Held by at least one transfer."""
    quiet_ns: int
    """Free."""

    @property
    def elapsed_ns(self) -> int:
        """All of it."""
        return self.transfer_ns + self.quiet_ns


def core_residencies(run: Run) -> tuple[CoreResidency, ...]:
    """One a core of the platform, in order."""
    pipelines = [(part.plan, totals(part)) for part in parts_of(run)]
    record = traces_of(run)[0].faults
    return residencies_of(rest_totals(run), pipelines, () if record is None else record.off)


def residencies_of(
    rest: RestTotals,
    pipelines: Sequence[tuple[Plan, Totals]],
    off: Sequence[tuple[int, int, int]] = (),
) -> tuple[CoreResidency, ...]:
    """The same from how the cores rested and what each pipeline did, however that was counted.

    ``off`` is (core, from, until) of the times in which a core had no power.
    """
    residencies = []
    for index, core in enumerate(pipelines[0][0].platform.cores):
        states = [state.name for state in core.idle_states]
        busy = sum(total.time_ns[index].sum(axis=1) for _, total in pipelines)
        active_ns = {point.name: 0 for point in core.operating_points}
        for plan, total in pipelines:
            for segment, point in operating_points(plan, core).items():
                times = total.time_ns[index, :, segment]
                active_ns[point.name] += sum(int(times[a]) for a in ACTIVE_CAUSES)
        residencies.append(
            CoreResidency(
                core=core.name,
                idle_by_state_ns=dict(zip(states, rest.time_ns[index].tolist(), strict=False)),
                entries=dict(zip(states, rest.entries[index].tolist(), strict=False)),
                active_ns=active_ns,
                wake_ns=int(busy[Activity.WAKE]),
                switch_ns=int(busy[Activity.SWITCH]),
                off_ns=sum(
                    until_ns - from_ns for which, from_ns, until_ns in off if which == index
                ),
            )
        )
    return tuple(residencies)


def link_residencies(run: Run) -> tuple[LinkResidency, ...]:
    """One a link of the platform, in order."""
    platform = traces_of(run)[0].plan.platform
    done, _ = activities_of(run)
    residencies = []
    for index, link in enumerate(platform.links):
        mine = done.resource == len(platform.cores) + index
        start_ns, end_ns = done.start_ns[mine], done.end_ns[mine]
        before_ns = np.maximum.accumulate(np.append(np.int64(0), end_ns))[:-1]
        held_ns = int(np.maximum(end_ns - np.maximum(start_ns, before_ns), 0).sum())
        residencies.append(LinkResidency(link.name, held_ns, run.duration_ns - held_ns))
    return tuple(residencies)
