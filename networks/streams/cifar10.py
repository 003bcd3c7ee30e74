"""CIFAR-10 in its published forms: one of ten classes of small colour images against the rest.

60,000 images of 32x32 pixels in six batches, as Python pickles (``data_batch_1``) or in the binary
version (``data_batch_1.bin``). The split into five training batches and ``test_batch`` is the
published one; the fifth batch is for validation. Source: A. Krizhevsky, "Learning multiple layers
of features from tiny images", 2009; no licence is stated.
"""

import pickle
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from networks.errors import NetworkError, network_error
from networks.streams.checks import checked, require_known
from networks.streams.folders import all_read, require_folder
from networks.streams.plain_pickle import load_plain
from networks.streams.windows import SplitName, Windows

CLASSES = (
    *("airplane", "automobile", "bird", "cat", "deer"),
    *("dog", "frog", "horse", "ship", "truck"),
)
"""In the order of the labels."""

SIDE = 32
"""Pixels of an image's side."""

PERIOD_S = 1.0
"""Time from one image to the next. The set has no time: a camera that looks once a second."""

BATCHES: dict[SplitName, tuple[str, ...]] = {
    "train": ("data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4"),
    "validation": ("data_batch_5",),
    "test": ("test_batch",),
}
"""Files of each split; in the binary version they end in ``.bin``."""

LAYOUT = (
    "unpack the archive 'python version' or 'binary version' and name the folder of its batches"
)
"""What belongs into the folder."""

_BYTES = 3 * SIDE * SIDE
"""Of one image: the red, the green and the blue pixels."""


def load(split: SplitName, *, folder: Path, positive: str) -> Windows:
    """Images of one split, shape (n, 3, 32, 32) in [0, 1], positive where they show ``positive``.

    Parameters
    ----------
    split
        ``test`` is the published one.
    folder
        ``cifar-10-batches-py`` or ``cifar-10-batches-bin``.
    positive
        One of :data:`CLASSES`.

    Raises
    ------
    NetworkError
        Batches are missing, cut off or not what they should be, or there is no such class.
    """
    require_known(positive, CLASSES, "class of CIFAR-10")
    require_folder(folder, "CIFAR-10", LAYOUT)
    batches = all_read(BATCHES[split], lambda name: _batch(folder, name))
    labels = np.concatenate([labels for labels, _ in batches])
    pixels = np.concatenate([pixels for _, pixels in batches])
    # Batches may be shorter than published: whatever is before must not shift the numbers.
    first = [
        _number(name) * 100_000 + np.arange(len(ls))
        for name, (ls, _) in zip(BATCHES[split], batches, strict=True)
    ]
    windows = Windows(
        samples=(pixels.reshape(-1, 3, SIDE, SIDE) / np.float32(255)).astype(np.float32),
        labels=(labels == CLASSES.index(positive)).astype(np.int8),
        subjects=np.concatenate(first).astype(np.int32),
        period_s=PERIOD_S,
    )
    return checked(windows, where=f"split '{split}' of CIFAR-10 in {folder}")


def _number(batch: str) -> int:
    """0 to 5, in the order of the splits."""
    return [name for names in BATCHES.values() for name in names].index(batch)


def _batch(folder: Path, name: str) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Labels (n,) and pixels (n, 3072) of one batch, in whichever form it is there."""
    pickled, binary = folder / name, folder / f"{name}.bin"
    if pickled.is_file():
        labels, pixels = _pickled(pickled)
    elif binary.is_file():
        labels, pixels = _binary(binary)
    else:
        raise network_error(f"no batch '{name}'", hint=LAYOUT, file=str(folder))
    path = str(pickled if pickled.is_file() else binary)
    if labels.size and labels.max() >= len(CLASSES):
        raise network_error(f"a label is {labels.max()}, above 9", hint=LAYOUT, file=path)
    return labels, pixels


def _binary(path: Path) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """A label and 3,072 pixels, image after image."""
    data = path.read_bytes()
    if len(data) % (1 + _BYTES):
        raise network_error(
            f"cut off: {len(data)} bytes are no whole number of images of {1 + _BYTES}",
            hint="fetch the archive again",
            file=str(path),
        )
    rows = np.frombuffer(data, dtype=np.uint8).reshape(-1, 1 + _BYTES)
    return rows[:, 0], rows[:, 1:]


def _pickled(path: Path) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """A dictionary with ``labels``, a list, and ``data``, an array of rows."""
    try:
        content = load_plain(path.read_bytes())
        if not isinstance(content, dict):
            raise ValueError("it has no dictionary")
        labels, pixels = (content[key] for key in (b"labels", b"data"))
        labels = np.array([int(label) for label in labels])
        if not isinstance(pixels, np.ndarray) or pixels.dtype != np.uint8:
            raise ValueError("'data' is no array of bytes")
        if pixels.shape != (len(labels), _BYTES) or (labels < 0).any():
            raise ValueError(f"{len(labels)} labels for pixels of shape {pixels.shape}")
    except (
        NetworkError,
        pickle.UnpicklingError,
        EOFError,
        KeyError,
        ValueError,
        TypeError,
    ) as error:
        raise network_error(
            f"not a batch of CIFAR-10 that can be read: {error}",
            hint="fetch the archive again",
            file=str(path),
        ) from error
    return labels.astype(np.uint8), pixels
