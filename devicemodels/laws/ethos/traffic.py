"""What a layer moves: feature maps through SRAM, weights and scales from the flash."""

from math import ceil

from devicemodels.laws.ethos.arrays import Array
from devicemodels.laws.ethos.blocks import block_of, places
from devicemodels.laws.ethos.cycles import BRICK, SCALE_BYTES, fetched_channels
from devicemodels.laws.ethos.layer import Layer

SLICE_CHANNELS = 16
"""Output channels whose weights are copied from the flash at a time."""


def feature_map_bytes(array: Array, layer: Layer) -> float:
    """Bytes of inputs read, once for each block that needs them, and of outputs written."""
    block = block_of(array, layer)
    rows, columns = (
        min(layer.input_rows, block.input_rows),
        min(layer.input_columns, block.input_columns),
    )
    times = places(layer, block) * len(layer.parts)
    if not layer.one_to_one:
        times *= ceil(layer.channels / block.channels)
    read = rows * columns * fetched_channels(layer.stored_channels) * times
    return read + layer.rows * layer.columns * ceil(layer.channels / BRICK) * float(BRICK)


def weights_read(array: Array, layer: Layer) -> int:
    """How often all weights of the layer are read: once for each place of a block."""
    return places(layer, block_of(array, layer))


def scale_bytes(layer: Layer) -> int:
    """Bytes of the scales and biases of all output channels."""
    return 0 if layer.traversal == "pool" else SCALE_BYTES * layer.channels
