"""The units that files may use, read by pint from a registry of our own."""

import re
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pint import UnitRegistry

# A registry of our own: in pint's a byte has no dimension, "Ws" is a plural of watt, and arithmetic
# is evaluated. Here there is exactly what a scenario or a platform may say.
UNIT_DEFINITIONS = """
femto- = 1e-15 = f-
pico- = 1e-12 = p-
nano- = 1e-9 = n-
micro- = 1e-6 = u- = µ- = μ-
milli- = 1e-3 = m-
kilo- = 1e3 = k-
mega- = 1e6 = M-
giga- = 1e9 = G-
kibi- = 1024 = Ki-
mebi- = 1048576 = Mi-
gibi- = 1073741824 = Gi-
second = [time] = s
minute = 60 * second = min
hour = 3600 * second = h
day = 86400 * second = d
joule = [energy] = J
watt = joule / second = W
watt_second = joule = Ws
watt_hour = 3600 * joule = Wh
joule_second = joule * second = Js
hertz = 1 / second = Hz
volt = [voltage] = V
farad = joule / volt ** 2 = F
ampere = watt / volt = A
ampere_hour = 3600 * ampere * second = Ah
byte = [information] = B
bit = 0.125 * byte
"""

DIMENSIONS: dict[str, str] = {
    "s": "a time",
    "J": "an energy",
    "W": "a power",
    "Js": "an energy-delay product",
    "Hz": "a frequency",
    "V": "a voltage",
    "F": "a capacitance",
    "A": "a current",
    "Ah": "an electric charge",
    "B": "a number of bytes",
    "B/s": "a data rate",
    "J/B": "an energy per byte",
}
"""How messages call a dimension, by a unit that has it."""

UNIT_HINTS = {
    "kb": "bits are 'kbit', bytes are 'kB' (1000) or 'KiB' (1024)",
    "Kb": "bits are 'kbit', bytes are 'kB' (1000) or 'KiB' (1024)",
    "KB": "write 'kB' for 1000 bytes or 'KiB' for 1024",
    "Mb": "bits are 'Mbit', bytes are 'MB' (1000 kB) or 'MiB' (1024 KiB)",
    "mb": "bits are 'Mbit', bytes are 'MB' (1000 kB) or 'MiB' (1024 KiB)",
    "b": "bits are 'bit', bytes are 'B'",
    "sec": "seconds are 's'",
    "msec": "milliseconds are 'ms'",
    "m": "minutes are 'min'",
    "mhz": "megahertz are 'MHz'",
    "Mhz": "megahertz are 'MHz'",
    "mHz": "megahertz are 'MHz'",
    "khz": "kilohertz are 'kHz'",
}
"""Unit symbols that people write by mistake."""

_UNIT = re.compile(r"[A-Za-zµμ_]{1,24}(\s?/\s?[A-Za-zµμ_]{1,24})?")


@cache
def unit_registry() -> "UnitRegistry[Any]":
    """Pint's registry with our units only; pint takes half a second to import."""
    import pint  # noqa: PLC0415

    registry: pint.UnitRegistry[Any] = pint.UnitRegistry(None)
    registry.load_definitions(UNIT_DEFINITIONS.strip().splitlines())
    return registry


def parse_unit(symbol: str) -> tuple[float, str | None] | None:
    """How many SI units ``symbol`` is, and a unit of its dimension; None if there is no such unit.

    The second is a key of ``DIMENSIONS``, or None for a dimension that nothing here has.
    """
    if not _UNIT.fullmatch(symbol):
        return None
    import pint  # noqa: PLC0415

    registry = unit_registry()
    try:
        factor, root = registry.get_root_units(registry.parse_units(symbol, as_delta=False))
    except (pint.errors.PintError, ValueError):  # ValueError: for "nan"
        return None
    size = float(str(factor))
    for unit in DIMENSIONS:
        if registry.parse_units(unit).dimensionality == root.dimensionality:
            return size, unit
    return size, None
