"""What loaders of a user's own folders share: splits by hash, limits, every bad file at once."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from devicemodels.documents.errors import InputError, Problem
from networks.errors import NetworkError, network_error
from networks.streams.windows import SplitName

TENTHS: dict[SplitName, tuple[int, ...]] = {
    "train": (0, 1, 2, 3, 4, 5),
    "validation": (6, 7),
    "test": (8, 9),
}
"""Which tenths of the hashes go where, in a set that has no split of its own."""

_SHOWN = 20
"""Bad files that one message names."""

_Path = TypeVar("_Path")
_Content = TypeVar("_Content")


def hash_of(content: bytes) -> int:
    """A whole number that is the same for equal content, whatever else there is.

    Its last digit says which tenth of the set the content is in.
    """
    return int.from_bytes(hashlib.sha256(content).digest()[:8], "big")


def require_folder(folder: Path, what: str, layout: str) -> None:
    """Raise ``NetworkError`` unless ``folder`` is there; ``layout`` says what belongs into it."""
    if not folder.is_dir():
        raise network_error(f"no folder with {what}", hint=layout, file=str(folder))


def all_read(paths: Iterable[_Path], read: Callable[[_Path], _Content]) -> list[_Content]:
    """What ``read`` makes of each path; one ``NetworkError`` for all that cannot be read."""
    contents: list[_Content] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            contents.append(read(path))
        except InputError as error:
            problems += error.problems
    if len(problems) > _SHOWN:
        more = Problem(f"{len(problems) - _SHOWN} more files have problems")
        problems = [*problems[:_SHOWN], more]
    if problems:
        raise NetworkError(problems)
    return contents


def at_most(paths: Sequence[_Path], limit: int | None) -> Sequence[_Path]:
    """The first ``limit`` of ``paths``, or all of them."""
    if limit is not None and limit < 1:
        raise network_error(f"a limit of {limit} leaves nothing", hint="at least 1, or none")
    return paths[:limit]
