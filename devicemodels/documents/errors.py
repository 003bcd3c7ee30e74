"""The one exception for a user's bad input, with every problem of a file at once."""

from collections.abc import Iterable
from dataclasses import dataclass

SNIPPET_WIDTH = 96
"""Longest part of an offending line that is shown; JSON may sit on one endless line."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with the input, and what to try."""

    message: str
    """What, where in the document, the value and the limit, in one line."""
    hint: str = ""
    """What to try; empty if there is nothing sensible to say."""
    file: str | None = None
    """The file as the user named it."""
    line: int | None = None
    """Counted from 1."""
    column: int | None = None
    """Counted from 1."""
    snippet: str | None = None
    """The whole offending line of the file."""

    def __str__(self) -> str:
        """``file:line:column: message``, the line with a caret, and ``try: hint``."""
        place = [str(part) for part in (self.file, self.line, self.column) if part is not None]
        rows = [": ".join([":".join(place), self.message]) if place else self.message]
        if self.snippet is not None and self.snippet.strip():
            rows += _excerpt(self.snippet, self.column)
        if self.hint:
            rows.append(f"  try: {self.hint}")
        return "\n".join(_printable(row) for row in rows)


class InputError(Exception):
    """The user's input cannot be used. The command line prints it and exits with 2.

    ``str()`` of it is the whole message for the user; it needs no traceback.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        """In order of file, line and column."""
        super().__init__(self.problems)

    @classmethod
    def single(cls, message: str, *, hint: str = "", file: str | None = None) -> "InputError":
        """An error of one problem that has no place inside a file."""
        return cls([Problem(message, hint=hint, file=file)])

    def __str__(self) -> str:
        """Every problem, and how many there are."""
        count = len(self.problems)
        total = f"{count} problem" if count == 1 else f"{count} problems"
        return "\n".join([*(str(problem) for problem in self.problems), total])


def _printable(text: str) -> str:
    """``text`` without what would break a line, a terminal or an encoding."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )


def _excerpt(line: str, column: int | None) -> list[str]:
    """The line, cut around ``column`` if it is long, and a caret below."""
    text = "".join(char if char.isprintable() else " " for char in line.rstrip())
    if column is None:
        return [f"    {text[:SNIPPET_WIDTH]}"]
    caret = column - 1
    if len(text) > SNIPPET_WIDTH:
        start = min(max(0, caret - SNIPPET_WIDTH // 2), len(text) - SNIPPET_WIDTH)
        text, caret = text[start : start + SNIPPET_WIDTH], caret - start
    return [f"    {text}", f"    {' ' * caret}^"]
