"""The published cycles of the Ethos-U55, as values."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from devicemodels.calibration.table import Line, read_table
from devicemodels.documents.errors import InputError
from devicemodels.documents.files import read_text

FOLDER = Path(__file__).parent

CYCLES = ("cycles", "npu", "sram", "flash")

COLUMNS = ("network", "macs_per_cycle", "system", "frequency", *CYCLES, "origin")

LAYER_COLUMNS = ("network", "layer", "operator", "kind", "weight_entropy_bits", *CYCLES, "origin")


@dataclass(frozen=True, slots=True)
class Cycles:
    """Cycles, and what they come from if nothing else held the work up."""

    total: int
    npu: int
    """The accelerator at work."""
    sram: int
    """Traffic with SRAM."""
    flash: int
    """Traffic with the flash."""


@dataclass(frozen=True, slots=True)
class NetworkCycles:
    """One network on one configuration."""

    network: str
    """``kws``, ``ic``, ``ad`` or ``vww``."""
    macs_per_cycle: int
    """Size of the accelerator."""
    system: str
    """``deep-embedded`` or ``high-end-embedded``."""
    cycles: Cycles
    """Summed over its operators."""
    origin: str
    """``published`` or ``ours``."""


@dataclass(frozen=True, slots=True)
class LayerCycles:
    """One operator with 128 MACs a cycle, high-end embedded."""

    network: str
    """``kws``, ``ic``, ``ad`` or ``vww``."""
    layer: int
    """Counted from 0 in the order of execution; operators that are compiled away do not count."""
    operator: str
    """Its name in the network."""
    weight_entropy_bits: float | None
    """Of one weight; None if it has none."""
    cycles: Cycles
    """Of this operator."""
    origin: str
    """``published`` or ``ours``."""


@cache
def network_cycles() -> tuple[NetworkCycles, ...]:
    """Every network on every configuration."""
    return tuple(
        NetworkCycles(
            network=line.cells["network"],
            macs_per_cycle=int(line.cells["macs_per_cycle"]),
            system=line.cells["system"],
            cycles=_cycles(line),
            origin=line.cells["origin"],
        )
        for line in _lines("ethos_u55.csv", COLUMNS)
    )


@cache
def layer_cycles() -> tuple[LayerCycles, ...]:
    """Every operator of every network."""
    return tuple(
        LayerCycles(
            network=line.cells["network"],
            layer=int(line.cells["layer"]),
            operator=line.cells["operator"],
            weight_entropy_bits=float(line.cells["weight_entropy_bits"])
            if line.cells["weight_entropy_bits"]
            else None,
            cycles=_cycles(line),
            origin=line.cells["origin"],
        )
        for line in _lines("ethos_u55_layers.csv", LAYER_COLUMNS)
    )


def _cycles(line: Line) -> Cycles:
    total, npu, sram, flash = (int(line.cells[column]) for column in CYCLES)
    return Cycles(total, npu, sram, flash)


def _lines(name: str, columns: tuple[str, ...]) -> tuple[Line, ...]:
    lines, problems = read_table(
        read_text(FOLDER / name), f"devicemodels/published/{name}", columns, columns
    )
    if problems:
        raise InputError(problems)
    return lines
