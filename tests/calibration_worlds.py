"""Boards with known parameters, for the tests of calibration."""

from collections.abc import Sequence
from functools import cache

import numpy as np

from devicemodels.calibration.core_classes import CORE_CLASSES, FloatArray
from devicemodels.calibration.design import Design, Measured, design
from devicemodels.calibration.held_out import population, relatives, usable
from devicemodels.calibration.population import Kin, Population, Prior
from devicemodels.operators import Operation
from devicemodels.published.mlperf_tiny import mlperf_tiny_rows
from networks.zoo.tiny import tiny_network

CLASS = CORE_CLASSES["microcontroller-dsp"]
NETWORKS = ("kws", "ic", "ad", "vww")
CLOCK_HZ = 100e6


@cache
def operators() -> dict[str, Sequence[Operation]]:
    return {name: tiny_network(name).operators for name in NETWORKS}


@cache
def networks() -> Design:
    return design(CLASS, operators())


@cache
def published() -> Population:
    return population(CLASS, networks(), relatives(CLASS, usable(mlperf_tiny_rows())))


def prior(**kin: str) -> Prior:
    return published().prior(Kin(**kin))


def measured(theta: FloatArray, which: Sequence[str], noise: Sequence[float] = ()) -> Measured:
    """Rows of the networks ``which`` at one clock, by a core with log parameters ``theta``."""
    index = np.array([NETWORKS.index(name) for name in which], dtype=np.int64)
    law = CLASS.law([float(value) for value in np.exp(theta)])
    seconds = [
        law.busy("core", name, operators()[name], CLOCK_HZ).seconds(CLOCK_HZ) for name in which
    ]
    log_s = np.log(np.array(seconds)) + (np.array(noise) if noise else 0.0)
    count = len(index)
    return Measured(np.zeros(count, dtype=np.int64), index, np.full(count, CLOCK_HZ), log_s)
