"""Comma-separated values with the place of each cell; quotes as spreadsheets write them."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from devicemodels.documents.source import Place
from scheduler.importers.text import LARGEST_TICKS, Row, TextFile, Word

_CELL = re.compile(r'\s*(?:"((?:[^"]|"")*)"|([^",]*))\s*(,|$)')
_NUMBER = re.compile(r"[+-]?([0-9]{1,30}(\.[0-9]{0,30})?|\.[0-9]{1,30})([eE][+-]?[0-9]{1,3})?")

NO_TIME = ("", "-")
"""What stands in a cell where there is no time, besides negative numbers."""


@dataclass(frozen=True, slots=True)
class Timing:
    """From the decimals of a file to ticks."""

    ticks_per_unit: int
    """Ticks in one unit of the file."""

    def ticks(self, units: float) -> int:
        """Rounded to the nearest tick."""
        return round(units * self.ticks_per_unit)

    def each(self, units: Iterable[float | None]) -> list[int | None]:
        """Rounded to the nearest tick; None stays."""
        return [None if value is None else self.ticks(value) for value in units]


def csv_rows(text: TextFile) -> Iterator[Row]:
    """Every line with its cells, without empty lines and those that start with ``#``."""
    for number, line in enumerate(text.lines, 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        words = []
        at = 0
        while at <= len(line):
            match = _CELL.match(line, at)
            if match is None:
                text.refuse(Place(number, at + 1), "a quote that is not closed, or out of place")
                break
            quoted = match.group(1) is not None
            said = match.group(1).replace('""', '"') if quoted else match.group(2)
            words.append(Word(said.strip(), Place(number, match.start(1 if quoted else 2) + 1)))
            at = match.end()
            if match.group(3) != ",":
                break
        if words:
            yield Row(number, tuple(words))


def decimal(text: TextFile, word: Word, what: str) -> float | None:
    """The number in a cell; notes a problem and gives None if there is none."""
    if not _NUMBER.fullmatch(word.text):
        shown = word.text if len(word.text) <= 40 else f"{word.text[:37]}..."
        text.refuse(word.place, f"{what}: '{shown}' is not a number")
        return None
    value = float(word.text)
    if value > LARGEST_TICKS:
        text.refuse(word.place, f"{what} is {value:g}; it must be at most {LARGEST_TICKS:g}")
        return None
    return value


def timing(text: TextFile, units: Sequence[float], ticks_per_unit: int | None) -> Timing:
    """Ticks are the file's units if all numbers are whole, else thousandths, unless given."""
    if ticks_per_unit is None:
        ticks_per_unit = 1 if all(value.is_integer() for value in units) else 1000
    if not 1 <= ticks_per_unit <= 10**9:
        text.refuse(None, f"{ticks_per_unit} ticks a unit; it must be from 1 to 1000000000")
    elif max(units, default=0.0) * ticks_per_unit > LARGEST_TICKS:
        message = f"{max(units):g} units are too long at {ticks_per_unit} ticks a unit"
        hint = f"fewer ticks a unit: --ticks-per-unit 1; the limit is {LARGEST_TICKS} ticks"
        text.refuse(None, message, hint)
    text.check()
    return Timing(ticks_per_unit)
