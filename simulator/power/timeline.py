"""Watts over time, component by component: what a power counter in a trace viewer shows.

Built interval by interval from the activities and stays, so its integral reaches the run's energy
by another route than ``simulator.power.energy``, which multiplies total times and counts.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from devicemodels.cost import NANOSECONDS_PER_SECOND
from devicemodels.platform import Core, Link
from simulator.idling.stays import stays_of
from simulator.power.energy import crossing_bytes
from simulator.power.pieces import working_powers_w
from simulator.power.steps import before, changes, disjoint, overlapping
from simulator.shared_trace import Planned, Run, activities_of, planned_of
from simulator.trace import Activities, Activity, Stays


@dataclass(frozen=True, slots=True)
class ComponentPower:
    """What one core, one link or the rail draws: a step function, and energy at instants."""

    component: str
    """Name of the core or link, or ``rail``."""
    time_ns: NDArray[np.int64]
    """Shape (k,), rising from 0: when each step begins; the last one lasts to the run's end."""
    power_w: NDArray[np.float64]
    """Shape (k,): watts during each step."""
    impulse_ns: NDArray[np.int64]
    """Shape (j,), not falling: instants at which energy is spent in no time."""
    impulse_j: NDArray[np.float64]
    """Shape (j,): how much; the entry of an idle state, mostly."""


@dataclass(frozen=True, slots=True)
class PowerTimeline:
    """Power of a whole run."""

    duration_ns: int
    """Length of the run."""
    components: tuple[ComponentPower, ...]
    """Cores, then links, then the rail."""

    def energy_j(self) -> float:
        """The integral over the run."""
        joules = 0.0
        for one in self.components:
            lasts_ns = np.diff(one.time_ns, append=self.duration_ns)
            joules += float(lasts_ns @ one.power_w) / NANOSECONDS_PER_SECOND
            joules += float(one.impulse_j.sum())
        return joules

    def total(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Steps of all components together: times (k,) from 0, and watts (k,)."""
        times = np.unique(np.concatenate([one.time_ns for one in self.components]))
        power_w = np.zeros(len(times))
        for one in self.components:
            power_w += one.power_w[np.searchsorted(one.time_ns, times, side="right") - 1]
        return changes(times, power_w)


def power_timeline(run: Run) -> PowerTimeline:
    """The power of every component over a run; cores and FIFO links must not overlap themselves."""
    planned = planned_of(run)
    platform = planned.plans[0].platform
    done, _ = activities_of(run)
    stays = stays_of(run)
    components = []
    for index, core in enumerate(platform.cores):
        mine = np.flatnonzero(done.resource == index)
        rests = np.flatnonzero(stays.core == index)
        components.append(_core_power(planned, core, done, mine, stays, rests, run.duration_ns))
    for index, link in enumerate(platform.links):
        mine = np.flatnonzero(done.resource == len(platform.cores) + index)
        components.append(_link_power(planned, link, done, mine, run.duration_ns))
    rail = np.array([platform.rail.power_w])
    components.append(_component("rail", np.zeros(1, dtype=np.int64), rail, [], []))
    return PowerTimeline(run.duration_ns, tuple(components))


def _core_power(
    planned: Planned,
    core: Core,
    done: Activities,
    mine: NDArray[np.int64],
    stays: Stays,
    rests: NDArray[np.int64],
    run_ns: int,
) -> ComponentPower:
    start_ns, end_ns = done.start_ns[mine], done.end_ns[mine]
    activity, segment = done.activity[mine], done.segment[mine]
    power_w = np.zeros(len(start_ns))
    for index, plan in enumerate(planned.plans):
        its = planned.plan[mine] == index
        for (placed, what), watts in working_powers_w(plan, core).items():
            power_w[its & (segment == placed) & (activity == what)] = watts
    spent_j = np.zeros(len(start_ns))
    figures = [(one.power_w, one.entry_energy_j, one.exit_energy_j) for one in core.idle_states]
    rest_w, entry_j, exit_j = np.array(figures)[stays.idle_state[rests]].T
    spent_j[activity == Activity.WAKE] = exit_j[stays.woke[rests]]  # one WAKE each, in order
    spent_j[activity == Activity.SWITCH] = core.switch_energy_j
    spent_j *= planned.done[mine]
    entered = stays.entered[rests]
    return _with_spent(
        core.name,
        (
            np.concatenate([start_ns, stays.start_ns[rests]]),
            np.concatenate([end_ns, stays.end_ns[rests]]),
            np.concatenate([power_w, rest_w]),
            np.concatenate([spent_j, np.zeros(len(rests))]),
        ),
        (stays.start_ns[rests][entered].tolist(), entry_j[entered].tolist()),
        run_ns,
    )


def _link_power(
    planned: Planned,
    link: Link,
    done: Activities,
    mine: NDArray[np.int64],
    run_ns: int,
) -> ComponentPower:
    start_ns, end_ns = done.start_ns[mine], done.end_ns[mine]
    spent_j = np.zeros(len(start_ns))
    for index, plan in enumerate(planned.plans):
        for sender, wire_bytes in crossing_bytes(plan).items():
            its = (planned.plan[mine] == index) & (done.segment[mine] == sender)
            spent_j[its] = wire_bytes * link.energy_j_per_byte * planned.done[mine][its]
    intervals = (start_ns, end_ns, np.zeros(len(start_ns)), spent_j)
    return _with_spent(link.name, intervals, ([], []), run_ns, overlap=link.arbitration == "fair")


_Intervals = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]
"""Start, end, watts, and joules that are spread over the interval."""


def _with_spent(
    name: str,
    intervals: _Intervals,
    impulses: tuple[list[int], list[float]],
    run_ns: int,
    *,
    overlap: bool = False,
) -> ComponentPower:
    """Steps that draw each interval's power, and nothing between the intervals.

    Energy of an interval without length becomes an impulse. Intervals may ``overlap`` only where
    that is said, and what they draw adds up then.
    """
    start_ns, end_ns, power_w, spent_j = intervals
    lasts_ns = end_ns - start_ns
    long = np.flatnonzero(lasts_ns > 0)
    long = long[np.argsort(start_ns[long], kind="stable")]
    watts = power_w[long] + spent_j[long] / (lasts_ns[long] / NANOSECONDS_PER_SECOND)
    steps_of = overlapping if overlap else disjoint
    times, steps = steps_of(start_ns[long], end_ns[long], watts)
    times, steps = before(times, steps, run_ns)
    at_once = (lasts_ns == 0) & (spent_j > 0)
    return _component(
        name,
        times,
        steps,
        [*start_ns[at_once].tolist(), *impulses[0]],
        [*spent_j[at_once].tolist(), *impulses[1]],
    )


def _component(
    name: str,
    time_ns: NDArray[np.int64],
    power_w: NDArray[np.float64],
    impulse_ns: list[int],
    impulse_j: list[float],
) -> ComponentPower:
    at = np.array(impulse_ns, dtype=np.int64)
    joules = np.array(impulse_j, dtype=np.float64)
    order = np.argsort(at, kind="stable")
    return ComponentPower(name, time_ns, power_w, at[order], joules[order])
