"""Dominance: which of several vectors of costs are not beaten in every component."""

from collections.abc import Callable, Iterable
from typing import TypeVar

Item = TypeVar("Item")
Vector = tuple[float, ...]


def dominates(a: Vector, b: Vector) -> bool:
    """Whether ``a`` is at most ``b`` in every component (equal vectors dominate each other)."""
    return all(x <= y for x, y in zip(a, b, strict=True))


def non_dominated(items: Iterable[Item], costs: Callable[[Item], Vector]) -> list[Item]:
    """The items whose costs no other item beats, in order of their costs.

    Of items with equal costs the first stays. Quadratic in the size of the answer.
    """
    kept: list[tuple[Vector, Item]] = []
    for vector, item in sorted(((costs(i), i) for i in items), key=lambda pair: pair[0]):
        if not any(dominates(other, vector) for other, _ in kept):
            kept.append((vector, item))
    return [item for _, item in kept]
