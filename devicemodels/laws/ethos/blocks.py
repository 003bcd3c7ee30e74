"""Which block of the output is computed at a time.

A block's inputs and its 32-bit sums have to fit the shared buffer twice, so that one is filled
while the other is used. Among those that fit, the compiler takes the one that fetches least: inputs
again for the rims of blocks and for each group of output channels, weights again for each place of
a block.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, inf

from devicemodels.laws.ethos.arrays import BANK_BYTES, OUTPUT_BANKS, Array
from devicemodels.laws.ethos.layer import LARGEST_WINDOW, Layer

LARGEST_BLOCK = (32, 64, 128)
"""Rows, columns and channels that one block may have."""

CHANNEL_STEP = 16
"""Blocks that do not hold all channels hold a multiple of this."""

SMALL = 4
"""Rows and columns up to which, of equally good blocks, the last one counts."""


@dataclass(frozen=True, slots=True)
class Block:
    """A block of the output and the block of the input that it is computed from."""

    rows: int
    columns: int
    channels: int
    input_rows: int
    input_columns: int
    input_channels: int

    @property
    def input_elements(self) -> int:
        """Elements of the input block."""
        return self.input_rows * self.input_columns * self.input_channels


@lru_cache(maxsize=4096)
def block_of(array: Array, layer: Layer) -> Block:
    """The block in which ``layer`` is computed."""
    best, least, widest = _block(array, layer, *_smallest(array)), inf, inf
    for block in _candidates(array, layer):
        if not _fits(array, layer, block):
            continue
        fetched = _fetched(layer, block)
        if fetched > least:
            continue
        covers = _covers(layer, block)
        if fetched == least:
            small = block.rows <= SMALL and block.columns <= SMALL
            if not small or covers > widest:
                continue
            widest = covers
        else:
            widest = inf
        best, least = block, fetched
    return best


def places(layer: Layer, block: Block) -> int:
    """Blocks of an output beside and below each other: how often weights are read."""
    return ceil(layer.rows / block.rows) * ceil(layer.columns / block.columns)


def _smallest(array: Array) -> tuple[int, int, int]:
    return array.unit_rows, array.unit_columns, array.unit_channels


def _candidates(array: Array, layer: Layer) -> Iterator[Block]:
    units = _smallest(array)
    whole = (layer.rows, layer.columns, layer.channels)
    limits = [
        ceil(min(size, largest) / unit) * unit
        for size, largest, unit in zip(whole, LARGEST_BLOCK, units, strict=True)
    ]
    channels = max(units[2], min(limits[2], CHANNEL_STEP))
    while channels <= limits[2]:
        if channels < layer.channels:
            channels = ceil(channels / CHANNEL_STEP) * CHANNEL_STEP
        for rows in range(units[0], limits[0] + 1, units[0]):
            for columns in range(units[1], limits[1] + 1, units[1]):
                yield _block(array, layer, rows, columns, channels)
        channels += units[2]


def _block(array: Array, layer: Layer, rows: int, columns: int, channels: int) -> Block:
    """The block of that output, with the input that it needs."""
    taken_rows, taken_columns = (
        ceil(((size - 1) * stride + min(reach, LARGEST_WINDOW)) / unit) * unit
        for size, stride, reach, unit in zip(
            (rows, columns),
            layer.stride,
            layer.reach,
            (array.unit_rows, array.unit_columns),
            strict=True,
        )
    )
    deepest = 16 if layer.traversal == "part" else 32
    depth = ceil(min(layer.input_channels, deepest) / 8) * 8
    depth = channels if layer.one_to_one else depth
    return Block(rows, columns, channels, taken_rows, taken_columns, depth)


def _fits(array: Array, layer: Layer, block: Block) -> bool:
    rows = block.rows
    if array.unit_rows == 2 and layer.rows == 1 and layer.window[0] == 1:
        rows = 1  # the two rows of a unit then work side by side
    taken = block.input_rows * block.input_columns * (ceil(block.input_channels / 8) * 8)
    summed = rows * block.columns * (ceil(block.channels / 8) * 8) * 4
    banks = _banks(taken, array.input_granule) + _banks(summed, array.sum_granule)
    return OUTPUT_BANKS + banks <= array.banks


def _banks(size_bytes: int, granule: int) -> int:
    """Banks of two copies."""
    return ceil(2 * ceil(size_bytes / BANK_BYTES) / granule) * granule


def _fetched(layer: Layer, block: Block) -> float:
    """Elements fetched, all told; half as dear if the whole input fits the two copies."""
    shares = layer.rows / block.rows * layer.columns / block.columns
    inputs = block.input_rows * block.input_columns * layer.stored_channels * shares
    inputs *= -(-layer.reach[0] // LARGEST_WINDOW) * -(-layer.reach[1] // LARGEST_WINDOW)
    weights = 0.0
    if layer.traversal != "pool" and not layer.streams_weights:
        weights = layer.window[0] * layer.window[1] * layer.stored_channels * places(layer, block)
    if not layer.one_to_one:
        inputs *= ceil(layer.channels / block.channels)
        weights *= layer.channels
    whole = layer.input_rows * layer.input_columns * layer.stored_channels
    return (inputs + weights) / (2 if whole < 2 * block.input_elements else 1)


def _covers(layer: Layer, block: Block) -> float:
    """How many input blocks the input takes, without channels."""
    rows, columns = (
        min(layer.input_rows, block.input_rows),
        min(layer.input_columns, block.input_columns),
    )
    return layer.input_rows * layer.input_columns / (rows * columns)
