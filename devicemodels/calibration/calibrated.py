"""A user's core from their rows: times, power, and what the rows do not tell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from devicemodels.calibration.core_classes import CORE_CLASSES, CoreClass
from devicemodels.calibration.design import Measured, design
from devicemodels.calibration.fit import Estimate, Fitted, fit
from devicemodels.calibration.held_out import (
    population,
    published_static_share,
    relatives,
    usable,
)
from devicemodels.calibration.population import Kin
from devicemodels.calibration.posterior import ROW_SPREAD
from devicemodels.calibration.power import PowerFit, PowerRow, fit_power
from devicemodels.calibration.rows import MeasuredRow
from devicemodels.operators import Operation
from devicemodels.published.mlperf_tiny import PublishedRow, mlperf_tiny_rows

TYPICAL_SWITCHED_CAPACITANCE_F = 150e-12
"""Without any energy: microcontrollers of the published rows draw 50 to 350 uW/MHz near 1.1 V."""
FAR_OFF = 5.0
"""In spreads of a row about its law: there Student's t leaves it a sixth of its weight."""
TYPICAL_CAPACITANCE_SPREAD = 0.8
"""Standard deviation of its logarithm."""


@dataclass(frozen=True, slots=True)
class Residual:
    """A row beside the law that was fitted to it."""

    row: MeasuredRow
    """As measured."""
    latency_s: float
    """By the fitted law."""
    energy_j: float | None
    """By the fitted laws, where energies were measured."""

    @property
    def far_off(self) -> bool:
        """Whether the row had little say, because no law of the class comes near it and others."""
        return bool(abs(np.log(self.latency_s / self.row.latency_s)) > FAR_OFF * ROW_SPREAD)


@dataclass(frozen=True, slots=True)
class CalibratedCore:
    """What rows and class tell of a core."""

    core_class: CoreClass
    """Whose law and prior."""
    fitted: Fitted
    """The law of its times."""
    power: PowerFit | None
    """The law of its power; None where no row has an energy."""
    capacitance: Estimate
    """k, fitted or estimated."""
    static_power: Estimate
    """Static power in watts, fitted or estimated."""
    residuals: tuple[Residual, ...]
    """Every row, in the order of the file."""
    boards: int
    """Published boards that made the prior."""


def published_networks() -> tuple[str, ...]:
    """Names of the networks of the published rows, which a calibration needs."""
    return tuple(dict.fromkeys(row.network for row in mlperf_tiny_rows()))


def calibrated_core(
    core_class: CoreClass,
    rows: Sequence[MeasuredRow],
    networks: Mapping[str, Sequence[Operation]],
    kin: Kin,
) -> CalibratedCore:
    """The most likely laws of the core that ``rows``, at least one, were measured on.

    ``networks`` has the operators of every network of the rows, and of the published ones.
    """
    known = _relatives(core_class)
    prepared = design(core_class, networks)
    with threadpool_limits(limits=1, user_api="blas"):  # of small matrices threads only wait
        prior = population(core_class, prepared, known).prior(kin)
    index = [prepared.networks.index(row.network) for row in rows]
    measured = Measured(
        np.zeros(len(rows), dtype=np.int64),
        np.array(index, dtype=np.int64),
        np.array([row.frequency_hz for row in rows]),
        np.log(np.array([row.latency_s for row in rows])),
    )
    fitted = fit(core_class, prepared, measured, prior)
    powers = [
        PowerRow(row.network, *row.point, row.power_w) for row in rows if row.power_w is not None
    ]
    power = fit_power(powers, static_share()) if powers else None
    residuals = []
    for row, network in zip(rows, index, strict=True):
        latency_s, _ = fitted.latency_s(prepared, network, row.frequency_hz)
        watts = power.power_w(*row.point) if power else None
        residuals.append(Residual(row, latency_s, None if watts is None else latency_s * watts))
    return CalibratedCore(
        core_class,
        fitted,
        power,
        *_power_estimates(power, rows),
        tuple(residuals),
        len({row.key for row in known}),
    )


def static_share() -> float:
    """What published chips with two operating points say of the share of static power."""
    return published_static_share(usable(mlperf_tiny_rows()))


def _relatives(core_class: CoreClass) -> tuple[PublishedRow, ...]:
    return relatives(core_class, usable(mlperf_tiny_rows()))


def _power_estimates(
    power: PowerFit | None, rows: Sequence[MeasuredRow]
) -> tuple[Estimate, Estimate]:
    """k and the static power, with what they would be known to without rows."""
    names = ("switched_capacitance", "static_power")
    if power is None:
        farads, spread = TYPICAL_SWITCHED_CAPACITANCE_F, TYPICAL_CAPACITANCE_SPREAD
        slowest_w = farads * min(row.voltage_v**2 * row.frequency_hz for row in rows)
        static_w = slowest_w * static_share() / (1 - static_share())
        return (
            Estimate(names[0], farads, spread, spread),
            Estimate(names[1], static_w, spread, spread),
        )
    # One point tells the sum well, so k nearly; the static part only if there are two.
    static_prior = power.static_prior_spread
    return (
        Estimate(
            names[0],
            power.switched_capacitance_f,
            power.switched_capacitance_spread,
            TYPICAL_CAPACITANCE_SPREAD,
        ),
        Estimate(names[1], power.static_power_w, power.static_spread, static_prior),
    )


def core_class_names() -> tuple[str, ...]:
    """Names of the classes that a board of any maker may be of, for messages and options."""
    return tuple(name for name, each in CORE_CLASSES.items() if each.learns_from)
