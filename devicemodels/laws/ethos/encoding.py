"""How many bytes the weights of a layer take once they are encoded.

The encoder writes Golomb-Rice codes of the values, so that a layer takes about as many bits as its
weights carry information. It adds zeros where channels or parts of the window do not fill a step,
and these cost what it takes to say where they are: H(share) bits each, the entropy of a coin.

Source: Vela's weight encoder; the entropy bound, C. E. Shannon, "A mathematical theory of
communication", Bell System Technical Journal 27, 1948, sections 6 and 7.
"""

from math import ceil, log2

from devicemodels.laws.ethos.arrays import Array
from devicemodels.laws.ethos.layer import DEPTH_STEP, PART_CHANNELS, PART_ELEMENTS, Layer

OVERHEAD = 0.06
"""Bits beyond the entropy, relative: median of the 20 layers of the benchmark's key word spotting
and image classification as Vela 5.2.0 encodes them for 128 MACs a cycle;
those of anomaly detection were left out."""

STREAM_BYTES = 16
"""Encoded weights come in multiples of this."""


def encoded_bytes(array: Array, layer: Layer, entropy_bits: float) -> int:
    """Bytes of the encoded weights, without scales; ``entropy_bits`` is that of one weight."""
    weights = layer.weights
    if not weights:
        return 0
    padded = _padded(array, layer)
    bits = weights * entropy_bits + padded * _coin(weights / padded)
    return ceil(bits * (1 + OVERHEAD) / 8 / STREAM_BYTES) * STREAM_BYTES


def _padded(array: Array, layer: Layer) -> int:
    """Weights with the zeros that fill up steps."""
    outputs = _up(layer.channels, array.unit_channels)
    if layer.traversal == "depth":
        return sum(layer.parts) * _up(layer.input_channels, DEPTH_STEP) * outputs
    elements = sum(_up(part, PART_ELEMENTS) for part in layer.parts)
    inputs = 1 if layer.one_to_one else _up(layer.input_channels, PART_CHANNELS)
    return elements * inputs * outputs


def _coin(share: float) -> float:
    """Entropy of a coin, in bits."""
    if share >= 1:
        return 0.0
    return -share * log2(share) - (1 - share) * log2(1 - share)


def _up(count: int, step: int) -> int:
    return -(-count // step) * step
