"""What the shipped platforms say of the published rows of their chips.

These rows made the platforms, for the most part: what is shown is how well a law of few parameters
fits them, not how well it predicts.
"""

from dataclasses import dataclass
from functools import cache

from devicemodels.catalog import catalog_names, load_platform
from devicemodels.cost import UnsupportedOperator, duration_ns
from devicemodels.platform import Core, OperatingPoint
from devicemodels.power import work_power_w
from devicemodels.published.mlperf_tiny import PublishedRow, mlperf_tiny_rows
from networks.zoo.tiny import tiny_network

CORES = {
    "efr32mg24": ("EFR32MG24", "npu"),
    "gap9": ("GAP9", "npu"),
    "ndp120": ("NDP120", "npu"),
    "stm32h7a3": ("STM32H7A3", "cpu"),
    "stm32l4r5": ("STM32L4R5", "cpu"),
    "stm32u385": ("STM32U385", "cpu"),
    "stm32u3c5": ("STM32U3C5", "dsp"),
    "stm32u575": ("STM32U575", "cpu"),
}
"""Chip of the published rows, and kind of the core that ran them, by platform."""

SAME_CLOCK = 0.01
"""A row belongs to an operating point whose clock differs by no more than this."""


@dataclass(frozen=True, slots=True)
class ShippedRow:
    """A published row beside a platform of the catalog."""

    platform: str
    """Name in the catalog."""
    core: str
    """Core that runs the network."""
    point: str
    """Operating point."""
    row: PublishedRow
    """As published; the newest of its chip, network and clock."""
    latency_s: float
    """By the platform."""
    energy_j: float
    """By the platform, of that core alone."""

    @property
    def latency_error(self) -> float:
        """Predicted over published, less 1."""
        return self.latency_s / self.row.latency_s - 1

    @property
    def energy_error(self) -> float | None:
        """Predicted over published, less 1; None where nothing is published."""
        return None if self.row.energy_j is None else self.energy_j / self.row.energy_j - 1


@cache
def shipped_rows() -> tuple[ShippedRow, ...]:
    """Every shipped platform beside the newest rows of its chip."""
    found = []
    for name in catalog_names():
        if name not in CORES:
            continue
        chip, kind = CORES[name]
        platform = load_platform(name)
        for core in platform.cores:
            if core.kind == kind:
                for point in core.operating_points:
                    found += _at(name, core, point, _newest(chip, point.frequency_hz))
                break
    return tuple(found)


def _newest(chip: str, frequency_hz: float) -> tuple[PublishedRow, ...]:
    newest: dict[str, PublishedRow] = {}
    for row in sorted(mlperf_tiny_rows(), key=lambda row: row.round):
        near = row.frequency_hz and abs(row.frequency_hz / frequency_hz - 1) <= SAME_CLOCK
        if row.chip == chip and row.precision == "int8" and near:
            # Of one round, the chip's maker comes first: its row is what the platform follows.
            if row.network in newest and newest[row.network].round == row.round:
                continue
            newest[row.network] = row
    return tuple(newest.values())


def _at(
    platform: str, core: Core, point: OperatingPoint, rows: tuple[PublishedRow, ...]
) -> list[ShippedRow]:
    found = []
    for row in rows:
        operators = tiny_network(row.network).operators
        try:
            ns = duration_ns(core.cost, core.name, row.network, operators, point.frequency_hz)
            power_w = work_power_w(core, point, row.network, operators)
        except UnsupportedOperator:
            continue
        seconds = ns / 1e9
        found.append(ShippedRow(platform, core.name, point.name, row, seconds, seconds * power_w))
    return found
