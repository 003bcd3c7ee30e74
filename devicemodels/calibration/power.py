"""k and static power of P = k V^2 f + static from measured powers.

Networks toggle k more or less: GAP9 draws 17 % more for image classification than for key word
spotting. Each network has an activity about 1 for that, which its own rows tell. One operating
point gives the sum of dynamic and static power only; how it divides is then the class's estimate.
A second one tells them apart. Robust and in logarithms, like the times.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares

from devicemodels.calibration.core_classes import FloatArray

STATIC_SHARE = 0.12
"""Typical share of static power at the lowest point: GAP9 0.09, NDP120 0.14 to 0.20."""
STATIC_SPREAD = 0.5
"""Standard deviation of the share's log odds."""
ACTIVITY_SPREAD = 0.1
"""Standard deviation of the logarithm of a network's activity."""
POWER_SPREAD = 0.01
"""Standard deviation of the logarithm of a row's power about the law."""


@dataclass(frozen=True, slots=True)
class PowerRow:
    """A measured mean power."""

    network: str
    """What ran."""
    frequency_hz: float
    """Clock."""
    voltage_v: float
    """Supply."""
    power_w: float
    """Energy over latency."""

    @property
    def swing(self) -> float:
        """V^2 f."""
        return self.voltage_v**2 * self.frequency_hz


@dataclass(frozen=True, slots=True)
class PowerFit:
    """The power law of a core."""

    switched_capacitance_f: float
    """k of an average network."""
    switched_capacitance_spread: float
    """Standard deviation of its logarithm."""
    static_power_w: float
    """What the core draws awake, whatever the clock."""
    static_spread: float
    """Standard deviation of its logarithm."""
    activity: Mapping[str, float]
    """Share of k that each measured network toggles, about 1."""
    points: int
    """Operating points that differ in V^2 f."""

    @property
    def identified(self) -> bool:
        """Whether rows told k and static power apart."""
        return self.points > 1

    def power_w(self, frequency_hz: float, voltage_v: float, network: str = "") -> float:
        """Predicted power at an operating point, of a measured network or of an average one."""
        dynamic = self.switched_capacitance_f * voltage_v**2 * frequency_hz
        return dynamic * self.activity.get(network, 1.0) + self.static_power_w


def fit_power(rows: Sequence[PowerRow]) -> PowerFit:
    """The law that ``rows``, at least one, and what is typical make most likely."""
    networks = list(dict.fromkeys(row.network for row in rows))
    of_row = np.array([networks.index(row.network) for row in rows])
    swing = np.array([row.swing for row in rows])
    lowest = float(swing.min())
    log_power = np.log(np.array([row.power_w for row in rows]))
    typical = float(np.log(STATIC_SHARE / (1 - STATIC_SHARE)))

    def errors(x: FloatArray) -> FloatArray:
        share = 1 / (1 + np.exp(-x[1]))
        law = x[0] + np.log((1 - share) * swing / lowest * np.exp(x[2:][of_row]) + share)
        off = (law - log_power) / POWER_SPREAD
        # soft-L1 is for rows; the priors stay quadratic.
        soft = np.sign(off) * np.sqrt(2 * (np.sqrt(1 + off**2) - 1))
        return np.concatenate([soft, [(x[1] - typical) / STATIC_SPREAD], x[2:] / ACTIVITY_SPREAD])

    start = np.concatenate(
        [[float(np.median(log_power - np.log(swing / lowest))), typical], np.zeros(len(networks))]
    )
    found = least_squares(errors, start)
    covariance = np.linalg.inv(found.jac.T @ found.jac)[:2, :2]
    total = float(np.exp(found.x[0]))
    share = float(1 / (1 + np.exp(-found.x[1])))
    dynamic_slope = np.array([1.0, -share])
    static_slope = np.array([1.0, 1.0 - share])
    return PowerFit(
        total * (1 - share) / lowest,
        float(np.sqrt(dynamic_slope @ covariance @ dynamic_slope)),
        total * share,
        float(np.sqrt(static_slope @ covariance @ static_slope)),
        {name: float(np.exp(x)) for name, x in zip(networks, found.x[2:], strict=True)},
        len({round(float(value / lowest), 3) for value in swing}),
    )
