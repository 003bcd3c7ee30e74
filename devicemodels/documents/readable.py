"""Quantities as a person reads them: 3.21 ms, 42 uJ."""

from devicemodels.documents.units import unit_registry


def quantity(value: float | None, unit: str, digits: int = 4) -> str:
    """``value`` of an SI unit, scaled to a readable prefix; a dash for None."""
    if value is None:
        return "-"
    if value == 0.0:
        return f"0 {unit}"
    scaled = unit_registry().Quantity(value, unit).to_compact()
    return f"{scaled.magnitude:.{digits}g} {scaled.units:~}".replace("µ", "u").replace("μ", "u")
