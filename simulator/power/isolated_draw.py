"""What the battery gives for samples that never meet: counted, without a timeline of them all."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from devicemodels.cost import NANOSECONDS_PER_SECOND
from devicemodels.platform import Battery
from scheduler.plan import Plan
from simulator.power.battery import BatteryLife, battery_energy_j, life
from simulator.power.timeline import power_timeline
from simulator.workload import Workload, outcomes, period_ns

SAMPLE_COLUMNS = ("release_ns", "label", "exit_gate", "answer")


@dataclass(frozen=True, slots=True)
class IsolatedDraw:
    """What isolated samples take, for whoever only counts them: rest, and what each adds to it."""

    rest_w: float
    """What the device draws while nothing is done."""
    rest_battery_w: float
    """What the battery gives for that."""
    sample_j: NDArray[np.float64]
    """Shape (gates + 1,): joules that a sample adds at the device, by the gate of the plan that
    stops it; the last one by none."""
    sample_battery_j: NDArray[np.float64]
    """The same at the battery."""


def isolated_draw(plan: Plan, battery: Battery) -> IsolatedDraw:
    """Played once for each exit. Exact as long as no sample meets another."""
    from simulator.engine import simulate  # noqa: PLC0415 - simpy is slow to import

    def drawn_j(workload: Workload) -> tuple[float, float, float]:
        run = simulate(plan, workload)
        timeline, end_ns = power_timeline(run), np.array([run.duration_ns])
        given_j = float(battery_energy_j(timeline, battery, end_ns)[0])
        return timeline.energy_j(), given_j, run.duration_ns / NANOSECONDS_PER_SECOND

    fates = [one for _, one in outcomes(plan)][: len(plan.gates) + 1]
    quiet = replace(fates[0], **{name: getattr(fates[0], name)[:0] for name in SAMPLE_COLUMNS})
    rest_j, rest_battery_j, rest_s = drawn_j(quiet)
    rest_w, rest_battery_w = rest_j / rest_s, rest_battery_j / rest_s
    device_j, given_j, lasts_s = np.array([drawn_j(one) for one in fates]).T
    return IsolatedDraw(
        rest_w, rest_battery_w, device_j - rest_w * lasts_s, given_j - rest_battery_w * lasts_s
    )


def expected_life(plan: Plan) -> BatteryLife | None:
    """How long the battery lasts by the planner's expectation; None without a battery.

    The mean over all ways in which an isolated sample may end, one a period.
    """
    battery = plan.platform.battery
    if battery is None:
        return None
    draw, period_s = isolated_draw(plan, battery), period_ns(plan) / NANOSECONDS_PER_SECOND
    shares = np.zeros(len(plan.gates) + 1)
    for share, workload in outcomes(plan):
        shares[workload.exit_gate[0]] += share  # not stopped is -1, the last one
    return life(
        battery,
        draw.rest_w * period_s + float(shares @ draw.sample_j),
        draw.rest_battery_w * period_s + float(shares @ draw.sample_battery_j),
        period_s,
    )
