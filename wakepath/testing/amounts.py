"""Numbers of hardware and networks: round ones, which shrink to a few digits, or any."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Literal, ParamSpec, TypeVar, cast

from hypothesis import strategies as st

Parameters = ParamSpec("Parameters")
Value = TypeVar("Value")

Numbers = Literal["round", "any"]
"""``round``: whole microseconds, microwatts and nanojoules, so that sums are exact and a
counter-example can be added up in the head; ``any``: those, and arbitrary floats as well."""


def reused(
    strategy: Callable[Parameters, st.SearchStrategy[Value]],
) -> Callable[Parameters, st.SearchStrategy[Value]]:
    """Make each strategy once: Hypothesis looks at every new one, which takes longer than a draw.

    Arguments must be hashable.
    """
    return cast(
        Callable[Parameters, st.SearchStrategy[Value]],
        lru_cache(maxsize=1000, typed=True)(strategy),
    )


def pick(draw: st.DrawFn, rows: Sequence[Value]) -> Value:
    """One of ``rows``; failing examples shrink to the first.

    The same as ``st.sampled_from``, without making a strategy of each list.
    """
    return rows[draw(st.integers(0, len(rows) - 1))] if len(rows) > 1 else rows[0]


@reused
def floats(low: float, high: float) -> st.SearchStrategy[float]:
    """Finite floats from ``low`` to ``high``."""
    return st.floats(low, high, allow_nan=False, allow_infinity=False)


@reused
def amount(
    numbers: Numbers, most: int, per: float, low: float, high: float
) -> st.SearchStrategy[float]:
    """Integers up to ``most``, over ``per``; with ``any``, floats in [low, high] as well."""
    plain = st.integers(0, most).map(lambda count: count / per)
    return plain if numbers == "round" else plain | floats(low, high)


@reused
def count(numbers: Numbers, most: int, high: int) -> st.SearchStrategy[int]:
    """Integers up to ``most``; with ``any``, up to ``high`` as well."""
    return (
        st.integers(0, most) if numbers == "round" else st.integers(0, most) | st.integers(0, high)
    )


@reused
def among(
    numbers: Numbers, values: tuple[float, ...], low: float, high: float
) -> st.SearchStrategy[float]:
    """One of ``values``; with ``any``, floats in [low, high] as well."""
    plain = st.sampled_from(values)
    return plain if numbers == "round" else plain | floats(low, high)


@reused
def share(numbers: Numbers) -> st.SearchStrategy[float]:
    """Tenths from 0 to 1; with ``any``, floats as well."""
    return amount(numbers, 10, 10.0, 0.0, 1.0)


@reused
@st.composite
def several(draw: st.DrawFn, one: st.SearchStrategy[Value], least: int, most: int) -> list[Value]:
    """Up to ``most`` of them, two in three of the places taken, and no fewer than ``least``.

    Each has a place of its own, so that shrinking can drop any of them, however large, by one
    choice. (A list loses elements of more than a few choices only at its end.)
    """
    found = [draw(one) for _ in range(most) if pick(draw, (False, True, True))]
    return found + [draw(one) for _ in range(least - len(found))]
