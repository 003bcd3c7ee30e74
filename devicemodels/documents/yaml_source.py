"""YAML as people write it: YAML 1.2 scalars, no duplicate keys, and a position for every part.

PyYAML only tokenises here. Its own resolver follows YAML 1.1 (``on`` is a boolean, ``12:30`` a
number, ``1e8`` a text), its constructor keeps the last of two equal keys, and its composer
recurses. Anchors, aliases, merge keys and tags are refused: a scenario is short, and what a reader
sees at a line should be all that stands there.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from devicemodels.documents.errors import InputError, Problem
from devicemodels.documents.files import read_text
from devicemodels.documents.source import Place, Source, TreePath, problem_in, split_lines

DEEPEST_NESTING = 32
LARGEST_YAML_CHARACTERS = 1_000_000

_NULL = re.compile(r"~|null|Null|NULL|")
_BOOLEAN = re.compile(r"true|True|TRUE|false|False|FALSE")
_INTEGER = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INFINITY = re.compile(r"[-+]?\.(inf|Inf|INF)")
_NAN = re.compile(r"\.(nan|NaN|NAN)")
_SURROGATE = re.compile("[\ud800-\udfff]")


def read_yaml(path: Path, *, shown_as: str | None = None) -> Source:
    """The content of a YAML file with positions; ``InputError`` names all its problems."""
    return parse_yaml(read_text(path, shown_as=shown_as), shown_as or str(path))


def parse_yaml(text: str, file: str) -> Source:
    """The content of a YAML text, whose ``file`` messages name; ``InputError`` if it has none."""
    import yaml  # noqa: PLC0415

    if len(text) > LARGEST_YAML_CHARACTERS:
        limit = f"the limit is {LARGEST_YAML_CHARACTERS}"
        raise InputError.single(f"the file has {len(text)} characters; {limit}", file=file)
    builder = _Builder(file, split_lines(text))
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            builder.take(event)
    except yaml.reader.ReaderError as error:
        place = _place_of_offset(text, int(error.position))
        message = f"the character U+{ord(text[error.position]):04X} may not stand in YAML"
        raise InputError([builder.at(place, message)]) from None
    except yaml.MarkedYAMLError as error:
        raise InputError([*builder.problems, _syntax_problem(builder, error)]) from None
    except (ValueError, OverflowError):
        # PyYAML lets these out for escapes such as "\UFFFFFFFF" and for absurd directives.
        message = "not valid YAML: an escape or a directive has a number that is too large"
        raise InputError.single(message, file=file) from None
    if not builder.problems and not builder.documents:
        raise InputError.single("the file is empty", file=file)
    if builder.problems:
        raise InputError(builder.problems)
    return Source(file, builder.lines, builder.tree, builder.values, builder.keys)


@dataclass(slots=True)
class _Frame:
    """A mapping or list that is not closed yet."""

    container: dict[str, object] | list[object]
    path: TreePath
    key: str | None = None
    """In a mapping: the key whose value comes next."""


@dataclass(slots=True)
class _Builder:
    """Builds the tree from PyYAML's events, without recursion."""

    file: str
    lines: tuple[str, ...]
    tree: object = None
    values: dict[TreePath, Place] = field(default_factory=dict)
    keys: dict[TreePath, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    documents: int = 0
    frames: list[_Frame] = field(default_factory=list)

    def at(self, place: Place, message: str, hint: str = "") -> Problem:
        return problem_in(self.file, self.lines, place, message, hint=hint)

    def refuse(self, place: Place, message: str, hint: str = "") -> None:
        self.problems.append(self.at(place, message, hint))

    def take(self, event: object) -> None:
        import yaml  # noqa: PLC0415

        match event:
            case yaml.DocumentStartEvent():
                self.documents += 1
                if self.documents > 1:
                    message = "a second document starts here; a file holds one"
                    raise InputError([*self.problems, self.at(_place(event), message)])
            case yaml.AliasEvent():
                hint = f"write out what '&{event.anchor}' stands for"
                self.refuse(_place(event), f"'*{event.anchor}': aliases are not allowed", hint)
                self.add(None, _place(event))
            case yaml.ScalarEvent():
                self.check_properties(event)
                self.add_scalar(event, _place(event))
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                self.check_properties(event)
                self.open({} if isinstance(event, yaml.MappingStartEvent) else [], _place(event))
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self.frames.pop()

    def check_properties(self, event: object) -> None:
        anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
        if anchor is not None:
            self.refuse(_place(event), f"'&{anchor}': anchors are not allowed", "leave it out")
        if tag is not None:
            hint = "leave it out; put a text into quotes"
            shown = str(tag).replace("tag:yaml.org,2002:", "!!")
            self.refuse(_place(event), f"'{shown}': tags are not allowed", hint)

    def open(self, container: dict[str, object] | list[object], place: Place) -> None:
        if len(self.frames) == DEEPEST_NESTING:
            message = f"nested more than {DEEPEST_NESTING} levels deep"
            raise InputError([*self.problems, self.at(place, message)])
        path = self.add(container, place)
        self.frames.append(_Frame(container, path))

    def add_scalar(self, event: object, place: Place) -> None:
        text = str(getattr(event, "value", ""))
        if _SURROGATE.search(text):
            self.refuse(place, "an escape that is half a character", "write the character itself")
            text = _SURROGATE.sub("?", text)
        frame = self.frames[-1] if self.frames else None
        if frame is not None and isinstance(frame.container, dict) and frame.key is None:
            self.add_key(frame, frame.container, text, place)
        elif getattr(event, "style", None) is None:
            try:
                self.add(plain_scalar(text), place)
            except ValueError:
                self.refuse(place, f"a number of {len(text)} digits is too long")
                self.add(None, place)
        else:
            self.add(text, place)

    def add_key(self, frame: _Frame, container: dict[str, object], key: str, place: Place) -> None:
        path = (*frame.path, key)
        if key == "<<":
            self.refuse(place, "'<<': merge keys are not allowed", "write the keys out")
        elif key in container:
            first = self.keys[path]
            message = f"'{key}' is given twice; first in line {first.line}, column {first.column}"
            self.refuse(place, message, "keep one of them")
        else:
            self.keys[path] = place
        container.setdefault(key, None)
        frame.key = key

    def add(self, value: object, place: Place) -> TreePath:
        """Put ``value`` where the next one belongs; its path."""
        if not self.frames:
            self.tree = value
            self.values[()] = place
            return ()
        frame = self.frames[-1]
        if isinstance(frame.container, list):
            path: TreePath = (*frame.path, len(frame.container))
            frame.container.append(value)
        elif frame.key is None:
            self.refuse(place, "a key must be a plain word, not a list, mapping or alias")
            path = (*frame.path, "?")
            frame.key = "?"
        else:
            path = (*frame.path, frame.key)
            frame.container[frame.key] = value
            frame.key = None
        self.values.setdefault(path, place)
        return path


def plain_scalar(text: str) -> object:
    """What an unquoted scalar means in the core schema of YAML 1.2.

    Raises ``ValueError`` for an integer of thousands of digits.
    """
    meanings: tuple[tuple[re.Pattern[str], Callable[[str], object]], ...] = (
        (_NULL, lambda _: None),
        (_BOOLEAN, lambda word: word.lower() == "true"),
        (_INTEGER, int),
        (_OCTAL, lambda digits: int(digits[2:], 8)),
        (_HEXADECIMAL, lambda digits: int(digits[2:], 16)),
        (_FLOAT, float),
        (_INFINITY, lambda sign: float(sign.replace(".", ""))),
        (_NAN, lambda _: float("nan")),
    )
    for pattern, meaning in meanings:
        if pattern.fullmatch(text):
            return meaning(text)
    return text


def _syntax_problem(builder: _Builder, error: object) -> Problem:
    problem = str(getattr(error, "problem", None) or "not understood")
    context = getattr(error, "context", None)
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    hints: Iterator[str] = (hint for words, hint in _SYNTAX_HINTS.items() if words in problem)
    message = f"not valid YAML: {problem}" + (f" ({context})" if context else "")
    place = Place(mark.line + 1, mark.column + 1) if mark is not None else Place(1, 1)
    return builder.at(place, " ".join(message.split()), next(hints, ""))


_SYNTAX_HINTS = {
    "mapping values are not allowed": "look at the indentation; put a text with ': ' into quotes",
    "'\\t' that cannot start": "indent with spaces, not with tabs",
    "expected <block end>": "look at the indentation of this line and of those above it",
    "could not find expected ':'": "write 'key: value', with a space after the colon",
    "expected ',' or": "look above: a bracket is open, or a comma is missing between two items",
    "<stream end>": "close what is open at the end: a bracket, a brace or a quote",
    "cannot start any token": "put the text into quotes",
}
"""What to try, by words in PyYAML's message."""


def _place(event: object) -> Place:
    mark = getattr(event, "start_mark", None)
    return Place(mark.line + 1, mark.column + 1) if mark is not None else Place(1, 1)


def _place_of_offset(text: str, offset: int) -> Place:
    before = split_lines(text[:offset])
    return Place(len(before), len(before[-1]) + 1)
