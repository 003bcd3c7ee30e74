"""Documents: frozen dataclasses as JSON that a person can read and a program checks strictly."""

import json
from dataclasses import fields
from pathlib import Path
from typing import TypeVar

from devicemodels.documents.errors import InputError
from devicemodels.documents.files import plain, read_text
from devicemodels.documents.json_source import locate_json
from devicemodels.documents.validate import validate

T = TypeVar("T")

LINE_WIDTH = 100
"""A mapping or list that fits stays on one line."""


def dump_document(value: object) -> str:
    """The JSON text of a tree of frozen dataclasses, in the order of the fields.

    Loading it gives an equal value: floats are written with all their digits. Raises
    ``ValueError`` for NaN and infinity.
    """
    return _layout(plain(value), "", 0) + "\n"


def load_document(cls: type[T], text: str, file: str) -> T:
    """The value of type ``cls`` in a JSON text that messages call ``file``.

    Raises ``InputError`` with every problem: bad syntax, keys unknown, missing or given twice,
    wrong types, NaN, another version.
    """
    text = text.removeprefix("\ufeff")
    try:
        tree = json.loads(text, object_pairs_hook=_without_duplicates, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        locate_json(text, file)
        raise AssertionError("a text that json refuses has problems to point at") from None
    if isinstance(tree, dict) and "version" not in tree and _has_version(cls):
        version = next(field.default for field in fields(cls) if field.name == "version")  # type: ignore[arg-type]
        hint = f'a {cls.__name__} document has "version": "{version}"'
        raise InputError.single("'version' is missing", hint=hint, file=file)
    return validate(cls, text, "json", lambda: locate_json(text, file))


def read_document(cls: type[T], path: Path) -> T:
    """The value of type ``cls`` in a JSON file; ``InputError`` as ``load_document``."""
    return load_document(cls, read_text(path), str(path))


def _has_version(cls: type) -> bool:
    return any(field.name == "version" for field in fields(cls))


def _without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    tree = dict(pairs)
    if len(tree) != len(pairs):
        raise ValueError("a key is given twice")
    return tree


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _layout(tree: object, indent: str, used: int) -> str:
    """``tree`` on one line if it fits beside ``used`` characters, else one item a line."""
    flat = json.dumps(tree, ensure_ascii=False, allow_nan=False)
    if not isinstance(tree, (dict, list)) or len(indent) + used + len(flat) <= LINE_WIDTH:
        return flat
    inner = indent + " "
    if isinstance(tree, list):
        rows = [_layout(item, inner, 1) for item in tree]
    else:
        heads = [f"{json.dumps(key, ensure_ascii=False)}: " for key in tree]
        rows = [
            head + _layout(item, inner, len(head) + 1)
            for head, item in zip(heads, tree.values(), strict=True)
        ]
    opening, closing = "[]" if isinstance(tree, list) else "{}"
    return f"{opening}\n{inner}" + f",\n{inner}".join(rows) + f"\n{indent}{closing}"
