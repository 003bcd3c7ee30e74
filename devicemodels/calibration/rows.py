"""A user's measured rows: which network, how long, for how much energy, at what clock and voltage.

Read from a CSV file with units in the cells. Whatever cannot be a measurement is refused, all of it
at once, with line and column.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from devicemodels.calibration.table import Line, read_table
from devicemodels.coherence.operating_points import HIGHEST_V, LOWEST_V
from devicemodels.documents.errors import InputError, Problem
from devicemodels.documents.quantities import Hertz, Joules, Seconds, Volts
from devicemodels.documents.readable import quantity

REQUIRED = ("network", "latency", "frequency", "voltage")
COLUMNS = (*REQUIRED, "energy")

SAME_POWER = 0.01
"""Powers that differ by less are equal: a meter's repeatability."""


@dataclass(frozen=True, slots=True)
class MeasuredRow:
    """One network measured on the user's core."""

    network: str
    """Name of a network, or the path of a network file, as written."""
    latency_s: float
    """Time of one inference."""
    frequency_hz: float
    """Clock."""
    voltage_v: float
    """Supply."""
    energy_j: float | None
    """Of one inference, where it was measured."""
    line: Line
    """Where it stands."""

    @property
    def power_w(self) -> float | None:
        """Mean power."""
        return None if self.energy_j is None else self.energy_j / self.latency_s

    @property
    def point(self) -> tuple[float, float]:
        """Clock and voltage."""
        return self.frequency_hz, self.voltage_v


@dataclass(frozen=True, slots=True)
class RowsFile:
    """What a file of rows says."""

    lines: tuple[Line, ...]
    """Every row as it is written."""
    rows: tuple[MeasuredRow, ...]
    """Those that are measurements."""
    problems: tuple[Problem, ...]
    """What is wrong with the others, and between rows."""


def read_rows(text: str, file: str) -> RowsFile:
    """The rows of a file, and everything that is wrong with any of them."""
    lines, problems = read_table(text, file, REQUIRED, COLUMNS)
    rows = [row for line in lines if (row := _row(line, problems)) is not None]
    return RowsFile(lines, tuple(rows), (*problems, *_contradictions(rows)))


def refuse(problems: Sequence[Problem]) -> None:
    """Raise ``InputError`` if there are problems, in the order of the file, each once."""
    if problems:
        once = dict.fromkeys(problems)
        raise InputError(sorted(once, key=lambda one: (one.line or 0, one.column or 0)))


def _row(line: Line, problems: list[Problem]) -> MeasuredRow | None:
    before = len(problems)
    latency_s = line.quantity("latency", Seconds, problems)
    frequency_hz = line.quantity("frequency", Hertz, problems)
    voltage_v = line.quantity("voltage", Volts, problems)
    energy_j = line.quantity("energy", Joules, problems)
    problems += [
        line.problem(name, "nothing is written", "every row needs one")
        for name in REQUIRED
        if not line.cells[name]
    ]
    for name, value in (("latency", latency_s), ("energy", energy_j)):
        if value == 0.0:
            hint = "leave the cell empty if it was not measured" if name == "energy" else ""
            problems.append(line.problem(name, "0 is no measurement", hint))
    if voltage_v is not None and not LOWEST_V <= voltage_v <= HIGHEST_V:
        message = (
            f"{quantity(voltage_v, 'V')} is no supply of a core, which runs from {LOWEST_V:g} V "
            f"to {HIGHEST_V:g} V"
        )
        problems.append(line.problem("voltage", message, "write it in V or mV"))
    if len(problems) > before or latency_s is None or frequency_hz is None or voltage_v is None:
        return None
    network = line.cells["network"]
    return MeasuredRow(network, latency_s, frequency_hz, voltage_v, energy_j, line)


def _contradictions(rows: Sequence[MeasuredRow]) -> Iterator[Problem]:
    by_clock = sorted(rows, key=lambda row: (row.frequency_hz, row.line.number))
    for slow, fast in pairwise(by_clock):
        at = f"{quantity(fast.frequency_hz, 'Hz')}"
        other = f"line {slow.line.number} has {quantity(slow.voltage_v, 'V')}"
        volts = quantity(fast.voltage_v, "V")
        if slow.frequency_hz == fast.frequency_hz and slow.voltage_v != fast.voltage_v:
            message = f"{volts} at {at}, where {other}: a clock has one voltage"
            yield fast.line.problem("voltage", message, "calibrate one of the two alone")
        elif fast.voltage_v < slow.voltage_v:
            message = f"{volts} at {at} is less than at a slower clock: {other}"
            yield fast.line.problem("voltage", message, "are the two swapped?")
    for network in dict.fromkeys(row.network for row in rows):
        powers = [row for row in by_clock if row.network == network and row.power_w is not None]
        for slow, fast in pairwise(powers):
            slow_w, fast_w = slow.power_w or 0.0, fast.power_w or 0.0
            if slow.frequency_hz < fast.frequency_hz and fast_w < slow_w * (1 - SAME_POWER):
                message = (
                    f"'{network}' draws {quantity(fast_w, 'W')} (energy over latency) at "
                    f"{quantity(fast.frequency_hz, 'Hz')}, less than the {quantity(slow_w, 'W')} "
                    f"at {quantity(slow.frequency_hz, 'Hz')} in line {slow.line.number}"
                )
                hint = "power does not fall as the clock rises: look at units and at the baseline"
                yield fast.line.problem("energy", message, hint)
