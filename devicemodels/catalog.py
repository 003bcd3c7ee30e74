"""Platforms by name or file, from YAML with a source for every number."""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from devicemodels.coherence import incoherences
from devicemodels.documents.errors import InputError, Problem
from devicemodels.documents.explain import did_you_mean
from devicemodels.documents.files import read_text
from devicemodels.documents.json_document import load_document
from devicemodels.documents.json_source import locate_json
from devicemodels.documents.source import Source
from devicemodels.documents.validate import validate_yaml
from devicemodels.documents.yaml_source import parse_yaml
from devicemodels.platform import Platform
from devicemodels.provenance import take_sources

CATALOG = Path(__file__).parent / "catalog"
"""The platforms that come with Wakepath, a file each."""


def catalog_names() -> tuple[str, ...]:
    """Names of the platforms that come with Wakepath, sorted."""
    return tuple(sorted(path.stem for path in CATALOG.glob("*.yaml")))


def is_path(name_or_path: str) -> bool:
    """Whether a platform is given as a file: by a suffix or a folder in its name."""
    return "/" in name_or_path or name_or_path.endswith((".yaml", ".yml", ".json"))


def load_platform(name_or_path: str | Path, *, shown_as: str | None = None) -> Platform:
    """The platform of that name in the catalog, or in a file (YAML, or a JSON document).

    Raises ``InputError`` with every problem of the file, which messages call ``shown_as``.
    """
    if isinstance(name_or_path, str) and not is_path(name_or_path):
        if name_or_path not in catalog_names():
            raise InputError([unknown_platform(name_or_path)])
        path = CATALOG / f"{name_or_path}.yaml"
        shown_as = f"devicemodels/catalog/{path.name}"
    else:
        path = Path(name_or_path)
    text, file = read_text(path, shown_as=shown_as), shown_as or str(path)
    return parse_platform_json(text, file) if path.suffix == ".json" else parse_platform(text, file)


def unknown_platform(name: str) -> Problem:
    """The problem of a name that the catalog does not have."""
    hint = did_you_mean(name, catalog_names(), "the catalog has")
    return Problem(f"there is no platform '{name}' in the catalog", hint=hint)


@lru_cache(maxsize=16)
def parse_platform(text: str, file: str) -> Platform:
    """The platform in a YAML text; ``InputError`` names all problems of ``file``."""
    unwrapped = take_sources(Platform, parse_yaml(text, file))
    source = unwrapped.source
    problems = list(unwrapped.problems)
    if isinstance(source.tree, dict) and "provenance" in source.tree:
        message = "unknown key 'provenance'"
        hint = "write the source beside each value: {value: ..., source: ID}"
        problems.append(source.problem(("provenance",), message, hint=hint, at="key"))
    try:
        platform = validate_yaml(Platform, source)
        problems += _incoherent(platform, source)
    except InputError as error:
        problems += error.problems
    if problems:
        raise InputError(sorted(problems, key=lambda p: (p.line or 0, p.column or 0)))
    return replace(platform, provenance=unwrapped.provenance)


def parse_platform_json(text: str, file: str) -> Platform:
    """The platform in a JSON document; ``InputError`` names all problems of ``file``."""
    platform = load_document(Platform, text, file)
    if any(incoherences(platform)):
        raise InputError(_incoherent(platform, locate_json(text, file)))
    return platform


def _incoherent(platform: Platform, source: Source) -> list[Problem]:
    return [
        source.problem(found.path, found.message, hint=found.hint)
        for found in incoherences(platform)
    ]
