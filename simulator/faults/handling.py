"""What happens when things fail: the calendar of faults, hits, retries, fallbacks and losses."""

from collections.abc import Callable, Mapping, Sequence
from itertools import count

from simulator.faults.cores import FaultyCoreProcess
from simulator.faults.draws import LinkDraws
from simulator.faults.kinds import (
    CoreFailure,
    CoreStall,
    Faults,
    LinkCorruption,
    LinkLoss,
    Reaction,
)
from simulator.instants import Moment
from simulator.queues import Job
from simulator.run_state import PipelineRun, Process, RunState
from simulator.trace import Outcome


class FaultHandler:
    """The faults of one run, whose pipelines are those of ``fallback_runs`` behind their owners."""

    def __init__(self, run: RunState, faults: Faults, cores: Sequence[FaultyCoreProcess]) -> None:
        self._run = run
        self.faults = faults
        self._cores = cores
        owners = sum(one.owner == one.index for one in run.pipelines)
        self._reactions = faults.reactions or (Reaction(),) * owners
        platform = run.pipelines[0].plan.platform
        core_index = {core.name: index for index, core in enumerate(platform.cores)}
        self.cause: list[dict[int, int]] = [{} for _ in range(owners)]
        """By pipeline: which fault cost a sample its answer."""
        self.off: list[tuple[int, int, int | None]] = []
        """(Core, from, until), in order of from; until is None as long as the core is off."""
        self.last_ns = 0
        """When the last fault began or ended."""
        self._tries: dict[tuple[int, int], int] = {}
        self._corrupted: list[dict[int, int]] = [{} for _ in range(owners)]
        self._failed: dict[int, int] = {}
        self._needs = [
            frozenset(step.core for step in one.durations.steps) for one in run.pipelines
        ]
        self._fallbacks: list[dict[int, int]] = [{} for _ in range(owners)]
        virtual = count(owners)
        for owner, reaction in enumerate(self._reactions):
            for name in reaction.fallbacks:
                self._fallbacks[owner][core_index[name]] = next(virtual)
        self._core_index = core_index
        self._draws = LinkDraws(faults, [link.name for link in platform.links])
        run.hit = self.hit
        if any(isinstance(fault, LinkLoss | LinkCorruption) for fault in faults.faults):
            run.carried = self.carried

    def process(self) -> Process:
        """Let each fault begin and end at its time, as long as it could matter."""
        calendar: list[tuple[int, int, int, Callable[[], None]]] = []
        for index, fault in enumerate(self.faults.faults):
            if isinstance(fault, CoreStall):
                core, lasts_ns = self._cores[self._core_index[fault.core]], fault.lasts_ns
                calendar.append((fault.at_ns, 1, index, _stalling(core, lasts_ns)))
                calendar.append((fault.at_ns + lasts_ns, 0, index, core.go_on))
            elif isinstance(fault, CoreFailure):
                which = self._core_index[fault.core]
                calendar.append((fault.from_ns, 1, index, self._failing(which, index)))
                if fault.until_ns is not None:
                    calendar.append((fault.until_ns, 0, index, self._returning(which)))
        horizon_ns = max(one.workload.duration_ns for one in self._run.pipelines)
        for at_ns, _, _, action in sorted(calendar, key=lambda entry: entry[:3]):
            yield Moment(self._run.env, at_ns - self._run.now_ns, self._run.priorities.faults)
            if at_ns > horizon_ns and self._settled():
                return
            action()
            self.last_ns = at_ns

    def hit(self, job: Job, core: int) -> None:
        """A core is off that a job was at, or came to: begin again, wait, or lose the sample."""
        owner = self._run.pipelines[job.pipeline].owner
        index = self._failed[core]
        fault = self.faults.faults[index]
        fallback = self._fallbacks[owner].get(core)
        if fallback is not None and not self._needs[fallback] & self._failed.keys():
            self._corrupted[owner].pop(job.sample, None)
            again = Job(job.priority, job.release_ns, fallback, 0, job.sample, True)
            self._run.cores[self._run.pipelines[fallback].durations.steps[0].core].arrive(again)
        elif isinstance(fault, CoreFailure) and fault.until_ns is not None and self._retries(job):
            self._cores[core].await_return(job)
        else:
            self.lose(job, index)

    def carried(self, link: int, job: Job) -> bool:
        """Whether a transfer that is over has arrived; if not, it is tried again or lost."""
        owner = self._run.pipelines[job.pipeline].owner
        lost, corrupted = self._draws.of(link, owner, job.sample)
        if lost is not None:
            if self._retries(job):
                self._run.links[link].arrive(job)
            else:
                self.lose(job, lost)
            return False
        if corrupted is not None:
            self._corrupted[owner].setdefault(job.sample, corrupted)
        return True

    def lose(self, job: Job, fault: int) -> None:
        """The job's sample will have no answer."""
        self.cause[self._run.pipelines[job.pipeline].owner][job.sample] = fault

    def settle_corrupted(self) -> None:
        """Answers made of what was corrupted are none; call it when the run is over."""
        for owner, corrupted in enumerate(self._corrupted):
            pipeline = self._run.pipelines[owner]
            for sample, fault in corrupted.items():
                if pipeline.outcome[sample] == Outcome.COMPLETED:
                    pipeline.lose(sample)
                    self.cause[owner][sample] = fault

    def _retries(self, job: Job) -> bool:
        """Whether the job's sample may try again; if so, that is one try less."""
        owner = self._run.pipelines[job.pipeline].owner
        tried = self._tries.get((owner, job.sample), 0)
        if tried >= self._reactions[owner].retries:
            return False
        self._tries[owner, job.sample] = tried + 1
        return True

    def _failing(self, core: int, fault: int) -> Callable[[], None]:
        def fail() -> None:
            self._failed[core] = fault
            self.off.append((core, self._run.now_ns, None))
            self._choose_plans()
            self._cores[core].switch_off()

        return fail

    def _returning(self, core: int) -> Callable[[], None]:
        def come_back() -> None:
            del self._failed[core]
            self.off = [
                (which, from_ns, self._run.now_ns if which == core and until is None else until)
                for which, from_ns, until in self.off
            ]
            self._choose_plans()
            self._cores[core].switch_on()

        return come_back

    def _choose_plans(self) -> None:
        """Which plan samples are released to: the pipeline's own while its cores are on."""
        for owner, fallbacks in enumerate(self._fallbacks):
            self._run.routes[owner] = owner
            if self._needs[owner] & self._failed.keys():
                self._run.routes[owner] = self._usable(owner, fallbacks)

    def _usable(self, owner: int, fallbacks: Mapping[int, int]) -> int:
        for core, fallback in fallbacks.items():
            if core in self._failed and not self._needs[fallback] & self._failed.keys():
                return fallback
        return owner

    def _settled(self) -> bool:
        """Whether it is known of every sample what becomes of it."""
        return all(
            outcome != Outcome.LOST or sample in cause
            for pipeline, cause in zip(self._run.pipelines, self.cause, strict=False)
            for sample, outcome in enumerate(pipeline.outcome)
        )


def _stalling(core: FaultyCoreProcess, lasts_ns: int) -> Callable[[], None]:
    return lambda: core.stall(lasts_ns)


def fallback_runs(pipelines: Sequence[PipelineRun], faults: Faults) -> list[PipelineRun]:
    """The fallback plans as pipelines of their own, which share their owner's samples."""
    found: list[PipelineRun] = []
    for owner, reaction in zip(pipelines, faults.reactions, strict=False):
        for plan in reaction.fallbacks.values():
            found.append(owner.with_plan(len(pipelines) + len(found), plan))
    return found
