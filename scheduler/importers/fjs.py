"""Flexible job shops, ``.fjs``: jobs whose operations may each run on some of the machines.

Brandimarte, "Routing and scheduling in a flexible job shop by tabu search" (Annals of Operations
Research 41, 1993), in the form that later collections share. The first line has the number of
jobs, of machines and, in some files, the mean number of machines an operation may run on. A line a
job follows: its number of operations, and for each the number of machines it may run on with a
machine and a processing time for each. Some collections number machines from 0, others from 1.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scheduler.graphs.problem import GraphEdge, GraphProblem, GraphTask, TaskMode
from scheduler.importers.assembly import MOST_CORES, core_resources, one_core_each
from scheduler.importers.text import Row, TextFile, Word


def read(path: Path, *, machines_from: int | None = None) -> GraphProblem:
    """The job shop in a file; ticks are the file's units and nothing crosses between machines.

    Operation 2 of job 1 is task ``1.2``. ``machines_from`` is the number of the first machine, 0
    or 1; without it the file must tell by the numbers that it uses. Raises ``InputError``.
    """
    text = TextFile.open(path)
    rows = list(text.rows())
    jobs, machines = _header(text, rows[0])
    found = [_Job(text, row).operations() for row in rows[1:]]
    if jobs is not None and len(found) != jobs:
        message = f"{jobs} jobs are announced, {len(found)} lines follow"
        text.refuse(rows[0].start, message, "a job has one line")
    text.check()
    assert machines is not None
    used = [choice.machine for job in found for operation in job for choice in operation]
    first = _first_machine(text, used, machines, machines_from)
    for word in used:
        text.whole(word, "the number of a machine", first, first + machines - 1)
    text.check()
    names = [f"m{machine}" for machine in range(first, first + machines)]
    holds = one_core_each(machines)
    tasks: list[GraphTask] = []
    edges = []
    for job, operations in enumerate(found, 1):
        for place, operation in enumerate(operations, 1):
            if place > 1:
                edges.append(GraphEdge(len(tasks) - 1, len(tasks)))
            tasks.append(GraphTask(f"{job}.{place}", _modes(operation, first, names, holds)))
    return GraphProblem(path.stem, core_resources(names), tuple(tasks), tuple(edges))


def looks_like(text: str) -> bool:
    """Whether a text may be a job shop: two or three numbers, then as many lines as jobs."""
    rows = [words for line in text.splitlines() if (words := line.split())]
    return (
        len(rows) > 1
        and len(rows[0]) in (2, 3)
        and rows[0][0].isdecimal()
        and rows[0][1].isdecimal()
        and len(rows) - 1 == int(rows[0][0][:18])
        and all(word.isdecimal() for word in rows[1])
    )


@dataclass(frozen=True, slots=True)
class _Choice:
    machine: Word
    ticks: int


def _header(text: TextFile, row: Row) -> tuple[int | None, int | None]:
    if len(row.words) not in (2, 3):
        message = "the first line has the number of jobs and of machines, and at most a mean"
        text.fail(row.start, message)
    jobs = text.whole(row.words[0], "the number of jobs")
    machines = text.whole(row.words[1], "the number of machines", 1, MOST_CORES)
    if len(row.words) == 3:
        try:
            float(row.words[2].text)
        except ValueError:
            message = f"the mean number of machines is '{row.words[2].text}', which is no number"
            text.refuse(row.words[2].place, message)
    return jobs, machines


@dataclass(slots=True)
class _Job:
    """One line on its way to operations."""

    text: TextFile
    row: Row
    at: int = 0

    def operations(self) -> list[list[_Choice]]:
        """What each operation may run on; what follows a problem on the line is not read."""
        count = self._next("the number of operations of a job", least=1)
        found: list[list[_Choice]] = []
        while count is not None and len(found) < count:
            operation = self._operation()
            if operation is None:
                return found
            found.append(operation)
        if count is not None and self.at < len(self.row.words):
            place = self.row.words[self.at].place
            message = f"{count} operations are announced, and the line goes on after them"
            self.text.refuse(place, message)
        return found

    def _operation(self) -> list[_Choice] | None:
        count = self._next("the number of machines of an operation", least=1)
        choices: list[_Choice] = []
        while count is not None and len(choices) < count:
            machine = self.row.words[self.at] if self.at < len(self.row.words) else None
            number = self._next("the number of a machine")
            ticks = None if number is None else self._next("the processing time")
            if machine is None or ticks is None:
                return None
            if any(int(choice.machine.text) == number for choice in choices):
                message = f"machine {number} is given twice for one operation"
                self.text.refuse(machine.place, message)
            choices.append(_Choice(machine, ticks))
        return choices if count is not None else None

    def _next(self, what: str, least: int = 0) -> int | None:
        if self.at == len(self.row.words):
            message = f"the line ends where {what} should stand"
            self.text.refuse(self.row.end, message)
            return None
        word = self.row.words[self.at]
        self.at += 1
        return self.text.whole(word, what, least)


def _first_machine(
    text: TextFile, used: Sequence[Word], machines: int, machines_from: int | None
) -> int:
    """The number of the first machine, given or told by the numbers that are used."""
    numbers = {int(word.text) for word in used}
    if machines_from is not None and machines_from not in (0, 1):
        text.fail(None, f"machines_from is {machines_from}; it must be 0 or 1")
    if machines_from is None and 0 not in numbers and machines not in numbers:
        text.fail(
            None,
            f"machines may be numbered from 0 or from 1: of {machines}, neither 0 nor {machines} "
            "is used",
            "say it: --machines-from 0 (or 1; only the names of the machines differ)",
        )
    if machines_from is not None:
        return machines_from
    return 0 if 0 in numbers else 1


def _modes(
    operation: Sequence[_Choice],
    first: int,
    names: Sequence[str],
    holds: Sequence[tuple[int, ...]],
) -> tuple[TaskMode, ...]:
    cores = [int(choice.machine.text) - first for choice in operation]
    return tuple(
        TaskMode(names[core], choice.ticks, core, holds[core])
        for core, choice in zip(cores, operation, strict=True)
    )
