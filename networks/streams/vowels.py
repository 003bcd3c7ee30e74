"""Japanese vowels, as shipped inside aeon: one of nine speakers against the rest.

640 utterances of the vowels /a/ and /e/ in a row by nine men, each 7 to 29 frames of 12 cepstral
coefficients of linear prediction: 6.4 ms from frame to frame. Source: M. Kudo, J. Toyama,
M. Shimbo, "Multidimensional curve classification using passing-through regions", Pattern
Recognition Letters 20(11-13), 1999; UCI Machine Learning Repository (CC BY 4.0).

Who speaks is what the labels ask, so what no two splits share is the utterance. The split into 270
and 370 is the published one; the last ten training utterances of each speaker are for validation.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from networks.errors import network_error
from networks.streams.checks import checked
from networks.streams.packaged import packaged_file
from networks.streams.windows import SplitName, Windows

COEFFICIENTS = 12
"""Channels of a sample."""

FRAMES = 29
"""Frames of a sample: those of the longest utterance. A shorter one is followed by zeros."""

SPEAKERS = 9
"""Numbered from 1."""

PERIOD_S = 1.0
"""Time from one utterance to the next. The set has no time: an utterance a second."""

INSTALL = "pip install --no-deps aeon==1.6.0"
"""Without what aeon asks for: older numba and pandas than others here need; only a file is read."""

_UTTERANCES = {"TRAIN": 270, "TEST": 370}
"""By the name of the published half."""

_VALIDATION_FROM = 20
"""Of the 30 training utterances of each speaker, those from here on are for validation."""


def load(split: SplitName, *, speaker: int) -> Windows:
    """Utterances of one split, shape (n, 12, 29), positive where ``speaker`` speaks.

    They follow each other speaker by speaker in the source; here the speakers take turns.

    Parameters
    ----------
    split
        ``test`` is the published one.
    speaker
        1 to 9.

    Raises
    ------
    NetworkError
        aeon is not installed, or its file is damaged, or there is no such speaker.
    """
    if speaker not in range(1, SPEAKERS + 1):
        raise network_error(f"no speaker {speaker}", hint=f"one of 1 to {SPEAKERS}")
    half = "TEST" if split == "test" else "TRAIN"
    path = packaged_file(
        "aeon",
        f"datasets/data/JapaneseVowels/JapaneseVowels_{half}.ts",
        what="the Japanese vowels",
        install=INSTALL,
    )
    samples, speakers = _read(path, _UTTERANCES[half])
    turns = _turns(speakers)
    order = np.lexsort((speakers, turns))
    late = turns[order] >= _VALIDATION_FROM
    ours = order if split == "test" else order[late == (split == "validation")]
    before = 0 if half == "TRAIN" else _UTTERANCES["TRAIN"]
    windows = Windows(
        samples=samples[ours],
        labels=(speakers[ours] == speaker).astype(np.int8),
        subjects=(before + ours).astype(np.int32),
        period_s=PERIOD_S,
    )
    return checked(windows, where=f"split '{split}' of the Japanese vowels")


def _turns(speakers: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many utterances of the same speaker came before each."""
    turns = np.zeros(len(speakers), dtype=np.int64)
    for speaker in range(1, SPEAKERS + 1):
        mine = speakers == speaker
        turns[mine] = np.arange(mine.sum())
    return turns


def _read(path: Path, utterances: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Samples (n, 12, 29) and speakers (n,) of a ``.ts`` file.

    After ``@data`` every line is an utterance: coefficients apart by ``:``, frames by ``,``, and
    the speaker last.
    """
    try:
        _, found, data = path.read_text(encoding="utf-8").partition("@data\n")
        rows = [line.split(":") for line in data.splitlines() if line.strip()]
        samples = np.zeros((len(rows), COEFFICIENTS, FRAMES), dtype=np.float32)
        for sample, row in zip(samples, rows, strict=True):
            values = np.array([c.split(",") for c in row[:-1]], dtype=np.float32)
            if len(values) != COEFFICIENTS or values.shape[1] > FRAMES:
                raise ValueError(f"an utterance has {len(row) - 1} coefficients, or is too long")
            sample[:, : values.shape[1]] = values
        speakers = np.array([int(row[-1]) for row in rows])
    except (OSError, ValueError) as error:
        raise _not_the_file(path, f"cannot be read: {error}") from error
    if not found or len(rows) != utterances:
        raise _not_the_file(path, f"have {len(rows)} utterances, not {utterances}")
    unknown = set(speakers.tolist()) - set(range(1, SPEAKERS + 1))
    if unknown:
        raise _not_the_file(path, f"have a speaker {min(unknown)}, not 1 to {SPEAKERS}")
    return samples, speakers


def _not_the_file(path: Path, problem: str) -> Exception:
    return network_error(f"the Japanese vowels {problem}", hint=INSTALL, file=str(path))
