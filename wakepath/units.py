"""Quantities and shares as a person writes them: 3.21 ms, 42 uJ, 12.5 %."""

from devicemodels.documents.units import unit_registry


def quantity(value: float | None, unit: str, digits: int = 4) -> str:
    """``value`` of an SI unit, scaled to a readable prefix; a dash for None."""
    if value is None:
        return "-"
    if value == 0.0:
        return f"0 {unit}"
    scaled = unit_registry().Quantity(value, unit).to_compact()
    return f"{scaled.magnitude:.{digits}g} {scaled.units:~}".replace("µ", "u").replace("μ", "u")


def percent(share: float | None) -> str:
    """``share`` in percent; a dash for None."""
    return "-" if share is None else f"{share:.2%}"
