"""From pydantic's errors to problems that say what, where, the value, the limit, what to try."""

import difflib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from devicemodels.documents.errors import Problem
from devicemodels.documents.fields import (
    example_of,
    key_type,
    keys_at,
    keys_named,
    type_at,
    words_of,
)
from devicemodels.documents.quantities import Mode
from devicemodels.documents.source import Source, TreePath, child

NEEDED = {
    "json_invalid": "which is nested too deep",
    "string_type": "a text is needed",
    "int_type": "a whole number is needed",
    "int_from_float": "a whole number is needed",
    "int_parsing_size": "that is too large a number",
    "float_type": "a number is needed",
    "finite_number": "a finite number is needed",
    "bool_type": "true or false is needed",
    "tuple_type": "a list is needed, like [a, b]",
    "dataclass_type": "a mapping is needed, like {key: value}",
    "mapping_type": "a mapping is needed, like {key: value}",
    "dict_type": "a mapping is needed, like {key: value}",
}
"""What the value should have been, by pydantic's type of error."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One error of pydantic's, placed in the tree of the file."""

    kind: str
    """Pydantic's type of error."""
    path: TreePath
    """Of the value, or of the key that is missing or unknown."""
    branch: tuple[TreePath, str] | None
    """Where a union is, and which of its members was tried."""
    said: str
    """Pydantic's message, or that of a quantity."""
    of_key: bool
    """Whether it is the key at ``path`` that is wrong, not its value."""


def explain(
    cls: type, source: Source, mode: Mode, errors: Iterable[Mapping[str, Any]]
) -> list[Problem]:
    """Every error as a problem, in the order of the file."""
    findings = _one_branch([_finding(source.tree, error) for error in errors])
    version = [finding for finding in findings if finding.path == ("version",)]
    if version:  # of another version nothing else can be said
        findings = version
    findings = [f for f in findings if not _is_misspelt(cls, source, mode, f, findings)]
    problems = [_problem(cls, source, mode, finding) for finding in findings]
    return sorted(dict.fromkeys(problems), key=lambda p: (p.line or 0, p.column or 0))


def did_you_mean(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """A hint: the known word that is most like ``word``; else all, introduced by ``otherwise``."""
    known = list(known)
    lowered = {other.lower(): other for other in reversed(known)}
    close = difflib.get_close_matches(word.lower(), lowered, n=1, cutoff=0.6)
    if close:
        return f"did you mean '{lowered[close[0]]}'?"
    return f"{otherwise}: {', '.join(known)}" if known and otherwise else ""


def show(value: object) -> str:
    """A value of a file as messages show it."""
    match value:
        case None:
            return "nothing is given"
        case dict():
            return "a mapping is given"
        case list():
            return "a list is given"
        case bool():
            return f"'{str(value).lower()}' is given"
        case str():
            return f"'{value if len(value) <= 40 else value[:37] + '...'}' is given"
        case _:
            return f"{value} is given"


def _finding(tree: object, error: Mapping[str, Any]) -> Finding:
    """Pydantic's place has, besides keys and indices, the union members that it tried."""
    kind, location = error["type"], error["loc"][1:]
    path: TreePath = ()
    branch = None
    at = tree
    for index, part in enumerate(location):
        inside = child(at, part)
        is_here = (isinstance(at, dict) and part in at) or (
            isinstance(at, list) and isinstance(part, int) and part < len(at)
        )
        is_missing = kind == "missing" and index == len(location) - 1
        if is_here or is_missing:
            path, at = (*path, part), inside
        elif part != "[key]":
            branch = (path, str(part))
    return Finding(kind, path, branch, error["msg"], "[key]" in location)


def _one_branch(findings: Sequence[Finding]) -> list[Finding]:
    """Of each union only the errors of the member that the file most likely means."""
    tried: dict[TreePath, dict[str, list[Finding]]] = defaultdict(lambda: defaultdict(list))
    for finding in findings:
        if finding.branch is not None:
            place, member = finding.branch
            tried[place][member].append(finding)

    def unlikely(members: tuple[str, list[Finding]]) -> tuple[int, int]:
        another = ("literal_error", "tuple_type")  # another tag, or no list where one is needed
        return sum(f.kind in another for f in members[1]), len(members[1])

    meant = {place: min(found.items(), key=unlikely)[0] for place, found in tried.items()}
    return [f for f in findings if f.branch is None or meant[f.branch[0]] == f.branch[1]]


def _is_misspelt(
    cls: type, source: Source, mode: Mode, missing: Finding, findings: Sequence[Finding]
) -> bool:
    """Whether a key is only missing because it is there with another spelling."""
    if missing.kind != "missing":
        return False
    around, key = missing.path[:-1], str(missing.path[-1])
    known = _known_keys(cls, source, mode, around)
    return any(
        other.kind == "unexpected_keyword_argument"
        and other.path[:-1] == around
        and did_you_mean(str(other.path[-1]), known) == did_you_mean(key, [key])
        for other in findings
    )


def _known_keys(cls: type, source: Source, mode: Mode, path: TreePath) -> tuple[str, ...]:
    """The keys that the mapping at ``path`` may have."""
    tree = _value_at(source.tree, path)
    return keys_at(type_at(cls, source.tree, path, mode), tree, mode)


def _problem(cls: type, source: Source, mode: Mode, finding: Finding) -> Problem:
    path, kind = finding.path, finding.kind
    where = source.dotted(path) or "the file"
    annotation = type_at(cls, source.tree, path, mode)
    if kind == "missing":
        key, example = path[-1], example_of(annotation)
        hint = f"add '{key}: {example}'" if mode == "yaml" else f'add the key "{key}"'
        at: Literal["key", "document"] = "key" if len(path) > 1 else "document"
        return source.problem(path[:-1], f"'{where}' is missing", hint=hint, at=at)
    if kind == "unexpected_keyword_argument":
        known = _known_keys(cls, source, mode, path[:-1])
        hint = did_you_mean(str(path[-1]), known, "known keys")
        return source.problem(path, f"unknown key '{where}'", hint=hint, at="key")
    value = _value_at(source.tree, path)
    if kind == "literal_error":
        if finding.of_key:
            words = words_of(key_type(type_at(cls, source.tree, path[:-1], mode)))
            message = f"{source.dotted(path[:-1])}: '{path[-1]}' is not one of {', '.join(words)}"
            return source.problem(path, message, hint=did_you_mean(str(path[-1]), words), at="key")
        around = type_at(cls, source.tree, path[:-1], mode)
        found = [words_of(key.annotation) for key in keys_named(around, path[-1], mode)]
        words = tuple(word for each in found for word in each) or words_of(annotation)
        return _not_allowed(source, path, where, value, words)
    message, hint = f"{show(value)}, {NEEDED.get(kind, finding.said)}", ""
    if kind == "quantity":
        message = finding.said
    elif kind == "string_type" and isinstance(value, (bool, int, float)):
        hint = f"put it into quotes: '{str(value).lower()}'"
    return source.problem(path, f"{where}: {message}", hint=hint)


def _not_allowed(
    source: Source, path: TreePath, where: str, value: object, words: tuple[str, ...]
) -> Problem:
    if path[-1:] == ("version",):
        message = f"{where}: {show(value)}; this Wakepath reads {' or '.join(words)}"
        return source.problem(path, message)
    message = f"{where}: {show(value)}; it is one of {', '.join(words)}"
    return source.problem(path, message, hint=did_you_mean(str(value), words))


def _value_at(tree: object, path: TreePath) -> object:
    for part in path:
        tree = child(tree, part)
    return tree
