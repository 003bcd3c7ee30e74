"""What the battery gives for a run, and for how many days it lasts.

The regulator's loss depends on the load, so what counts is the power of the whole platform at every
instant, not its mean: input power is integrated over every step of the power timeline. Energy that
is spent in no time is drawn at the efficiency of the load of its moment. Self-discharge is a
constant power. Everything here is modelled.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from devicemodels.cost import NANOSECONDS_PER_SECOND
from devicemodels.platform import Battery
from devicemodels.regulator import input_per_output, input_power_w, input_table
from simulator.confidence import MOST_BATCHES, Interval, falling, mean_interval
from simulator.power.cumulative import cumulative_j
from simulator.power.steps import StepFunction
from simulator.power.timeline import PowerTimeline, power_timeline
from simulator.shared_trace import Run, traces_of
from simulator.workload import period_ns

SECONDS_PER_DAY = 86_400.0
SECONDS_PER_MONTH = 365.25 * SECONDS_PER_DAY / 12


@dataclass(frozen=True, slots=True)
class BatteryLife:
    """How long a full battery lasts if the device goes on as it did."""

    days: float | None
    """Until the usable part is drawn; None if nothing is."""
    interval: Interval | None
    """Days and their bounds; None if the run is too short for any, or for an expectation."""
    device_power_w: float
    """What the device draws, mean."""
    battery_power_w: float
    """What the regulator draws from the battery for that, mean."""
    self_discharge_w: float
    """What the battery loses by itself."""


def battery_life(run: Run, new_ns: int | None = None) -> BatteryLife | None:
    """How long the platform's battery lasts at what the run draws; None without a battery.

    ``new_ns`` is for a run that repeats itself, such as a recording played over and over: how much
    of it is new. The interval rests on that part alone, for repeating tells nothing more.
    """
    plan = traces_of(run)[0].plan
    battery = plan.platform.battery
    if battery is None or run.duration_ns == 0:
        return None
    timeline = power_timeline(run)
    part_ns = run.duration_ns if new_ns is None else min(new_ns, run.duration_ns)
    ends = batch_ends_ns(part_ns, max(period_ns(trace.plan) for trace in traces_of(run)))
    lasts_s = np.diff(ends) / NANOSECONDS_PER_SECOND
    given_j = battery_energy_j(timeline, battery, np.append(ends, run.duration_ns))
    return life(
        battery,
        timeline.energy_j(),
        float(given_j[-1]),
        run.duration_ns / NANOSECONDS_PER_SECOND,
        np.diff(given_j[:-1]) / lasts_s,
    )


def life(
    battery: Battery,
    device_j: float,
    battery_j: float,
    duration_s: float,
    batch_w: NDArray[np.float64] | None = None,
) -> BatteryLife:
    """From what device and battery gave over a duration, whoever integrated it.

    ``batch_w``, shape (b,), is the mean power at the battery in equally long batches of the run;
    with it the days come with an interval where there are enough batches.
    """
    usable_days = battery.capacity_j * battery.usable_share / SECONDS_PER_DAY
    self_w = self_discharge_w(battery)
    mean_w = battery_j / duration_s
    power = None if batch_w is None else mean_interval(batch_w)
    return BatteryLife(
        days=usable_days / (mean_w + self_w) if mean_w + self_w > 0 else None,
        interval=None if power is None else falling(power, usable_days, self_w),
        device_power_w=device_j / duration_s,
        battery_power_w=mean_w,
        self_discharge_w=self_w,
    )


def self_discharge_w(battery: Battery) -> float:
    """What a battery loses by itself, as a constant power."""
    return battery.capacity_j * battery.self_discharge_per_month / SECONDS_PER_MONTH


def battery_energy_j(
    timeline: PowerTimeline, battery: Battery, at_ns: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Joules that the battery gave in [0, t], shape (n,), for each t of ``at_ns`` (n,).

    Self-discharge is not in it.
    """
    steps, impulse_ns, impulse_j = battery_draw(timeline, battery)
    return cumulative_j(steps, impulse_ns, impulse_j, at_ns)


def battery_draw(
    timeline: PowerTimeline, battery: Battery
) -> tuple[StepFunction, NDArray[np.int64], NDArray[np.float64]]:
    """Watts from the battery in steps, and joules (j,) at instants (j,), which do not fall.

    Self-discharge is not in it.
    """
    table = input_table(battery.regulator)
    time_ns, power_w = timeline.total()
    impulse_ns = np.concatenate([one.impulse_ns for one in timeline.components])
    impulse_j = np.concatenate([one.impulse_j for one in timeline.components])
    order = np.argsort(impulse_ns, kind="stable")
    impulse_ns, impulse_j = impulse_ns[order], impulse_j[order]
    load_w = power_w[np.searchsorted(time_ns, impulse_ns, side="right") - 1]
    drawn_j = impulse_j * input_per_output(load_w, *table)
    return (time_ns, input_power_w(power_w, *table)), impulse_ns, drawn_j


def batch_ends_ns(duration_ns: int, every_ns: int, most: int = MOST_BATCHES) -> NDArray[np.int64]:
    """Bounds of up to ``most`` equally long batches from 0 on, shape (batches + 1,).

    Each lasts whole periods of ``every_ns``, so that all have as many releases.
    """
    periods = duration_ns // every_ns
    each = max(1, -(-periods // most))
    return np.arange(periods // each + 1, dtype=np.int64) * (each * every_ns)
