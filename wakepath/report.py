"""What a run has to say: one value that prints as JSON or as tables."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from devicemodels.documents.files import plain
from scheduler.plan import Plan
from simulator.compiled.long_run import LongRun
from simulator.metrics import Metrics
from wakepath.comparison import Comparison
from wakepath.fronts import FrontRecord, front_document
from wakepath.long_runs import long_run_document


@dataclass(frozen=True, slots=True)
class Report:
    """The parts that a command made; the others are None or empty."""

    plan: Plan
    """The plan for the target platform."""
    baselines: Mapping[str, Plan | str] = field(default_factory=dict)
    """By algorithm: its plan, or why it found none."""
    front: FrontRecord | None = None
    """All trade-offs that the planner knows of, not only the plan."""
    predicted: Metrics | None = None
    """The planner's expectation on the target platform."""
    simulated: Metrics | None = None
    """The simulation on the target platform."""
    long_run: LongRun | None = None
    """Intervals and residencies of a simulation that kept no trace."""
    measured: Metrics | None = None
    """The execution on this machine: measured times, modelled joules."""
    comparison: Comparison | None = None
    """The same plan on this machine, simulated and measured."""

    def as_document(self) -> dict[str, Any]:
        """Plain data for JSON; the keys are the parts that there are."""
        document: dict[str, Any] = {"plan": plain(self.plan)}
        if self.baselines:
            document["baselines"] = {
                name: _objective(plan) for name, plan in self.baselines.items()
            }
        if self.front is not None:
            document["front"] = front_document(self.front)
        for name, figures in (
            ("predicted", self.predicted),
            ("simulated", self.simulated),
            ("measured", self.measured),
        ):
            if figures is not None:
                document[name] = figures.as_document()
        if self.long_run is not None:
            document["long_run"] = long_run_document(self.long_run)
        if self.comparison is not None:
            document["comparison"] = _comparison(self.comparison)
        return document


def _objective(plan: Plan | str) -> dict[str, Any]:
    if isinstance(plan, str):
        return {"infeasible": plan}
    return {
        "energy_per_sample_j": plan.expected.energy_per_sample_j,
        "latency_max_s": plan.expected.latency_max_s,
        "lower_bound": plan.certificate.lower_bound,
        "gap": plan.certificate.gap,
    }


def _comparison(comparison: Comparison) -> dict[str, Any]:
    latency = comparison.latency
    return {
        "platform": comparison.platform,
        "segments": [
            {
                "segment": row.work,
                "activity": row.activity,
                "core": row.core,
                "predicted_s": row.predicted_s,
                "measured_s": row.measured_s,
                "count": row.count,
                "error": row.error,
            }
            for row in comparison.segments
        ],
        "median_segment_latency_error": comparison.median_segment_error,
        "latency_s": None
        if latency is None
        else {
            "predicted_mean": latency.predicted_mean_s,
            "measured_mean": latency.measured_mean_s,
            "mean_error": latency.mean_error,
            "predicted_p50": latency.predicted_p50_s,
            "measured_p50": latency.measured_p50_s,
            "p50_error": latency.p50_error,
        },
        "differing_exits": comparison.differing_exits,
        "differing_answers": comparison.differing_answers,
        "bytes_agree": comparison.bytes_agree,
        "simulated": comparison.simulated.as_document(),
    }
