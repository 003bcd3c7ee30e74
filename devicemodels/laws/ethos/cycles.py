"""Cycles in which the accelerator computes a layer, without waiting for weights.

While one block is multiplied the block before is requantised, and the blocks after it are fetched;
the slower of multiplying, requantising and issuing commands sets the pace.
"""

from functools import lru_cache
from math import ceil

from devicemodels.laws.ethos.arrays import DOT_PRODUCTS, WEIGHTS_PER_CYCLE, Array
from devicemodels.laws.ethos.blocks import Block, block_of
from devicemodels.laws.ethos.layer import PART_CHANNELS, PART_ELEMENTS, Layer

STEP_CYCLES = 4
"""One step of a unit: 32 products for each of its output elements, eight a cycle."""

COMMANDS = 4
"""Blocks under way at a time: multiplied, requantised, fetched and written."""

SCALE_BYTES = 10
"""Scale, shift and bias of one output channel."""

SCALES_IN_FLIGHT = 256
"""Bytes of scales that are fetched during one latency of memory."""

BRICK = 16
"""Channels that lie together in memory."""

POOLED = 4
"""Pooling takes that many times the cycles of its window, on all sizes but the smallest."""


@lru_cache(maxsize=4096)
def computing_cycles(array: Array, layer: Layer, latency: float, width: float) -> float:
    """Cycles of one layer, from the first fetch of inputs to the last element written.

    The latency of SRAM is in cycles, its width in bytes a cycle.
    """
    block = _clipped(layer, block_of(array, layer))
    unit = _unit(array, layer)
    units = [
        ceil(size / side)
        for size, side in zip((block.rows, block.columns, block.channels), unit, strict=True)
    ]
    whole = (layer.rows, layer.columns, layer.channels)
    in_all = [ceil(size / side) for size, side in zip(whole, unit, strict=True)]
    blocks = in_all[0] * in_all[1] * in_all[2] / (units[0] * units[1] * units[2])
    multiplying = _multiplying(array, layer, block, units)
    elements = block.rows * block.columns * block.channels
    requantising = array.cycles_per_output * elements
    if layer.traversal != "pool":
        scales = SCALE_BYTES * block.channels * latency / SCALES_IN_FLIGHT
        requantising = max(requantising, scales)
    fetched = fetched_channels(min(layer.stored_channels, block.input_channels))
    fetching = latency + block.input_rows * block.input_columns * fetched / width
    writing = latency + elements / width
    # Reading and writing overlap; what the longer one takes beyond the other is waited for.
    unhidden = abs(writing - fetching) if blocks > 1 else 0.0
    issuing = (unhidden + multiplying + requantising) / COMMANDS
    multiplying, requantising = max(multiplying, issuing), max(requantising, issuing)
    slower, faster = max(multiplying, requantising), min(multiplying, requantising)
    return fetching + slower * blocks + faster + writing


def fetched_channels(channels: int) -> int:
    """Bytes fetched for one pixel: whole bricks, or, of very few channels, four for one in full."""
    return min(4 * channels, ceil(channels / BRICK) * BRICK)


def _clipped(layer: Layer, block: Block) -> Block:
    """A block reaches beyond a small feature map; that part is never computed."""
    return Block(
        min(block.rows, layer.rows),
        min(block.columns, layer.columns),
        min(block.channels, layer.channels),
        min(block.input_rows, layer.input_rows),
        min(block.input_columns, layer.input_columns),
        block.input_channels,
    )


def _unit(array: Array, layer: Layer) -> tuple[int, int, int]:
    """Output elements side by side; the rows of the largest array turn to columns for one row."""
    flat = layer.rows == 1 and layer.columns % 2 == 0 and layer.window[0] == 1
    if array.unit_rows == 2 and flat and layer.traversal in ("depth", "part"):
        return 1, 4, array.unit_channels
    return array.unit_rows, array.unit_columns, array.unit_channels


def _multiplying(array: Array, layer: Layer, block: Block, units: list[int]) -> float:
    """Cycles of the multipliers for one block."""
    area, deep = units[0] * units[1], units[2]
    decoding = DOT_PRODUCTS * STEP_CYCLES * array.unit_channels / WEIGHTS_PER_CYCLE
    in_block = min(layer.input_channels, block.input_channels)
    cycles = 0.0
    for elements in layer.parts:
        if layer.traversal == "pool":
            factor = 1 if array.macs_per_cycle == 32 else POOLED
            steps, taken = 1, max(STEP_CYCLES, elements) * area * deep * factor
            cycles += taken + _restarts(array, steps, area, deep)
            continue
        steps = elements if layer.traversal == "depth" else ceil(elements / PART_ELEMENTS)
        groups = ceil(in_block / PART_CHANNELS) if layer.traversal == "part" else 1
        taken_by_area = max(decoding, STEP_CYCLES * area) * steps * deep
        cycles += groups * (taken_by_area + _restarts(array, steps, area, deep))
    if layer.one_to_one:
        return cycles
    return cycles * ceil(layer.input_channels / in_block)


def _restarts(array: Array, steps: int, area: int, deep: int) -> float:
    """Cycles in which the pipeline runs dry between the steps of a block of one unit's area."""
    return array.restart_cycles * ((steps - 1) * deep + 1.0) if area == 1 else 0.0
