"""Measured cost tables: an operator a line, its time on each processor, transfers by pair.

The form in which https://github.com/AnissL93/Hetero-Scheduling publishes measurements of networks
on big and small CPU cores and a GPU (``data/net_perf``). The column ``op_id`` names an operator,
``suc`` lists those that read its output, a plain column is a processor, and a column called
``['A', 'B']`` lists, successor by successor, the time from processor A to B.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from scheduler.graphs.problem import (
    GraphEdge,
    GraphLink,
    GraphProblem,
    GraphTask,
    Sharing,
)
from scheduler.importers.assembly import (
    MOST_CORES,
    core_modes,
    core_resources,
    forward,
    one_core_each,
)
from scheduler.importers.csv_rows import NO_TIME, decimal, timing
from scheduler.importers.text import Row, TextFile, Word

NOT_PROCESSORS = ("", "op_id", "op_type", "suc", "read", "write", "size", "data_size")
"""Columns that are neither a processor nor a pair: names, kinds, parts of times, bytes."""

_PAIR = re.compile(r"[\[(]\s*'([^']+)'\s*,\s*'([^']+)'\s*[\])]")
_LIST = re.compile(r"\s*[\[(](.*?),?\s*[\])]\s*")


@dataclass(frozen=True, slots=True)
class _Columns:
    name: int
    successors: int
    processors: tuple[tuple[str, int], ...]
    pairs: tuple[tuple[str, str, int], ...]
    """Sender, receiver, column; without those of a processor to itself."""
    width: int


@dataclass(frozen=True, slots=True)
class _Operator:
    name: str
    row: Row
    units: tuple[float | None, ...]
    """By processor; None where it cannot run."""
    successors: tuple[Word, ...]
    transfers: tuple[tuple[float, ...], ...]
    """By pair and successor."""


def is_measured(row: Row) -> bool:
    """Whether a first line is that of a measured table."""
    return {"op_id", "suc"} <= {word.text for word in row.words}


def read_measured(
    text: TextFile,
    rows: Sequence[Row],
    name: str,
    *,
    ticks_per_unit: int | None,
    sharing: Sharing,
    is_unlisted_free: bool,
) -> GraphProblem:
    """The operators as tasks; each pair of processors with a column has a link of its own.

    A pair without a column cannot exchange anything, unless ``is_unlisted_free``; a table without
    any such column says nothing of communication, and outputs are there at once. A time below 0,
    a dash or nothing means that a processor cannot run an operator. What a processor would take
    to hand an output to itself is not counted. Raises ``InputError``.
    """
    columns = _columns(text, rows[0])
    operators = [found for row in rows[1:] if (found := _operator(text, row, columns)) is not None]
    text.check()
    index = _index(text, operators)
    links, matrix = _links(columns, is_unlisted_free)
    units = [value for found in operators for value in found.units if value is not None]
    units += [value for found in operators for costs in found.transfers for value in costs]
    times = timing(text, units, ticks_per_unit)
    edges = []
    for source, found in enumerate(operators):
        seen = set()
        for at, word in enumerate(found.successors):
            if word.text not in index:
                text.refuse(word.place, f"there is no operator '{word.text}'")
                continue
            if word.text in seen:
                text.refuse(word.place, f"successor '{word.text}' is given twice")
            seen.add(word.text)
            ticks = [times.ticks(costs[at]) for costs in found.transfers]
            ticks += [0] * (len(links) - len(ticks))
            edges.append(GraphEdge(source, index[word.text], tuple(ticks), (0.0,) * len(links)))
    text.check()
    processors = [processor for processor, _ in columns.processors]
    holds = one_core_each(len(processors))
    problem = GraphProblem(
        name=name,
        resources=core_resources(processors),
        tasks=tuple(
            GraphTask(found.name, core_modes(processors, holds, times.each(found.units)))
            for found in operators
        ),
        edges=tuple(edges),
        links=tuple(GraphLink(link, sharing) for link in links),
        link=matrix,
    )
    return forward(problem, lambda at, message: text.fail(operators[at].row.start, message))


def _columns(text: TextFile, row: Row) -> _Columns:
    found: dict[str, int] = {}
    processors: list[tuple[str, int]] = []
    pairs: list[tuple[str, str, int]] = []
    for at, word in enumerate(row.words):
        pair = _PAIR.fullmatch(word.text)
        if word.text in found:
            if word.text:
                text.refuse(word.place, f"column '{word.text}' is there twice")
        elif pair is not None:
            pairs.append((pair.group(1), pair.group(2), at))
        elif word.text not in NOT_PROCESSORS and not word.text.startswith(("[", "(", "Unnamed")):
            processors.append((word.text, at))
        found.setdefault(word.text, at)
    names = {name for name, _ in processors}
    for sender, receiver, at in pairs:
        for name in (sender, receiver):
            if name not in names:
                place = row.words[at].place
                text.refuse(place, f"processor '{name}' of this pair has no column of times")
    if not 1 <= len(processors) <= MOST_CORES:
        message = f"{len(processors)} columns of processors; it must be from 1 to {MOST_CORES}"
        text.refuse(row.start, message, "a processor's column has its name, as in ',suc,CPU,GPU'")
    text.check()
    return _Columns(
        found["op_id"],
        found["suc"],
        tuple(processors),
        tuple(pair for pair in pairs if pair[0] != pair[1]),
        len(row.words),
    )


def _operator(text: TextFile, row: Row, columns: _Columns) -> _Operator | None:
    if len(row.words) != columns.width:
        text.refuse(row.start, f"{len(row.words)} cells, {columns.width} are needed")
        return None
    units = tuple(_time(text, row.words[at]) for _, at in columns.processors)
    if all(value is None for value in units):
        text.refuse(row.start, "no processor can run this operator")
    successors = _listed(text, row.words[columns.successors], "successors")
    transfers = []
    for sender, receiver, at in columns.pairs:
        costs = _listed(text, row.words[at], "times")
        if successors and len(costs) != len(successors):
            message = (
                f"{len(costs)} times from {sender} to {receiver}, {len(successors)} successors"
            )
            text.refuse(row.words[at].place, message, "one time for each successor")
        values = [decimal(text, word, "a transfer's time") for word in costs]
        if any(value is not None and value < 0.0 for value in values):
            text.refuse(row.words[at].place, "a transfer's time is below 0")
        transfers.append(tuple(value or 0.0 for value in values[: len(successors)]))
    name = row.words[columns.name].text
    return _Operator(name, row, units, tuple(successors), tuple(transfers))


def _time(text: TextFile, word: Word) -> float | None:
    if word.text in NO_TIME:
        return None
    value = decimal(text, word, "a time")
    return value if value is not None and value >= 0.0 else None


def _listed(text: TextFile, word: Word, what: str) -> list[Word]:
    """The items of a list such as ``[6, 7]`` or ``['node1']``."""
    match = _LIST.fullmatch(word.text)
    if match is None:
        text.refuse(word.place, f"a list of {what} is needed, like [1, 2]")
        return []
    if not match.group(1).strip():
        return []
    items = [item.strip().strip("'\"") for item in match.group(1).split(",")]
    return [Word(item, word.place) for item in items]


def _index(text: TextFile, operators: Sequence[_Operator]) -> dict[str, int]:
    index: dict[str, int] = {}
    for at, found in enumerate(operators):
        if not found.name or found.name in index:
            text.refuse(found.row.start, f"'{found.name}' is no name for another operator")
        index.setdefault(found.name, at)
    text.check()
    return index


def _links(
    columns: _Columns, is_unlisted_free: bool
) -> tuple[list[str], tuple[tuple[int | None, ...], ...]]:
    """Names of the links, and the one between any two processors."""
    if not columns.pairs:
        return [], ()
    index = {name: at for at, (name, _) in enumerate(columns.processors)}
    links = [f"{sender}->{receiver}" for sender, receiver, _ in columns.pairs]
    matrix: list[list[int | None]] = [[None] * len(index) for _ in index]
    for at, (sender, receiver, _) in enumerate(columns.pairs):
        matrix[index[sender]][index[receiver]] = at
    if is_unlisted_free:
        links.append("free")
        for a, b in product(range(len(index)), repeat=2):
            if a != b and matrix[a][b] is None:
                matrix[a][b] = len(links) - 1
    return links, tuple(tuple(row) for row in matrix)
