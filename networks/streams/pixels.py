"""Packed tables of small images: a row an image, its pixels and then its digit."""

import gzip
import io
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from networks.errors import network_error
from networks.streams.packaged import EXTRA
from networks.streams.windows import Windows


def read_pixels(
    path: Path, *, side: int, images: int
) -> tuple[NDArray[np.uint8], NDArray[np.int8]]:
    """Images (n, side, side) and their digits (n,) from a gzipped CSV file.

    Raises
    ------
    NetworkError
        The file is damaged, or is not the table of ``images`` images that it should be.
    """
    try:
        table = np.loadtxt(io.BytesIO(gzip.decompress(path.read_bytes())), delimiter=",", ndmin=2)
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise network_error(
            f"the images cannot be read: {error}",
            hint=f"install the package again: {EXTRA}",
            file=str(path),
        ) from error
    if table.shape != (images, side * side + 1):
        raise network_error(
            f"the table has {' x '.join(map(str, table.shape))} numbers, not "
            f"{images} x {side * side + 1}",
            hint=f"install the version that was tested: {EXTRA}",
            file=str(path),
        )
    limits = np.array([255] * side * side + [9])
    bad = np.argwhere(~((table >= 0) & (table <= limits) & (table == np.round(table))))
    if bad.size:
        row, column = (int(place) for place in bad[0])
        raise network_error(
            f"row {row + 1} has {table[row, column]:g} in column {column + 1}, not a whole number "
            f"from 0 to {limits[column]}",
            hint=f"install the package again: {EXTRA}",
            file=str(path),
        )
    pixels = table[:, :-1].astype(np.uint8).reshape(images, side, side)
    return pixels, table[:, -1].astype(np.int8)


def as_windows(
    pixels: NDArray[np.uint8],
    positive: NDArray[np.bool_],
    subjects: NDArray[np.int32],
    *,
    white: int,
    period_s: float,
) -> Windows:
    """Grey images (n, side, side) as samples (n, 1, side, side) in [0, 1]; ``white`` becomes 1."""
    samples = (pixels[:, None] / np.float32(white)).astype(np.float32)
    return Windows(samples, positive.astype(np.int8), subjects, period_s)


def require_digit(digit: int) -> None:
    """Raise ``NetworkError`` unless ``digit`` is one of 0 to 9."""
    if digit not in range(10):
        raise network_error(f"no digit {digit}", hint="one of 0 to 9")
