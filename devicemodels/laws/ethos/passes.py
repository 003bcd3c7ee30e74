"""Operators without a window: one or more passes over all elements.

A softmax has no unit of its own. The compiler writes it as passes over numbers of 32 bits: two
reductions of the row, six passes over its elements and, for one over the sum, Newton's method in
22 passes over a single number, of which the hardware computes a whole brick.
"""

from math import ceil

from devicemodels.laws.ethos.arrays import Array
from devicemodels.laws.ethos.cycles import BRICK, COMMANDS
from devicemodels.operators import OperatorKind

VIEWS: frozenset[OperatorKind] = frozenset({"reshape", "concat", "pad"})
"""Compiled away: addresses of what is written and read."""

_INPUTS: dict[OperatorKind, int] = {
    **{"add": 2, "mul": 2, "activation": 1, "quantise": 1, "dequantise": 1},
    **{"pool": 1, "global_pool": 1, "normalisation": 1},
}
"""Feature maps that a single pass reads."""

PASSED: frozenset[OperatorKind] = frozenset({"softmax", *_INPUTS})
"""Kinds that are passes."""

ROW_PASSES, NUMBER_PASSES, REDUCTIONS = 6, 22, 2

REDUCTION_CYCLES = 48
"""Of one reduction, beyond the latencies of reading and writing."""

NUMBER_PASS_BYTES = 128
"""Two numbers read and one written, each in a burst of its own."""

TABLE_BYTES = 8
"""A softmax reads constants from the flash in two of its passes, so many bytes an element."""


def pass_cycles(
    array: Array, kind: OperatorKind, elements: int, latency: float, width: float
) -> float:
    """Cycles of an operator of ``PASSED``; the latency of SRAM in cycles, bytes a cycle."""
    if kind == "softmax":
        wide = max(array.cycles_per_wide, (array.cycles_per_addition + array.cycles_per_wide) / 2)
        rows = ROW_PASSES * _one_pass(wide, elements, latency, width)
        numbers = NUMBER_PASSES * _one_pass(wide, 1, latency, width)
        return rows + numbers + REDUCTIONS * (2 * latency + REDUCTION_CYCLES)
    rates = {
        "add": array.cycles_per_addition,
        "mul": array.cycles_per_product,
        "activation": max(1.0, array.cycles_per_output),
        "normalisation": array.cycles_per_product + array.cycles_per_addition,
    }
    return _one_pass(rates.get(kind, array.cycles_per_output), elements, latency, width)


def pass_bytes(kind: OperatorKind, elements: int) -> float:
    """Bytes that an operator of ``PASSED`` reads from SRAM and writes to it."""
    bricks = float(ceil(elements / BRICK) * BRICK)
    if kind == "softmax":
        return (2 * ROW_PASSES + REDUCTIONS) * bricks + NUMBER_PASSES * NUMBER_PASS_BYTES
    return (_INPUTS[kind] + 1) * bricks


def table_bytes(kind: OperatorKind, elements: int) -> tuple[float, ...]:
    """Bytes from the flash for each pass that waits for them."""
    if kind != "softmax":
        return ()
    return TABLE_BYTES * ceil(elements / BRICK) * float(BRICK), float(TABLE_BYTES * elements)


def _one_pass(rate: float, elements: int, latency: float, width: float) -> float:
    """Cycles of one pass: what the output stage takes, or the issue of its commands."""
    bricks = ceil(elements / BRICK) * BRICK
    return max(rate * bricks, (latency + bricks / width + rate * bricks) / COMMANDS)
