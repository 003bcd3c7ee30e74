"""The two tables of a plain cost table: times of tasks on processors, and edges with their cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from devicemodels.documents.source import Place
from scheduler.importers.assembly import MOST_CORES
from scheduler.importers.csv_rows import NO_TIME, decimal
from scheduler.importers.text import Row, TextFile, Word


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A line of the first table."""

    name: str
    """Unique within the file."""
    place: Place
    """Where it stands."""
    units: tuple[float | None, ...]
    """By processor; None where it cannot run."""


@dataclass(frozen=True, slots=True)
class EdgeRow:
    """A line of the second table."""

    source: int
    """Index of the task."""
    target: int
    """Index of the task."""
    cost: float | None
    """None if the table has no such column."""


def is_edge_heading(row: Row) -> bool:
    """Whether the second table starts at this line."""
    return [word.text.lower() for word in row.words[:2]] == ["source", "target"]


def read_tasks(text: TextFile, rows: Sequence[Row]) -> tuple[list[str], list[TaskRow]]:
    """The processors and the tasks of the first table; problems are noted in ``text``."""
    if not rows or rows[0].words[0].text.lower() != "task" or len(rows[0].words) < 2:
        place = rows[0].start if rows else None
        message = "a cost table starts with 'task' and the processors"
        text.fail(place, message, "task,P1,P2,P3")
    heading = rows[0].words
    processors: list[str] = []
    for word in heading[1:]:
        if not word.text or word.text in processors:
            text.refuse(word.place, f"'{word.text}' is no name for another processor")
        processors.append(word.text)
    if len(processors) > MOST_CORES:
        message = f"{len(processors)} processors; the limit is {MOST_CORES}"
        text.fail(rows[0].start, message)
    tasks: list[TaskRow] = []
    lines: dict[str, int] = {}
    for row in rows[1:]:
        name = row.words[0].text
        if len(row.words) != len(heading):
            message = f"{len(row.words)} cells, {len(heading)} are needed"
            text.refuse(row.start, message)
            continue
        if not name or name in lines:
            first = f"; first in line {lines[name]}" if name in lines else ""
            text.refuse(row.start, f"'{name}' is no name for another task{first}")
        lines.setdefault(name, row.line)
        units = tuple(_time(text, word) for word in row.words[1:])
        if all(value is None for value in units):
            text.refuse(row.start, f"no processor can run task '{name}'")
        tasks.append(TaskRow(name, row.start, units))
    return processors, tasks


def _time(text: TextFile, word: Word) -> float | None:
    if word.text in NO_TIME:
        return None
    value = decimal(text, word, "a time")
    if value is not None and value < 0.0:
        text.refuse(word.place, f"a time is {value:g}; it must be at least 0", "'-' for none")
    return value


def read_edges(text: TextFile, rows: Sequence[Row], index: Mapping[str, int]) -> list[EdgeRow]:
    """The second table, which may be missing; problems are noted in ``text``."""
    if not rows:
        return []
    heading = [word.text.lower() for word in rows[0].words]
    if heading not in (["source", "target"], ["source", "target", "cost"]):
        message = "the table of edges starts with 'source', 'target' and, if it matters, 'cost'"
        text.fail(rows[0].start, message, "source,target,cost")
    found: list[EdgeRow] = []
    lines: dict[tuple[int, int], int] = {}
    for row in rows[1:]:
        if len(row.words) != len(heading):
            text.refuse(row.start, f"{len(row.words)} cells, {len(heading)} are needed")
            continue
        for word in row.words[:2]:
            if word.text not in index:
                text.refuse(word.place, f"there is no task '{word.text}'")
        cost = decimal(text, row.words[2], "a cost") if len(heading) == 3 else None
        if cost is not None and cost < 0.0:
            text.refuse(row.words[2].place, f"a cost is {cost:g}; it must be at least 0")
        if all(word.text in index for word in row.words[:2]):
            pair = index[row.words[0].text], index[row.words[1].text]
            if pair in lines:
                message = f"this edge is given twice; first in line {lines[pair]}"
                text.refuse(row.start, message)
            lines.setdefault(pair, row.line)
            found.append(EdgeRow(*pair, cost))
    return found
