"""What became of the samples of a long run, from its counters: as ``metrics`` tells of a trace."""

import numpy as np

from devicemodels.cost import NANOSECONDS_PER_SECOND
from scheduler.plan import Plan
from scheduler.taskgraph import CLASSES
from simulator.compiled.histogram import count, percentiles
from simulator.compiled.layout import (
    COMPLETED,
    DROPPED,
    HEADS_NEGATIVE,
    HEADS_POSITIVE,
    IN_TIME,
    LATENCY_MAX,
    LATENCY_SUM,
    PIPELINE_DEADLINE,
    PIPELINE_FIRST,
    Counters,
    Integers,
    World,
)
from simulator.compiled.prototypes import Prototypes, answered_by_exit
from simulator.metrics import (
    Accuracy,
    Latency,
    PipelineMetrics,
    StopRate,
    cut_bytes,
    of_answering,
)
from simulator.power.energy import Totals
from simulator.trace import Activity


def missed(world: World, counters: Counters, lone: Prototypes) -> Integers:
    """By pipeline: samples that were dropped, or answered after the deadline."""
    late = lone.latency_ns > world.pipelines[:, PIPELINE_DEADLINE, np.newaxis]
    ends = counters.ends
    missed: Integers = (
        ends[:, DROPPED]
        + ends[:, COMPLETED]
        - ends[:, IN_TIME]
        + (answered_by_exit(counters.alone) * late).sum(axis=1)
    )
    return missed


def pipeline_figures(
    world: World,
    counters: Counters,
    lone: Prototypes,
    work: Integers,
    totals: Totals,
    plan: Plan,
    pipeline: int,
    released: int,
) -> PipelineMetrics:
    """The figures of one pipeline whose ``released`` samples have all been answered or dropped.

    ``work`` is that of all samples, ``totals`` what it amounts to for this pipeline.
    """
    dropped = int(counters.ends[pipeline, DROPPED])
    fates = (counters.fates + counters.alone)[pipeline].reshape(-1, 2, 2)
    first = int(world.pipelines[pipeline, PIPELINE_FIRST])
    mine = work[first : first + len(plan.task_graph.segments)]
    return PipelineMetrics(
        samples=released,
        latency_s=_latency(counters, lone, pipeline),
        deadline_miss_rate=int(missed(world, counters, lone)[pipeline]) / released,
        dropped=dropped,
        stop_rate_by_gate=_rates(plan, mine, fates.sum(axis=2)),
        bytes_across_cuts=cut_bytes(plan, totals.count[:, Activity.TRANSFER].sum(axis=0)),
        accuracy=_accuracy(fates),
        answer_rate_by_gate=of_answering(plan, _rates(plan, mine, fates[:, :, 1])),
    )


def _latency(counters: Counters, lone: Prototypes, pipeline: int) -> Latency:
    alone = answered_by_exit(counters.alone)[pipeline]
    histogram, longest_ns = counters.latencies[pipeline].copy(), 0
    total_ns = int(counters.ends[pipeline, LATENCY_SUM])
    answered = int(counters.ends[pipeline, COMPLETED])
    for times, latency_ns in zip(alone.tolist(), lone.latency_ns[pipeline].tolist(), strict=True):
        if times:
            count(histogram, latency_ns, times)
            total_ns += times * latency_ns
            answered += times
            longest_ns = max(longest_ns, latency_ns)
    if answered == 0:
        return Latency(None, None, None, None)
    p50, p99 = percentiles(histogram, (0.5, 0.99))
    longest_ns = max(longest_ns, int(counters.ends[pipeline, LATENCY_MAX]))
    return Latency(
        mean=total_ns / answered / NANOSECONDS_PER_SECOND,
        p50=p50 / NANOSECONDS_PER_SECOND,
        p99=p99 / NANOSECONDS_PER_SECOND,
        max=longest_ns / NANOSECONDS_PER_SECOND,
    )


def _rates(plan: Plan, work: Integers, ends: Integers) -> dict[str, StopRate]:
    """``ends`` has the shape (gates + 1, classes); a sample reached a gate that ran."""
    segments = [segment.name for segment in plan.task_graph.segments]
    after = {gate.name: segments.index(gate.segment) for gate in plan.task_graph.gates}
    rates = {}
    for index, setting in enumerate(plan.gates):
        reached = work[after[setting.gate], [HEADS_NEGATIVE, HEADS_POSITIVE]]
        stopped = ends[index + 1]
        rates[setting.gate] = StopRate(
            overall=_share(int(stopped.sum()), int(reached.sum())),
            negative=_share(int(stopped[0]), int(reached[0])),
            positive=_share(int(stopped[1]), int(reached[1])),
        )
    return rates


def _accuracy(fates: Integers) -> Accuracy:
    answers = fates.sum(axis=0)
    recall = {
        label: _share(int(answers[i, i]), int(answers[i].sum())) for i, label in enumerate(CLASSES)
    }
    return Accuracy(recall=recall, overall=_share(int(np.trace(answers)), int(answers.sum())))


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
