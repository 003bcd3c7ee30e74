"""What happened when a placed graph was played, and how that differs from what was stated."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from scheduler.graphs.schedule import Schedule
from scheduler.plan import Cause
from simulator.durations import UnsupportedPlan


@dataclass(frozen=True, slots=True)
class PlacedTrace:
    """Ticks and joules of one run of a placed graph."""

    task_start: tuple[int, ...]
    """By task: tick at which it started."""
    task_finish: tuple[int, ...]
    """By task: tick at which it had finished."""
    transfer_start: tuple[int, ...]
    """By edge that crosses a link, in the problem's order: tick at which it entered the link."""
    transfer_finish: tuple[int, ...]
    """By edge that crosses a link: tick at which it had arrived."""
    makespan: int
    """Ticks from the release at 0 to the last finish of a task."""
    energy_by_cause_j: Mapping[Cause, float]
    """Joules by cause, every cause named; their sum is the run's energy."""
    energy_by_core_j: tuple[float, ...]
    """By resource: what its tasks, wake-up, switches and idling took. The run's energy is the
    sum of these, of the links, of the rail and of tasks that run on no core."""

    @property
    def energy_j(self) -> float:
        """Of the whole run."""
        return sum(self.energy_by_cause_j.values())


@dataclass(frozen=True, slots=True)
class TimeDifference:
    """A task or transfer that was not played when the schedule states."""

    kind: Literal["task", "transfer"]
    """What it is."""
    name: str
    """Of the task, or ``source -> target``."""
    stated: tuple[int, int]
    """Start and finish in the schedule."""
    played: tuple[int, int]
    """Start and finish in the simulation."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A schedule beside its simulation."""

    earlier: tuple[TimeDifference, ...]
    """What finished before the stated tick: the schedule is valid there but dawdles."""
    later: tuple[TimeDifference, ...]
    """What finished after the stated tick. Without fair links: the schedule breaks a rule. On
    fair links it may also be that an earlier start elsewhere took their share."""
    makespan: int
    """Simulated less stated ticks."""
    energy_j: float
    """Simulated less stated joules."""

    @property
    def equal(self) -> bool:
        """Whether every finish is the stated one."""
        return not self.earlier and not self.later


def compare(schedule: Schedule, trace: PlacedTrace) -> Comparison:
    """Where ``trace`` finishes tasks and transfers earlier or later than ``schedule`` states.

    Raises ``UnsupportedPlan`` if the trace has another number of tasks or transfers.
    """
    played = (len(trace.task_start), len(trace.transfer_start))
    if played != (len(schedule.tasks), len(schedule.transfers)):
        raise UnsupportedPlan(
            f"the trace has {played[0]} tasks and {played[1]} transfers, the schedule of "
            f"'{schedule.problem.name}' {len(schedule.tasks)} and {len(schedule.transfers)}: "
            f"compare a schedule with its own simulation"
        )
    pairs = tuple(_pairs(schedule, trace))
    return Comparison(
        earlier=tuple(pair for pair in pairs if pair.played[1] < pair.stated[1]),
        later=tuple(pair for pair in pairs if pair.played[1] > pair.stated[1]),
        makespan=trace.makespan - schedule.makespan,
        energy_j=trace.energy_j - schedule.energy_j,
    )


def _pairs(schedule: Schedule, trace: PlacedTrace) -> Iterator[TimeDifference]:
    tasks = zip(schedule.tasks, trace.task_start, trace.task_finish, strict=True)
    for task, start, finish in tasks:
        stated = (task.start, task.finish)
        yield TimeDifference("task", task.task, stated, (start, finish))
    transfers = zip(schedule.transfers, trace.transfer_start, trace.transfer_finish, strict=True)
    for transfer, start, finish in transfers:
        name = f"{transfer.source} -> {transfer.target}"
        stated = (transfer.start, transfer.finish)
        yield TimeDifference("transfer", name, stated, (start, finish))
