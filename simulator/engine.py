"""The reference engine: plans and their workloads, every event, on SimPy.

To read it, begin at ``simulate``; a core's life is ``simulator.processes.CoreProcess.run``, and
what goes first at one instant is in ``simulator.instants``.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from scheduler.pipelines.priorities import rate_monotonic
from scheduler.plan import Plan
from simulator.durations import UnsupportedPlan
from simulator.idle_policies import FIXED, IdlePolicy
from simulator.idle_tables import idle_tables
from simulator.instants import Moment
from simulator.processes import CoreProcess, FairLinkProcess, FifoLinkProcess
from simulator.queues import CoreQueue, Job, QueueRule
from simulator.recorder import merged_stays
from simulator.run_state import PipelineRun, Process, RunState
from simulator.shared_trace import SharedTrace
from simulator.trace import Activities, Trace
from simulator.workload import Workload

Progress = Callable[[int, int], None]
"""Called now and then with how many samples were released so far, and how many there are."""

PROGRESS_EVERY = 4096
"""Samples between two calls of the progress function."""


def simulate(
    plan: Plan,
    workload: Workload,
    queue: QueueRule = QueueRule(),  # noqa: B008 - frozen
    progress: Progress | None = None,
    idle: IdlePolicy = FIXED,
) -> Trace:
    """Run ``plan`` on ``workload`` until every released sample is answered or dropped.

    The same arguments give the same trace, to the last nanosecond. The trace is as long as the
    workload, or longer if the last answer comes later. Raises ``UnsupportedPlan`` if the plan is
    not a chain or contradicts itself, ``UnsupportedOperator`` if a core cannot do its work,
    ``InputError`` if the idle policy does not fit the platform, and ``ValueError`` if the
    workload's releases are not in order of time.
    """
    return simulate_together([(plan, workload)], queue, progress, idle=idle).traces[0]


def simulate_together(
    pipelines: Sequence[tuple[Plan, Workload]],
    queue: QueueRule = QueueRule(),  # noqa: B008 - frozen
    progress: Progress | None = None,
    priorities: Sequence[int] | None = None,
    idle: IdlePolicy = FIXED,
) -> SharedTrace:
    """Run several plans on one platform, each on its own workload, as ``simulate`` runs one.

    What waits for a core is served in order of (priority, release, pipeline, segment), the
    smallest priority first; without ``priorities``, one a pipeline, those of
    ``rate_monotonic``. ``queue`` is about each core's one queue, whichever pipelines wait in it.
    Raises as ``simulate`` does, and ``UnsupportedPlan`` if there is no pipeline, or if the plans
    are for different platforms or choose different idle states.
    """
    require_one_platform([plan for plan, _ in pipelines])
    for plan, workload in pipelines:
        require_fitting(plan, workload)
    if priorities is None:
        priorities = rate_monotonic([plan for plan, _ in pipelines])
    if len(priorities) != len(pipelines):
        raise ValueError(f"{len(priorities)} priorities for {len(pipelines)} pipelines")
    run = RunState(
        [
            PipelineRun(index, priority, plan, workload)
            for index, ((plan, workload), priority) in enumerate(
                zip(pipelines, priorities, strict=True)
            )
        ],
        idle_tables(idle, pipelines[0][0]),
    )
    platform = pipelines[0][0].platform
    run.cores.extend(CoreProcess(run, i, CoreQueue(queue)) for i in range(len(platform.cores)))
    run.links.extend(
        (FairLinkProcess if link.arbitration == "fair" else FifoLinkProcess)(run, index)
        for index, link in enumerate(platform.links)
    )
    for station in (*run.cores, *run.links):
        run.env.process(station.run())
    run.env.process(_releases(run, progress))
    run.env.run()
    if progress is not None:
        total = sum(len(pipeline.exit_gate) for pipeline in run.pipelines)
        progress(total, total)
    return _trace(run)


def require_one_platform(plans: Sequence[Plan]) -> None:
    """Raise ``UnsupportedPlan`` unless the plans can share a platform and its idle states."""
    if not plans:
        raise UnsupportedPlan("there is no pipeline to simulate")
    first = plans[0]
    for plan in plans[1:]:
        if plan.platform != first.platform:
            raise UnsupportedPlan(
                f"plan '{plan.name}' is for platform '{plan.platform.name}' and plan "
                f"'{first.name}' for another, '{first.platform.name}': pipelines that share cores "
                "need plans for one and the same platform"
            )
        for ours, theirs in zip(first.idle, plan.idle, strict=True):
            if ours != theirs:
                raise UnsupportedPlan(
                    f"core '{ours.core}' rests in '{ours.idle_state}' by plan '{first.name}' and "
                    f"in '{theirs.idle_state}' by plan '{plan.name}': plan the pipelines together"
                )


def require_fitting(plan: Plan, workload: Workload) -> None:
    """Raise unless the workload is in order and its gates are the plan's."""
    if (np.diff(workload.release_ns, prepend=0) < 0).any():
        raise ValueError("the releases of a workload must be in order of time, from 0")
    gates = len(plan.gates)
    if workload.exit_gate.size and int(workload.exit_gate.max()) >= gates:
        raise UnsupportedPlan(
            f"the workload stops samples at gate {int(workload.exit_gate.max())}, counted from "
            f"0; plan '{plan.name}' has {gates} gates: make the workload from this plan"
        )


def _releases(run: RunState, progress: Progress | None) -> Process:
    """The sensors: each sample lands, at its time, at the core of the first segment."""
    now = 0
    total = sum(len(pipeline.exit_gate) for pipeline in run.pipelines)
    first = [run.cores[pipeline.durations.steps[0].core] for pipeline in run.pipelines]
    for released, (release_ns, index, sample) in enumerate(_in_order(run.pipelines)):
        yield Moment(run.env, release_ns - now, run.priorities.release)
        now = release_ns
        priority = run.pipelines[index].priority
        first[index].arrive(Job(priority, release_ns, index, 0, sample, True))
        if progress is not None and released % PROGRESS_EVERY == 0:
            progress(released, total)


def _in_order(pipelines: Sequence[PipelineRun]) -> Iterator[tuple[int, int, int]]:
    """(release, pipeline, sample) of all samples, in that order."""
    counts = [len(pipeline.exit_gate) for pipeline in pipelines]
    release_ns = np.concatenate([pipeline.workload.release_ns for pipeline in pipelines])
    pipeline = np.repeat(np.arange(len(pipelines)), counts)
    sample = np.concatenate([np.arange(count) for count in counts])
    order = np.argsort(release_ns, kind="stable")
    columns = (release_ns[order], pipeline[order], sample[order])
    return zip(*(column.tolist() for column in columns), strict=True)


def _trace(run: RunState) -> SharedTrace:
    done, pipeline = run.recorder.activities()
    duration_ns = max(run.now_ns, *(one.workload.duration_ns for one in run.pipelines))
    stays = merged_stays([core.end(duration_ns) for core in run.cores])
    traces = []
    for one in run.pipelines:
        mine = np.flatnonzero(pipeline == one.index)
        columns = {name: getattr(done, name)[mine] for name in Activities.__slots__}
        traces.append(
            Trace(
                origin="simulated",
                plan=one.plan,
                duration_ns=duration_ns,
                samples=one.samples(),
                activities=Activities(**columns),
                answers=one.workload.answers,
                stays=stays if len(run.pipelines) == 1 else None,
            )
        )
    return SharedTrace(tuple(traces), pipeline, duration_ns, stays)
