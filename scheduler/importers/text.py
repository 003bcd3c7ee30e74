"""A text file of words and numbers, read with the place of each word; problems are collected."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from devicemodels.documents.errors import InputError, Problem
from devicemodels.documents.files import read_text
from devicemodels.documents.source import Place, problem_in, split_lines

LARGEST_TICKS = 10**14
"""Of one duration or transfer: sums over ten thousand of them still fit 64 bits."""

MOST_PROBLEMS = 50
"""After so many problems a file is most likely of another format."""

_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the file and where it stands."""

    text: str
    """Without spaces around it."""
    place: Place
    """Of its first character."""

    @property
    def is_whole(self) -> bool:
        """Whether it is a whole number, of any sign."""
        return _WHOLE.fullmatch(self.text) is not None


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the file that is not empty."""

    line: int
    """Counted from 1."""
    words: tuple[Word, ...]
    """At least one."""

    @property
    def start(self) -> Place:
        """Of its first word."""
        return self.words[0].place

    @property
    def end(self) -> Place:
        """Just after its last word."""
        last = self.words[-1]
        return Place(self.line, last.place.column + len(last.text))


@dataclass(slots=True)
class TextFile:
    """A file that is being read, with the problems found in it so far."""

    file: str
    """As the user named it."""
    lines: tuple[str, ...]
    """Its lines."""
    problems: list[Problem] = field(default_factory=list)
    """In the order found."""

    @classmethod
    def open(cls, path: Path) -> "TextFile":
        """Read the whole file; ``InputError`` if that fails or there is nothing in it."""
        text = read_text(path)
        if not text.strip():
            raise InputError.single("the file is empty", file=str(path))
        return cls(str(path), split_lines(text))

    def rows(self, comment: str | None = None) -> Iterator[Row]:
        """Every line that has words, without what follows the sign of a ``comment``."""
        for number, line in enumerate(self.lines, 1):
            kept = line if comment is None else line.split(comment, 1)[0]
            words = tuple(
                Word(match.group(), Place(number, match.start() + 1))
                for match in _WORD.finditer(kept)
            )
            if words:
                yield Row(number, words)

    def refuse(self, place: Place | None, message: str, hint: str = "") -> None:
        """Note a problem at ``place``, or of the whole file; give up after too many."""
        if place is None:
            self.problems.append(Problem(message, hint, self.file))
        else:
            self.problems.append(problem_in(self.file, self.lines, place, message, hint=hint))
        if len(self.problems) == MOST_PROBLEMS:
            message = "too many problems: the rest of the file was not read"
            hint = "look at whether it is of the format that it was read as"
            self.problems.append(Problem(message, hint, self.file))
            self.give_up()

    def fail(self, place: Place | None, message: str, hint: str = "") -> NoReturn:
        """Note a problem after which nothing else can be said, and raise ``InputError``."""
        self.refuse(place, message, hint)
        self.give_up()

    def whole(self, word: Word, what: str, least: int = 0, most: int = LARGEST_TICKS) -> int | None:
        """The whole number that ``word`` is; notes a problem and gives None if it is not one."""
        if not word.is_whole:
            self.refuse(word.place, f"{what}: '{_short(word.text)}' is not a whole number")
            return None
        value = int(word.text)
        if not least <= value <= most:
            limits = f"from {least} to {most}" if value > most else f"at least {least}"
            self.refuse(word.place, f"{what} is {value}; it must be {limits}")
            return None
        return value

    def check(self) -> None:
        """Raise ``InputError`` with every problem noted so far, if there is one."""
        if self.problems:
            self.give_up()

    def give_up(self) -> NoReturn:
        """Raise ``InputError`` with every problem noted so far, in the order of the file."""
        order = sorted(self.problems, key=lambda p: (p.line is None, p.line or 0, p.column or 0))
        raise InputError(order)


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:37]}..."
