"""What bounds each operator of a piece of work: the array, the SRAM or the flash."""

from collections.abc import Sequence
from dataclasses import dataclass

from devicemodels.laws.ethos.arrays import Array
from devicemodels.laws.ethos.blocks import block_of
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

    @property
    def working(self) -> float:
        """Cycles that a faster flash would leave."""
        return max(self.computing, self.sram)

    @property
    def total(self) -> float:
        """Cycles from its start to its end."""
        return max(self.computing + self.waiting, self.sram, self.flash)


def estimates(
    array: Array, memories: Memories, operators: Sequence[Operation]
) -> tuple[Estimate, ...]:
    """One estimate an operator, in order: weights are fetched while the one before computes."""
    found: list[Estimate] = []
    before = 0.0
    for operator in operators:
        layer = layer_of(operator)
        if operator.kind in VIEWS:
            found.append(Estimate(operator.name, 0.0, 0.0, 0.0, 0.0))
            continue
        if layer is not None:
            one, before = _layer(array, memories, operator, layer, before)
        else:
            shapeless = _shapeless if operator.kind in MAC_KINDS else _passes
            one = shapeless(array, memories, operator)
            before = one.computing
        found.append(one)
    return tuple(found)


def _layer(
    array: Array, memories: Memories, operator: Operation, layer: Layer, before: float
) -> tuple[Estimate, float]:
    """The estimate, and the cycles at its end in which the flash has nothing to do for it."""
    scales = scale_bytes(layer)
    weights = encoded_bytes(array, layer, _entropy_bits(operator, memories))
    times = weights_read(array, layer) if weights else 0
    # Weights that are read more than once are copied to SRAM first, if that is the faster memory.
    faster = memories.sram_bytes_per_cycle > memories.flash_bytes_per_cycle
    copied = times > 1 and faster and not layer.streams_weights
    latency = memories.sram_latency if copied else memories.flash_latency
    computing = computing_cycles(
        array, layer, memories.sram_latency, latency, memories.sram_bytes_per_cycle
    )
    through_sram = feature_map_bytes(array, layer)
    from_flash = float(times * (weights + scales))
    waiting, free = 0.0, computing
    if copied:
        copy = _copy(array, memories, layer, weights + scales, before)
        ends = copy.cycles - before + copy.last_share * computing
        waiting = max(copy.first_cycles - before, ends - computing, 0.0)
        free = copy.last_share * computing
        ahead = copy.first_share * (weights + scales) if before else 0.0
        beside = max(0.0, weights - ahead)
        through_sram += times * weights + beside
        from_flash = beside + times * scales
    estimate = Estimate(
        operator.name,
        computing,
        waiting,
        through_sram / memories.sram_bytes_per_cycle,
        from_flash / memories.flash_bytes_per_cycle,
    )
    return estimate, free


@dataclass(frozen=True, slots=True)
class _Copy:
    """How the weights of a layer come to SRAM, in slices of output channels."""

    cycles: float
    """For all of them."""
    first_cycles: float
    """For the first slice, without which the layer cannot start."""
    first_share: float
    """Of the channels."""
    last_share: float
    """Of the channels; nothing is left to copy while this slice is computed."""


def _copy(array: Array, memories: Memories, layer: Layer, size_bytes: int, before: float) -> _Copy:
    """The first slice is as large as can be copied in the ``before`` cycles of the last operator;
    the others are whole blocks."""
    channels = layer.channels
    streaming = size_bytes / memories.flash_bytes_per_cycle
    cycles = memories.flash_latency + streaming
    first, last = channels, channels
    if cycles > before:
        slices = int(before / cycles * channels / SLICE_CHANNELS)
        first = min(channels, max(1, slices) * SLICE_CHANNELS)
        rest, step = channels - first, block_of(array, layer).channels
        last = (rest % step or min(rest, step)) if rest else channels
    share = first / channels
    first_cycles = memories.flash_latency + streaming * share
    return _Copy(cycles, first_cycles, share, last / channels)


def _shapeless(array: Array, memories: Memories, operator: Operation) -> Estimate:
    """Without a geometry nothing is padded, and all weights are read once."""
    lanes = {"conv": 1.0, "depthwise_conv": 1 / 8, "linear": 8 / array.macs_per_cycle}
    computing = operator.macs / (array.macs_per_cycle * lanes[operator.kind])
    computing = max(computing, array.cycles_per_output * operator.output_elements)
    weights = weight_elements(operator) * _entropy_bits(operator, memories) / 8
    written = operator.output_elements / memories.sram_bytes_per_cycle
    flash = weights / memories.flash_bytes_per_cycle
    return Estimate(operator.name, computing, 0.0, written, flash)


def _passes(array: Array, memories: Memories, operator: Operation) -> Estimate:
    kind, elements, width = operator.kind, operator.output_elements, memories.sram_bytes_per_cycle
    computing = pass_cycles(array, kind, elements, memories.sram_latency, width)
    tables = [size / memories.flash_bytes_per_cycle for size in table_bytes(kind, elements)]
    sram = pass_bytes(kind, elements) / width
    return Estimate(operator.name, computing, sum(tables), sram, sum(tables))


def _entropy_bits(operator: Operation, memories: Memories) -> float:
    quantisation = operator.quantisation
    known = quantisation.weight_entropy_bits if quantisation else None
    return memories.entropy_bits if known is None else known
