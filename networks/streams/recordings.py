"""The telephone recordings that Debian packages: where they are, and what is in them."""

import os
from collections.abc import Collection
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from networks.errors import network_error
from networks.streams.sounds import trimmed
from networks.streams.synthesis import PROGRAM, has_synthesiser
from networks.streams.waves import read_wave

VARIABLE = "WAKEPATH_WORDS"
"""Environment variable: the folder with a folder for each voice, if it is not Debian's."""

DEBIAN_FOLDER = Path("/usr/share/asterisk/sounds")
"""Where Debian's packages install the voices."""

SAMPLE_RATE_HZ = 8000
"""Of all recordings."""

_NOBODY_SPEAKS = ("silence/", "beep", "ascending-", "descending-", "tt-monkeys")
"""How the names of files begin that have no speech in them; noise and silence are made here."""


def voices_folder() -> Path:
    """Where the voices are looked for."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else DEBIAN_FOLDER


def missing_packages(voices: Collection[str]) -> tuple[str, ...]:
    """Debian's packages that would have to be installed, in order; empty if all is there."""
    folder = voices_folder()
    absent = {voice[:2] for voice in voices if not (folder / voice).is_dir()}
    packages = [f"asterisk-core-sounds-{language}-wav" for language in sorted(absent)]
    return (*packages, *(() if has_synthesiser() else (PROGRAM,)))


def require_installed(voices: Collection[str]) -> None:
    """Raise ``NetworkError``, with the command to install them, unless all voices are there."""
    missing = missing_packages(voices)
    if missing:
        raise network_error(
            f"the spoken words need {len(missing)} more of Debian's packages; recordings are "
            f"looked for in {voices_folder()}",
            hint=f"apt-get install {' '.join(missing)}; or name another folder in {VARIABLE}",
        )


def read_voice(voice: str) -> list[tuple[str, NDArray[np.float32]]]:
    """Every recording of speech, as its name (``digits/7``) and its samples without silence around.

    In order of the names; recordings with nothing in them are left out.

    Raises
    ------
    NetworkError
        A file cannot be read, or there is none.
    """
    folder = voices_folder() / voice
    paths = sorted(folder.rglob("*.wav"), key=lambda path: path.relative_to(folder).as_posix())
    speech = []
    for path in paths:
        name = path.relative_to(folder).with_suffix("").as_posix()
        if name.startswith(_NOBODY_SPEAKS):
            continue
        sound = trimmed(
            read_wave(path.read_bytes(), rate_hz=SAMPLE_RATE_HZ, file=str(path)), SAMPLE_RATE_HZ
        )
        if len(sound):
            speech.append((name, sound))
    if not speech:
        raise network_error("no recording of speech is here", file=str(folder))
    return speech
