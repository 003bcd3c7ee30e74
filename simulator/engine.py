"""The reference engine: plans and their workloads, every event, on SimPy.

To read it, begin at ``simulate``; a core's life is ``simulator.processes.CoreProcess.run``, and
what goes first at one instant is in ``simulator.instants``.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from scheduler.pipelines.priorities import rate_monotonic
from scheduler.plan import Plan
from simulator.durations import UnsupportedPlan
from simulator.faults.brown_out import until_brown_out
from simulator.faults.checks import require_sound
from simulator.faults.cores import FaultyCoreProcess
from simulator.faults.handling import FaultHandler, fallback_runs
from simulator.faults.kinds import Faults
from simulator.idling.policies import FIXED, IdlePolicy
from simulator.idling.tables import idle_tables
from simulator.instants import Moment
from simulator.processes import CoreProcess, FairLinkProcess, FifoLinkProcess
from simulator.queues import CoreQueue, Job, QueueRule
from simulator.run_results import trace_of
from simulator.run_state import PipelineRun, Process, RunState
from simulator.shared_trace import SharedTrace
from simulator.trace import Trace
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
    faults: Faults | None = None,
) -> Trace:
    """Run ``plan`` on ``workload`` until every released sample is answered or dropped.

    The same arguments give the same trace, to the last nanosecond. The trace is as long as the
    workload, or longer if the last answer comes later. Raises ``UnsupportedPlan`` if the plan is
    not a chain or contradicts itself, ``UnsupportedOperator`` if a core cannot do its work,
    ``InputError`` if the idle policy or the faults do not fit the platform, and ``ValueError`` if
    the workload's releases are not in order of time.
    """
    return simulate_together([(plan, workload)], queue, progress, idle=idle, faults=faults).traces[
        0
    ]


def simulate_together(
    pipelines: Sequence[tuple[Plan, Workload]],
    queue: QueueRule = QueueRule(),  # noqa: B008 - frozen
    progress: Progress | None = None,
    priorities: Sequence[int] | None = None,
    idle: IdlePolicy = FIXED,
    faults: Faults | None = None,
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
    owners = [
        PipelineRun(index, priority, plan, workload)
        for index, ((plan, workload), priority) in enumerate(
            zip(pipelines, priorities, strict=True)
        )
    ]
    tables = idle_tables(idle, pipelines[0][0])
    if faults is None:
        return _play(RunState(owners, tables), queue, progress)
    require_sound(faults, [plan for plan, _ in pipelines])

    def play(power_off_ns: int | None) -> SharedTrace:
        fresh = [one.afresh() for one in owners]
        run = RunState([*fresh, *fallback_runs(fresh, faults)], tables)
        return _play(run, queue, progress, faults, power_off_ns)

    return until_brown_out(play, faults)


def _play(
    run: RunState,
    queue: QueueRule,
    progress: Progress | None,
    faults: Faults | None = None,
    power_off_ns: int | None = None,
) -> SharedTrace:
    """Run all that there is, until nothing happens any more or all power goes."""
    platform, handler = run.pipelines[0].plan.platform, None
    queues = [CoreQueue(queue) for _ in platform.cores]
    if faults is None:
        run.cores.extend(CoreProcess(run, i, queue) for i, queue in enumerate(queues))
    else:
        cores = [FaultyCoreProcess(run, i, queue) for i, queue in enumerate(queues)]
        run.cores.extend(cores)
        handler = FaultHandler(run, faults, cores)
    run.links.extend(
        (FairLinkProcess if link.arbitration == "fair" else FifoLinkProcess)(run, index)
        for index, link in enumerate(platform.links)
    )
    for station in (*run.cores, *run.links):
        run.env.process(station.run())
    if handler is not None:
        run.env.process(handler.process())
    owners = [one for one in run.pipelines if one.owner == one.index]
    run.env.process(_releases(run, owners, progress))
    if power_off_ns is None:
        run.env.run()
    else:
        run.env.run(until=Moment(run.env, power_off_ns, run.priorities.power_off))
    if progress is not None:
        total = sum(len(pipeline.exit_gate) for pipeline in owners)
        progress(total, total)
    return trace_of(run, handler, power_off_ns)


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


def _releases(
    run: RunState, pipelines: Sequence[PipelineRun], progress: Progress | None
) -> Process:
    """The sensors: each sample lands, at its time, at the core of the first segment."""
    now = 0
    total = sum(len(pipeline.exit_gate) for pipeline in pipelines)
    first = [run.cores[pipeline.durations.steps[0].core] for pipeline in run.pipelines]
    priorities, routes = [pipeline.priority for pipeline in pipelines], run.routes
    for released, (release_ns, index, sample) in enumerate(_in_order(pipelines)):
        yield Moment(run.env, release_ns - now, run.priorities.release)
        now, route = release_ns, routes[index]
        first[route].arrive(Job(priorities[index], release_ns, route, 0, sample, True))
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
