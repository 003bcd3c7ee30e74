"""Google's Speech Commands in its published form: one word against all other words.

A folder for each word, with files of one second at 16 kHz named ``SPEAKER_nohash_NUMBER.wav``.
``validation_list.txt`` and ``testing_list.txt`` name the files of two splits; where neither is
there, a hash of the speaker decides, by the rule that made the lists. Source: P. Warden, "Speech
Commands: a dataset for limited-vocabulary speech recognition", 2018 (arXiv 1804.03209; CC BY 4.0).
"""

import hashlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from devicemodels.documents.errors import Problem
from devicemodels.documents.files import read_bytes, read_text
from networks.errors import NetworkError, network_error
from networks.streams.checks import checked, require_known
from networks.streams.folders import all_read, at_most, require_folder
from networks.streams.waves import read_wave
from networks.streams.windows import SplitName, Windows

SAMPLE_RATE_HZ = 16000
"""Of all recordings."""

WINDOW_SAMPLES = SAMPLE_RATE_HZ
"""Samples of one window: 1 s. A shorter recording is followed by zeros."""

LISTS: dict[SplitName, str] = {"validation": "validation_list.txt", "test": "testing_list.txt"}
"""Files that name the recordings of a split."""

LAYOUT = (
    "unpack the archive: a folder for each word with its .wav files, "
    f"{' and '.join(LISTS.values())}"
)
"""What belongs into the folder."""

_PERCENT = 10.0
"""Share of validation, and of test, in the hash rule."""

_HASHES = 2**27 - 1
"""The largest hash of the rule."""


def which_split(name: str) -> SplitName:
    """The split of a recording by the published rule, from the speaker in the name of its file."""
    digest = hashlib.sha1(speaker_of(name).encode(), usedforsecurity=False).hexdigest()
    percent = int(digest, 16) % (_HASHES + 1) * (100.0 / _HASHES)
    if percent < _PERCENT:
        return "validation"
    return "test" if percent < 2 * _PERCENT else "train"


def speaker_of(name: str) -> str:
    """Who speaks in ``word/SPEAKER_nohash_NUMBER.wav``."""
    return name.rpartition("/")[2].partition("_nohash_")[0]


def load(
    split: SplitName, *, folder: Path, word: str, limit_per_word: int | None = None
) -> Windows:
    """Seconds of one split, shape (n, 1, 16000) in [-1, 1], positive where ``word`` is said.

    They are in the order of their speakers, who take their words in alphabetical order.

    Parameters
    ----------
    split
        Group of speakers.
    folder
        Where the archive was unpacked.
    word
        Name of a folder in it.
    limit_per_word
        The first so many recordings of each word only, by name. The whole training split takes
        over 5 GB.

    Raises
    ------
    NetworkError
        Folder, lists or word are missing, or speakers are in two splits, or a recording is cut
        off or has another sample rate.
    """
    require_folder(folder, "Speech Commands", LAYOUT)
    words = sorted(p.name for p in folder.iterdir() if p.is_dir() and not p.name.startswith("_"))
    if not words:
        raise network_error("no word has a folder here", hint=LAYOUT, file=str(folder))
    require_known(word, words, "word")
    recordings = {
        each: sorted(f"{each}/{path.name}" for path in (folder / each).glob("*.wav"))
        for each in words
    }
    empty = [each for each, names in recordings.items() if not names]
    if empty:
        raise NetworkError(
            Problem("a word without recordings", hint=LAYOUT, file=str(folder / each))
            for each in empty
        )
    everything = [name for names in recordings.values() for name in names]
    splits = _splits(folder, everything)
    speakers = sorted({speaker_of(name) for name in everything})
    chosen = [
        name
        for names in recordings.values()
        for name in at_most([name for name in names if splits[name] == split], limit_per_word)
    ]
    chosen.sort(key=lambda name: (speaker_of(name), name))
    sounds = all_read(chosen, lambda name: _second(folder / name))
    numbers = {speaker: number for number, speaker in enumerate(speakers)}
    windows = Windows(
        samples=np.array(sounds, dtype=np.float32).reshape(-1, 1, WINDOW_SAMPLES),
        labels=np.array([name.startswith(f"{word}/") for name in chosen], dtype=np.int8),
        subjects=np.array([numbers[speaker_of(name)] for name in chosen], dtype=np.int32),
        period_s=WINDOW_SAMPLES / SAMPLE_RATE_HZ,
        sample_rate_hz=SAMPLE_RATE_HZ,
    )
    return checked(windows, where=f"split '{split}' of Speech Commands in {folder}")


def _splits(folder: Path, names: list[str]) -> dict[str, SplitName]:
    """The split of each recording: by the lists, or by the rule where there are none."""
    lists = {split: folder / name for split, name in LISTS.items()}
    absent = [path for path in lists.values() if not path.is_file()]
    if len(absent) == len(lists):
        return {name: which_split(name) for name in names}
    if absent:
        raise network_error("one list is here, the other is not", hint=LAYOUT, file=str(absent[0]))
    problems = []
    splits: dict[str, SplitName] = dict.fromkeys(names, "train")
    for split, path in lists.items():
        for line, name in enumerate(read_text(path).splitlines(), 1):
            if name in splits:
                splits[name] = split
            elif name.strip():
                problem = f"there is no recording '{name}'"
                problems.append(Problem(problem, hint=LAYOUT, file=str(path), line=line))
    if problems:
        raise NetworkError(problems)
    of_speaker: dict[str, set[SplitName]] = {}
    for name, split in splits.items():
        of_speaker.setdefault(speaker_of(name), set()).add(split)
    torn = sorted(speaker for speaker, found in of_speaker.items() if len(found) > 1)
    if torn:
        raise network_error(
            f"{len(torn)} speakers are in more than one split, '{torn[0]}' is the first",
            hint="list all recordings of a speaker in one split, or remove both lists",
            file=str(folder),
        )
    return splits


def _second(path: Path) -> NDArray[np.float32]:
    """One recording, as long as a window."""
    sound = read_wave(read_bytes(path), rate_hz=SAMPLE_RATE_HZ, file=str(path))
    if len(sound) > WINDOW_SAMPLES:
        raise network_error(
            f"{len(sound)} samples, more than the {WINDOW_SAMPLES} of a window",
            hint="cut it into seconds first",
            file=str(path),
        )
    return np.pad(sound, (0, WINDOW_SAMPLES - len(sound)))
