"""What bounds each operator of a piece of work: the array, the SRAM or the flash."""

from collections.abc import Sequence
from dataclasses import dataclass

from devicemodels.laws.ethos.arrays import Array
from devicemodels.laws.ethos.cycles import computing_cycles
from devicemodels.laws.ethos.encoding import encoded_bytes
from devicemodels.laws.ethos.layer import Layer, layer_of
from devicemodels.laws.ethos.passes import VIEWS, pass_bytes, pass_cycles, table_bytes
from devicemodels.laws.ethos.traffic import (
    SLICE_CHANNELS,
    feature_map_bytes,
    scale_bytes,
    weights_read,
)
from devicemodels.laws.shape import weight_elements
from devicemodels.operators import MAC_KINDS, Operation

SCALES_IN_THE_WAY = 0.5
"""Share of the reading of scales that keeps the flash from copying weights; chosen on ``kws``."""

PRODUCT_BYTES = 9
"""Moved for a product of two activations: one element read, 32 bits written and read again."""


@dataclass(frozen=True, slots=True)
class Memories:
    """What an accelerator reads from, at one clock; cycles are its own."""

    sram_bytes_per_cycle: float
    sram_latency: float
    """Cycles before the first byte."""
    flash_bytes_per_cycle: float
    flash_latency: float
    """Cycles before the first byte."""
    entropy_bits: float
    """Information of one weight of a network that does not say."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Cycles of one operator, each as if nothing else held it up."""

    operator: str
    """Name."""
    computing: float
    """The array at work."""
    waiting: float
    """Until weights that the operator before left no time for are at hand; adds to computing."""
    sram: float
    """Traffic with SRAM."""
    flash: float
    """Traffic with the flash while it runs."""
    busy: float
    """Of the flash, as far as that keeps it from copying weights of the next operator."""

    @property
    def working(self) -> float:
        """Cycles that a faster flash would leave."""
        return max(self.computing, self.sram)

    @property
    def total(self) -> float:
        """Cycles from its start to its end."""
        return max(self.computing + self.waiting, self.sram, self.flash)

    @property
    def idle(self) -> float:
        """Cycles of the flash that are left for weights of the next operator."""
        return self.total - self.busy


def estimates(
    array: Array, memories: Memories, operators: Sequence[Operation]
) -> tuple[Estimate, ...]:
    """One estimate an operator, in order: weights are fetched while the flash idles before."""
    found: list[Estimate] = []
    before = 0.0
    for operator in operators:
        layer = layer_of(operator)
        if operator.kind in VIEWS:
            found.append(Estimate(operator.name, 0.0, 0.0, 0.0, 0.0, 0.0))
            continue
        if layer is not None:
            one = _layer(array, memories, operator, layer, before)
        elif operator.kind in MAC_KINDS:
            one = _shapeless(array, memories, operator)
        else:
            one = _passes(array, memories, operator)
        before = one.idle
        found.append(one)
    return tuple(found)


def _layer(
    array: Array, memories: Memories, operator: Operation, layer: Layer, before: float
) -> Estimate:
    """Weights that are read more than once are copied to SRAM.

    They are copied ahead of time as far as the ``before`` idle cycles of the flash allow, and the
    rest while the layer computes; it cannot start without those of its first channels nor end
    before those of its last are there. Scales are read from the flash for every place of a block,
    as the compiler counts them.
    """
    width, rate = memories.sram_bytes_per_cycle, memories.flash_bytes_per_cycle
    scales = scale_bytes(layer)
    weights = encoded_bytes(array, layer, _entropy_bits(operator, memories))
    times = weights_read(array, layer) if weights else 0
    computing = computing_cycles(array, layer, memories.sram_latency, width)
    sram = feature_map_bytes(array, layer) / width
    if times < 2 or layer.streams_weights:
        flash = times * (weights + scales) / rate
        return Estimate(operator.name, computing, 0.0, sram, flash, flash)
    streaming = (weights + scales) / rate
    copying = memories.flash_latency + streaming
    first = min(SLICE_CHANNELS, layer.channels) / layer.channels
    left = max(0.0, copying - before)
    start = max(0.0, memories.flash_latency + first * streaming - before)
    waiting = max(start, left - (1 - first) * computing)
    copied, read = min(left, weights / rate), times * scales / rate
    return Estimate(
        operator.name,
        computing,
        waiting,
        sram + times * weights / width,
        copied + read,
        copied + SCALES_IN_THE_WAY * read,
    )


def _shapeless(array: Array, memories: Memories, operator: Operation) -> Estimate:
    """Without a geometry nothing is padded, and all weights are read once."""
    if operator.kind == "matmul":
        return _products(array, memories, operator)
    lanes = {"conv": 1.0, "depthwise_conv": 1 / 8, "linear": 8 / array.macs_per_cycle}
    computing = operator.macs / (array.macs_per_cycle * lanes[operator.kind])
    computing = max(computing, array.cycles_per_output * operator.output_elements)
    weights = weight_elements(operator) * _entropy_bits(operator, memories) / 8
    written = operator.output_elements / memories.sram_bytes_per_cycle
    flash = weights / memories.flash_bytes_per_cycle
    return Estimate(operator.name, computing, 0.0, written, flash, flash)


def _products(array: Array, memories: Memories, operator: Operation) -> Estimate:
    """Of two activations: one by one in the output stage, written as 32 bits, read and summed."""
    macs = operator.macs
    computing = macs * array.cycles_per_product + macs / array.macs_per_cycle
    sram = macs * PRODUCT_BYTES / memories.sram_bytes_per_cycle
    return Estimate(operator.name, computing, 0.0, sram, 0.0, 0.0)


def _passes(array: Array, memories: Memories, operator: Operation) -> Estimate:
    kind, elements, width = operator.kind, operator.output_elements, memories.sram_bytes_per_cycle
    computing = pass_cycles(array, kind, elements, memories.sram_latency, width)
    tables = sum(table_bytes(kind, elements)) / memories.flash_bytes_per_cycle
    sram = pass_bytes(kind, elements) / width
    return Estimate(operator.name, computing, tables, sram, tables, tables)


def _entropy_bits(operator: Operation, memories: Memories) -> float:
    quantisation = operator.quantisation
    known = quantisation.weight_entropy_bits if quantisation else None
    return memories.entropy_bits if known is None else known
