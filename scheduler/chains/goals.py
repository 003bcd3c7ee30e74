"""What is minimised and what is limited, in terms of a chain's figures."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf

import numpy as np

from devicemodels.cost import NANOSECONDS_PER_SECOND
from scheduler.chains.model import Chain, memory_figure
from scheduler.chains.tables import Floats
from scheduler.kernels.arcs import CHARGED, ENERGY, LOSS, MAX, MEAN, MEMORY, P99
from scheduler.plan import Objective
from scheduler.problem import Problem


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure to minimise: the sum of some of a chain's, or expected energy times mean latency."""

    figures: tuple[int, ...]
    """Which are added up; of a product, the energy."""
    product: bool = False
    """Whether the sum is multiplied with the mean latency."""
    unit: float = 1.0
    """SI value of one unit."""

    def value(self, figures: Floats, standing_j: float) -> float:
        """The goal of a way through the chain, in its own unit."""
        total = float(sum(figures[f] for f in self.figures))
        if ENERGY in self.figures or CHARGED in self.figures:
            total += standing_j
        return total * float(figures[MEAN]) if self.product else total


NANO = 1.0 / NANOSECONDS_PER_SECOND


def goal_of(objective: Objective, period_ns: int) -> Goal:
    """The goal of an objective."""
    match objective:
        case "energy":
            return Goal((ENERGY,))
        case "mean_power":
            return Goal((ENERGY,), unit=NANOSECONDS_PER_SECOND / period_ns)
        case "latency_mean":
            return Goal((MEAN,), unit=NANO)
        case "latency_p99":
            return Goal((P99,), unit=NANO)
        case "latency_max":
            return Goal((MAX,), unit=NANO)
        case "energy_delay_product":
            return Goal((ENERGY,), product=True, unit=NANO)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a plan may not exceed."""

    figures: Mapping[int, float] = field(default_factory=dict)
    """By figure; energy with the standing energy, memory (by its weights) with the activation."""
    energy_delay: float = inf
    """Expected energy times mean latency, in joule nanoseconds."""

    def within(self, figures: Floats, standing_j: float) -> bool:
        """Whether a way through the chain keeps them."""
        for f, limit in self.figures.items():
            used = figures[f]
            if f == ENERGY:
                used += standing_j
            elif f >= MEMORY:
                used += figures[f + 1]
            if used > limit:
                return False
        return self.keeps_product(figures, standing_j)

    def keeps_product(self, figures: Floats, standing_j: float) -> bool:
        """Whether a way through the chain keeps the limit on energy times latency."""
        return bool((figures[ENERGY] + standing_j) * figures[MEAN] <= self.energy_delay)

    def without(self, figure: int | None) -> "Bounds":
        """All but the one on a figure; None is the one on the product."""
        if figure is None:
            return Bounds(self.figures)
        return Bounds({f: v for f, v in self.figures.items() if f != figure}, self.energy_delay)


def bounds_of(chain: Chain) -> Bounds:
    """The limits of the chain's problem, those left out that are infinite."""
    problem: Problem = chain.problem
    limits = problem.limits
    figures: dict[int, float] = {
        ENERGY: limits.energy_j,
        MAX: float(limits.latency_max_ns),
        MEAN: limits.latency_mean_ns,
        P99: limits.latency_p99_ns,
        LOSS: limits.loss,
    }
    for j in chain.counted:
        figures[memory_figure(j, 0)] = float(chain.tables.memory_bytes[j])
    finite = {f: limit for f, limit in figures.items() if np.isfinite(limit)}
    return Bounds(finite, limits.energy_delay_js * NANOSECONDS_PER_SECOND)
