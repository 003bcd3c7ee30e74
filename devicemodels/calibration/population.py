"""What the published boards of a class say of a board that nobody has measured yet.

Log parameters of a board are normal about the mean of the class. Boards are alike where they have
something in common: the kernels (their runtime), the pipeline (their processor), the memories
(their chip). The covariance of two boards is the class's, times the shares that they have in
common, so that a new board's prior leans on its relatives (kriging). Mean and covariance are
learned by expectation-maximisation, with the uncertainty of every board's parameters, about the
typical values of the class.

Source: N. Cressie, "Statistics for Spatial Data", 1993, section 3.4; A. Dempster, N. Laird,
D. Rubin, "Maximum likelihood from incomplete data via the EM algorithm", JRSS B 39, 1977.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from devicemodels.calibration.core_classes import CoreClass, FloatArray
from devicemodels.calibration.design import Design, Measured
from devicemodels.calibration.posterior import Posterior, mode

RUNTIME_SHARE = 0.4
"""Part of the variance that boards with the same kernels share."""
PROCESSOR_SHARE = 0.2
"""Part that boards with the same processor share."""
CHIP_SHARE = 0.1
"""Part that boards with the same chip share."""
NEW_PROCESSOR_SPREAD = 1.0
"""A processor that no board has may be slower or faster in all by factors of about e."""
TYPICAL_MEAN_COUNTS = 2.0
"""The typical values of the class count for the mean as so many boards."""
TYPICAL_SPREAD_COUNTS = 6.0
"""The typical spreads count for the covariance as so many boards."""
ROUNDS = 12
"""Rounds of expectation-maximisation; the prior has settled within a few per cent by then."""


@dataclass(frozen=True, slots=True)
class Kin:
    """What a board may have in common with others; empty where it is not known."""

    chip: str = ""
    """Part."""
    processor: str = ""
    """Core that the network runs on."""
    runtime: str = ""
    """Kernels."""

    def share(self, other: "Kin") -> float:
        """Part of the class's variance that two different boards share."""
        same = 0.0
        for part, weight in (
            ("runtime", RUNTIME_SHARE),
            ("processor", PROCESSOR_SHARE),
            ("chip", CHIP_SHARE),
        ):
            mine = getattr(self, part)
            if mine and mine == getattr(other, part):
                same += weight
        return same


@dataclass(frozen=True, slots=True)
class Prior:
    """What is known of a board's log parameters before its own rows."""

    mean: FloatArray
    """[parameters]"""
    covariance: FloatArray
    """[parameters, parameters]"""


@dataclass(frozen=True, slots=True)
class Population:
    """The boards of a pool, fitted together."""

    kin: tuple[Kin, ...]
    """By board."""
    kinship: FloatArray
    """Shares of variance [boards, boards], 1 on the diagonal."""
    mean: FloatArray
    """Of the class [parameters]."""
    posterior: Posterior
    """Of all boards."""

    def prior(self, kin: Kin) -> Prior:
        """The prior of one more board."""
        if not self.kin:  # a class that its architecture tells, with nobody to learn from
            return Prior(self.mean, self.posterior.covariance)
        shared = np.array([kin.share(other) for other in self.kin])
        # The mean of the class is not known exactly either.
        alone = np.linalg.solve(self.kinship, np.ones(len(self.kin)))
        unsure = (1.0 - shared @ alone) ** 2 / (alone.sum() + TYPICAL_MEAN_COUNTS)
        shift, covariance = self.posterior.of_relative(shared, 1.0 + unsure)
        if kin.processor not in {other.processor for other in self.kin}:
            covariance = covariance + NEW_PROCESSOR_SPREAD**2
        return Prior(self.mean + shift, covariance)


def learn(
    core_class: CoreClass, networks: Design, rows: Measured, kin: Sequence[Kin]
) -> Population:
    """The population of boards with ``rows``; ``rows.device`` counts them as ``kin`` does."""
    typical, spread = core_class.typical_log, core_class.covariance
    boards = len(kin)
    kinship = np.array([[one.share(other) for other in kin] for one in kin]).reshape(boards, boards)
    np.fill_diagonal(kinship, 1.0)
    inverse = np.linalg.inv(kinship)
    ones = inverse.sum(axis=1)
    mean, covariance = typical, spread
    found = mode(networks, rows, mean, kinship, covariance, steps=12)
    for _ in range(ROUNDS):
        total = ones.sum() + TYPICAL_MEAN_COUNTS
        mean = (ones @ found.theta + TYPICAL_MEAN_COUNTS * typical) / total
        away = found.theta - mean
        seen = np.einsum("ij,ip,jq->pq", inverse, away, away)
        between = kinship[rows.device][:, rows.device]
        reach = found.slope @ found.covariance
        unsure = boards * found.covariance - reach.T @ (between * found.precision) @ reach
        covariance = (seen + unsure + TYPICAL_SPREAD_COUNTS * spread) / (
            boards + TYPICAL_SPREAD_COUNTS
        )
        found = mode(networks, rows, mean, kinship, covariance, start=found.theta, steps=1)
    found = mode(networks, rows, mean, kinship, covariance, start=found.theta, steps=10)
    return Population(tuple(kin), kinship, mean, found)
