"""A schedule of a graph as a small grid of text: resources and links down, time across."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from string import ascii_letters, digits

from scheduler.graphs.problem import TaskMode
from scheduler.graphs.schedule import Schedule, ScheduledTask
from scheduler.validity import Violation

SYMBOLS = ascii_letters + digits
"""One a task, from the front again after the last."""

WRONG = "!"
"""Where more is going on than there is room for; a task that a violation names."""


@dataclass(frozen=True, slots=True)
class _Bar:
    """Something that goes on for a while."""

    symbol: str
    """What is drawn."""
    start: int
    """First tick."""
    finish: int
    """Tick after the last."""
    units: int = 1
    """How much room it takes."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A resource or a link."""

    name: str
    """What stands before it."""
    room: int | None
    """Units that may be taken at once; None for any number."""
    bars: tuple[_Bar, ...]
    """What goes on there."""


def draw_grid(schedule: Schedule, violations: Sequence[Violation] = (), width: int = 80) -> str:
    """``schedule`` in lines of at most ``width`` characters, long names and messages aside.

    A letter a task; a transfer has that of the task that wrote it. Where several things go on at
    once their number stands, or ``!`` if there is no room for all. Below stand the tasks, with a
    mark before those that ``violations`` name, and the violations. What is wrong is drawn as it is
    stated.
    """
    symbols = {row.task: SYMBOLS[i % len(SYMBOLS)] for i, row in enumerate(schedule.tasks)}
    rows = [*_resources(schedule, symbols), *_links(schedule, symbols)]
    ticks = [tick for row in rows for bar in row.bars for tick in (bar.start, bar.finish)]
    first, last = min([0, *ticks]), max([1, *ticks])
    margin = max((len(row.name) for row in rows), default=0)
    scale = -(-(last - first) // max(10, width - margin - 3))
    lines = [
        f"{schedule.problem.name}: {schedule.makespan} ticks; a column is "
        f"{scale} from tick {first} on"
    ]
    for row in rows:
        cells = (_cell(row, at, at + scale) for at in range(first, last, scale))
        lines.append(f"{row.name:>{margin}} |{''.join(cells)}|")
    said = " ".join(violation.message for violation in violations)
    lines += [
        f"{WRONG if repr(row.task) in said else ' '} {symbols[row.task]} {row.task}: {row.mode}, "
        f"{row.start} to {row.finish}"
        for row in schedule.tasks
    ]
    lines += [
        f"  {symbols.get(row.source, '?')}>{symbols.get(row.target, '?')} {row.link}, "
        f"{row.start} to {row.finish}"
        for row in schedule.transfers
    ]
    return "\n".join([*lines, *(f"{WRONG} {row.kind}: {row.message}" for row in violations)])


def _resources(schedule: Schedule, symbols: dict[str, str]) -> Iterator[_Row]:
    modes = {(task.name, mode.name): mode for task in schedule.problem.tasks for mode in task.modes}
    placed: list[tuple[ScheduledTask, TaskMode]] = [
        (row, modes[row.task, row.mode]) for row in schedule.tasks if (row.task, row.mode) in modes
    ]
    nowhere = [row for row in schedule.tasks if (row.task, row.mode) not in modes]
    nowhere += [row for row, mode in placed if not any(mode.holds)]
    for index, resource in enumerate(schedule.problem.resources):
        bars = [
            _Bar(symbols[row.task], row.start, row.finish, units)
            for row, mode in placed
            if (units := mode.holds[index])
        ]
        yield _Row(resource.name, resource.capacity, tuple(bars))
    bars = [_Bar(symbols[row.task], row.start, row.finish) for row in nowhere]
    if bars:
        yield _Row("nowhere", None, tuple(bars))


def _links(schedule: Schedule, symbols: dict[str, str]) -> Iterator[_Row]:
    for link in schedule.problem.links:
        bars = [
            _Bar(symbols.get(row.source, "?"), row.start, row.finish)
            for row in schedule.transfers
            if row.link == link.name
        ]
        yield _Row(link.name, 1 if link.sharing == "fifo" else None, tuple(bars))


def _cell(row: _Row, start: int, finish: int) -> str:
    """One column: the ticks from ``start`` to ``finish``."""
    here = [bar for bar in row.bars if bar.start < finish and bar.finish > start]
    if row.room is not None:
        for bar in here:  # the most is taken when one of them begins
            at = max(bar.start, start)
            taken = sum(other.units for other in here if other.start <= at < other.finish)
            if taken > row.room:
                return WRONG
    together = max(
        (sum(other.start <= bar.start < other.finish for other in here) for bar in here), default=0
    )
    if together > 1:
        return str(min(together, 9))
    return here[0].symbol if here else "."
