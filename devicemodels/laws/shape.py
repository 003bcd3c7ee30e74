"""What laws read off an operator: pixels, windows, lanes that stay empty, weights to fetch.

Without a geometry nothing is known of remainders and copies, and none are counted.
"""

from math import ceil, prod

from devicemodels.operators import Operation

_ELEMENT_BYTES = {
    **dict.fromkeys(("float64", "int64", "uint64"), 8),
    **dict.fromkeys(("float32", "int32", "uint32"), 4),
    **dict.fromkeys(("float16", "bfloat16", "int16", "uint16"), 2),
}
"""By element type; everything else takes one byte."""


def weight_elements(operator: Operation) -> float:
    """Parameters that one execution reads: their bytes over those of one as it is stored.

    Weights that are not quantised have the operator's type.
    """
    stored = operator.quantisation.weight_dtype if operator.quantisation else ""
    return operator.weight_bytes / _ELEMENT_BYTES.get(stored or operator.dtype, 1)


def pixels(operator: Operation) -> int:
    """Places of the output feature map: its elements over its channels; 1 for a linear."""
    geometry = operator.geometry
    return operator.output_elements // geometry.output_channels if geometry else 1


def window_elements(operator: Operation) -> int:
    """Products summed for one output element; 0 without a geometry."""
    geometry = operator.geometry
    return prod(geometry.kernel) * geometry.input_channels // geometry.groups if geometry else 0


def copied_elements(operator: Operation) -> int:
    """Elements gathered into the columns of an im2col, once a pixel; a 1x1 window needs none."""
    geometry = operator.geometry
    if operator.kind != "conv" or geometry is None or prod(geometry.kernel) == 1:
        return 0
    return pixels(operator) * window_elements(operator) * geometry.groups


def input_elements(operator: Operation) -> int:
    """Elements of the input activation; those of the output without a geometry."""
    geometry = operator.geometry
    if geometry is None:
        return operator.output_elements
    return prod(geometry.input_size) * geometry.input_channels


def padded_window_macs(operator: Operation, lanes: int) -> float:
    """MACs if each dot product runs in whole steps of ``lanes`` products.

    A depthwise convolution sums too few products for that and works on ``lanes`` channels at once.
    """
    geometry = operator.geometry
    if geometry is None:
        return operator.macs
    if operator.kind == "depthwise_conv":
        return operator.macs * _padding(geometry.output_channels, lanes)
    return operator.macs * _padding(window_elements(operator), lanes)


def padded_channel_macs(operator: Operation, input_lanes: int, output_lanes: int) -> float:
    """MACs if channels are taken in whole groups: so many of the input by so many of the output.

    A depthwise convolution has one input channel for each of the output and fills those lanes only.
    """
    geometry = operator.geometry
    if geometry is None:
        return operator.macs
    macs = operator.macs * _padding(geometry.output_channels, output_lanes)
    if operator.kind == "depthwise_conv":
        return macs
    return macs * _padding(geometry.input_channels // geometry.groups, input_lanes)


def shared_out(operator: Operation, workers: int) -> float:
    """Share of the work that the busiest of ``workers`` does; pixels, or features of a linear.

    Feature maps are cut by pixels, as PULP-NN does: A. Garofalo et al., "PULP-NN: accelerating
    quantized neural networks on parallel ultra-low-power RISC-V processors", Phil. Trans. R. Soc. A
    378, 2020.
    """
    parts = pixels(operator)
    if parts == 1:
        parts = operator.output_elements
    return ceil(parts / workers) / parts


def _padding(count: int, lanes: int) -> float:
    """Factor by which rounding ``count`` up to whole ``lanes`` makes it larger."""
    return ceil(count / lanes) * lanes / count
