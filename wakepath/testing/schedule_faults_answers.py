"""Faults in what a schedule lists, what it must meet and what it says it costs."""

from collections.abc import Iterator
from dataclasses import replace
from math import inf, nan

from scheduler.graphs.schedule import Schedule, ScheduledTransfer
from wakepath.testing.schedule_faults import (
    asked,
    modes_of,
    schedule_fault,
    with_task,
    with_transfer,
)

OFF = 0.01
"""Relative error of a misstated figure."""


@schedule_fault("task")
def missing_task(schedule: Schedule) -> Iterator[Schedule]:
    """A task is not scheduled."""
    for index in range(len(schedule.tasks)):
        yield replace(schedule, tasks=(*schedule.tasks[:index], *schedule.tasks[index + 1 :]))


@schedule_fault("task")
def unknown_task(schedule: Schedule) -> Iterator[Schedule]:
    """A task is scheduled that the problem lacks."""
    for index, row in enumerate(schedule.tasks):
        yield with_task(schedule, index, replace(row, task="ghost"))


@schedule_fault("task")
def tasks_swapped(schedule: Schedule) -> Iterator[Schedule]:
    """Two rows have changed their places."""
    if len(schedule.tasks) > 1:
        first, second, *others = schedule.tasks
        yield replace(schedule, tasks=(second, first, *others))


@schedule_fault("task")
def task_repeated(schedule: Schedule) -> Iterator[Schedule]:
    """A task is scheduled once more."""
    for row in schedule.tasks:
        yield replace(schedule, tasks=(*schedule.tasks, row))


@schedule_fault("mode")
def unknown_mode(schedule: Schedule) -> Iterator[Schedule]:
    """A task runs in a mode that it lacks."""
    for index, row in enumerate(schedule.tasks):
        yield with_task(schedule, index, replace(row, mode="moon"))


@schedule_fault("transfer")
def wrong_link(schedule: Schedule) -> Iterator[Schedule]:
    """An output crosses another link than the one between its cores."""
    for index, row in enumerate(schedule.transfers):
        for name in ("ether", *(link.name for link in schedule.problem.links)):
            if name != row.link:
                yield with_transfer(schedule, index, replace(row, link=name))


@schedule_fault("transfer")
def missing_transfer(schedule: Schedule) -> Iterator[Schedule]:
    """An output crosses, and no transfer says when."""
    rows = schedule.transfers
    for index in range(len(rows)):
        yield replace(schedule, transfers=(*rows[:index], *rows[index + 1 :]))


@schedule_fault("transfer")
def needless_transfer(schedule: Schedule) -> Iterator[Schedule]:
    """An output that stays on its core is said to cross."""
    crossing = {(row.source, row.target) for row in schedule.transfers}
    for edge in schedule.problem.edges:
        source, target = schedule.tasks[edge.source], schedule.tasks[edge.target]
        if (source.task, target.task) not in crossing:
            row = ScheduledTransfer(source.task, target.task, "l0", source.finish, source.finish)
            yield replace(schedule, transfers=(*schedule.transfers, row))


@schedule_fault("transfer")
def transfer_repeated(schedule: Schedule) -> Iterator[Schedule]:
    """An output crosses once more."""
    for row in schedule.transfers:
        yield replace(schedule, transfers=(*schedule.transfers, row))


@schedule_fault("link")
def link_cut(schedule: Schedule) -> Iterator[Schedule]:
    """Two cores between which an output crosses have no link any more."""
    modes, problem = modes_of(schedule), schedule.problem
    for edge in problem.edges:
        source, target = modes[edge.source].core, modes[edge.target].core
        if edge.ticks and source is not None and target is not None and source != target:
            rows = [list(row) for row in problem.link]
            rows[source][target] = None
            yield asked(schedule, link=tuple(map(tuple, rows)))


@schedule_fault("deadline")
def deadline_missed(schedule: Schedule) -> Iterator[Schedule]:
    """The last task finishes a tick after the deadline."""
    if schedule.makespan > 0:
        yield asked(schedule, deadline_ticks=schedule.makespan - 1)


@schedule_fault("period")
def period_exceeded(schedule: Schedule) -> Iterator[Schedule]:
    """The last task finishes a tick after the period."""
    if schedule.makespan > 0:
        yield asked(schedule, period_ticks=schedule.makespan - 1)


