"""Rows of a CSV file, each cell with its place, so that every problem points at one."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from devicemodels.documents.errors import Problem
from devicemodels.documents.explain import did_you_mean
from devicemodels.documents.fields import quantity_of
from devicemodels.documents.source import Place, problem_in, split_lines

_CELL = re.compile(r'\s*"((?:[^"]|"")*)"\s*(?=,|$)|([^,]*)')


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its cells by column."""

    table: "Table"
    """The file it is from."""
    number: int
    """Line of the file, counted from 1."""
    cells: Mapping[str, str]
    """Text by column, without blanks around it."""
    places: Mapping[str, int]
    """Column of the file, counted from 1, at which each cell starts."""

    def problem(self, column: str, message: str, hint: str = "") -> Problem:
        """A problem of one cell."""
        place = Place(self.number, self.places.get(column, 1))
        return problem_in(
            self.table.file, self.table.lines, place, f"{column}: {message}", hint=hint
        )

    def quantity(self, column: str, annotation: Any, problems: list[Problem]) -> float | None:
        """The SI value of a cell with a unit; None if it is empty, or bad and in ``problems``."""
        text = self.cells.get(column, "")
        if not text:
            return None
        quantity = quantity_of(annotation) or quantity_of(get_args(annotation)[0])
        assert quantity is not None
        try:
            return float(quantity.from_text(text))
        except ValueError as error:
            problems.append(self.problem(column, str(error)))
            return None


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV file with a header."""

    file: str
    """As the user named it."""
    lines: tuple[str, ...]
    """Its lines."""


def read_table(
    text: str, file: str, required: Collection[str], known: Collection[str]
) -> tuple[tuple[Line, ...], list[Problem]]:
    """The rows of a CSV text, and what is wrong with its header and with lengths of rows.

    No row is read below a bad header.
    """
    table = Table(file, split_lines(text))
    problems: list[Problem] = []
    numbered = [(i, line) for i, line in enumerate(table.lines, 1) if line.strip()]
    numbered = [(i, line) for i, line in numbered if not line.lstrip().startswith("#")]
    if not numbered:
        hint = f"the first line names the columns: {','.join(required)}"
        return (), [Problem("the file has no rows", hint=hint, file=file)]
    first, header = numbered[0]
    columns = _cells(header)
    for name, at in columns:
        if name not in known:
            hint = did_you_mean(name, tuple(known), "columns are")
            message = f"there is no column '{name}'"
            problems.append(problem_in(file, table.lines, Place(first, at), message, hint=hint))
    names = [name for name, _ in columns]
    for name in required:
        if name not in names:
            message = f"the column '{name}' is missing"
            hint = f"the first line names the columns: {','.join(known)}"
            problems.append(problem_in(file, table.lines, Place(first, 1), message, hint=hint))
    if problems:
        return (), problems
    found: list[Line] = []
    for number, line in numbered[1:]:
        cells = _cells(line)
        if len(cells) != len(names):
            message = f"the row has {len(cells)} cells, the header {len(names)}"
            hint = "write an empty cell where nothing was measured"
            problems.append(problem_in(file, table.lines, Place(number, 1), message, hint=hint))
            continue
        texts = {name: cell for name, (cell, _) in zip(names, cells, strict=True)}
        places = {name: at for name, (_, at) in zip(names, cells, strict=True)}
        found.append(Line(table, number, texts, places))
    if not found and not problems:
        problems.append(Problem("the file has a header and no rows", file=file))
    return tuple(found), problems


def _cells(line: str) -> list[tuple[str, int]]:
    cells: list[tuple[str, int]] = []
    at = 0
    while True:
        match = _CELL.match(line, at)
        assert match is not None
        quoted, bare = match.group(1), match.group(2)
        text = quoted.replace('""', '"') if quoted is not None else bare
        blanks = len(match.group()) - len(match.group().lstrip())
        cells.append((text.strip(), at + blanks + 1))
        at = match.end() + 1
        if at > len(line):
            return cells
