"""What a long run comes to: figures, batches for intervals, and how the cores rested."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.confidence import Interval, ratio_interval
from simulator.metrics import Metrics
from simulator.power.battery import BatteryLife
from simulator.power.residency import CoreResidency
from simulator.shared_metrics import SharedMetrics


@dataclass(frozen=True, slots=True)
class Batches:
    """A run cut into equally long parts; what is left over at its end is in none."""

    length_ns: int
    """Of each batch: whole periods."""
    energy_j: NDArray[np.float64]
    """Shape (batches,): of the device. Work counts in the batch in which it was begun."""
    battery_j: NDArray[np.float64] | None
    """Shape (batches,): what the battery gave for it; None where that is not known."""
    samples: NDArray[np.int64]
    """Shape (batches,): released."""
    misses: NDArray[np.int64]
    """Shape (batches,): samples dropped, or answered after their deadline."""

    def mean_power_w(self, level: float = 0.95) -> Interval | None:
        """Mean power of the device; None if there are too few batches to say."""
        lasts_s = np.full(len(self.energy_j), self.length_ns / 1e9)
        return ratio_interval(self.energy_j, lasts_s, level)

    def energy_per_sample_j(self, level: float = 0.95) -> Interval | None:
        """Energy per released sample, likewise."""
        return ratio_interval(self.energy_j, self.samples.astype(np.float64), level)

    def deadline_miss_rate(self, level: float = 0.95) -> Interval | None:
        """Share of samples without an answer in time, likewise."""
        return ratio_interval(
            self.misses.astype(np.float64), self.samples.astype(np.float64), level
        )


@dataclass(frozen=True, slots=True)
class LongRun:
    """Figures of a run of which no trace was kept."""

    duration_s: float
    """Length of the run."""
    asked_s: float
    """Length that was asked for; longer than ``duration_s`` if the run was stopped early."""
    metrics: Metrics | None
    """The figures, if there is one pipeline."""
    shared: SharedMetrics
    """The figures of all pipelines and of the device."""
    battery: BatteryLife | None
    """How long the platform's battery lasts; None without one, or where what its regulator draws
    is known only afterwards: with fair links, and with clairvoyant idling."""
    batches: Batches
    """For confidence intervals."""
    cores: tuple[CoreResidency, ...]
    """How the cores spent their time."""
    precise: bool
    """Whether it was stopped early because the precision asked for was reached."""
