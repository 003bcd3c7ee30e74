"""The law of one core from its rows and the prior of its class."""

from dataclasses import dataclass

import numpy as np

from devicemodels.calibration.core_classes import CYCLES_PER_DISPATCH, CoreClass, FloatArray
from devicemodels.calibration.design import Design, Measured, log_latency
from devicemodels.calibration.population import Prior
from devicemodels.calibration.posterior import ROW_SPREAD, mode
from devicemodels.laws.fixed_function import FixedFunctionLaw
from devicemodels.laws.microcontroller import MicrocontrollerLaw

IDENTIFIED_BELOW = 0.8
"""A parameter of whose prior spread more than this is left was not told by the rows: the spread
that it has among cores of the same speed, or a single row would seem to tell all of them."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """One parameter of a fitted law."""

    name: str
    """As in a platform file, with dots."""
    value: float
    """The most likely value."""
    spread: float
    """Standard deviation of its logarithm, about its relative uncertainty."""
    prior_spread: float
    """The same before the rows were seen, were the core's overall speed known."""

    @property
    def identified(self) -> bool:
        """Whether the rows told it; otherwise it is an estimate from the class."""
        return self.spread <= IDENTIFIED_BELOW * self.prior_spread


@dataclass(frozen=True, slots=True)
class Fitted:
    """A core's law as its rows and its class tell it."""

    core_class: CoreClass
    """Whose law and prior."""
    theta: FloatArray
    """Log parameters [parameters]."""
    covariance: FloatArray
    """Their covariance [parameters, parameters]."""
    prior: Prior
    """What was known before."""

    @property
    def law(self) -> MicrocontrollerLaw | FixedFunctionLaw:
        """The law to predict with."""
        return self.core_class.law([float(value) for value in np.exp(self.theta)])

    @property
    def estimates(self) -> tuple[Estimate, ...]:
        """Every parameter, in the order of the class."""
        after = np.sqrt(np.diag(self.covariance))
        before = np.sqrt(np.diag(_at_known_speed(self.prior.covariance)))
        return tuple(
            Estimate(each.name, float(np.exp(x)), float(a), float(b))
            for each, x, a, b in zip(
                self.core_class.parameters, self.theta, after, before, strict=True
            )
        )

    def latency_s(self, networks: Design, network: int, frequency_hz: float) -> tuple[float, float]:
        """Predicted latency of a network at a clock, and the spread of its logarithm."""
        row = _one_row(network, frequency_hz)
        log_s, slope = log_latency(networks, self.theta[None], row)
        spread = np.sqrt(slope[0] @ self.covariance @ slope[0] + ROW_SPREAD**2)
        return float(np.exp(log_s[0])), float(spread)

    def working_share(self, networks: Design, network: int) -> float:
        """Part of a network's cycles in which an accelerator is not being set up; else 1."""
        if not self.core_class.input_lanes:
            return 1.0
        parts = networks.counts[network] * np.exp(self.theta)
        names = [each.name for each in self.core_class.parameters]
        set_up = parts[names.index("cycles_per_operator")] + CYCLES_PER_DISPATCH
        return float(1.0 - set_up / (parts.sum() + CYCLES_PER_DISPATCH))


def fit(core_class: CoreClass, networks: Design, rows: Measured, prior: Prior) -> Fitted:
    """The most likely law of the one core that all ``rows`` were measured on."""
    alone = np.ones((1, 1))
    found = mode(networks, rows, prior.mean, alone, prior.covariance)
    _, covariance = found.of_relative(np.ones(1), 1.0)
    return Fitted(core_class, found.theta[0], covariance, prior)


def _at_known_speed(covariance: FloatArray) -> FloatArray:
    """Covariance of log parameters given their mean."""
    with_mean = covariance.mean(axis=1)
    given: FloatArray = covariance - np.outer(with_mean, with_mean) / with_mean.mean()
    return given


def _one_row(network: int, frequency_hz: float) -> Measured:
    return Measured(
        np.zeros(1, dtype=np.int64),
        np.array([network], dtype=np.int64),
        np.array([frequency_hz]),
        np.zeros(1),
    )
