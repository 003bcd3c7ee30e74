"""What an engine found out about a run, put together as its trace."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scheduler.plan import Plan
from simulator.shared_trace import SharedTrace
from simulator.trace import NOT_STOPPED, Activities, Outcome, Samples, Stays, Trace
from simulator.workload import Workload


def samples_of(
    workload: Workload, finish_ns: NDArray[np.int64], outcome: NDArray[np.int8]
) -> Samples:
    """What was released and how it ended; ``finish_ns`` and ``outcome`` have the shape (n,)."""
    done = outcome == Outcome.COMPLETED
    return Samples(
        release_ns=workload.release_ns,
        finish_ns=finish_ns,
        label=workload.label,
        answer=np.where(done, workload.answer, -1).astype(np.int8),
        exit_gate=np.where(done, workload.exit_gate, NOT_STOPPED).astype(np.int16),
        outcome=outcome,
    )


def shared_trace(
    pipelines: Sequence[tuple[Plan, Workload, Samples]],
    done: Activities,
    pipeline: NDArray[np.int16],
    stays: Stays,
    duration_ns: int,
) -> SharedTrace:
    """The trace of a simulation, from all activities in order and the pipeline of each."""
    traces = []
    for index, (plan, workload, samples) in enumerate(pipelines):
        mine = np.flatnonzero(pipeline == index)
        columns = {name: getattr(done, name)[mine] for name in Activities.__slots__}
        traces.append(
            Trace(
                origin="simulated",
                plan=plan,
                duration_ns=duration_ns,
                samples=samples,
                activities=Activities(**columns),
                answers=workload.answers,
                stays=stays if len(pipelines) == 1 else None,
            )
        )
    return SharedTrace(tuple(traces), pipeline, duration_ns, stays)
