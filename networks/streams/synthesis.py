"""Words spoken by espeak-ng, a speech synthesiser with any number of voices (Debian, GPL-3+)."""

import functools
import shutil
import subprocess
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from networks.errors import network_error
from networks.streams.sounds import trimmed
from networks.streams.waves import decode_wave, resampled

PROGRAM = "espeak-ng"
"""Name of the program, and of Debian's package."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """How a word is said."""

    voice: str
    """A language and a variant of the voice, as in ``en-us+f3``."""
    words_per_minute: int = 140
    """Speed."""
    pitch: int = 50
    """0 to 99."""


def has_synthesiser() -> bool:
    """Whether the program is installed."""
    return shutil.which(PROGRAM) is not None


@functools.lru_cache(maxsize=4096)
def spoken(text: str, delivery: Delivery, *, rate_hz: int) -> NDArray[np.float32]:
    """``text`` as samples (n,) in [-1, 1], without silence around it; read-only.

    Raises
    ------
    NetworkError
        The program is missing, or does not know the voice.
    """
    said = (f"-v{delivery.voice}", f"-s{delivery.words_per_minute}", f"-p{delivery.pitch}")
    try:
        # A word that begins with a dash would be an option, so it comes by standard input.
        result = subprocess.run(
            [PROGRAM, *said, "--stdin", "--stdout"],
            input=text.encode(),
            capture_output=True,
            check=True,
        )
    except FileNotFoundError as error:
        raise network_error(
            f"the speech synthesiser {PROGRAM} is not installed",
            hint=f"apt-get install {PROGRAM}",
        ) from error
    except subprocess.CalledProcessError as error:
        raise network_error(
            f"{PROGRAM} cannot say '{text}' with voice '{delivery.voice}': "
            f"{error.stderr.decode(errors='replace').strip()}",
            hint=f"{PROGRAM} --voices lists the voices",
        ) from error
    samples, found_hz = decode_wave(_with_length(result.stdout), file=f"output of {PROGRAM}")
    sound = trimmed(resampled(samples, found_hz, rate_hz), rate_hz)
    sound.setflags(write=False)
    return sound


def _with_length(data: bytes) -> bytes:
    """A wave file from a pipe, whose header could not know how long it would be."""
    length = len(data) - 44
    return (
        data[:4]
        + (length + 36).to_bytes(4, "little")
        + data[8:40]
        + (length.to_bytes(4, "little") + data[44:])
    )