@schedule_fault("budget")
def budget_exceeded(schedule: Schedule) -> Iterator[Schedule]:
    """The modes use one unit more than there is."""
    modes = modes_of(schedule)
    for index, budget in enumerate(schedule.problem.budgets):
        used = sum(mode.uses[index] for mode in modes if mode.uses)
        if used > 0:
            rows = list(schedule.problem.budgets)
            rows[index] = replace(budget, size=used - 1)
            yield asked(schedule, budgets=tuple(rows))


@schedule_fault("accuracy")
def loss_budget_exceeded(schedule: Schedule) -> Iterator[Schedule]:
    """The modes lose more accuracy than allowed."""
    lost = sum(mode.accuracy_loss for mode in modes_of(schedule))
    yield asked(schedule, loss_budget=lost - OFF)


@schedule_fault("problem")
def edge_backwards(schedule: Schedule) -> Iterator[Schedule]:
    """An edge of the problem runs against the order of its tasks."""
    for index, edge in enumerate(schedule.problem.edges):
        rows = list(schedule.problem.edges)
        rows[index] = replace(edge, source=edge.target, target=edge.source)
        yield asked(schedule, edges=tuple(rows))


@schedule_fault("makespan")
def makespan_understated(schedule: Schedule) -> Iterator[Schedule]:
    """The makespan is stated a tick too short."""
    yield replace(schedule, makespan=schedule.makespan - 1)


@schedule_fault("energy")
def energy_understated(schedule: Schedule) -> Iterator[Schedule]:
    """Joules are stated 1 % too low, or where there are none."""
    joules = schedule.energy_j * (1.0 - OFF) if schedule.energy_j else 1e-3
    yield replace(schedule, energy_j=joules)


@schedule_fault("energy")
def not_a_number(schedule: Schedule) -> Iterator[Schedule]:
    """Joules that are no number, or infinite."""
    for value in (nan, inf):
        yield replace(schedule, energy_j=value)


@schedule_fault("energy")
def forged_task_energy(schedule: Schedule) -> Iterator[Schedule]:
    """A mode takes a joule more than the figures are of."""
    for index, (row, task) in enumerate(zip(schedule.tasks, schedule.problem.tasks, strict=True)):
        modes = tuple(
            replace(mode, energy_j=mode.energy_j + 1.0) if mode.name == row.mode else mode
            for mode in task.modes
        )
        tasks = list(schedule.problem.tasks)
        tasks[index] = replace(task, modes=modes)
        yield asked(schedule, tasks=tuple(tasks))


@schedule_fault("certificate")
def bound_above_objective(schedule: Schedule) -> Iterator[Schedule]:
    """The lower bound is above the schedule's own objective."""
    value = schedule.objective_value
    bound = value * (1.0 + OFF) or 1e-3
    gap = (value - bound) / value if value else 0.0
    yield replace(schedule, certificate=replace(schedule.certificate, lower_bound=bound, gap=gap))


@schedule_fault("certificate")
def bound_below_zero(schedule: Schedule) -> Iterator[Schedule]:
    """No objective is ever negative, the lower bound is."""
    value = schedule.objective_value
    gap = (value + 1.0) / value if value else 0.0
    yield replace(schedule, certificate=replace(schedule.certificate, lower_bound=-1.0, gap=gap))


@schedule_fault("certificate")
def bound_not_finite(schedule: Schedule) -> Iterator[Schedule]:
    """A lower bound that is no number, or infinite."""
    for bound in (nan, -inf, inf):
        yield replace(schedule, certificate=replace(schedule.certificate, lower_bound=bound))


@schedule_fault("certificate")
def gap_understated(schedule: Schedule) -> Iterator[Schedule]:
    """The gap is not the one between objective and bound."""
    if schedule.objective_value > 0.0:
        bound = schedule.objective_value / 2.0
        for gap in (0.25, 0.0):
            certificate = replace(schedule.certificate, lower_bound=bound, gap=gap)
            yield replace(schedule, certificate=certificate)


@schedule_fault("certificate")
def optimal_with_gap(schedule: Schedule) -> Iterator[Schedule]:
    """A schedule is called optimal, and its own bound does not say so."""
    if schedule.objective_value > 0.0:
        bound = schedule.objective_value / 2.0
        certificate = replace(schedule.certificate, status="optimal", lower_bound=bound, gap=0.5)
        yield replace(schedule, certificate=certificate)
