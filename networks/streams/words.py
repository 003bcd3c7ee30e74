"""Spoken words, as recorded for the telephone exchange Asterisk: one word against everything else.

About 2,800 recordings at 8 kHz in five voices of four people, in English, Spanish, French, Italian
and Russian. Source: Debian's packages ``asterisk-core-sounds-{en,es,fr,it,ru}-wav`` (CC BY-SA 3.0,
Italian and Russian CC BY 3.0); docs/data.md names who spoke. Nothing is fetched: the files are read
from where Debian installs them, or from the folder that ``WAKEPATH_WORDS`` names.

A word to wake by must be the same word in every language. The spelling alphabet has such words, and
those that four voices say alike can be chosen; the Italian voice spells with other words, and is
heard in negatives only. Nobody has said a word often, so espeak-ng says it too: every split has
synthetic voices of its own, and ``subjects`` tells them from people. No person and no synthetic
voice is in two splits.

Samples are raw sound of one second. A quarter of them has noise or silence in it and nobody speaks.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from networks.streams.checks import checked, require_known
from networks.streams.recordings import SAMPLE_RATE_HZ, read_voice, require_installed
from networks.streams.sounds import at_level, coloured_noise, placed
from networks.streams.synthesis import Delivery, spoken
from networks.streams.windows import SplitName, Windows

WINDOW_SAMPLES = SAMPLE_RATE_HZ
"""Samples of one window: 1 s."""

ALPHABET = (
    *("alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india"),
    *("juliett", "kilo", "lima", "mike", "november", "oscar", "papa", "quebec", "romeo"),
    *("sierra", "tango", "uniform", "victor", "whiskey", "x-ray", "yankee", "zulu"),
)
"""What synthetic voices say, the chosen word among them."""

WORDS = ("bravo", "delta", "india", "kilo", "lima", "whiskey", "yankee")
"""Words that can be chosen: those that the voices but the Italian one say alike. In the median over
pairs of voices, the same letter is the nearest of the other's 26 by dynamic time warping of their
cepstra."""

VOICES: dict[SplitName, tuple[str, ...]] = {
    "train": ("en_US_f_Allison", "es_MX_f_Allison"),
    "validation": ("ru_RU_f_IvrvoiceRU",),
    "test": ("fr_CA_f_June", "it_IT_m_Carlo"),
}
"""Folders of the recorded voices. The English and the Spanish one are one person."""

PEOPLE = ("Allison", "IvrvoiceRU", "June", "Carlo")
"""The index of each is its number in ``subjects``."""

SYNTHETIC_VOICES: dict[SplitName, tuple[str, ...]] = {
    "train": (
        *("en-us+f1", "en-us+m1", "en-gb-scotland+f2", "en-029+m2"),
        *("es-419+f3", "es+m3", "de+m4", "nl+klatt", "en-us+Andy", "en-029+Alicia"),
        *("pt+Diogo", "sv+linda", "cs+Denis", "ro+Marco", "tr+belinda", "da+klatt4"),
    ),
    "validation": ("en-gb-x-rp+f4", "en-us-nyc+m5", "ru+m6", "pl+klatt2"),
    "test": ("en-gb-x-gbclan+f5", "en-gb-x-gbcwmd+m7", "fr+m8", "it+klatt3"),
}
"""Voices of espeak-ng; no variant and no language is in two splits, English accents apart."""

FIRST_SYNTHETIC = 100
"""``subjects`` from here on are synthetic voices."""

FIRST_NOISE = 200
"""``subjects`` from here on are noise: one number for each split."""

_SPLITS: tuple[SplitName, ...] = ("train", "validation", "test")
_DELIVERIES = tuple((speed, pitch) for speed in (110, 140, 175) for pitch in (35, 65))
_WINDOWS_OF_RECORDED_WORD = 24
_WINDOWS_OF_SYNTHETIC_WORD = 3
_SPEECH_DB = (-32.0, -14.0)
_BED_DB = (-70.0, -36.0)
_NOISE_DB = (-60.0, -14.0)
_STILL_DB = (-90.0, -70.0)


class _Utterance(NamedTuple):
    sound: NDArray[np.float32]
    subject: int
    is_word: bool
    windows: int


def load(split: SplitName, *, word: str, window_samples: int = WINDOW_SAMPLES) -> Windows:
    """Seconds of one split, shape (n, 1, 8000) in [-1, 1], positive where ``word`` is said.

    They are in a drawn order, and everything drawn is the same each time.

    Parameters
    ----------
    split
        Group of people and of synthetic voices.
    word
        One of :data:`WORDS`.
    window_samples
        Samples of one window, if it is not to be a second.

    Raises
    ------
    NetworkError
        Recordings or the synthesiser are not installed, a recording cannot be read, or the word
        cannot be chosen.
    """
    require_known(word, WORDS, "word to wake by")
    require_installed([voice for split in _SPLITS for voice in VOICES[split]])
    random = np.random.default_rng([7, _SPLITS.index(split)])
    sounds, labels, subjects = [], [], []
    for utterance in (*_recorded(split, word), *_synthetic(split, word)):
        for _ in range(utterance.windows):
            sounds.append(_heard(utterance.sound, window_samples, random))
            labels.append(utterance.is_word)
            subjects.append(utterance.subject)
    for index in range(len(sounds) // 3):
        # A third of these seconds is as good as silent.
        level_db = random.uniform(*(_NOISE_DB if index % 3 else _STILL_DB))
        sounds.append(_noise(level_db, window_samples, random))
        labels.append(False)
        subjects.append(FIRST_NOISE + _SPLITS.index(split))
    order = random.permutation(len(sounds))
    windows = Windows(
        samples=np.stack(sounds)[order][:, None],
        labels=np.array(labels, dtype=np.int8)[order],
        subjects=np.array(subjects, dtype=np.int32)[order],
        period_s=window_samples / SAMPLE_RATE_HZ,
        sample_rate_hz=SAMPLE_RATE_HZ,
    )
    return checked(windows, where=f"split '{split}' of the spoken words")


def _recorded(split: SplitName, word: str) -> Iterator[_Utterance]:
    """All that the split's people say; of prompts, the first second is heard."""
    letter = f"phonetic/{word[0]}_p"
    for voice in VOICES[split]:
        person = next(number for number, name in enumerate(PEOPLE) if voice.endswith(name))
        for name, sound in read_voice(voice):
            if name != letter:
                yield _Utterance(sound, person, False, 1)
            elif not voice.startswith("it"):
                yield _Utterance(sound, person, True, _WINDOWS_OF_RECORDED_WORD)


