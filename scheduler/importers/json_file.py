"""A JSON file of somebody else's form: values asked for by path, problems with their place."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from devicemodels.documents.errors import InputError, Problem
from devicemodels.documents.explain import show
from devicemodels.documents.files import read_text
from devicemodels.documents.json_source import locate_json
from devicemodels.documents.source import TreePath, child, dotted
from scheduler.importers.text import MOST_PROBLEMS


@dataclass(slots=True)
class JsonFile:
    """A file that is being read. Where things stand is only looked up if there are problems."""

    file: str
    """As the user named it."""
    text: str
    """All of it."""
    tree: object
    """Its content."""
    problems: list[tuple[TreePath, str, str]] = field(default_factory=list)
    """Path, message and hint of each problem so far."""

    @classmethod
    def open(cls, path: Path) -> "JsonFile":
        """Read the whole file; ``InputError`` if that fails or it is not strict JSON."""
        text = read_text(path)
        try:
            tree = json.loads(
                text, object_pairs_hook=_without_duplicates, parse_constant=_no_constant
            )
        except (ValueError, RecursionError):
            locate_json(text, str(path))
            raise AssertionError("a text that json refuses has problems to point at") from None
        return cls(str(path), text, tree)

    def get(self, path: TreePath) -> object:
        """The value at ``path``; None if there is none."""
        value = self.tree
        for part in path:
            value = child(value, part)
        return value

    def items(self, path: TreePath, *, required: bool = False) -> Iterator[TreePath]:
        """The paths of the items of a list, which may be missing unless ``required``."""
        value = self.get(path)
        if isinstance(value, list):
            yield from ((*path, index) for index in range(len(value)))
        elif value is not None or required:
            self.refuse(path, f"{show(value)}, a list is needed")

    def word(self, path: TreePath) -> str | None:
        """The text at ``path``; notes a problem and gives None if it is not one."""
        value = self.get(path)
        if not isinstance(value, str) or not value:
            self.refuse(path, f"{show(value)}, a text is needed")
            return None
        if not value.isprintable():
            self.refuse(path, f"{show(value)}, which has characters that cannot be shown")
            return None
        return value

    def number(self, path: TreePath, most: float) -> float | None:
        """The number from 0 to ``most`` at ``path``; notes a problem and gives None if not."""
        value = self.get(path)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            self.refuse(path, f"{show(value)}, a number is needed")
            return None
        if not 0 <= value <= most:
            self.refuse(path, f"{show(value)}; it must be from 0 to {most:g}")
            return None
        return float(value)

    def refuse(self, path: TreePath, message: str, hint: str = "") -> None:
        """Note a problem at ``path``; give up after too many."""
        self.problems.append((path, message, hint))
        if len(self.problems) == MOST_PROBLEMS:
            message = "too many problems: the rest of the file was not looked at"
            self.problems.append(((), message, ""))
            self.give_up()

    def fail(self, path: TreePath, message: str, hint: str = "") -> NoReturn:
        """Note a problem after which nothing else can be said, and raise ``InputError``."""
        self.refuse(path, message, hint)
        self.give_up()

    def check(self) -> None:
        """Raise ``InputError`` with every problem noted so far, if there is one."""
        if self.problems:
            self.give_up()

    def give_up(self) -> NoReturn:
        """Raise ``InputError`` with every problem noted so far, in the order of the file."""
        source = locate_json(self.text.removeprefix("\ufeff"), self.file)
        found = []
        for path, message, hint in self.problems:
            where = dotted(source.tree, path)
            said = f"{where}: {message}" if where else message
            found.append(
                source.problem(path, said, hint=hint) if path else Problem(said, hint, self.file)
            )
        raise InputError(sorted(found, key=lambda p: (p.line is None, p.line or 0, p.column or 0)))


def _without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    tree = dict(pairs)
    if len(tree) != len(pairs):
        raise ValueError("a key is given twice")
    return tree


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")
