"""Ways to break a sound schedule of a graph, each with the kind of violation that it must raise.

A fault takes a sound schedule and returns a broken one, or None where it does not apply.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from math import fsum

from scheduler.graphs.problem import TaskMode
from scheduler.graphs.schedule import Schedule, ScheduledTask, ScheduledTransfer

Fault = Callable[[Schedule], Schedule | None]


def modes(schedule: Schedule) -> list[TaskMode]:
    return [
        next(mode for mode in task.modes if mode.name == row.mode)
        for task, row in zip(schedule.problem.tasks, schedule.tasks, strict=True)
    ]


def lanes(schedule: Schedule, *, pools: bool = False) -> Iterator[tuple[int, list[int]]]:
    """By resource: the tasks of at least one tick that hold it, by start."""
    chosen = modes(schedule)
    for index, resource in enumerate(schedule.problem.resources):
        if (resource.capacity > 1) == pools:
            held = [t for t, mode in enumerate(chosen) if mode.holds[index] and mode.ticks]
            yield index, sorted(held, key=lambda task: schedule.tasks[task].start)


def with_task(schedule: Schedule, task: int, row: ScheduledTask) -> Schedule:
    rows = list(schedule.tasks)
    rows[task] = row
    return replace(schedule, tasks=tuple(rows))


def moved(schedule: Schedule, task: int, start: int) -> Schedule:
    """The same duration from another start."""
    row = schedule.tasks[task]
    return with_task(
        schedule, task, replace(row, start=start, finish=start + row.finish - row.start)
    )


def with_transfer(schedule: Schedule, index: int, row: ScheduledTransfer) -> Schedule:
    rows = list(schedule.transfers)
    rows[index] = row
    return replace(schedule, transfers=tuple(rows))


def with_problem(schedule: Schedule, **changes: object) -> Schedule:
    return replace(schedule, problem=replace(schedule.problem, **changes))  # type: ignore[arg-type]


def missing_task(schedule: Schedule) -> Schedule:
    return replace(schedule, tasks=schedule.tasks[:-1])


def repeated_task(schedule: Schedule) -> Schedule:
    return replace(schedule, tasks=(*schedule.tasks, schedule.tasks[0]))


def swapped_tasks(schedule: Schedule) -> Schedule:
    first, second, *others = schedule.tasks
    return replace(schedule, tasks=(second, first, *others))


def unknown_task(schedule: Schedule) -> Schedule:
    return with_task(schedule, 0, replace(schedule.tasks[0], task="moon"))


def unknown_mode(schedule: Schedule) -> Schedule:
    return with_task(schedule, 0, replace(schedule.tasks[0], mode="warp"))


def other_mode(schedule: Schedule) -> Schedule | None:
    """A mode of another duration, with the times of the old one."""
    for index, (task, mode) in enumerate(zip(schedule.problem.tasks, modes(schedule), strict=True)):
        for other in task.modes:
            if other.ticks != mode.ticks:
                return with_task(schedule, index, replace(schedule.tasks[index], mode=other.name))
    return None


def before_release(schedule: Schedule) -> Schedule:
    return moved(schedule, 0, -1)


def cut_short(schedule: Schedule) -> Schedule | None:
    for index, row in enumerate(schedule.tasks):
        if row.finish > row.start:
            return with_task(schedule, index, replace(row, finish=row.finish - 1))
    return None


def dawdling(schedule: Schedule) -> Schedule:
    row = schedule.tasks[-1]
    return with_task(schedule, len(schedule.tasks) - 1, replace(row, finish=row.finish + 1))


def before_its_source(schedule: Schedule) -> Schedule | None:
    for edge in schedule.problem.edges:
        if schedule.tasks[edge.source].finish > 0:
            return moved(schedule, edge.target, schedule.tasks[edge.source].finish - 1)
    return None


def before_arrival(schedule: Schedule) -> Schedule | None:
    names = [row.task for row in schedule.tasks]
    for transfer in schedule.transfers:
        if transfer.finish > transfer.start:
            return moved(schedule, names.index(transfer.target), transfer.finish - 1)
    return None


def dropped_transfer(schedule: Schedule) -> Schedule | None:
    return replace(schedule, transfers=schedule.transfers[1:]) if schedule.transfers else None


def needless_transfer(schedule: Schedule) -> Schedule | None:
    listed = {(row.source, row.target) for row in schedule.transfers}
    for edge in schedule.problem.edges:
        source, target = schedule.tasks[edge.source], schedule.tasks[edge.target]
        if (source.task, target.task) not in listed:
            link = schedule.problem.links[0].name
            extra = ScheduledTransfer(source.task, target.task, link, source.finish, source.finish)
            return replace(schedule, transfers=(*schedule.transfers, extra))
    return None


def repeated_transfer(schedule: Schedule) -> Schedule | None:
    if not schedule.transfers:
        return None
    return replace(schedule, transfers=(*schedule.transfers, schedule.transfers[0]))


def other_link(schedule: Schedule) -> Schedule | None:
    for index, row in enumerate(schedule.transfers):
        for link in schedule.problem.links:
            if link.name != row.link:
                return with_transfer(schedule, index, replace(row, link=link.name))
    return None


def premature_transfer(schedule: Schedule) -> Schedule | None:
    for index, row in enumerate(schedule.transfers):
        source = next(task for task in schedule.tasks if task.task == row.source)
        start = source.finish - 1
        changed = replace(row, start=start, finish=start + row.finish - row.start)
        return with_transfer(schedule, index, changed)
    return None


def held_back_transfer(schedule: Schedule) -> Schedule | None:
    """Only a fifo link may make a transfer wait."""
    fifo = {link.name for link in schedule.problem.links if link.sharing == "fifo"}
    for index, row in enumerate(schedule.transfers):
        if row.link not in fifo:
            late = replace(row, start=row.start + 1, finish=row.finish + 1)
            return with_transfer(schedule, index, late)
    return None


def fast_transfer(schedule: Schedule) -> Schedule | None:
    for index, row in enumerate(schedule.transfers):
        if row.finish > row.start:
            return with_transfer(schedule, index, replace(row, finish=row.finish - 1))
    return None


def slow_transfer(schedule: Schedule) -> Schedule | None:
    if not schedule.transfers:
        return None
    row = schedule.transfers[0]
    return with_transfer(schedule, 0, replace(row, finish=row.finish + 1))


def alone_on_a_fair_link(schedule: Schedule) -> Schedule | None:
    """A transfer that shares its link, timed as if it did not."""
    problem = schedule.problem
    names = [link.name for link in problem.links]
    tasks = [task.name for task in problem.tasks]
    for index, row in enumerate(schedule.transfers):
        link = names.index(row.link)
        ends = tasks.index(row.source), tasks.index(row.target)
        edge = next(e for e in problem.edges if (e.source, e.target) == ends)
        alone = row.start + edge.ticks[link]
        if problem.links[link].sharing == "fair" and row.finish > alone:
            return with_transfer(schedule, index, replace(row, finish=alone))
    return None


def two_in_a_fifo_link(schedule: Schedule) -> Schedule | None:
    """The first of two enters when the second does."""
    for link in schedule.problem.links:
        rows = [
            (row.start, index)
            for index, row in enumerate(schedule.transfers)
            if row.link == link.name and row.finish > row.start
        ]
        for (_, first), (start, _) in pairwise(sorted(rows) if link.sharing == "fifo" else []):
            row = schedule.transfers[first]
            late = replace(row, start=start, finish=start + row.finish - row.start)
            return with_transfer(schedule, first, late)
    return None


def two_at_once(schedule: Schedule) -> Schedule | None:
    for _, lane in lanes(schedule):
        for first, second in pairwise(lane):
            return moved(schedule, second, schedule.tasks[first].finish - 1)
    return None


def within_an_earlier_one(schedule: Schedule) -> Schedule | None:
    """A long task, a short one within it, and one that overlaps the long one only."""
    for _, lane in lanes(schedule):
        for first, second, third in zip(lane, lane[1:], lane[2:], strict=False):
            row = schedule.tasks[first]
            long = replace(row, finish=schedule.tasks[third].start + 1)
            if long.finish > schedule.tasks[second].finish:
                return with_task(schedule, first, long)
    return None


def too_many_workers(schedule: Schedule) -> Schedule | None:
    chosen = modes(schedule)
    for index, lane in lanes(schedule, pools=True):
        for first, second in pairwise(lane):
            units = chosen[first].holds[index] + chosen[second].holds[index]
            if units > schedule.problem.resources[index].capacity:
                return moved(schedule, second, schedule.tasks[first].start)
    return None


def hasty_switch(schedule: Schedule) -> Schedule | None:
    chosen = modes(schedule)
    for index, lane in lanes(schedule):
        ticks = schedule.problem.resources[index].switch_ticks
        for first, second in pairwise(lane):
            instant = [t for t, mode in enumerate(chosen) if mode.holds[index] and not mode.ticks]
            if ticks and not instant and chosen[first].point != chosen[second].point:
                return moved(schedule, second, schedule.tasks[first].finish + ticks - 1)
    return None


def asleep(schedule: Schedule) -> Schedule | None:
    for index, resource in enumerate(schedule.problem.resources):
        for task, mode in enumerate(modes(schedule)):
            if mode.holds[index] and resource.wake_ticks:
                return moved(schedule, task, resource.wake_ticks - 1)
    return None


def no_link(schedule: Schedule) -> Schedule | None:
    """The link between two cores that a transfer joins is taken away."""
    problem, chosen = schedule.problem, modes(schedule)
    names = [task.name for task in problem.tasks]
    for row in schedule.transfers:
        ends = [chosen[names.index(name)].core for name in (row.source, row.target)]
        table = [list(line) for line in problem.link]
        table[ends[0]][ends[1]] = None  # type: ignore[index]
        return with_problem(schedule, link=tuple(map(tuple, table)))
    return None


def overdrawn_budget(schedule: Schedule) -> Schedule | None:
    for index, budget in enumerate(schedule.problem.budgets):
        used = sum(mode.uses[index] for mode in modes(schedule) if mode.uses)
        if used:
            return with_problem(schedule, budgets=(replace(budget, size=used - 1),))
    return None


def lost_accuracy(schedule: Schedule) -> Schedule:
    lost = fsum(mode.accuracy_loss for mode in modes(schedule))
    return with_problem(schedule, loss_budget=lost - 0.001)


def missed_deadline(schedule: Schedule) -> Schedule | None:
    if not schedule.makespan:
        return None
    return with_problem(schedule, deadline_ticks=schedule.makespan - 1)


def missed_period(schedule: Schedule) -> Schedule | None:
    return with_problem(schedule, period_ticks=schedule.makespan - 1) if schedule.makespan else None


def shorter_makespan(schedule: Schedule) -> Schedule:
    return replace(schedule, makespan=schedule.makespan - 1)


def thrifty(schedule: Schedule) -> Schedule:
    return replace(schedule, energy_j=schedule.energy_j * 0.999 - 0.001)


def no_number(schedule: Schedule) -> Schedule:
    return replace(schedule, energy_j=float("nan"))


def dearer_mode(schedule: Schedule) -> Schedule:
    """Another task energy in the problem than the one that was added up."""
    first, *others = schedule.problem.tasks
    changed = tuple(replace(mode, energy_j=mode.energy_j + 1.0) for mode in first.modes)
    return with_problem(schedule, tasks=(replace(first, modes=changed), *others))


def bound_above_value(schedule: Schedule) -> Schedule:
    bound = schedule.objective_value * 1.01 + 0.01
    return replace(schedule, certificate=replace(schedule.certificate, lower_bound=bound))


def negative_bound(schedule: Schedule) -> Schedule:
    return replace(schedule, certificate=replace(schedule.certificate, lower_bound=-1.0))


def endless_bound(schedule: Schedule) -> Schedule:
    certificate = replace(schedule.certificate, lower_bound=float("-inf"))
    return replace(schedule, certificate=certificate)


def flattering_gap(schedule: Schedule) -> Schedule | None:
    if schedule.certificate.gap < 0.01:
        return None
    return replace(schedule, certificate=replace(schedule.certificate, gap=0.0))


def called_optimal(schedule: Schedule) -> Schedule | None:
    if schedule.certificate.gap < 0.01:
        return None
    return replace(schedule, certificate=replace(schedule.certificate, status="optimal"))


FAULTS: dict[Fault, str] = {
    missing_task: "task",
    repeated_task: "task",
    swapped_tasks: "task",
    unknown_task: "task",
    unknown_mode: "mode",
    other_mode: "duration",
    before_release: "release",
    cut_short: "duration",
    dawdling: "duration",
    before_its_source: "precedence",
    before_arrival: "arrival",
    dropped_transfer: "transfer",
    needless_transfer: "transfer",
    repeated_transfer: "transfer",
    other_link: "transfer",
    premature_transfer: "transfer-start",
    held_back_transfer: "transfer-start",
    fast_transfer: "transfer-time",
    slow_transfer: "transfer-time",
    alone_on_a_fair_link: "transfer-time",
    two_in_a_fifo_link: "link-exclusivity",
    two_at_once: "exclusivity",
    within_an_earlier_one: "exclusivity",
    too_many_workers: "capacity",
    hasty_switch: "switch",
    asleep: "wake",
    no_link: "link",
    overdrawn_budget: "budget",
    lost_accuracy: "accuracy",
    missed_deadline: "deadline",
    missed_period: "period",
    shorter_makespan: "makespan",
    thrifty: "energy",
    no_number: "energy",
    dearer_mode: "energy",
    bound_above_value: "certificate",
    negative_bound: "certificate",
    endless_bound: "certificate",
    flattering_gap: "certificate",
    called_optimal: "certificate",
}
"""Each with the kind of violation that it must raise, among others perhaps."""
