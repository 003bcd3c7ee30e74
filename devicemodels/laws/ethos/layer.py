"""An operator as the accelerator sees it: always two dimensions and channels."""

from dataclasses import dataclass
from math import ceil, isqrt
from typing import Literal

from devicemodels.laws.shape import pixels
from devicemodels.operators import Operation

Traversal = Literal["depth", "part", "depthwise", "pool"]
"""Order in which products are summed: all input channels of one element of the window first, parts
of the window first, or channel by channel."""

LARGEST_WINDOW = 8
"""Rows and columns of a window that are summed in one go; larger ones are cut."""

DEPTH_STEP = 32
"""Input channels of one step if channels come first."""

PART_CHANNELS, PART_ELEMENTS = 8, 4
"""Input channels and elements of the window of one step if parts of the window come first."""


WINDOWED = ("conv", "depthwise_conv", "linear", "pool", "global_pool")
"""Kinds of operator that are computed in blocks."""


@dataclass(frozen=True, slots=True)
class Layer:
    """Shape of one operator with a window; heights before widths."""

    traversal: Traversal
    rows: int
    """Of the output."""
    columns: int
    """Of the output."""
    channels: int
    """Of the output."""
    input_rows: int
    input_columns: int
    input_channels: int
    """Summed for one output channel; 1 for depthwise and pooling."""
    window: tuple[int, int]
    stride: tuple[int, int]
    dilation: tuple[int, int]
    streams_weights: bool
    """A linear: each weight is used once, nothing is gained from keeping it."""

    @property
    def one_to_one(self) -> bool:
        """Each output channel comes from the input channel of the same number."""
        return self.traversal in ("depthwise", "pool")

    @property
    def stored_channels(self) -> int:
        """Channels of the input feature map."""
        return self.channels if self.one_to_one else self.input_channels

    @property
    def reach(self) -> tuple[int, int]:
        """Rows and columns between the ends of the window."""
        (rows, columns), (below, beside) = self.window, self.dilation
        return (rows - 1) * below + 1, (columns - 1) * beside + 1

    @property
    def parts(self) -> tuple[int, ...]:
        """Elements of each part of the window that is summed in one go."""
        rows, columns = (_cut(size) for size in self.window)
        return tuple(height * width for height in rows for width in columns)

    @property
    def weights(self) -> int:
        """Weights of the operator; pooling has none."""
        elements = self.window[0] * self.window[1]
        return 0 if self.traversal == "pool" else elements * self.input_channels * self.channels


def layer_of(operator: Operation) -> Layer | None:
    """The operator as a layer; None without a geometry, or for a kind without a window."""
    geometry = operator.geometry
    if geometry is None or operator.kind not in WINDOWED:
        return None
    size, window = _two(geometry.input_size), _two(geometry.kernel)
    stride, dilation = _two(geometry.stride), _two(geometry.dilation)
    places = _places(pixels(operator), size, window, stride, dilation)
    stride = (stride[0] if places[0] > 1 else 1, stride[1] if places[1] > 1 else 1)
    depthwise = operator.kind == "depthwise_conv"
    pooled = operator.kind in ("pool", "global_pool")
    summed = 1 if depthwise or pooled else geometry.input_channels // geometry.groups
    traversal: Traversal = "pool" if pooled else "depthwise" if depthwise else "depth"
    if traversal == "depth" and _parts_first(summed, window[0] * window[1]):
        traversal = "part"
    return Layer(
        traversal=traversal,
        rows=places[0],
        columns=places[1],
        channels=geometry.output_channels,
        input_rows=size[0],
        input_columns=size[1],
        input_channels=summed,
        window=window,
        stride=stride,
        dilation=dilation,
        streams_weights=operator.kind == "linear",
    )


def _parts_first(channels: int, elements: int) -> bool:
    """Whether parts of the window fill the multipliers at least as well as channels do."""
    if channels <= PART_CHANNELS:
        return True
    by_depth = channels / _up(channels, DEPTH_STEP)
    in_parts = channels / _up(channels, PART_CHANNELS) * elements / _up(elements, PART_ELEMENTS)
    return in_parts >= by_depth


def _places(
    count: int,
    size: tuple[int, int],
    window: tuple[int, int],
    stride: tuple[int, int],
    dilation: tuple[int, int],
) -> tuple[int, int]:
    """Rows and columns of an output of ``count`` pixels; padding is not recorded, but leaves few.

    Each side is padded so that it keeps its size, or not at all; failing both, the shape whose
    ratio is nearest to the input's.
    """
    sides = []
    for length, w, s, d in zip(size, window, stride, dilation, strict=True):
        reach = (w - 1) * d + 1
        sides.append((ceil(length / s), max(1, (length - reach) // s + 1)))
    for rows in sides[0]:
        for columns in sides[1]:
            if rows * columns == count:
                return rows, columns
    ratio = size[0] / size[1]
    small = [n for n in range(1, isqrt(count) + 1) if count % n == 0]
    rows = min(small + [count // n for n in small], key=lambda n: abs(n * n / count - ratio))
    return rows, count // rows


def _two(sizes: tuple[int, ...]) -> tuple[int, int]:
    """Rows and columns; a single dimension lies along the columns, none is one element."""
    padded = (1, 1, *sizes)[-2:]
    return padded[0], padded[1]


def _cut(size: int) -> list[int]:
    return [min(LARGEST_WINDOW, size - start) for start in range(0, size, LARGEST_WINDOW)]


def _up(count: int, step: int) -> int:
    return -(-count // step) * step
