"""From the plain tree of a file to a frozen dataclass, or every problem of it with its place.

The dataclasses stay plain: pydantic is imported when the first file is validated, and gets its
rules (no unknown keys, no silent conversion, keys without unit suffix in YAML) from here.
"""

import json
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, cast

from devicemodels.documents.errors import InputError
from devicemodels.documents.fields import yaml_key
from devicemodels.documents.quantities import Mode
from devicemodels.documents.source import Source

if TYPE_CHECKING:
    from pydantic import TypeAdapter

T = TypeVar("T")


def validate_yaml(cls: type[T], source: Source) -> T:
    """The value of type ``cls`` that a YAML file describes; ``InputError`` names all problems."""
    return validate(cls, json.dumps(source.tree), "yaml", lambda: source)


def validate(cls: type[T], json_text: str, mode: Mode, locate: Callable[[], Source]) -> T:
    """The value of type ``cls`` in ``json_text``.

    ``locate`` is called only if there are problems, to find out where they stand. Raises
    ``InputError``.
    """
    from pydantic import ValidationError  # noqa: PLC0415

    checker = adapter(cast(type, cls), mode)
    try:
        value: T = checker.validate_json(f"[{json_text}]", context={"mode": mode})[0]
    except ValidationError as error:
        from devicemodels.documents.explain import explain  # noqa: PLC0415

        source = locate()
        details = error.errors(include_url=False)
        raise InputError(explain(cls, source, mode, details)) from None
    return value


@cache
def adapter(cls: type, mode: Mode, *, described: bool = False) -> "TypeAdapter[tuple[Any]]":
    """Pydantic's validator of a tuple that holds one ``cls``.

    The tuple is there because pydantic takes a configuration for every type but a dataclass, and
    hands it down to the dataclasses inside. ``described`` takes the docstrings of the fields along,
    for a schema.
    """
    from pydantic import ConfigDict, TypeAdapter  # noqa: PLC0415

    config = ConfigDict(
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        use_attribute_docstrings=described,
        alias_generator=yaml_key if mode == "yaml" else None,
    )
    holder: Any = tuple[cls]  # type: ignore[valid-type]
    return TypeAdapter(holder, config=config)


def yaml_schema(cls: type) -> dict[str, Any]:
    """JSON Schema of the YAML files that describe a ``cls``, for editors."""
    schema = adapter(cls, "yaml", described=True).json_schema(by_alias=True)
    item: dict[str, Any] = schema["prefixItems"][0]
    definitions: dict[str, Any] = schema["$defs"]
    root: dict[str, Any] = definitions.pop(item["$ref"].removeprefix("#/$defs/"))
    return {**root, "$defs": definitions}
