"""k and static power of P = k V^2 f + static from measured powers.

Networks toggle k more or less: GAP9 draws 17 % more for image classification than for key word
spotting. Each network has an activity about 1 for that, which its own rows tell. One operating
point gives the sum of dynamic and static power only; how it divides is then an estimate from other
chips.
A second one tells them apart. Robust and in logarithms, like the times (``posterior``).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from devicemodels.calibration.posterior import ROW_FREEDOM

STATIC_SHARE = 0.12
"""Typical share of static power at the slowest point, where no other chip tells: always-on chips
are sized so that leakage is about a tenth of what they draw."""
STATIC_SPREAD = 0.5
"""Standard deviation of the share's log odds."""
ACTIVITY_SPREAD = 0.1
"""Standard deviation of the logarithm of a network's activity."""
POWER_SPREAD = 0.01
"""Standard deviation of the logarithm of a row's power about the law."""
STEPS = 50
"""Of Gauss-Newton; a handful is enough."""
_UNKNOWN = 10.0


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
    working_share: float = 1.0
    """Part of the time in which the core is not being set up."""

    @property
    def swing(self) -> float:
        """V^2 f while it works, averaged over its time."""
        return self.voltage_v**2 * self.frequency_hz * self.working_share


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
    static_prior_spread: float
    """The same as far as the total is known, but not how it divides."""
    activity: Mapping[str, float]
    """Share of k that each measured network toggles, about 1."""
    points: int
    """Operating points that differ in V^2 f."""

    @property
    def identified(self) -> bool:
        """Whether rows told k and static power apart."""
        return self.points > 1

    def power_w(
        self, frequency_hz: float, voltage_v: float, network: str = "", working_share: float = 1.0
    ) -> float:
        """Predicted power at an operating point, of a measured network or of an average one."""
        dynamic = self.switched_capacitance_f * voltage_v**2 * frequency_hz * working_share
        return dynamic * self.activity.get(network, 1.0) + self.static_power_w


def typical_static_share(chips: Iterable[Sequence[PowerRow]]) -> float:
    """Share of static power at the slowest point, from chips that were measured at two points."""
    shares = []
    for rows in chips:
        if rows and (found := fit_power(rows)).identified:
            lowest = min(row.swing for row in rows)
            dynamic_w = found.switched_capacitance_f * lowest
            shares.append(found.static_power_w / (found.static_power_w + dynamic_w))
    return float(np.exp(np.mean(np.log(shares)))) if shares else STATIC_SHARE


def fit_power(rows: Sequence[PowerRow], static_share: float = STATIC_SHARE) -> PowerFit:
    """The law that ``rows``, at least one, and what is typical make most likely.

    ``static_share`` is the typical share of static power at their slowest point.
    """
    networks = list(dict.fromkeys(row.network for row in rows))
    of_row = np.array([networks.index(row.network) for row in rows])
    swing = np.array([row.swing for row in rows])
    lowest = float(swing.min())
    log_power = np.log(np.array([row.power_w for row in rows]))
    typical = float(np.log(static_share / (1 - static_share)))
    # Log power at the lowest point, log odds of the static share there, log activities.
    level = log_power - np.log((1 - static_share) * swing / lowest + static_share)
    mean = np.concatenate([[float(np.median(level)), typical], np.zeros(len(networks))])
    spreads = [_UNKNOWN, STATIC_SPREAD, *[ACTIVITY_SPREAD] * len(networks)]
    prior = np.diag(1 / np.array(spreads) ** 2)
    x = mean
    hessian = prior
    for _ in range(STEPS):
        share = 1 / (1 + np.exp(-x[1]))
        dynamic = (1 - share) * swing / lowest * np.exp(x[2:][of_row])
        total = dynamic + share
        slope = np.zeros((len(rows), len(x)))
        slope[:, 0] = 1.0
        slope[:, 1] = (share * (1 - share) - dynamic * share) / total
        slope[np.arange(len(rows)), 2 + of_row] = dynamic / total
        error = log_power - x[0] - np.log(total)
        weight = (ROW_FREEDOM + 1) / (ROW_FREEDOM + (error / POWER_SPREAD) ** 2) / POWER_SPREAD**2
        hessian = prior + slope.T @ (weight[:, None] * slope)
        step = np.linalg.solve(hessian, slope.T @ (weight * error) - prior @ (x - mean))
        x = x + step
        if np.abs(step).max() < 1e-6:
            break
    covariance = np.linalg.inv(hessian)[:2, :2]
    power = float(np.exp(x[0]))
    share = float(1 / (1 + np.exp(-x[1])))
    dynamic_slope = np.array([1.0, -share])
    static_slope = np.array([1.0, 1.0 - share])
    return PowerFit(
        power * (1 - share) / lowest,
        float(np.sqrt(dynamic_slope @ covariance @ dynamic_slope)),
        power * share,
        float(np.sqrt(static_slope @ covariance @ static_slope)),
        (1.0 - share) * STATIC_SPREAD,
        {name: float(np.exp(value)) for name, value in zip(networks, x[2:], strict=True)},
        len({round(row.voltage_v**2 * row.frequency_hz, -3) for row in rows}),
    )
