"""What a dataclass says about the documents that hold it: its keys, their types, their examples."""

import re
import types
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from devicemodels.documents.quantities import Mode, Quantity
from devicemodels.documents.source import TreePath, child

_UNIT_SUFFIX = re.compile(r"_(bytes_per_s|j_per_byte|bytes|hz|js|s|j|w|v|f)$")


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a mapping in a document, and the field behind it."""

    name: str
    """As it is written in the document."""
    field: str
    """Name of the dataclass field."""
    annotation: Any
    """Type of the field."""
    required: bool
    """Whether the field has no default."""


def yaml_key(field_name: str) -> str:
    """The key that people write for a field: without the unit, which the value has."""
    match = _UNIT_SUFFIX.search(field_name)
    if match is None:
        return field_name
    stem = field_name[: match.start()]
    return f"{stem}_per_byte" if match.group(1) == "j_per_byte" else stem


@cache
def keys_of(cls: type, mode: Mode) -> Mapping[str, Key]:
    """The keys of the mapping that a dataclass is written as."""
    hints = get_type_hints(cls, include_extras=True)
    found = {}
    for field in fields(cls):
        name = yaml_key(field.name) if mode == "yaml" else field.name
        required = field.default is MISSING and field.default_factory is MISSING
        found[name] = Key(name, field.name, hints[field.name], required)
    return found


def alternatives(annotation: Any) -> Iterator[Any]:
    """The members of a union, ``None`` left out, or the type itself."""
    if get_origin(annotation) in (Union, types.UnionType):
        for member in get_args(annotation):
            if member is not types.NoneType:
                yield from alternatives(member)
    else:
        yield annotation


def keys_named(annotation: Any, name: str | int, mode: Mode) -> list[Key]:
    """The keys of that name in the dataclasses of a type: one in each member of a union."""
    options = [o for o in alternatives(annotation) if is_dataclass(o) and isinstance(o, type)]
    return [keys_of(o, mode)[str(name)] for o in options if name in keys_of(o, mode)]


def step(annotation: Any, tree: object, part: str | int, mode: Mode) -> Any:
    """The type under a key or index of a value of type ``annotation``; None if it has none."""
    for option in alternatives(annotation):
        origin, arguments = get_origin(option), get_args(option)
        if is_dataclass(option) and isinstance(option, type):
            keys = keys_of(option, mode)
            if part in keys and _belongs(option, tree, mode):
                return keys[str(part)].annotation
        elif origin is tuple and isinstance(part, int):
            return arguments[0]
        elif isinstance(origin, type) and issubclass(origin, Mapping):
            return arguments[1]
    return None


def type_at(annotation: Any, tree: object, path: TreePath, mode: Mode) -> Any:
    """The type at ``path`` below a value of type ``annotation``; None if there is none."""
    for part in path:
        annotation = step(annotation, tree, part, mode)
        tree = child(tree, part)
        if annotation is None:
            return None
    return annotation


def keys_at(annotation: Any, tree: object, mode: Mode) -> tuple[str, ...]:
    """The keys that the mapping ``tree`` may have."""
    found: dict[str, None] = {}
    for option in alternatives(annotation):
        if is_dataclass(option) and isinstance(option, type) and _belongs(option, tree, mode):
            found.update(dict.fromkeys(keys_of(option, mode)))
    return tuple(found)


def key_type(annotation: Any) -> Any:
    """The type of the keys of a mapping type; None for other types."""
    for option in alternatives(annotation):
        origin = get_origin(option)
        if isinstance(origin, type) and issubclass(origin, Mapping):
            return get_args(option)[0]
    return None


def words_of(annotation: Any) -> tuple[str, ...]:
    """The words that a type allows, if it is a choice of words."""
    return tuple(
        str(word)
        for option in alternatives(annotation)
        if get_origin(option) is Literal
        for word in get_args(option)
    )


def quantity_of(annotation: Any) -> Quantity | None:
    """The quantity that a field's type marks, if it marks one."""
    for option in alternatives(annotation):
        if get_origin(option) is Annotated:
            for mark in option.__metadata__:
                if isinstance(mark, Quantity):
                    return mark
    return None


def example_of(annotation: Any) -> str:
    """What a person may write for a value of this type."""
    quantity = quantity_of(annotation)
    if quantity is not None:
        return quantity.examples[0]
    return next(iter(words_of(annotation)), "...")


def _belongs(cls: type, tree: object, mode: Mode) -> bool:
    """Whether ``tree`` does not say, by a field with one allowed word, that it is another class."""
    for key in keys_of(cls, mode).values():
        if get_origin(key.annotation) is Literal and isinstance(tree, dict) and key.name in tree:
            words = get_args(key.annotation)
            if len(words) == 1 and tree[key.name] not in words and key.name != "version":
                return False
    return True
