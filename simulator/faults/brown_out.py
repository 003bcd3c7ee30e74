"""When the battery is down to the share at which everything goes off, to the nanosecond."""

from collections.abc import Callable
from dataclasses import replace
from math import ceil

import numpy as np

from devicemodels.cost import NANOSECONDS_PER_SECOND
from devicemodels.platform import Battery
from simulator.faults.kinds import BrownOut, Faults
from simulator.power.battery import battery_draw, self_discharge_w
from simulator.power.timeline import power_timeline
from simulator.shared_trace import Run, SharedTrace
from simulator.trace import Activity, Trace

ROUNDING = 1e-14
"""Relative: energies that differ by less are the same, so that a round one is not reached late."""


def until_brown_out(play: Callable[[int | None], SharedTrace], faults: Faults) -> SharedTrace:
    """Play a run to its end, or to the instant at which its battery is down to the share.

    Nothing depends on the battery until then, so a first run finds the instant, and a second one
    ends there. (A clairvoyant policy knows of the end, and may rest otherwise just before it.)
    """
    run = play(None)
    for fault in faults.faults:
        battery = run.platform.battery
        if isinstance(fault, BrownOut) and battery is not None:
            spent_j = battery.capacity_j * (1.0 - fault.at_remaining_share)
            at_ns = spent_ns(run, battery, spent_j)
            return run if at_ns is None else _as_far_as(play(at_ns), run)
    return run


def spent_ns(run: Run, battery: Battery, energy_j: float) -> int | None:
    """The first nanosecond at which a run has taken ``energy_j`` from its battery, the loss of the
    regulator and self-discharge included; None if it does not."""
    (times, power_w), impulse_ns, impulse_j = battery_draw(power_timeline(run), battery)
    power_w = power_w + self_discharge_w(battery)
    instants = np.unique(np.concatenate([times, impulse_ns, np.array([run.duration_ns])]))
    at_once_j = np.zeros(len(instants))
    np.add.at(at_once_j, np.searchsorted(instants, impulse_ns), impulse_j)
    watts = power_w[np.searchsorted(times, instants, side="right") - 1]
    meanwhile_j = watts[:-1] * np.diff(instants) / NANOSECONDS_PER_SECOND
    spent_j = at_once_j + np.concatenate([np.zeros(1), meanwhile_j])
    by_then_j = np.cumsum(spent_j, dtype=np.longdouble)  # a day has millions of steps
    enough_j = energy_j * (1.0 - ROUNDING)
    reached = np.flatnonzero(by_then_j >= enough_j)
    if not reached.size:
        return None
    place = int(reached[0])
    if place == 0:
        return int(instants[0])
    missing_j = float(enough_j - by_then_j[place - 1])
    within_ns = int(instants[place] - instants[place - 1])
    if missing_j < meanwhile_j[place - 1]:
        lasts_s = missing_j / float(watts[place - 1])
        within_ns = min(within_ns, ceil(lasts_s * NANOSECONDS_PER_SECOND))
    return int(instants[place - 1]) + within_ns


def _as_far_as(cut: SharedTrace, whole: SharedTrace) -> SharedTrace:
    """Transfers of fair links that were cut: their share is that of their time in the whole run."""
    traces = tuple(_shared_out(*pair) for pair in zip(cut.traces, whole.traces, strict=True))
    return replace(cut, traces=traces)


def _shared_out(cut: Trace, whole: Trace) -> Trace:
    record, ours, theirs = cut.faults, cut.activities, whole.activities
    assert record is not None
    late = np.flatnonzero(
        (theirs.activity == Activity.TRANSFER) & (theirs.end_ns > cut.duration_ns)
    )
    names = ("start_ns", "resource", "segment", "sample")
    end_ns = {
        tuple(int(getattr(theirs, name)[row]) for name in names): int(theirs.end_ns[row])
        for row in late
    }
    done = record.done.copy()
    last = (ours.activity == Activity.TRANSFER) & (ours.end_ns == cut.duration_ns)
    for row in np.flatnonzero(last):
        start_ns = int(ours.start_ns[row])
        would_end_ns = end_ns.get(tuple(int(getattr(ours, name)[row]) for name in names))
        if would_end_ns is not None:
            done[row] = (cut.duration_ns - start_ns) / (would_end_ns - start_ns)
    return replace(cut, faults=replace(record, done=done))
