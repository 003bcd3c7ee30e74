"""Where the parts of a JSON text stand; only looked for when there is a problem to point at."""

import json
import re
from dataclasses import dataclass, field

from devicemodels.documents.errors import InputError, Problem
from devicemodels.documents.source import Place, Source, TreePath, problem_in

_TOKEN = re.compile(r'[ \t\r\n]*("(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\],:"]+)', re.DOTALL)

_SURROGATE = re.compile("[\ud800-\udfff]")


def locate_json(text: str, file: str) -> Source:
    """The content of a JSON text with positions.

    Raises ``InputError`` for what JSON or a document does not allow: bad syntax, a key given
    twice, NaN and infinity, nesting without end; all but the first of these all at once.
    """
    lines = tuple(text.split("\n"))
    try:
        tree = json.loads(text)
    except json.JSONDecodeError as error:
        if not text.strip():
            raise InputError.single("the file is empty", file=file) from None
        place = Place(error.lineno, error.colno)
        message = f"not valid JSON: {error.msg}"
        raise InputError([problem_in(file, lines, place, message)]) from None
    except RecursionError:
        raise InputError.single("nested too deep for a document", file=file) from None
    except ValueError:
        raise InputError.single("a number has too many digits", file=file) from None
    scan = _Scan(text, file, lines)
    scan.run()
    if scan.problems:
        raise InputError(scan.problems)
    return Source(file, lines, tree, scan.values, scan.keys)


@dataclass(slots=True)
class _Frame:
    path: TreePath
    part: str | int | None
    """Key of the value that comes next (None: a key comes next), or index of the list's item."""
    seen: dict[str, Place] = field(default_factory=dict)


@dataclass(slots=True)
class _Scan:
    """Walks over the tokens of a text that is known to be JSON."""

    text: str
    file: str
    lines: tuple[str, ...]
    values: dict[TreePath, Place] = field(default_factory=dict)
    keys: dict[TreePath, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    frames: list[_Frame] = field(default_factory=list)
    line: int = 1
    line_start: int = 0
    position: int = 0

    def run(self) -> None:
        for match in _TOKEN.finditer(self.text):
            self.token(match.group(1), self.place(match.start(1)))

    def token(self, token: str, place: Place) -> None:
        frame = self.frames[-1] if self.frames else None
        if token.startswith('"') and "\\u" in token and _SURROGATE.search(json.loads(token)):
            self.refuse(place, "a text has an escape that is half a character")
        match token[0]:
            case "{" | "[":
                self.values[self.next_path()] = place
                self.frames.append(_Frame(self.next_path(), None if token == "{" else 0))
            case "}" | "]":
                self.frames.pop()
            case ",":
                assert frame is not None
                frame.part = frame.part + 1 if isinstance(frame.part, int) else None
            case ":":
                pass
            case '"' if frame is not None and frame.part is None:
                self.key(frame, json.loads(token), place)
            case _:
                self.values[self.next_path()] = place
                if token.lstrip("-") in ("NaN", "Infinity"):
                    self.refuse(place, f"{token} is not a number that a document may hold")

    def key(self, frame: _Frame, key: str, place: Place) -> None:
        frame.part = key
        if key in frame.seen:
            first = frame.seen[key]
            self.refuse(
                place,
                f"'{key}' is given twice; first in line {first.line}, column {first.column}",
            )
        frame.seen.setdefault(key, place)
        self.keys.setdefault((*frame.path, key), place)

    def next_path(self) -> TreePath:
        if not self.frames:
            return ()
        frame = self.frames[-1]
        assert frame.part is not None
        return (*frame.path, frame.part)

    def refuse(self, place: Place, message: str) -> None:
        self.problems.append(problem_in(self.file, self.lines, place, message))

    def place(self, offset: int) -> Place:
        passed = self.text.count("\n", self.position, offset)
        if passed:
            self.line += passed
            self.line_start = self.text.rindex("\n", self.position, offset) + 1
        self.position = offset
        return Place(self.line, offset - self.line_start + 1)
