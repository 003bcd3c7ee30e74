"""The four sizes of the Ethos-U55 and what each is built of."""

from dataclasses import dataclass

BANK_BYTES = 1024
"""One bank of the shared buffer."""

OUTPUT_BANKS = 2
"""Banks of the shared buffer that hold finished output elements."""

DOT_PRODUCTS = 8
"""Products that one multiplier column sums in a cycle."""

WEIGHTS_PER_CYCLE = 8
"""What the weight decoder hands on in a cycle, whatever the size."""


@dataclass(frozen=True, slots=True)
class Array:
    """One size of the accelerator."""

    macs_per_cycle: int
    """Multiply-accumulates in a cycle with every unit busy."""
    unit_rows: int
    """Output rows computed side by side."""
    unit_columns: int
    """Output columns computed side by side."""
    unit_channels: int
    """Output channels computed side by side."""
    banks: int
    """Banks of the shared buffer that blocks may use, those of the output included."""
    input_granule: int
    """Banks of input come in multiples of this."""
    sum_granule: int
    """Banks of 32-bit sums come in multiples of this."""
    cycles_per_wide: float
    """Adding or multiplying two numbers of 32 bits."""
    restart_cycles: int
    """Lost at each step of a window where a block is so small that the pipeline runs dry."""

    @property
    def output_units(self) -> float:
        """Elements that the output stage finishes in two cycles."""
        return self.macs_per_cycle / 32

    @property
    def cycles_per_output(self) -> float:
        """Requantising an element that was summed."""
        return 2 / self.output_units

    @property
    def cycles_per_addition(self) -> float:
        """Adding two elements of different scales."""
        return 6 / self.output_units

    @property
    def cycles_per_product(self) -> float:
        """Multiplying two elements."""
        return 3 / self.output_units


_ARRAYS = {
    32: Array(32, 1, 1, 4, 16, 2, 4, 3.0, 3),
    64: Array(64, 1, 1, 8, 16, 2, 4, 1.5, 2),
    128: Array(128, 1, 2, 8, 22, 4, 8, 1.25, 2),
    256: Array(256, 2, 2, 8, 46, 8, 16, 1.125, 2),
}

SIZES: tuple[int, ...] = tuple(_ARRAYS)
"""Multiply-accumulates in a cycle of the sizes that exist."""


def array_of(macs_per_cycle: int) -> Array:
    """The accelerator of that size; ``KeyError`` if there is none."""
    return _ARRAYS[macs_per_cycle]
