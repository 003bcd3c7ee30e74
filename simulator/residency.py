"""Where the time went: how long each core and link spent doing what, in exact nanoseconds."""

from collections.abc import Mapping
from dataclasses import dataclass

from simulator.energy import ACTIVE_CAUSES, operating_points, totals
from simulator.trace import Activity, Trace


@dataclass(frozen=True, slots=True)
class CoreResidency:
    """One core's time; the parts add up to the run's duration."""

    core: str
    """Name of the core."""
    idle_state: str
    """The idle state that the plan chose."""
    idle_ns: int
    """In that idle state."""
    active_ns: Mapping[str, int]
    """Computing (segments, gates, codecs), by name of the operating point."""
    wake_ns: int
    """Leaving the idle state."""
    switch_ns: int
    """Changing the operating point."""

    @property
    def elapsed_ns(self) -> int:
        """All of it."""
        return self.idle_ns + sum(self.active_ns.values()) + self.wake_ns + self.switch_ns


@dataclass(frozen=True, slots=True)
class LinkResidency:
    """One link's time; the parts add up to the run's duration."""

    link: str
    """Name of the link."""
    transfer_ns: int
    """Held by a transfer."""
    quiet_ns: int
    """Free."""

    @property
    def elapsed_ns(self) -> int:
        """All of it."""
        return self.transfer_ns + self.quiet_ns


def core_residencies(trace: Trace) -> tuple[CoreResidency, ...]:
    """One a core of the platform, in order."""
    plan, total = trace.plan, totals(trace)
    residencies = []
    for index, core in enumerate(plan.platform.cores):
        busy = total.time_ns[index]
        active_ns = {point.name: 0 for point in core.operating_points}
        for segment, point in operating_points(plan, core).items():
            active_ns[point.name] += sum(int(busy[a, segment]) for a in ACTIVE_CAUSES)
        residencies.append(
            CoreResidency(
                core=core.name,
                idle_state=plan.idle_state(core.name),
                idle_ns=trace.duration_ns - int(busy.sum()),
                active_ns=active_ns,
                wake_ns=int(busy[Activity.WAKE].sum()),
                switch_ns=int(busy[Activity.SWITCH].sum()),
            )
        )
    return tuple(residencies)


def link_residencies(trace: Trace) -> tuple[LinkResidency, ...]:
    """One a link of the platform, in order."""
    first_link, total = len(trace.plan.platform.cores), totals(trace)
    residencies = []
    for index, link in enumerate(trace.plan.platform.links):
        held_ns = int(total.time_ns[first_link + index].sum())
        residencies.append(LinkResidency(link.name, held_ns, trace.duration_ns - held_ns))
    return tuple(residencies)
