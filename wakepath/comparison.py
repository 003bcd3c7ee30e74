"""Prediction against measurement: the same plan on this machine, simulated and executed.

Latencies are compared as numbers; what a gate decided, what crossed a link and what was answered
must be the same, sample for sample, because both saw the same recorded stream.
"""

from dataclasses import dataclass
from statistics import median

import numpy as np

from simulator.metrics import Metrics, metrics
from simulator.segment_times import segment_times
from simulator.trace import Activity, Trace


@dataclass(frozen=True, slots=True)
class WorkError:
    """How far the prediction of one piece of work was off."""

    work: str
    """Name of the segment concerned."""
    activity: str
    """``compute``, ``gate``, ``encode``, ``transfer``, ``wake`` or ``decode``."""
    core: str
    """Core of the machine that did it; the sender's, for a transfer."""
    predicted_s: float
    """Median of the simulation with calibrated costs."""
    measured_s: float
    """Median of the measurement."""
    count: int
    """How often it was measured."""

    @property
    def error(self) -> float:
        """(predicted - measured) / measured."""
        return (self.predicted_s - self.measured_s) / self.measured_s if self.measured_s else 0.0


@dataclass(frozen=True, slots=True)
class LatencyError:
    """How far the prediction of the end-to-end latency was off."""

    predicted_mean_s: float
    """Mean of the simulation."""
    measured_mean_s: float
    """Mean of the measurement."""
    predicted_p50_s: float
    """Median of the simulation."""
    measured_p50_s: float
    """Median of the measurement."""

    @property
    def mean_error(self) -> float:
        """(predicted - measured) / measured, of the means."""
        return (self.predicted_mean_s - self.measured_mean_s) / self.measured_mean_s

    @property
    def p50_error(self) -> float:
        """The same, of the medians."""
        return (self.predicted_p50_s - self.measured_p50_s) / self.measured_p50_s


@dataclass(frozen=True, slots=True)
class Comparison:
    """The plan on this machine: what was predicted beside what happened."""

    platform: str
    """Name of the machine's platform."""
    segments: tuple[WorkError, ...]
    """Every piece of work, in the order of the plan."""
    latency: LatencyError | None
    """End to end; None if nothing was completed."""
    differing_exits: int
    """Samples that left at another gate than predicted."""
    differing_answers: int
    """Samples answered otherwise than predicted."""
    bytes_agree: bool
    """Whether the same number of bytes crossed each cut."""
    simulated: Metrics
    """The figures of the simulation with this machine's calibrated costs."""

    @property
    def median_segment_error(self) -> float:
        """Median over the segments of |error| of their compute time."""
        errors = [abs(row.error) for row in self.segments if row.activity == "compute"]
        return median(errors) if errors else 0.0


def compare(simulated: Trace, measured: Trace) -> Comparison:
    """Compare two traces of one plan on one stream.

    Samples that the measurement lost are left out of the count of differences.
    """
    ours, theirs = simulated.samples, measured.samples
    count = min(len(ours.release_ns), len(theirs.release_ns))
    both = (ours.outcome[:count] == 0) & (theirs.outcome[:count] == 0)
    predicted, observed = metrics(simulated), metrics(measured)
    return Comparison(
        platform=measured.plan.platform.name,
        segments=_segments(simulated, measured),
        latency=_latency(predicted, observed),
        differing_exits=int(
            np.count_nonzero((ours.exit_gate[:count] != theirs.exit_gate[:count]) & both)
        ),
        differing_answers=int(
            np.count_nonzero((ours.answer[:count] != theirs.answer[:count]) & both)
        ),
        bytes_agree=predicted.bytes_across_cuts == observed.bytes_across_cuts,
        simulated=predicted,
    )


def _latency(predicted: Metrics, observed: Metrics) -> LatencyError | None:
    ours, theirs = predicted.latency_s, observed.latency_s
    if ours.mean is None or ours.p50 is None or theirs.mean is None or theirs.p50 is None:
        return None
    return LatencyError(ours.mean, theirs.mean, ours.p50, theirs.p50)


def _segments(simulated: Trace, measured: Trace) -> tuple[WorkError, ...]:
    plan = measured.plan
    ours = {(time.segment, time.activity): time for time in segment_times(simulated)}
    theirs = {(time.segment, time.activity): time for time in segment_times(measured)}
    rows = []
    for segment in plan.task_graph.segments:
        for activity in _IN_ORDER:
            key = segment.name, activity
            if key in ours and key in theirs:
                rows.append(
                    WorkError(
                        work=segment.name,
                        activity=activity.name.lower(),
                        core=plan.placement(segment.name).core,
                        predicted_s=ours[key].median_s,
                        measured_s=theirs[key].median_s,
                        count=theirs[key].count,
                    )
                )
    return tuple(rows)


_IN_ORDER = (
    Activity.WAKE,
    Activity.SWITCH,
    Activity.DECODE,
    Activity.COMPUTE,
    Activity.GATE,
    Activity.ENCODE,
    Activity.TRANSFER,
)
