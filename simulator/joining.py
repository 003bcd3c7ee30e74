"""One run after the other as one trace."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from simulator.idling.stays import stays_of
from simulator.recorder import merged_stays
from simulator.trace import UNFINISHED, Activities, Samples, Stays, Trace


def join(traces: Sequence[Trace]) -> Trace:
    """The runs of one plan as a single trace: each begins where the one before it ended.

    Samples are numbered on. The plan and what else the runs have in common are the first's.
    Raises ``ValueError`` if there are no traces.
    """
    if not traces:
        raise ValueError("there is nothing to join")
    samples, activities, stays = [], [], []
    start_ns = released = 0
    for trace in traces:
        samples.append(_shifted_samples(trace.samples, start_ns))
        activities.append(_shifted_activities(trace.activities, start_ns, released))
        stays.append(_shifted_stays(stays_of(trace), start_ns))
        start_ns += trace.duration_ns
        released += len(trace.samples.label)
    return replace(
        traces[0],
        duration_ns=start_ns,
        samples=Samples(*map(np.concatenate, zip(*samples, strict=True))),
        activities=Activities(*map(np.concatenate, zip(*activities, strict=True))),
        stays=merged_stays(stays) if any(trace.stays is not None for trace in traces) else None,
    )


def _shifted_samples(samples: Samples, by_ns: int) -> tuple[np.ndarray, ...]:
    finished = samples.finish_ns != UNFINISHED
    return (
        samples.release_ns + by_ns,
        np.where(finished, samples.finish_ns + by_ns, UNFINISHED),
        samples.label,
        samples.answer,
        samples.exit_gate,
        samples.outcome,
    )


def _shifted_activities(done: Activities, by_ns: int, samples: int) -> tuple[np.ndarray, ...]:
    return (
        done.start_ns + by_ns,
        done.end_ns + by_ns,
        done.resource,
        done.activity,
        done.segment,
        done.sample + samples,
    )


def _shifted_stays(stays: Stays, by_ns: int) -> Stays:
    return replace(stays, start_ns=stays.start_ns + by_ns, end_ns=stays.end_ns + by_ns)
