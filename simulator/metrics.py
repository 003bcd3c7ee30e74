"""The figures of a run: what the report prints and compares.

They come from a trace in the same way whether it was simulated or measured. Joules are always
modelled: from the activities, the plan and the platform's power laws.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from math import fsum, isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from devicemodels.cost import NANOSECONDS_PER_SECOND, nanoseconds
from scheduler.plan import Cause, Plan
from scheduler.taskgraph import CLASSES, SampleClass
from simulator.power.battery import BatteryLife
from simulator.power.energy import energy_by_cause_j
from simulator.shared_trace import parts_of
from simulator.trace import NOT_STOPPED, Activity, Outcome, Trace


@dataclass(frozen=True, slots=True)
class Latency:
    """From release to answer, over the samples that have one; None if there is none."""

    mean: float | None
    """Seconds."""
    p50: float | None
    """Median, interpolated between neighbours."""
    p99: float | None
    """99th percentile, interpolated likewise."""
    max: float | None
    """The longest."""


@dataclass(frozen=True, slots=True)
class StopRate:
    """Share that ends at a gate, or is answered there, among those that reach it; None if none."""

    overall: float | None
    """Over both classes."""
    negative: float | None
    """Among negative samples."""
    positive: float | None
    """Among positive samples: the false stops, unless the gate answers "positive" too."""


@dataclass(frozen=True, slots=True)
class CutBytes:
    """What passed over one edge between two cores."""

    codec: str
    """Name of the edge's codec."""
    raw_bytes: int
    """Of the activation of one sample."""
    wire_bytes: int
    """Of the same on the wire, header included."""
    crossings: float
    """How many activations crossed; in a prediction, how many of one sample are expected to."""
    total_bytes: float
    """Bytes on the wire, all together."""


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Right answers among the samples that have an answer; None where there is none."""

    recall: Mapping[SampleClass, float | None]
    """By class: share answered as that class."""
    overall: float | None
    """Share answered right."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """How the figures came about."""

    times: str
    """``simulated`` or ``measured``."""
    energy: str
    """Always ``modelled``: from times, counts and the platform's power laws."""
    answers: str
    """``measured``, ``recorded`` (scores of the real network, replayed) or ``drawn``."""


@dataclass(frozen=True, slots=True)
class Metrics:
    """Figures of one run; the fields are the keys of its JSON object."""

    samples: int
    """How many were released."""
    energy_per_sample_j: float
    """Energy of the run over the samples released: the sum of ``energy_by_cause_j``."""
    energy_by_cause_j: Mapping[Cause, float]
    """The same by cause."""
    mean_power_w: float
    """Energy of the run over its duration."""
    latency_s: Latency
    """From release to answer."""
    deadline_miss_rate: float
    """Share of released samples without an answer by the deadline; dropped and lost count."""
    dropped: int
    """Samples without an answer: dropped at a full queue, or lost."""
    stop_rate_by_gate: Mapping[str, StopRate]
    """By gate of the plan."""
    bytes_across_cuts: Mapping[str, CutBytes]
    """By edge (``source->target``) that crosses a link."""
    accuracy: Accuracy
    """Of the answers."""
    provenance: Provenance
    """Which figures were simulated, measured, modelled, recorded."""
    lost_by_fault: Mapping[str, int] = field(default_factory=dict)
    """By fault of the run: how many samples it cost their answer; they count in ``dropped``."""
    battery: BatteryLife | None = None
    """How long the platform's battery lasts; None where there is none, or the run was measured."""
    answer_rate_by_gate: Mapping[str, StopRate] = field(default_factory=dict)
    """By gate that answers "positive" too: the part of its stop rate that it answers so."""

    def as_document(self) -> dict[str, Any]:
        """Plain data for JSON; a bound that is infinite is None."""
        document = asdict(self)
        if self.battery is not None and self.battery.interval is not None:
            high = self.battery.interval.high
            document["battery"]["interval"]["high"] = high if isfinite(high) else None
        return document


@dataclass(frozen=True, slots=True)
class PipelineMetrics:
    """What became of one pipeline's samples, whether or not it had its platform to itself."""

    samples: int
    """As in ``Metrics``, like all that follow."""
    latency_s: Latency
    """From release to answer."""
    deadline_miss_rate: float
    """Share of released samples without an answer by the deadline."""
    dropped: int
    """Samples without an answer."""
    stop_rate_by_gate: Mapping[str, StopRate]
    """By gate of the plan."""
    bytes_across_cuts: Mapping[str, CutBytes]
    """By edge that crosses a link."""
    accuracy: Accuracy
    """Of the answers."""
    lost_by_fault: Mapping[str, int] = field(default_factory=dict)
    """By fault of the run."""
    answer_rate_by_gate: Mapping[str, StopRate] = field(default_factory=dict)
    """By gate that answers "positive" too."""


class EmptyRun(ValueError):
    """A run without samples or without duration has no figures."""

    def __init__(self) -> None:
        super().__init__("a run without samples or without duration has no figures")


def pipeline_metrics(trace: Trace) -> PipelineMetrics:
    """What became of the samples; raises ``EmptyRun`` if there were none."""
    samples = trace.samples
    released = len(samples.release_ns)
    if released == 0:
        raise EmptyRun
    completed = samples.outcome == Outcome.COMPLETED
    latency_ns = (samples.finish_ns - samples.release_ns)[completed]
    deadline_ns = nanoseconds(trace.plan.requirements.deadline_s)
    answered_at = np.where(samples.answer == 1, samples.exit_gate, NOT_STOPPED)
    in_time = int(np.count_nonzero(latency_ns <= deadline_ns))
    return PipelineMetrics(
        samples=released,
        latency_s=_latency(latency_ns),
        deadline_miss_rate=(released - in_time) / released,
        dropped=released - int(np.count_nonzero(completed)),
        stop_rate_by_gate=_rates(trace, samples.exit_gate),
        bytes_across_cuts=_bytes_across_cuts(trace),
        accuracy=_accuracy(trace, completed),
        lost_by_fault={} if trace.faults is None else trace.faults.lost(),
        answer_rate_by_gate=of_answering(trace.plan, _rates(trace, answered_at)),
    )


