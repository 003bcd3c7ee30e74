"""Smartwatch motion: shoulder exercises of ten people, as shipped inside ``seglearn``.

140 recordings at 50 Hz of six channels (acceleration and angular rate), seven exercises, each
subject on both sides. Source: Burns et al., "Shoulder physiotherapy exercise recognition: machine
learning the inertial signals from a smartwatch", Physiological Measurement 39(7), 2018; packaged by
seglearn (BSD). The array is read from the installed package; seglearn itself is not imported, as it
needs pandas.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from networks.errors import network_error
from networks.streams.checks import checked, require_known
from networks.streams.packaged import EXTRA, packaged_file
from networks.streams.windows import SplitName, Windows

EXERCISES = ("PEN", "ABD", "FEL", "IR", "ER", "TRAP", "ROW")
"""Pendulum, abduction, forward elevation, internal and external rotation, trapezius, row."""

SAMPLE_RATE_HZ = 50
"""Rows a second."""

WINDOW_ROWS = 100
"""Rows of one window: 2 s."""

HOP_ROWS = 25
"""Rows from one window to the next: 0.5 s."""

SUBJECTS: dict[SplitName, tuple[int, ...]] = {
    "train": (1, 3, 5, 7, 9),
    "validation": (2, 8),
    "test": (4, 6, 10),
}
"""Nobody is in two splits. Subject numbers as in the data; the lists were fixed before training."""


def load(split: SplitName, *, exercise: str) -> Windows:
    """Windows of one split, shape (n, 6, 100), positive where ``exercise`` is done.

    Parameters
    ----------
    split
        Group of subjects.
    exercise
        One of :data:`EXERCISES`.

    Raises
    ------
    NetworkError
        seglearn is not installed, or has not this data, or the exercise does not exist.
    """
    require_known(exercise, EXERCISES, "exercise")
    recordings, exercises, subjects = _read(
        packaged_file("seglearn", "data/watch_dataset.npy", what="the smartwatch recordings")
    )
    wanted = [i for i, subject in enumerate(subjects) if subject in SUBJECTS[split]]
    wanted.sort(key=lambda i: (subjects[i], i))
    cut = [_windows(recordings[i]) for i in wanted]
    counts = [len(windows) for windows in cut]
    labels = [exercises[i] == EXERCISES.index(exercise) for i in wanted]
    windows = Windows(
        samples=np.concatenate(cut),
        labels=np.repeat(np.array(labels, dtype=np.int8), counts),
        subjects=np.repeat(np.array([subjects[i] for i in wanted], dtype=np.int32), counts),
        period_s=HOP_ROWS / SAMPLE_RATE_HZ,
        sample_rate_hz=SAMPLE_RATE_HZ,
    )
    return checked(windows, where=f"split '{split}' of the smartwatch's recordings")


def _windows(recording: NDArray[np.float64]) -> NDArray[np.float32]:
    """Overlapping windows (n, channels, rows) of one recording (time, channels)."""
    views = np.lib.stride_tricks.sliding_window_view(recording, WINDOW_ROWS, axis=0)
    return np.ascontiguousarray(views[::HOP_ROWS], dtype=np.float32)


def _read(path: Path) -> tuple[list[NDArray[np.float64]], list[int], list[int]]:
    """Recordings (time, 6), and for each its exercise and its subject."""
    try:
        content = np.load(path, allow_pickle=True).item()
        recordings = [np.asarray(recording, dtype=np.float64) for recording in content["X"]]
        whole = tuple(content["y_labels"]) == EXERCISES
    except Exception as error:  # a pickle raises what it happens to trip over
        raise network_error(
            f"the recordings in seglearn cannot be read: {type(error).__name__}: {error}",
            hint=EXTRA,
            file=str(path),
        ) from error
    if not whole or any(r.shape[1] != 6 for r in recordings):
        raise network_error(
            "the recordings in seglearn are not those of version 1.2.5",
            hint=EXTRA,
            file=str(path),
        )
    return recordings, [int(y) for y in content["y"]], [int(s) for s in content["subject"]]
