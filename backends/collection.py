"""From the workers' logs to a trace."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from backends.channels import Kind
from scheduler.plan import Plan
from simulator.trace import NOT_STOPPED, UNFINISHED, Activities, Outcome, Samples, Trace


def collect(
    plan: Plan,
    logs: Mapping[str, NDArray[np.void]],
    release_ns: NDArray[np.int64],
    dropped: NDArray[np.bool_],
    labels: NDArray[np.int8],
    start_ns: int,
    duration_ns: int,
) -> Trace:
    """The trace of a run that ended or was cut short.

    Parameters
    ----------
    plan
        What ran.
    logs
        By core, records in monotonic time.
    release_ns, dropped, labels
        Shape (n,): of the samples that were released; times in monotonic nanoseconds.
    start_ns
        Monotonic time that becomes 0.
    duration_ns
        Shortest length of the run.

    A sample without an answer that was not dropped is LOST.
    """
    released = len(release_ns)
    names = [core.name for core in plan.platform.cores]
    rows = np.concatenate([_with_core(log, names.index(name)) for name, log in logs.items()])
    rows = rows[rows["sample"] < released]
    ends = rows[rows["kind"] == Kind.FINISH]
    finish_ns = np.full(released, UNFINISHED, dtype=np.int64)
    finish_ns[ends["sample"]] = ends["end_ns"] - start_ns
    answer = np.full(released, -1, dtype=np.int8)
    answer[ends["sample"]] = ends["answer"]
    exit_gate = np.full(released, NOT_STOPPED, dtype=np.int16)
    exit_gate[ends["sample"]] = ends["exit_gate"]
    outcome = np.full(released, Outcome.LOST, dtype=np.int8)
    outcome[dropped] = Outcome.DROPPED
    outcome[ends["sample"]] = Outcome.COMPLETED
    activities = _activities(plan, rows[rows["kind"] != Kind.FINISH], start_ns)
    last_ns = max(
        int(activities.end_ns.max(initial=0)), int((release_ns - start_ns).max(initial=0))
    )
    return Trace(
        origin="measured",
        plan=plan,
        duration_ns=max(duration_ns, last_ns),
        samples=Samples(
            release_ns=release_ns - start_ns,
            finish_ns=finish_ns,
            label=labels[:released].astype(np.int8),
            answer=answer,
            exit_gate=exit_gate,
            outcome=outcome,
        ),
        activities=activities,
        answers="measured",
    )


def _with_core(log: NDArray[np.void], core: int) -> NDArray[np.void]:
    """The records of one core, its index in place of the padding."""
    described = np.dtype([*((n, log.dtype[n]) for n in log.dtype.names or () if n[0] != "_"),
                          ("resource", "<i2")])  # fmt: skip
    rows = np.empty(len(log), dtype=described)
    for name in described.names or ():
        rows[name] = core if name == "resource" else log[name]
    return rows


def _activities(plan: Plan, rows: NDArray[np.void], start_ns: int) -> Activities:
    resource = rows["resource"].copy()
    transfers = rows["kind"] == Kind.TRANSFER
    resource[transfers] = _links(plan)[rows["segment"][transfers]]
    order = np.lexsort((resource, rows["start_ns"]))
    return Activities(
        start_ns=rows["start_ns"][order] - start_ns,
        end_ns=rows["end_ns"][order] - start_ns,
        resource=resource[order],
        activity=(rows["kind"][order] - 1).astype(np.int8),
        segment=rows["segment"][order],
        sample=rows["sample"][order],
    )


def _links(plan: Plan) -> NDArray[np.int16]:
    """By sending segment: the index, after the cores, of the link that it sends over."""
    names = [link.name for link in plan.platform.links]
    links = np.full(len(plan.task_graph.segments), -1, dtype=np.int16)
    for index, edge in enumerate(plan.task_graph.edges):
        crossing = plan.crossing(edge.source, edge.target)
        if crossing is not None:
            links[index] = len(plan.platform.cores) + names.index(crossing.link)
    return links
