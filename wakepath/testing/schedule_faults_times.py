"""Faults in when things happen: precedence, cores, capacities, wake-ups, switches, links."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, pairwise

from scheduler.graphs.schedule import Schedule
from wakepath.testing.schedule_faults import (
    lane,
    modes_of,
    schedule_fault,
    started_at,
    with_resource,
    with_task,
    with_transfer,
)


@schedule_fault("precedence")
def start_before_source(schedule: Schedule) -> Iterator[Schedule]:
    """A task starts a tick before one that it waits for has finished."""
    for edge in schedule.problem.edges:
        written = schedule.tasks[edge.source].finish
        if written > 0:
            yield started_at(schedule, edge.target, written - 1)


@schedule_fault("arrival")
def start_before_arrival(schedule: Schedule) -> Iterator[Schedule]:
    """A task starts a tick before what it reads has arrived."""
    names = [row.task for row in schedule.tasks]
    for row in schedule.transfers:
        if row.finish > row.start:
            yield started_at(schedule, names.index(row.target), row.finish - 1)


@schedule_fault("release")
def start_before_release(schedule: Schedule) -> Iterator[Schedule]:
    """A task starts before tick 0."""
    for index in range(len(schedule.tasks)):
        yield started_at(schedule, index, -1)


@schedule_fault("duration")
def takes_a_tick_less(schedule: Schedule) -> Iterator[Schedule]:
    """A task finishes a tick too early."""
    for index, row in enumerate(schedule.tasks):
        if row.finish > row.start:
            yield with_task(schedule, index, replace(row, finish=row.finish - 1))


@schedule_fault("duration")
def takes_a_tick_more(schedule: Schedule) -> Iterator[Schedule]:
    """A task finishes a tick too late."""
    for index, row in enumerate(schedule.tasks):
        yield with_task(schedule, index, replace(row, finish=row.finish + 1))


@schedule_fault("duration")
def other_mode(schedule: Schedule) -> Iterator[Schedule]:
    """A task is said to be in another mode, with the times of the old one."""
    for index, (row, mode) in enumerate(zip(schedule.tasks, modes_of(schedule), strict=True)):
        for other in schedule.problem.tasks[index].modes:
            if other.ticks != mode.ticks:
                yield with_task(schedule, index, replace(row, mode=other.name))


@schedule_fault("exclusivity")
def overlap_on_core(schedule: Schedule) -> Iterator[Schedule]:
    """A task starts while its core runs another one."""
    for index, resource in enumerate(schedule.problem.resources):
        if resource.capacity > 1:
            continue
        for before, task in pairwise(lane(schedule, index)):
            first, second = schedule.tasks[before], schedule.tasks[task]
            inside = first.finish - 1 > first.start
            if first.finish > first.start and (inside or second.finish > second.start):
                yield started_at(schedule, task, first.finish - 1)


@schedule_fault("exclusivity")
def runs_into_the_next_but_one(schedule: Schedule) -> Iterator[Schedule]:
    """A task lasts until a core has run another one and begun a third."""
    for index, resource in enumerate(schedule.problem.resources):
        tasks = _long(schedule, index) if resource.capacity == 1 else []
        for first, third in zip(tasks, tasks[2:], strict=False):
            finish = schedule.tasks[third].start + 1
            yield with_task(schedule, first, replace(schedule.tasks[first], finish=finish))


@schedule_fault("capacity")
def over_capacity(schedule: Schedule) -> Iterator[Schedule]:
    """Two tasks that do not fit beside each other run at once."""
    modes = modes_of(schedule)
    for index, resource in enumerate(schedule.problem.resources):
        for first, second in combinations(_long(schedule, index), 2):
            held = modes[first].holds[index] + modes[second].holds[index]
            if resource.capacity > 1 and held > resource.capacity:
                yield started_at(schedule, second, schedule.tasks[first].start)


@schedule_fault("wake")
def wake_ignored(schedule: Schedule) -> Iterator[Schedule]:
    """A resource works before it can be awake."""
    for index in range(len(schedule.problem.resources)):
        tasks = lane(schedule, index)
        if tasks:
            first = schedule.tasks[tasks[0]].start
            yield with_resource(schedule, index, wake_ticks=first + 1)


@schedule_fault("wake")
def start_before_awake(schedule: Schedule) -> Iterator[Schedule]:
    """A task starts a tick before its resource is awake."""
    for index, resource in enumerate(schedule.problem.resources):
        if resource.wake_ticks > 0:
            for task in lane(schedule, index):
                yield started_at(schedule, task, resource.wake_ticks - 1)


@schedule_fault("switch")
def switch_ignored(schedule: Schedule) -> Iterator[Schedule]:
    """A core changes its operating point faster than it can."""
    modes = modes_of(schedule)
    for index, resource in enumerate(schedule.problem.resources):
        if resource.capacity > 1:
            continue
        for before, task in pairwise(lane(schedule, index)):
            if modes[before].point != modes[task].point:
                gap = schedule.tasks[task].start - schedule.tasks[before].finish
                yield with_resource(schedule, index, switch_ticks=gap + 1)


@schedule_fault("switch")
def switch_cut_short(schedule: Schedule) -> Iterator[Schedule]:
    """A task starts a tick before its core has changed its operating point."""
    modes = modes_of(schedule)
    for index, resource in enumerate(schedule.problem.resources):
        tasks = _long(schedule, index)
        # A task that takes no time could come between the two.
        apart = resource.capacity == 1 and tasks == lane(schedule, index)
        for before, task in pairwise(tasks if apart and resource.switch_ticks else []):
            if modes[before].point != modes[task].point:
                start = schedule.tasks[before].finish + resource.switch_ticks - 1
                yield started_at(schedule, task, start)


def _long(schedule: Schedule, resource: int) -> list[int]:
    """The tasks that hold a resource for a tick at least, in order."""
    rows = schedule.tasks
    return [t for t in lane(schedule, resource) if rows[t].finish > rows[t].start]


@schedule_fault("transfer-time")
def transfer_too_short(schedule: Schedule) -> Iterator[Schedule]:
    """A transfer arrives a tick too early."""
    for index, row in enumerate(schedule.transfers):
        if row.finish > row.start:
            yield with_transfer(schedule, index, replace(row, finish=row.finish - 1))


@schedule_fault("transfer-time")
def transfer_too_long(schedule: Schedule) -> Iterator[Schedule]:
    """A transfer arrives a tick too late."""
    for index, row in enumerate(schedule.transfers):
        yield with_transfer(schedule, index, replace(row, finish=row.finish + 1))


@schedule_fault("transfer-time")
def timed_as_if_alone(schedule: Schedule) -> Iterator[Schedule]:
    """A transfer that shares its fair link takes as long as if it did not."""
    problem = schedule.problem
    links = [link.name for link in problem.links]
    edges = {
        (problem.tasks[edge.source].name, problem.tasks[edge.target].name): edge
        for edge in problem.edges
    }
    for index, row in enumerate(schedule.transfers):
        link = links.index(row.link)
        alone = row.start + edges[row.source, row.target].ticks[link]
        if problem.links[link].sharing == "fair" and alone < row.finish:
            yield with_transfer(schedule, index, replace(row, finish=alone))


@schedule_fault("transfer-start")
def transfer_before_source(schedule: Schedule) -> Iterator[Schedule]:
    """A transfer starts a tick before its source has finished."""
    finishes = {row.task: row.finish for row in schedule.tasks}
    for index, row in enumerate(schedule.transfers):
        yield _entering(schedule, index, finishes[row.source] - 1)


@schedule_fault("transfer-start")
def transfer_held_back(schedule: Schedule) -> Iterator[Schedule]:
    """A transfer waits for nothing, on a link where none waits."""
    sharing = {link.name: link.sharing for link in schedule.problem.links}
    for index, row in enumerate(schedule.transfers):
        if sharing[row.link] != "fifo":
            later = replace(row, start=row.start + 1, finish=row.finish + 1)
            yield with_transfer(schedule, index, later)


@schedule_fault("link-exclusivity")
def overlap_on_link(schedule: Schedule) -> Iterator[Schedule]:
    """A transfer enters a fifo link that carries another one."""
    for first, second in _neighbours(schedule):
        yield _entering(schedule, second, schedule.transfers[first].finish - 1)


@schedule_fault("link-exclusivity")
def two_enter_at_once(schedule: Schedule) -> Iterator[Schedule]:
    """A transfer enters a fifo link only when the next one does."""
    for first, second in _neighbours(schedule):
        yield _entering(schedule, first, schedule.transfers[second].start)


def _neighbours(schedule: Schedule) -> Iterator[tuple[int, int]]:
    """On fifo links: two transfers that take some time, one after the other."""
    rows = schedule.transfers
    for link in schedule.problem.links:
        if link.sharing == "fifo":
            long = [i for i, r in enumerate(rows) if r.link == link.name and r.finish > r.start]
            yield from pairwise(sorted(long, key=lambda index: (rows[index].start, index)))


def _entering(schedule: Schedule, index: int, start: int) -> Schedule:
    """With one transfer at another time."""
    row = schedule.transfers[index]
    moved = replace(row, start=start, finish=start + row.finish - row.start)
    return with_transfer(schedule, index, moved)
