"""A file as a plain tree, and where each part of it stands, so that problems can point there."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from devicemodels.documents.errors import Problem

TreePath = tuple[str | int, ...]
"""Keys and list indices from the root of a tree to one of its parts."""

_LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Place:
    """A character of a file, counted from 1."""

    line: int
    """Line."""
    column: int
    """Column."""


@dataclass(frozen=True, slots=True)
class Source:
    """What a file says and where. The tree has dicts, lists, str, int, float, bool and None."""

    file: str
    """The file as the user named it."""
    lines: tuple[str, ...]
    """Its lines, for excerpts."""
    tree: object
    """Its content."""
    values: Mapping[TreePath, Place]
    """Where each value starts."""
    keys: Mapping[TreePath, Place]
    """Where the key of each value of a mapping starts."""

    def problem(
        self,
        path: TreePath,
        message: str,
        *,
        hint: str = "",
        at: Literal["key", "value", "document"] = "value",
    ) -> Problem:
        """A problem that points at the value or the key at ``path``, or at the whole file."""
        if at == "document":
            return Problem(message, hint=hint, file=self.file)
        place = self.place(path, at)
        return self.problem_at(place, message, hint=hint)

    def problem_at(self, place: Place, message: str, *, hint: str = "") -> Problem:
        """A problem that points at ``place``."""
        return problem_in(self.file, self.lines, place, message, hint=hint)

    def place(self, path: TreePath, at: Literal["key", "value"]) -> Place:
        """Where the key or value at ``path`` is, or the nearest part around it that exists."""
        first = self.keys if at == "key" else self.values
        second = self.values if at == "key" else self.keys
        for length in range(len(path), -1, -1):
            place = first.get(path[:length]) or second.get(path[:length])
            if place is not None:
                return place
        return Place(1, 1)

    def dotted(self, path: TreePath) -> str:
        """``path`` as messages and provenance write it: ``cores.dsp.operating_points.low``."""
        return dotted(self.tree, path)


def dotted(tree: object, path: TreePath) -> str:
    """``path`` in ``tree`` with dots; an item of a list goes by its ``name``, else by ``[1]``."""
    text = ""
    for part in path:
        tree = child(tree, part)
        match part, tree:
            case int(), {"name": str(name)}:
                text += f".{name}"
            case int(), _:
                text += f"[{part}]"
            case _:
                text += f".{part}"
    return text.removeprefix(".")


def child(tree: object, part: str | int) -> object:
    """The part of ``tree`` under a key or index; None if there is none."""
    if isinstance(tree, dict):
        return tree.get(part)
    if isinstance(tree, list) and isinstance(part, int) and part < len(tree):
        return tree[part]
    return None


def split_lines(text: str) -> tuple[str, ...]:
    """The lines of ``text`` as YAML counts them."""
    return tuple(_LINE_BREAK.split(text))


def problem_in(
    file: str, lines: tuple[str, ...], place: Place, message: str, *, hint: str = ""
) -> Problem:
    """A problem at a place of a file, with the line that stands there."""
    snippet = lines[place.line - 1] if 0 < place.line <= len(lines) else None
    return Problem(message, hint, file, place.line, place.column, snippet)
