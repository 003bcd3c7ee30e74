"""Handwritten digits of 8x8 pixels, as shipped inside scikit-learn: one digit against the rest.

1,797 images in 17 grey levels. Source: E. Alpaydin, C. Kaynak, "Optical recognition of handwritten
digits", UCI Machine Learning Repository, 1998 (CC BY 4.0), its test set.

The people who wrote are not named, but the set is in the order in which forms were filled in, and
every form asks for the same digits in the same order. Labels show where a form begins. There are
14 forms, from 13 people by the source's account; no form is in two splits.
"""

import numpy as np

from networks.streams.checks import checked, chosen
from networks.streams.packaged import packaged_file
from networks.streams.pixels import as_windows, read_pixels, require_digit
from networks.streams.windows import SplitName, Windows

SIDE = 8
"""Pixels of an image's side."""

PERIOD_S = 1.0
"""Time from one image to the next. The set has no time: a reader that looks once a second."""

FORM_STARTS = (0, 130, 256, 386, 516, 646, 776, 906, 1029, 1157, 1287, 1415, 1545, 1667)
"""Index of each form's first image."""

IMAGES = 1797
"""All images."""

FORMS: dict[SplitName, tuple[int, ...]] = {
    "train": (0, 1, 2, 3, 4, 5, 6, 7),
    "validation": (8, 9, 10),
    "test": (11, 12, 13),
}
"""In the source's order. One person filled in two forms, and which is not told: had they been two
on end that a split parts, that person would be in both."""


def load(split: SplitName, *, digit: int) -> Windows:
    """Images of one split, shape (n, 1, 8, 8) in [0, 1], positive where they show ``digit``.

    Parameters
    ----------
    split
        Group of forms.
    digit
        0 to 9.

    Raises
    ------
    NetworkError
        scikit-learn is not installed, or its file is damaged, or there is no such digit.
    """
    require_digit(digit)
    path = packaged_file("sklearn", "datasets/data/digits.csv.gz", what="the 8x8 digits")
    pixels, digits = read_pixels(path, side=SIDE, images=IMAGES)
    forms = np.searchsorted(FORM_STARTS, np.arange(IMAGES), side="right") - 1
    everything = as_windows(
        pixels, digits == digit, forms.astype(np.int32), white=16, period_s=PERIOD_S
    )
    return checked(chosen(everything, FORMS[split]), where=f"split '{split}' of the 8x8 digits")
