"""Where each number of a platform file comes from, taken off before the file is validated.

In the file every physical value carries its source: ``frequency: {value: 30.7 MHz, source: id}``.
A mapping of numbers may carry one source for all of them, or one for each.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from devicemodels.documents.errors import Problem
from devicemodels.documents.explain import did_you_mean
from devicemodels.documents.fields import alternatives, keys_named, quantity_of, step
from devicemodels.documents.source import Place, Source, TreePath, child, dotted

WRAPPER_KEYS = {"value", "source"}
UNSOURCED_SECTIONS = ("sources",)
"""Top-level keys whose numbers describe other numbers."""


@dataclass(frozen=True, slots=True)
class Unwrapped:
    """A platform file without its sources."""

    source: Source
    """The file with every ``{value, source}`` replaced by its value, positions kept."""
    provenance: Mapping[str, str]
    """Source id by dotted path of the value, in field names."""
    problems: tuple[Problem, ...]
    """Values without a source, and sources that the file does not define."""


def take_sources(cls: type, source: Source) -> Unwrapped:
    """Replace every ``{value, source}`` in the file of a ``cls`` by its value."""
    listed = child(source.tree, "sources")
    known = tuple(listed) if isinstance(listed, dict) else ()
    work = _Work(source, known)
    tree = work.unwrap(source.tree, cls, (), ())
    unwrapped = Source(source.file, source.lines, tree, work.values, work.keys)
    provenance = {_in_field_names(cls, tree, path): name for path, name in work.found.items()}
    return Unwrapped(unwrapped, provenance, tuple(work.problems))


@dataclass(slots=True)
class _Work:
    source: Source
    known: tuple[str, ...]
    values: dict[TreePath, Place] = field(default_factory=dict)
    keys: dict[TreePath, Place] = field(default_factory=dict)
    found: dict[TreePath, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def unwrap(self, tree: object, annotation: Any, old: TreePath, new: TreePath) -> object:
        """``tree`` at ``old`` in the file without its sources; ``new`` is its path then."""
        if old in self.source.keys:
            self.keys[new] = self.source.keys[old]
        inside = old
        if isinstance(tree, dict) and "value" in tree and set(tree) <= WRAPPER_KEYS:
            inside = (*old, "value")
            self.note_source(tree, old, new)
            tree = tree["value"]
            annotation = None
        elif _needs_source(annotation) and isinstance(tree, (str, int, float)):
            self.refuse_unsourced(tree, old)
        if inside in self.source.values:
            self.values[new] = self.source.values[inside]
        if isinstance(tree, dict):
            return {
                key: self.unwrap(
                    item, _type_under(annotation, tree, key, new), (*inside, key), (*new, key)
                )
                for key, item in tree.items()
            }
        if isinstance(tree, list):
            return [
                self.unwrap(item, _type_under(annotation, tree, i, new), (*inside, i), (*new, i))
                for i, item in enumerate(tree)
            ]
        return tree

    def note_source(self, tree: dict[str, object], old: TreePath, new: TreePath) -> None:
        name = tree.get("source")
        where = dotted(self.source.tree, old)
        if "source" not in tree:
            message = f"{where}: the value has no source"
            self.problems.append(
                self.source.problem(old, message, hint=self.hint(str(tree["value"])))
            )
        elif not isinstance(name, str) or name not in self.known:
            message = f"{where}: there is no source '{name}'"
            hint = did_you_mean(str(name), self.known, "those at the top of the file")
            hint = hint or "list it under 'sources:' at the top of the file"
            self.problems.append(self.source.problem((*old, "source"), message, hint=hint))
        else:
            self.found[new] = name

    def refuse_unsourced(self, tree: str | float, old: TreePath) -> None:
        message = f"{dotted(self.source.tree, old)}: '{tree}' has no source"
        self.problems.append(self.source.problem(old, message, hint=self.hint(str(tree))))

    @staticmethod
    def hint(value: str) -> str:
        return f"write {{value: {value}, source: ID}}, with an ID from 'sources:'"


def _needs_source(annotation: Any) -> bool:
    return quantity_of(annotation) is not None or float in alternatives(annotation)


def _type_under(annotation: Any, tree: object, part: str | int, path: TreePath) -> Any:
    """Type below a value, as far as numbers there need a source of their own."""
    if annotation is None or (path == () and part in UNSOURCED_SECTIONS):
        return None
    return step(annotation, tree, part, "yaml")


def _in_field_names(cls: type, tree: object, path: TreePath) -> str:
    """``path`` with dots, keys replaced by the names of the fields they stand for."""
    names: list[str] = []
    annotation: Any = cls
    for part in path:
        below = child(tree, part)
        if isinstance(part, int):
            names.append(dotted(tree, (part,)))
        else:
            found = keys_named(annotation, part, "yaml")
            names.append(found[0].field if found else part)
        annotation, tree = step(annotation, tree, part, "yaml"), below
    return ".".join(names).replace(".[", "[")
