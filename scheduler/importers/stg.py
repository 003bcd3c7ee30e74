"""Kasahara's Standard Task Graphs, ``.stg``: identical processors, with communication or without.

Tobita and Kasahara, "A standard task graph set for fair evaluation of multiprocessor scheduling
algorithms" (Journal of Scheduling 5, 2002). The first line has the number of tasks, an empty first
and last one not counted, and in some files the number of processors. A line a task follows: its
number, its processing time, how many predecessors it has and which. With communication, each
predecessor has a line of its own below the task, or stands behind it on the same line, followed by
the time that its output needs between two processors. ``#`` starts a remark.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from devicemodels.documents.source import Place
from scheduler.graphs.problem import (
    GraphEdge,
    GraphLink,
    GraphProblem,
    GraphTask,
    Sharing,
    TaskMode,
)
from scheduler.importers.assembly import (
    core_modes,
    core_resources,
    forward,
    fully_linked,
    one_core_each,
    require_cores,
)
from scheduler.importers.text import Row, TextFile, Word

EMPTY_TASKS = 2
"""The first and the last task are often empty, and then not counted in the first line."""


def read(
    path: Path,
    *,
    cores: int | Sequence[float] | None = None,
    sharing: Sharing = "unlimited",
) -> GraphProblem:
    """The task graph in a file, on ``cores`` identical processors; ticks are the file's units.

    Without ``cores`` the number of processors in the first line counts; a list of speeds is
    refused. ``sharing`` is what transfers that meet do; the publishers let them ignore each other.
    Tasks that take no time and send nothing that does are on no core. Raises ``InputError``.
    """
    text = TextFile.open(path)
    if isinstance(cores, Sequence):
        message = f"{len(cores)} speeds are given; the processors of these graphs are identical"
        text.fail(None, message, f"--cores {len(cores)}")
    rows = list(text.rows(comment="#"))
    announced, processors = _header(text, rows[0] if rows else None)
    found = _tasks(text, rows[1:])
    text.check()
    if announced is not None and len(found) not in (announced, announced + EMPTY_TASKS):
        message = (
            f"{announced} tasks are announced, {len(found)} follow; it must be as many, or "
            f"{EMPTY_TASKS} more with the empty first and last one"
        )
        text.refuse(rows[0].start, message)
    index = _index(text, found)
    edges = _edges(text, found, index)
    text.check()
    count = require_cores(cores if cores is not None else processors, text.file)
    return _problem(text, path.stem, found, edges, count, sharing)


@dataclass(frozen=True, slots=True)
class _Predecessor:
    task: Word
    cost: int | None
    """None without communication."""


@dataclass(frozen=True, slots=True)
class _Task:
    number: int
    place: Place
    ticks: int
    predecessors: tuple[_Predecessor, ...]


def looks_like(text: str) -> bool:
    """Whether a text may be a standard task graph: a count, then a task without predecessors."""
    rows = [line.split("#")[0].split() for line in text.splitlines()[:50]]
    rows = [words for words in rows if words]
    return (
        len(rows) > 1
        and len(rows[0]) <= 2
        and len(rows[1]) == 3
        and rows[1][2] == "0"
        and all(word.isdecimal() for row in rows[:2] for word in row)
    )


def _header(text: TextFile, row: Row | None) -> tuple[int | None, int | None]:
    """The number of tasks, and that of processors if there is one."""
    if row is None:
        text.fail(None, "there is nothing but remarks")
    if len(row.words) > 2:
        message = "the first line has the number of tasks, and at most that of processors"
        text.refuse(row.words[2].place, message)
    tasks = text.whole(row.words[0], "the number of tasks")
    if len(row.words) == 1:
        return tasks, None
    return tasks, text.whole(row.words[1], "the number of processors", least=1)


def _tasks(text: TextFile, rows: Sequence[Row]) -> list[_Task]:
    found = []
    at = 0
    while at < len(rows):
        row = rows[at]
        at += 1
        if len(row.words) < 3:
            message = "a task has a number, a time and a number of predecessors; something is short"
            text.refuse(row.end, message)
            continue
        number = text.whole(row.words[0], "the number of a task")
        ticks = text.whole(row.words[1], "the processing time")
        count = text.whole(row.words[2], "the number of predecessors")
        if count is None:
            continue
        behind = row.words[3:]
        if count and not behind:
            below = _below(rows[at : at + count])
            at += len(below)
            predecessors = _with_costs(text, [word for row in below for word in row.words])
        elif count and len(behind) == 2 * count:
            predecessors = _with_costs(text, behind)
        else:
            predecessors = [_Predecessor(word, None) for word in behind]
        if len(predecessors) != count:
            message = f"{count} predecessors are announced, {len(predecessors)} follow"
            text.refuse(row.words[2].place, message)
        elif number is not None and ticks is not None:
            found.append(_Task(number, row.start, ticks, tuple(predecessors)))
    return found


def _below(rows: Sequence[Row]) -> list[Row]:
    """The lines of predecessors with their costs, up to one that is something else."""
    below = []
    for row in rows:
        if len(row.words) != 2:
            break
        below.append(row)
    return below


def _with_costs(text: TextFile, words: Sequence[Word]) -> list[_Predecessor]:
    costs = [text.whole(word, "the communication time") for word in words[1::2]]
    return [
        _Predecessor(word, 0 if cost is None else cost)
        for word, cost in zip(words[::2], costs, strict=True)
    ]


def _index(text: TextFile, found: Sequence[_Task]) -> dict[int, int]:
    """Place in ``found`` by number."""
    index: dict[int, int] = {}
    for place, task in enumerate(found):
        if task.number in index:
            first = found[index[task.number]].place.line
            text.refuse(task.place, f"task {task.number} is given twice; first in line {first}")
        index.setdefault(task.number, place)
    return index


def _edges(text: TextFile, found: Sequence[_Task], index: dict[int, int]) -> list[GraphEdge]:
    costed = any(p.cost is not None for task in found for p in task.predecessors)
    edges = []
    for target, task in enumerate(found):
        seen = set()
        for predecessor in task.predecessors:
            number = text.whole(predecessor.task, "a predecessor")
            if number is None:
                continue
            where = predecessor.task.place
            if number not in index:
                text.refuse(where, f"predecessor {number} of task {task.number} is not in the file")
            elif number in seen:
                text.refuse(where, f"predecessor {number} of task {task.number} is given twice")
            elif costed and predecessor.cost is None:
                message = f"predecessor {number} of task {task.number} has no communication time"
                text.refuse(where, message, "give one to every predecessor, or to none")
            else:
                ticks = () if predecessor.cost is None else (predecessor.cost,)
                edges.append(GraphEdge(index[number], target, ticks, (0.0,) * len(ticks)))
            seen.add(number)
    return edges


def _problem(
    text: TextFile,
    name: str,
    found: Sequence[_Task],
    edges: Sequence[GraphEdge],
    count: int,
    sharing: Sharing,
) -> GraphProblem:
    names = [f"core{core}" for core in range(count)]
    holds = one_core_each(count)
    sending = {end for edge in edges if any(edge.ticks) for end in (edge.source, edge.target)}
    nowhere = (TaskMode("none", 0, None, (0,) * count),)
    tasks = [
        GraphTask(
            str(task.number),
            nowhere
            if task.ticks == 0 and place not in sending
            else core_modes(names, holds, (task.ticks,) * count),
        )
        for place, task in enumerate(found)
    ]
    has_costs = any(edge.ticks for edge in edges)
    problem = GraphProblem(
        name=name,
        resources=core_resources(names),
        tasks=tuple(tasks),
        edges=tuple(edges),
        links=(GraphLink("network", sharing),) if has_costs else (),
        link=fully_linked(count) if has_costs else (),
    )
    return forward(problem, lambda task, message: text.fail(found[task].place, message))
