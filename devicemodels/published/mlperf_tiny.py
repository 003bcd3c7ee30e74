"""The published rows of MLPerf Tiny, as values."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from devicemodels.calibration.population import Kin
from devicemodels.calibration.table import Line, read_table
from devicemodels.documents.errors import InputError, Problem
from devicemodels.documents.files import read_text
from devicemodels.documents.quantities import Hertz, Joules, Seconds, Volts

FILE = Path(__file__).parent / "mlperf_tiny.csv"
COLUMNS = (
    "round",
    "submitter",
    "board",
    "device",
    "chip",
    "processor",
    "core_class",
    "runtime",
    "precision",
    "network",
    "frequency",
    "voltage",
    "latency",
    "energy",
    "energy_latency",
)


@dataclass(frozen=True, slots=True)
class PublishedRow:
    """One network measured on one board at one operating point."""

    round: str
    """Round of the benchmark, such as ``v1.2``."""
    submitter: str
    """Who measured."""
    board: str
    """As submitted."""
    device: str
    """The board without its operating point."""
    chip: str
    """Part."""
    processor: str
    """Core that the network ran on."""
    core_class: str
    """Class of that core; empty if it is none of ours."""
    runtime: str
    """Kernels; empty if they are the submitter's own."""
    precision: str
    """``int8`` or ``float32``."""
    network: str
    """``kws``, ``ic`` or ``ad``."""
    frequency_hz: float | None
    """Clock, where it was given."""
    voltage_v: float | None
    """Supply of the core, where it was given."""
    latency_s: float
    """Median over the runs of the performance test."""
    energy_j: float | None
    """Of one inference, where it was measured."""
    energy_latency_s: float | None
    """Latency of the energy test, where it was given."""

    @property
    def kin(self) -> Kin:
        """What the board has in common with others."""
        return Kin(self.chip, self.processor, self.runtime)

    @property
    def key(self) -> tuple[str, str, str]:
        """Device, software and round: the rows with one key have one law."""
        return self.round, self.submitter, self.device

    @property
    def power_w(self) -> float | None:
        """Mean power of the energy test."""
        if self.energy_j is None:
            return None
        return self.energy_j / (self.energy_latency_s or self.latency_s)


@cache
def mlperf_tiny_rows() -> tuple[PublishedRow, ...]:
    """Every row of the file, in its order."""
    return parse_mlperf_tiny(read_text(FILE), f"devicemodels/published/{FILE.name}")


def parse_mlperf_tiny(text: str, file: str) -> tuple[PublishedRow, ...]:
    """The rows of a text in that form; ``InputError`` names every bad cell."""
    lines, problems = read_table(text, file, COLUMNS, COLUMNS)
    rows = [_row(line, problems) for line in lines]
    if problems:
        raise InputError(problems)
    return tuple(row for row in rows if row is not None)


def _row(line: Line, problems: list[Problem]) -> PublishedRow | None:
    latency_s = line.quantity("latency", Seconds, problems)
    frequency_hz = line.quantity("frequency", Hertz, problems)
    voltage_v = line.quantity("voltage", Volts, problems)
    energy_j = line.quantity("energy", Joules, problems)
    energy_latency_s = line.quantity("energy_latency", Seconds, problems)
    if latency_s is None:
        if not line.cells["latency"]:
            problems.append(line.problem("latency", "a row needs one"))
        return None
    cells = line.cells
    return PublishedRow(
        round=cells["round"],
        submitter=cells["submitter"],
        board=cells["board"],
        device=cells["device"],
        chip=cells["chip"],
        processor=cells["processor"],
        core_class=cells["core_class"],
        runtime=cells["runtime"],
        precision=cells["precision"],
        network=cells["network"],
        frequency_hz=frequency_hz,
        voltage_v=voltage_v,
        latency_s=latency_s,
        energy_j=energy_j,
        energy_latency_s=energy_latency_s,
    )
