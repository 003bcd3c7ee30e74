"""What the checker asks of the lists of a schedule: every task, every transfer, once, in order."""

from collections.abc import Iterator

from scheduler.graphs.placed import Placed, PlacedTransfer
from scheduler.graphs.schedule import Schedule, ScheduledTransfer
from scheduler.validity import Violation


def check_tasks(schedule: Schedule) -> Iterator[Violation]:
    """Violations of the list of tasks and of the names of their modes."""
    modes = {task.name: [mode.name for mode in task.modes] for task in schedule.problem.tasks}
    listed = [row.task for row in schedule.tasks]
    for name in sorted(set(modes) - set(listed)):
        yield Violation("task", f"task '{name}' is not scheduled")
    for name in sorted(set(listed) - set(modes)):
        yield Violation("task", f"task '{name}' is scheduled, the problem has none")
    if set(listed) == set(modes) and listed != list(modes):
        yield Violation("task", "tasks are repeated, or not in the problem's order")
    for row in schedule.tasks:
        if row.task in modes and row.mode not in modes[row.task]:
            yield Violation(
                "mode", f"task '{row.task}' has no mode '{row.mode}', it has {modes[row.task]}"
            )


def check_transfers(
    schedule: Schedule, placed: Placed
) -> tuple[tuple[Violation, ...], tuple[PlacedTransfer, ...]]:
    """Violations of the list of transfers, and those that are as the placement wants them."""
    wrong, wanted = _wanted(placed)
    links = schedule.problem.links
    listed = {(row.source, row.target) for row in schedule.transfers}
    wrong += [
        Violation("transfer", f"'{source}->{target}' crosses a link, and is not listed")
        for source, target in wanted
        if (source, target) not in listed
    ]
    good = []
    for row in schedule.transfers:
        index, link = wanted.get((row.source, row.target), (-1, -1))
        if index < 0:
            wrong.append(Violation("transfer", f"{_name(row)}: nothing crosses there"))
        elif row.link != links[link].name:
            message = f"{_name(row)} is on '{row.link}', not on '{links[link].name}'"
            wrong.append(Violation("transfer", message))
        else:
            good.append(PlacedTransfer(index, link, row.start, row.finish))
    if [row.edge for row in good] != sorted({row.edge for row in good}):
        wrong.append(Violation("transfer", "repeated, or not in the problem's order of edges"))
        good = []
    return tuple(wrong), tuple(good)


def _wanted(placed: Placed) -> tuple[list[Violation], dict[tuple[str, str], tuple[int, int]]]:
    """By names of the two tasks: the edge and the link of each output that crosses."""
    wrong, wanted = [], {}
    for index, edge in enumerate(placed.problem.edges):
        source, target = placed.modes[edge.source], placed.modes[edge.target]
        if not edge.ticks or source.core is None or target.core is None:
            continue
        if source.core == target.core:
            continue
        link = placed.problem.link[source.core][target.core] if placed.problem.link else None
        if link is not None:
            wanted[placed.names(index)] = (index, link)
            continue
        names = placed.names(index)
        wrong.append(
            Violation(
                "link",
                f"'{names[0]}' in mode '{source.name}' sends to '{names[1]}' in mode "
                f"'{target.name}': no link joins the two",
            )
        )
    return wrong, wanted


def _name(row: ScheduledTransfer) -> str:
    return f"transfer '{row.source}->{row.target}'"
