"""Whether several plans keep their deadlines together, as far as a simulation can tell.

All pipelines begin at the same instant and are simulated over the same horizon, twice: with
samples that no gate stops, and with samples drawn from the gates' stop rates. What keeps its
deadlines there has been seen to keep them, over this horizon and for these draws. That is not a
proof: pipelines whose sensors start at other times may meet in other ways, and on several cores
less work can make things later (Graham, "Bounds on multiprocessing timing anomalies", SIAM Journal
on Applied Mathematics 17(2), 1969, doi:10.1137/0117039).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import lcm

import numpy as np

from devicemodels.cost import NANOSECONDS_PER_SECOND, nanoseconds
from scheduler.pipelines.shared_plan import Confirmation, PipelineConfirmation, WorkloadKind
from scheduler.plan import Plan
from simulator.engine import simulate_together
from simulator.shared_metrics import shared_metrics
from simulator.shared_trace import SharedTrace
from simulator.trace import NOT_STOPPED
from simulator.workload import Workload, drawn, period_ns, samples_within


@dataclass(frozen=True, slots=True)
class Horizon:
    """How long to look; called with plans and priorities it is a ``Confirm``."""

    workloads: tuple[WorkloadKind, ...] = ("worst_case", "drawn")
    """What to simulate. Leave the worst case out where deadlines need only hold on average."""
    fewest: int = 1000
    """Samples that every pipeline releases at least, if ``most`` allows."""
    most: int = 20_000
    """Samples of all pipelines together at most; then the hyperperiod may not be covered."""
    seed: int = 0
    """Of the drawn samples."""

    def __call__(self, plans: tuple[Plan, ...], priorities: tuple[int, ...]) -> Confirmation:
        """Simulate the plans together, see ``Confirmation``."""
        periods = [period_ns(plan) for plan in plans]
        hyperperiod_ns = lcm(*periods)
        horizon_ns = self._length_ns(periods)
        runs = [
            simulate_together(
                [
                    (plan, self._workload(kind, plan, index, horizon_ns))
                    for index, plan in enumerate(plans)
                ],
                priorities=priorities,
            )
            for kind in self.workloads
        ]
        return Confirmation(
            workloads=self.workloads,
            horizon_s=horizon_ns / NANOSECONDS_PER_SECOND,
            hyperperiods=horizon_ns / hyperperiod_ns,
            seed=self.seed,
            confirmed_samples=sum(_released(run) for run in runs),
            pipelines=tuple(_seen(runs, index) for index in range(len(plans))),
            mean_power_w=shared_metrics(runs[-1]).mean_power_w,
        )

    def _length_ns(self, periods: Sequence[int]) -> int:
        """Whole hyperperiods with enough samples of each; less if those were too many."""
        hyperperiod_ns = lcm(*periods)
        slowest = samples_within(hyperperiod_ns, max(periods))
        wanted_ns = hyperperiod_ns * -(-self.fewest // slowest)
        rate = sum(hyperperiod_ns // period for period in periods)
        affordable_ns = hyperperiod_ns * self.most // rate
        return max(periods[0], min(wanted_ns, affordable_ns))

    def _workload(self, kind: WorkloadKind, plan: Plan, index: int, horizon_ns: int) -> Workload:
        every_ns = period_ns(plan)
        samples = samples_within(horizon_ns, every_ns)
        workload = replace(drawn(plan, every_ns, samples, self.seed, index), duration_ns=horizon_ns)
        if kind == "drawn":
            return workload
        never = np.full(samples, NOT_STOPPED, dtype=np.int16)
        return replace(workload, exit_gate=never, answer=workload.label)


def _released(run: SharedTrace) -> int:
    return sum(len(trace.samples.release_ns) for trace in run.traces)


def _seen(runs: Sequence[SharedTrace], index: int) -> PipelineConfirmation:
    """One pipeline over all runs."""
    plan = runs[0].traces[index].plan
    samples = [run.traces[index].samples for run in runs]
    latency_ns = np.concatenate([one.finish_ns - one.release_ns for one in samples])
    deadline_ns = nanoseconds(plan.requirements.deadline_s)
    return PipelineConfirmation(
        samples=len(latency_ns),
        late=int(np.count_nonzero(latency_ns > deadline_ns)),
        latency_max_s=int(latency_ns.max()) / NANOSECONDS_PER_SECOND,
    )
