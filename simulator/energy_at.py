"""Joules by cause and by component up to an instant, integrated exactly.

What lasts is spent evenly while it lasts: a transfer that is half done has spent half of its
energy. What takes no time, such as entering an idle state, is spent at its instant. At the end of a
run the causes are those of ``simulator.energy``, and at every instant they add up to what the
components of ``simulator.power_timeline`` have drawn.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from devicemodels.cost import NANOSECONDS_PER_SECOND
from devicemodels.platform import Core, Link
from devicemodels.power import active_power_w
from scheduler.plan import CAUSES, Cause, Plan
from simulator.cumulative import cumulative_j
from simulator.energy import (
    ACTIVE_CAUSES,
    chosen_idle_state,
    crossing_bytes,
    operating_points,
)
from simulator.power_steps import overlapping
from simulator.power_timeline import power_timeline
from simulator.shared_trace import Run, activities_of, traces_of
from simulator.trace import Activities, Activity

Times = NDArray[np.int64]
Joules = NDArray[np.float64]


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
    steps = overlapping(start_ns[long], end_ns[long], watts, 0.0)
    return cumulative_j(steps, at_once_ns[order], at_once_j[order], at_ns)


_Spending = tuple[Cause, Times, Times, Joules]
"""Joules spent evenly from start to end, or at once where these are the same instant."""


def _spendings(run: Run) -> Iterator[_Spending]:
    plans = [trace.plan for trace in traces_of(run)]
    platform = plans[0].platform
    done, pipeline = activities_of(run)
    for index, core in enumerate(platform.cores):
        mine = np.flatnonzero(done.resource == index)
        yield from _of_core(plans, core, _rows(done, mine), pipeline[mine], run.duration_ns)
    for index, link in enumerate(platform.links):
        mine = np.flatnonzero(done.resource == len(platform.cores) + index)
        yield _of_link(plans, link, _rows(done, mine), pipeline[mine])
    whole = np.array([0]), np.array([run.duration_ns])
    rail_j = platform.rail.power_w * run.duration_ns / NANOSECONDS_PER_SECOND
    yield "rail", *whole, np.array([rail_j])


def _of_core(
    plans: Sequence[Plan],
    core: Core,
    done: Activities,
    pipeline: NDArray[np.int16],
    duration_ns: int,
) -> Iterator[_Spending]:
    state = chosen_idle_state(plans[0], core)
    lasts_s = (done.end_ns - done.start_ns) / NANOSECONDS_PER_SECOND
    power_w = np.zeros(len(lasts_s))
    for index, plan in enumerate(plans):
        for placed, point in operating_points(plan, core).items():
            power_w[(pipeline == index) & (done.segment == placed)] = active_power_w(core, point)
    for activity, cause in ACTIVE_CAUSES.items():
        its = done.activity == activity
        yield cause, done.start_ns[its], done.end_ns[its], (power_w * lasts_s)[its]
    wakes = np.flatnonzero(done.activity == Activity.WAKE)
    exits_j = np.full(len(wakes), state.exit_energy_j)
    yield "wake", done.start_ns[wakes], done.end_ns[wakes], exits_j
    falls_asleep_ns = done.end_ns[np.append(wakes[1:], len(lasts_s)) - 1] if len(wakes) else wakes
    entries_j = np.full(len(wakes), state.entry_energy_j)
    yield "wake", falls_asleep_ns, falls_asleep_ns, entries_j
    its = done.activity == Activity.SWITCH
    switches_j = np.full(int(its.sum()), core.switch_energy_j)
    yield "switch", done.start_ns[its], done.end_ns[its], switches_j
    rest_start_ns = np.append(0, done.end_ns)
    rest_end_ns = np.append(done.start_ns, duration_ns)
    rest_j = state.power_w * (rest_end_ns - rest_start_ns) / NANOSECONDS_PER_SECOND
    yield "idle", rest_start_ns, rest_end_ns, rest_j


def _of_link(
    plans: Sequence[Plan], link: Link, done: Activities, pipeline: NDArray[np.int16]
) -> _Spending:
    joules = np.zeros(len(done.start_ns))
    for index, plan in enumerate(plans):
        for sender, wire_bytes in crossing_bytes(plan).items():
            its = (pipeline == index) & (done.segment == sender)
            joules[its] = wire_bytes * link.energy_j_per_byte
    return "link", done.start_ns, done.end_ns, joules


def _rows(done: Activities, rows: NDArray[np.intp]) -> Activities:
    return Activities(**{name: getattr(done, name)[rows] for name in Activities.__slots__})
