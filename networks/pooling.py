"""Windows that every reader of networks describes alike."""

from math import prod

from devicemodels.operators import Geometry


def whole_map(channels: int, size: tuple[int, ...]) -> Geometry:
    """The one window of a pooling of each channel over its whole feature map of ``size``."""
    return Geometry(channels, channels, size, size, size, (1,) * len(size))


def mean_window(
    channels: int, size: tuple[int, ...], output_shape: tuple[int, ...]
) -> Geometry | None:
    """``whole_map`` if an output of that shape has one element a channel, else None."""
    return whole_map(channels, size) if size and prod(output_shape) == channels else None
