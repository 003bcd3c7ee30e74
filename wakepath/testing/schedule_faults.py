"""Named faults of schedules: what they are made of, and the book of all of them.

As with plans (see ``plan_faults``): a fault takes a sound schedule and yields it broken in one
way, in every variant that it allows, each of which breaks a rule by construction. The stated
makespan is brought up to date where a task has moved.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from scheduler.graphs.problem import TaskMode
from scheduler.graphs.schedule import Schedule, ScheduledTask, ScheduledTransfer

Breaks = Callable[[Schedule], Iterator[Schedule]]


@dataclass(frozen=True, slots=True)
class ScheduleFault:
    """One way to break a schedule."""

    kind: str
    """Its name, such as ``overlap-on-core``."""
    violations: tuple[str, ...]
    """Kinds of violation that a checker must find, every one of them."""
    breaks: Breaks
    """The variants of a sound schedule that have the fault."""


SCHEDULE_FAULTS: dict[str, ScheduleFault] = {}
"""Every fault by its kind; filled by the modules that ``broken_schedule_strategies`` imports."""


def schedule_fault(*violations: str) -> Callable[[Breaks], Breaks]:
    """Enter a function into the book of faults; its name becomes the kind."""

    def enter(breaks: Breaks) -> Breaks:
        kind = breaks.__name__.replace("_", "-")
        SCHEDULE_FAULTS[kind] = ScheduleFault(kind, violations, breaks)
        return breaks

    return enter


def modes_of(schedule: Schedule) -> tuple[TaskMode, ...]:
    """By task: the chosen mode of a sound schedule."""
    return tuple(
        next(mode for mode in task.modes if mode.name == row.mode)
        for task, row in zip(schedule.problem.tasks, schedule.tasks, strict=True)
    )


def lane(schedule: Schedule, resource: int) -> list[int]:
    """The tasks that hold a resource, by (start, finish, index)."""
    holders = [task for task, mode in enumerate(modes_of(schedule)) if mode.holds[resource]]
    rows = schedule.tasks
    return sorted(holders, key=lambda task: (rows[task].start, rows[task].finish, task))


def with_task(schedule: Schedule, index: int, row: ScheduledTask) -> Schedule:
    """With another row for one task, and the makespan that follows."""
    rows = (*schedule.tasks[:index], row, *schedule.tasks[index + 1 :])
    return replace(schedule, tasks=rows, makespan=max(one.finish for one in rows))


def started_at(schedule: Schedule, index: int, start: int) -> Schedule:
    """With one task at another time."""
    row = schedule.tasks[index]
    finish = start + row.finish - row.start
    return with_task(schedule, index, replace(row, start=start, finish=finish))


def with_transfer(schedule: Schedule, index: int, row: ScheduledTransfer) -> Schedule:
    """With another row for one transfer."""
    rows = (*schedule.transfers[:index], row, *schedule.transfers[index + 1 :])
    return replace(schedule, transfers=rows)


def asked(schedule: Schedule, **changes: Any) -> Schedule:
    """With another problem, the answer as it was."""
    return replace(schedule, problem=replace(schedule.problem, **changes))


def with_resource(schedule: Schedule, index: int, **changes: Any) -> Schedule:
    """With another resource in the problem."""
    rows = list(schedule.problem.resources)
    rows[index] = replace(rows[index], **changes)
    return asked(schedule, resources=tuple(rows))
