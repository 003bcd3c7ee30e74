"""The published always-on rows: a wake word listened for, step by step, for twenty minutes."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import cast

from devicemodels.calibration.table import read_table
from devicemodels.documents.errors import InputError, Problem
from devicemodels.documents.files import read_text
from devicemodels.documents.quantities import Hertz, Seconds, Share, Volts, Watts

FILE = Path(__file__).parent / "streaming_wake_word.csv"
QUANTITIES = {
    "frequency": Hertz,
    "voltage": Volts,
    "rest_frequency": Hertz,
    "rest_voltage": Volts,
    "period": Seconds,
    "duty": Share,
    "power": Watts,
}
COLUMNS = ("board", "platform", *QUANTITIES)


@dataclass(frozen=True, slots=True)
class StreamingRow:
    """One board at one clock."""

    board: str
    """As submitted."""
    platform: str
    """Its chip in the catalog."""
    frequency_hz: float
    """Clock."""
    voltage_v: float
    """Supply of the core at that clock, by the chip's ranges."""
    rest_frequency_hz: float
    """Clock in Sleep between two steps, as the submitted firmware sets it."""
    rest_voltage_v: float
    """Supply of the core in Sleep."""
    period_s: float
    """Time between two steps of the network."""
    duty: float
    """Share of the period in which the core works."""
    power_w: float
    """Mean power of the board's supply."""


@cache
def streaming_rows() -> tuple[StreamingRow, ...]:
    """Every row of the file, in its order; ``InputError`` names every bad cell."""
    lines, problems = read_table(
        read_text(FILE), f"devicemodels/published/{FILE.name}", COLUMNS, COLUMNS
    )
    rows = []
    for line in lines:
        read = {
            name: line.quantity(name, annotation, problems)
            for name, annotation in QUANTITIES.items()
        }
        if None in read.values():
            problems += [Problem(f"{FILE.name}: a row lacks {n}") for n, x in read.items() if not x]
            continue
        figures = (cast(float, read[name]) for name in QUANTITIES)
        rows.append(StreamingRow(line.cells["board"], line.cells["platform"], *figures))
    if problems:
        raise InputError(problems)
    return tuple(rows)