def metrics(trace: Trace) -> Metrics:
    """The figures of a run; raises ``EmptyRun`` if it released nothing or has no duration."""
    if len(trace.samples.release_ns) == 0 or trace.duration_ns == 0:
        raise EmptyRun
    provenance = Provenance(trace.origin, "modelled", trace.answers)
    return metrics_of(
        pipeline_metrics(trace), energy_by_cause_j(trace), trace.duration_ns, provenance
    )


def metrics_of(
    own: PipelineMetrics,
    run_by_cause_j: Mapping[Cause, float],
    duration_ns: int,
    provenance: Provenance,
) -> Metrics:
    """The figures of a pipeline that has a platform to itself, and of the platform's energy."""
    by_cause = {cause: joules / own.samples for cause, joules in run_by_cause_j.items()}
    energy_per_sample_j = fsum(by_cause.values())
    return Metrics(
        samples=own.samples,
        energy_per_sample_j=energy_per_sample_j,
        energy_by_cause_j=by_cause,
        mean_power_w=energy_per_sample_j * own.samples / duration_ns * NANOSECONDS_PER_SECOND,
        latency_s=own.latency_s,
        deadline_miss_rate=own.deadline_miss_rate,
        dropped=own.dropped,
        stop_rate_by_gate=own.stop_rate_by_gate,
        bytes_across_cuts=own.bytes_across_cuts,
        accuracy=own.accuracy,
        provenance=provenance,
        lost_by_fault=own.lost_by_fault,
        answer_rate_by_gate=own.answer_rate_by_gate,
    )


def _latency(latency_ns: NDArray[np.int64]) -> Latency:
    if latency_ns.size == 0:
        return Latency(None, None, None, None)
    p50, p99 = np.percentile(latency_ns, [50, 99]) / NANOSECONDS_PER_SECOND
    return Latency(
        mean=float(latency_ns.mean()) / NANOSECONDS_PER_SECOND,
        p50=float(p50),
        p99=float(p99),
        max=int(latency_ns.max()) / NANOSECONDS_PER_SECOND,
    )


def of_answering(plan: Plan, rates: Mapping[str, StopRate]) -> dict[str, StopRate]:
    """The rates of those gates of ``plan`` that answer "positive" too."""
    return {s.gate: rates[s.gate] for s in plan.gates if s.positive_threshold is not None}


def _rates(trace: Trace, at_gate: NDArray[np.int16]) -> dict[str, StopRate]:
    """Share of those that reach each gate of which ``at_gate``, shape (n,), says that gate.

    A sample reached a gate if the gate's head ran for it.
    """
    done, samples = trace.activities, trace.samples
    segments = [segment.name for segment in trace.plan.task_graph.segments]
    after = {gate.name: segments.index(gate.segment) for gate in trace.plan.task_graph.gates}
    heads = done.activity == Activity.GATE
    rates = {}
    for index, setting in enumerate(trace.plan.gates):
        reached = np.zeros(len(samples.release_ns), dtype=np.bool_)
        reached[done.sample[heads & (done.segment == after[setting.gate])]] = True
        stopped = at_gate == index
        rates[setting.gate] = StopRate(
            overall=_share(stopped, reached),
            negative=_share(stopped, reached & (samples.label == 0)),
            positive=_share(stopped, reached & (samples.label == 1)),
        )
    return rates


def _bytes_across_cuts(trace: Trace) -> dict[str, CutBytes]:
    cuts: dict[str, CutBytes] = {}
    for part in parts_of(trace):
        done = part.activities
        sent = done.segment[done.activity == Activity.TRANSFER]
        crossings = np.bincount(sent, minlength=len(part.plan.task_graph.segments))
        for name, cut in cut_bytes(part.plan, crossings).items():
            cuts[name] = _together(cuts.get(name), cut)
    return cuts


def cut_bytes(plan: Plan, crossings: NDArray[np.int64]) -> dict[str, CutBytes]:
    """By edge between two cores, from how often each segment, shape (n,), sent its output."""
    cuts = {}
    for sender, edge in enumerate(plan.task_graph.edges):
        crossing = plan.crossing(edge.source, edge.target)
        if crossing is not None:
            count = int(crossings[sender])
            cuts[edge.name] = CutBytes(
                codec=crossing.codec,
                raw_bytes=edge.raw_bytes,
                wire_bytes=crossing.wire_bytes,
                crossings=count,
                total_bytes=count * crossing.wire_bytes,
            )
    return cuts


def _together(own: CutBytes | None, more: CutBytes) -> CutBytes:
    """Crossings of an edge by a plan and by its fallbacks; the codec named is the first plan's."""
    if own is None:
        return more
    return replace(
        own,
        crossings=own.crossings + more.crossings,
        total_bytes=own.total_bytes + more.total_bytes,
    )


def _accuracy(trace: Trace, completed: NDArray[np.bool_]) -> Accuracy:
    samples = trace.samples
    right = samples.answer == samples.label
    recall = {c: _share(right, completed & (samples.label == i)) for i, c in enumerate(CLASSES)}
    return Accuracy(recall=recall, overall=_share(right, completed))


def _share(of: NDArray[np.bool_], among: NDArray[np.bool_]) -> float | None:
    count = int(np.count_nonzero(among))
    return int(np.count_nonzero(of & among)) / count if count else None
