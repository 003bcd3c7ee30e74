"""Operating points as silicon has them: a faster clock needs no less voltage, and no less power."""

from collections.abc import Iterator
from itertools import pairwise

from devicemodels.coherence.incoherence import Incoherence
from devicemodels.documents.readable import quantity
from devicemodels.documents.source import TreePath
from devicemodels.platform import Core, OperatingPoint
from devicemodels.power import active_power_w

LOWEST_V, HIGHEST_V = 0.3, 5.0
"""Below the one no transistor switches reliably; above the other no core of this class lives."""

ROUNDING = 1e-9
"""Relative: powers that are equal but for how they were computed have not fallen."""


def point_incoherences(core: Core, path: TreePath, where: str) -> Iterator[Incoherence]:
    """What is wrong with the operating points of ``core``, a list at ``path``, in any order."""
    for index, point in enumerate(core.operating_points):
        if not LOWEST_V <= point.voltage_v <= HIGHEST_V:
            message = (
                f"{where}.{point.name}.voltage: {quantity(point.voltage_v, 'V')} is no supply of a "
                f"core, which runs from {LOWEST_V:g} V to {HIGHEST_V:g} V"
            )
            hint = "write the voltage that the core runs at, in V or mV"
            yield Incoherence((*path, index, "voltage"), message, hint)
    by_clock = sorted(enumerate(core.operating_points), key=lambda entry: entry[1].frequency_hz)
    for (_, slow), (index, fast) in pairwise(by_clock):
        found = _between(core, slow, fast, where)
        if found is not None:
            key, message, hint = found
            yield Incoherence((*path, index, *key), message, hint)


def _between(
    core: Core, slow: OperatingPoint, fast: OperatingPoint, where: str
) -> tuple[tuple[str, ...], str, str] | None:
    """The key, message and hint of what contradicts between neighbours; only the first thing."""
    if slow.frequency_hz == fast.frequency_hz:
        message = f"{where}.{fast.name}.frequency: {_at(fast)} is the clock of '{slow.name}' too"
        return ("frequency",), message, "a clock has one voltage: leave one of the two out"
    if fast.voltage_v < slow.voltage_v:
        message = (
            f"{where}.{fast.name}.voltage: {quantity(fast.voltage_v, 'V')} at {_at(fast)} is less "
            f"than the {quantity(slow.voltage_v, 'V')} of '{slow.name}' at {_at(slow)}"
        )
        return ("voltage",), message, "a faster clock needs no less voltage: are they swapped?"
    fast_w, slow_w = active_power_w(core, fast), active_power_w(core, slow)
    if core.activity >= 0 and fast_w < slow_w * (1.0 - ROUNDING):
        message = (
            f"{where}.{fast.name}: it draws {quantity(fast_w, 'W')} at {_at(fast)}, less "
            f"than the {quantity(slow_w, 'W')} of '{slow.name}' at {_at(slow)}"
        )
        hint = "power does not fall as the clock rises: look at static_power of both"
        return (), message, hint
    return None


def _at(point: OperatingPoint) -> str:
    return quantity(point.frequency_hz, "Hz")