def _synthetic(split: SplitName, word: str) -> Iterator[_Utterance]:
    """The alphabet by every synthetic voice, the word at several speeds and pitches."""
    first = FIRST_SYNTHETIC + sum(
        len(SYNTHETIC_VOICES[before]) for before in _SPLITS[: _SPLITS.index(split)]
    )
    for subject, voice in enumerate(SYNTHETIC_VOICES[split], first):
        for other in ALPHABET:
            if other != word:
                sound = spoken(other, Delivery(voice), rate_hz=SAMPLE_RATE_HZ)
                yield _Utterance(sound, subject, False, 1)
        for speed, pitch in _DELIVERIES:
            sound = spoken(word, Delivery(voice, speed, pitch), rate_hz=SAMPLE_RATE_HZ)
            yield _Utterance(sound, subject, True, _WINDOWS_OF_SYNTHETIC_WORD)


def _heard(
    sound: NDArray[np.float32], window_samples: int, random: np.random.Generator
) -> NDArray[np.float32]:
    """An utterance at a drawn level, somewhere in a window with noise of a drawn level."""
    bed = _noise(random.uniform(*_BED_DB), window_samples, random)
    return placed(at_level(sound, random.uniform(*_SPEECH_DB)), bed, random)


def _noise(
    level_db: float, window_samples: int, random: np.random.Generator
) -> NDArray[np.float32]:
    sound = coloured_noise(
        window_samples, slope=random.uniform(0, 2), level_db=level_db, random=random
    )
    return np.clip(sound, -1, 1)
