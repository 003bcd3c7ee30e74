"""Joules by cause and by component up to an instant, integrated exactly.

What lasts is spent evenly while it lasts: a transfer that is half done has spent half of its
energy. What takes no time, such as entering an idle state, is spent at its instant. At the end of a
run the causes are those of ``simulator.power.energy``, and at every instant they add up to what the
components of ``simulator.power.timeline`` have drawn.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from devicemodels.cost import NANOSECONDS_PER_SECOND
from devicemodels.platform import Core, Link
from scheduler.plan import CAUSES, Cause
from simulator.idling.stays import stays_of
from simulator.power.cumulative import cumulative_j
from simulator.power.energy import ACTIVE_CAUSES, crossing_bytes
from simulator.power.pieces import working_powers_w
from simulator.power.steps import overlapping
from simulator.power.timeline import power_timeline
from simulator.shared_trace import Planned, Run, activities_of, planned_of
from simulator.trace import Activities, Activity, Stays

Times = NDArray[np.int64]
Joules = NDArray[np.float64]
Table = TypeVar("Table", Activities, Stays)


@dataclass(frozen=True, slots=True)
class EnergyAt:
    """Joules from the start of a run up to an instant."""

    at_ns: int
    """The instant; what is spent at it counts."""
    by_cause_j: Mapping[Cause, float]
    """By cause."""
    by_component_j: Mapping[str, float]
    """By name of the core or link, or ``rail``."""


def energy_at(run: Run, at_ns: int) -> EnergyAt:
    """What a run has spent up to an instant; raises ``ValueError`` if that is not within it."""
    if not 0 <= at_ns <= run.duration_ns:
        raise ValueError(f"{at_ns} ns is not within a run of {run.duration_ns} ns")
    at = np.array([at_ns])
    return EnergyAt(
        at_ns=at_ns,
        by_cause_j={c: float(joules[0]) for c, joules in energy_by_cause_at_j(run, at).items()},
        by_component_j={
            one.component: float(
                cumulative_j((one.time_ns, one.power_w), one.impulse_ns, one.impulse_j, at)[0]
            )
            for one in power_timeline(run).components
        },
    )


def energy_by_cause_at_j(run: Run, at_ns: Times) -> dict[Cause, Joules]:
    """Joules in [0, t] by cause, shape (n,), for each t of ``at_ns`` (n,), none after the end."""
    spent: dict[Cause, Joules] = {cause: np.zeros(len(at_ns)) for cause in CAUSES}
    for cause, start_ns, end_ns, joules in _spendings(run):
        spent[cause] += _spent_at(start_ns, end_ns, joules, at_ns)
    return spent


def _spent_at(start_ns: Times, end_ns: Times, joules: Joules, at_ns: Times) -> Joules:
    lasts_ns = end_ns - start_ns
    long = lasts_ns > 0
    watts = joules[long] / (lasts_ns[long] / NANOSECONDS_PER_SECOND)
    at_once_ns, at_once_j = end_ns[~long], joules[~long]
    order = np.argsort(at_once_ns, kind="stable")
    steps = overlapping(start_ns[long], end_ns[long], watts)
    return cumulative_j(steps, at_once_ns[order], at_once_j[order], at_ns)


_Spending = tuple[Cause, Times, Times, Joules]
"""Joules spent evenly from start to end, or at once where these are the same instant."""


def _spendings(run: Run) -> Iterator[_Spending]:
    planned = planned_of(run)
    platform = planned.plans[0].platform
    done, _ = activities_of(run)
    stays = stays_of(run)
    for index, core in enumerate(platform.cores):
        mine = np.flatnonzero(done.resource == index)
        rests = _rows(stays, np.flatnonzero(stays.core == index))
        yield from _of_work(planned, core, done, mine)
        yield from _of_rest(core, _rows(done, mine), planned.done[mine], rests)
    for index, link in enumerate(platform.links):
        mine = np.flatnonzero(done.resource == len(platform.cores) + index)
        yield _of_link(planned, link, done, mine)
    whole = np.array([0]), np.array([run.duration_ns])
    rail_j = platform.rail.power_w * run.duration_ns / NANOSECONDS_PER_SECOND
    yield "rail", *whole, np.array([rail_j])


def _of_work(
    planned: Planned, core: Core, all_done: Activities, mine: NDArray[np.intp]
) -> Iterator[_Spending]:
    done, of_plan = _rows(all_done, mine), planned.plan[mine]
    lasts_s = (done.end_ns - done.start_ns) / NANOSECONDS_PER_SECOND
    power_w = np.zeros(len(lasts_s))
    for index, plan in enumerate(planned.plans):
        for (placed, activity), watts in working_powers_w(plan, core).items():
            its = (of_plan == index) & (done.segment == placed) & (done.activity == activity)
            power_w[its] = watts
    for activity, cause in ACTIVE_CAUSES.items():
        its = done.activity == activity
        yield cause, done.start_ns[its], done.end_ns[its], (power_w * lasts_s)[its]
    its = done.activity == Activity.SWITCH
    yield (
        "switch",
        done.start_ns[its],
        done.end_ns[its],
        (core.switch_energy_j * planned.done[mine][its]),
    )


def _of_rest(core: Core, done: Activities, share: Joules, stays: Stays) -> Iterator[_Spending]:
    """Entering, staying in and leaving idle states; ``share`` of each activity was not cut off."""
    figures = [(one.power_w, one.entry_energy_j, one.exit_energy_j) for one in core.idle_states]
    power_w, entry_j, exit_j = np.array(figures)[stays.idle_state].T
    lasts_s = (stays.end_ns - stays.start_ns) / NANOSECONDS_PER_SECOND
    yield "idle", stays.start_ns, stays.end_ns, power_w * lasts_s
    entered_ns = stays.start_ns[stays.entered]
    yield "wake", entered_ns, entered_ns, entry_j[stays.entered]
    wakes = done.activity == Activity.WAKE  # one for each stay that work ended, in order
    yield "wake", done.start_ns[wakes], done.end_ns[wakes], exit_j[stays.woke] * share[wakes]


def _of_link(
    planned: Planned, link: Link, all_done: Activities, mine: NDArray[np.intp]
) -> _Spending:
    done, of_plan = _rows(all_done, mine), planned.plan[mine]
    joules = np.zeros(len(done.start_ns))
    for index, plan in enumerate(planned.plans):
        for sender, wire_bytes in crossing_bytes(plan).items():
            its = (of_plan == index) & (done.segment == sender)
            joules[its] = wire_bytes * link.energy_j_per_byte
    return "link", done.start_ns, done.end_ns, joules * planned.done[mine]


def _rows(table: Table, rows: NDArray[np.intp]) -> Table:
    return type(table)(**{name: getattr(table, name)[rows] for name in table.__slots__})
