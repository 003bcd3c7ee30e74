"""Quantities and shares as a person reads them: 3.21 ms, 42 uJ, 12.5 %."""

from devicemodels.documents.readable import quantity

__all__ = ["percent", "quantity"]


def percent(share: float | None) -> str:
    """``share`` in percent; a dash for None."""
    return "-" if share is None else f"{share:.2%}"
