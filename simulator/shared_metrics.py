"""The figures of several pipelines on one platform: latencies of each, joules of the device."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import fsum
from typing import Any

from devicemodels.cost import NANOSECONDS_PER_SECOND
from scheduler.plan import Cause
from simulator.metrics import PipelineMetrics, pipeline_metrics
from simulator.power.energy import energy_by_cause_j
from simulator.power.residency import core_residencies, link_residencies
from simulator.shared_trace import SharedTrace


@dataclass(frozen=True, slots=True)
class SharedMetrics:
    """Figures of one shared run; the fields are the keys of its JSON object."""

    duration_s: float
    """Length of the run."""
    energy_j: float
    """Energy of the device over the run: the sum of ``energy_by_cause_j``."""
    energy_by_cause_j: Mapping[Cause, float]
    """The same by cause; what pipelines share is counted once."""
    mean_power_w: float
    """Energy of the run over its duration."""
    core_busy_share: Mapping[str, float]
    """By core: share of the run in which it was neither idle nor off."""
    link_busy_share: Mapping[str, float]
    """By link: share of the run in which at least one transfer held it."""
    pipelines: tuple[PipelineMetrics, ...]
    """One a pipeline, in their order."""

    def as_document(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return asdict(self)


def shared_metrics(shared: SharedTrace) -> SharedMetrics:
    """The figures of a run; ``ValueError`` if a pipeline released nothing or nothing lasted."""
    if shared.duration_ns == 0:
        raise ValueError("a run without duration has no figures")
    by_cause = energy_by_cause_j(shared)
    energy_j = fsum(by_cause.values())
    duration_s = shared.duration_ns / NANOSECONDS_PER_SECOND
    return SharedMetrics(
        duration_s=duration_s,
        energy_j=energy_j,
        energy_by_cause_j=by_cause,
        mean_power_w=energy_j / duration_s,
        core_busy_share={
            core.core: (core.elapsed_ns - core.idle_ns - core.off_ns) / shared.duration_ns
            for core in core_residencies(shared)
        },
        link_busy_share={
            link.link: link.transfer_ns / shared.duration_ns for link in link_residencies(shared)
        },
        pipelines=tuple(pipeline_metrics(trace) for trace in shared.traces),
    )
