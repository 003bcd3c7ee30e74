"""One thing in a platform that does not fit the rest of it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from devicemodels.documents.source import TreePath


@dataclass(frozen=True, slots=True)
class Incoherence:
    """Something that each part of a platform allows, but not all together."""

    path: TreePath
    """Where it is, in the keys of a platform file."""
    message: str
    """What is wrong."""
    hint: str = ""
    """What to try."""


def repeated(path: TreePath, names: Iterable[str], where: str) -> Iterator[Incoherence]:
    """Each name that several parts of the list at ``path`` have."""
    names = list(names)
    for name, count in Counter(names).items():
        if count > 1:
            last = len(names) - 1 - names[::-1].index(name)
            message = f"{where}: '{name}' is the name of {count} of them"
            yield Incoherence((*path, last, "name"), message, "names are unique")
