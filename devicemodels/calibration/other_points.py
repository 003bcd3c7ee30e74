"""A network at an operating point where only other networks were measured.

Cycles of a network are the same at every point, and a part of the time is not clocked: what the
other networks need at both points tells how much, and what k and static power are.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from devicemodels.calibration.power import PowerRow, fit_power
from devicemodels.published.mlperf_tiny import PublishedRow


@dataclass(frozen=True, slots=True)
class OtherPoint:
    """What is predicted of a network at a point."""

    latency_s: float
    """Duration."""
    power_w: float | None
    """Mean power; None if none was measured."""


def at_other_point(
    wanted: PublishedRow, known: Sequence[PublishedRow], static_share: float
) -> OtherPoint | None:
    """``wanted`` from ``known`` rows of its board; None if they do not tell.

    They must have the network at another point, and another network at both points.
    """
    same = [row for row in known if row.network == wanted.network]
    unclocked = [_unclocked_s(a, b) for a, b in _pairs(known, wanted.frequency_hz or 0.0)]
    if not same or not unclocked:
        return None
    fixed_s = float(np.median(unclocked))
    there, here = same[0].frequency_hz or 0.0, wanted.frequency_hz or 0.0
    fixed_s = min(fixed_s, same[0].latency_s)
    latency_s = (same[0].latency_s - fixed_s) * there / here + fixed_s
    powers = [
        PowerRow(row.network, row.frequency_hz or 0.0, row.voltage_v or 1.0, row.power_w, share)
        for row in known
        if row.power_w is not None and (share := 1.0 - min(1.0, fixed_s / row.latency_s)) > 0.0
    ]
    if not powers:
        return OtherPoint(latency_s, None)
    law = fit_power(powers, static_share)
    working = 1.0 - fixed_s / latency_s
    watts = law.power_w(here, wanted.voltage_v or 1.0, wanted.network, working)
    return OtherPoint(latency_s, watts)


def _pairs(
    known: Sequence[PublishedRow], frequency_hz: float
) -> list[tuple[PublishedRow, PublishedRow]]:
    """Rows of one network at ``frequency_hz`` and at another point."""
    return [
        (a, b)
        for a in known
        for b in known
        if a.network == b.network and a.frequency_hz == frequency_hz != b.frequency_hz
    ]


def _unclocked_s(one: PublishedRow, other: PublishedRow) -> float:
    """Time that no clock shortens, of a network at two points: t = cycles / f + unclocked."""
    f, g = one.frequency_hz or 0.0, other.frequency_hz or 0.0
    return max(0.0, (one.latency_s * f - other.latency_s * g) / (f - g))
