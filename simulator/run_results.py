"""A run that is over as traces: one a pipeline, and how the cores rested."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from simulator.faults.handling import FaultHandler
from simulator.faults.kinds import BrownOut
from simulator.faults.record import NO_CAUSE, FaultRecord
from simulator.recorder import merged_stays
from simulator.run_state import PipelineRun, RunState
from simulator.shared_trace import SharedTrace
from simulator.trace import Activities, Outcome, Samples, Trace


def trace_of(run: RunState, handler: FaultHandler | None, power_off_ns: int | None) -> SharedTrace:
    """What happened; all of it, or until all power went."""
    if power_off_ns is not None:
        run.recorder.cut(range(len(run.recorder)), power_off_ns)
        for link in run.links:
            link.stop()
    if handler is not None:
        handler.settle_corrupted()
    done, by_plan, share = run.recorder.activities()
    duration_ns = power_off_ns
    if duration_ns is None:
        latest = [one.workload.duration_ns for one in run.pipelines]
        duration_ns = max(int(done.end_ns.max(initial=0)), *latest)
        if handler is not None:
            duration_ns = max(duration_ns, handler.last_ns)
    stays = merged_stays([core.end(duration_ns) for core in run.cores])
    owner_of = np.array([one.owner for one in run.pipelines], dtype=np.int16)
    pipeline = owner_of[by_plan]
    owners = [one for one in run.pipelines if one.owner == one.index]
    traces = []
    for one in owners:
        mine = np.flatnonzero(pipeline == one.index)
        columns = {name: getattr(done, name)[mine] for name in Activities.__slots__}
        samples, faults = one.samples(), None
        if power_off_ns is not None:
            samples = _released(samples, power_off_ns)
        if handler is not None:
            plans = [other for other in run.pipelines if other.owner == one.index]
            rank = np.zeros(len(run.pipelines), dtype=np.int16)
            rank[[other.index for other in plans]] = np.arange(len(plans))
            faults = _record(handler, one, plans, samples, duration_ns)
            faults = replace(faults, planned=rank[by_plan[mine]], done=share[mine])
        traces.append(
            Trace(
                origin="simulated",
                plan=one.plan,
                duration_ns=duration_ns,
                samples=samples,
                activities=Activities(**columns),
                answers=one.workload.answers,
                stays=stays if len(owners) == 1 else None,
                faults=faults,
            )
        )
    return SharedTrace(tuple(traces), pipeline, duration_ns, stays)


def _released(samples: Samples, until_ns: int) -> Samples:
    """Those that the sensor released before it went off."""
    count = int(np.searchsorted(samples.release_ns, until_ns, side="right"))
    return Samples(*(getattr(samples, name)[:count] for name in Samples.__slots__))


def _record(
    handler: FaultHandler,
    pipeline: PipelineRun,
    plans: list[PipelineRun],
    samples: Samples,
    duration_ns: int,
) -> FaultRecord:
    """Without what it says of activities."""
    cause: NDArray[np.int16] = np.full(len(samples.outcome), NO_CAUSE, dtype=np.int16)
    for sample, fault in handler.cause[pipeline.index].items():
        if sample < len(cause):
            cause[sample] = fault
    faults = handler.faults.faults
    unsettled = (samples.outcome == Outcome.LOST) & (cause == NO_CAUSE)
    if unsettled.any():
        cause[unsettled] = next(i for i, one in enumerate(faults) if isinstance(one, BrownOut))
    return FaultRecord(
        causes=tuple(fault.name for fault in faults),
        cause=cause,
        fallbacks=tuple(other.plan for other in plans[1:]),
        planned=np.zeros(0, dtype=np.int16),
        done=np.zeros(0),
        off=tuple(
            (core, from_ns, duration_ns if until_ns is None else until_ns)
            for core, from_ns, until_ns in handler.off
        ),
    )
