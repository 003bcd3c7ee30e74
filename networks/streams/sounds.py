"""Sound as it reaches a microphone: an utterance somewhere in a window, noise of every colour."""

import numpy as np
from numpy.typing import NDArray

_FRAMES_A_SECOND = 100
"""How finely silence around an utterance is found."""

_SILENCE_DB = -40.0
"""Frames that are this far below the loudest one, and before or after all speech, are cut off."""


def trimmed(samples: NDArray[np.float32], rate_hz: int) -> NDArray[np.float32]:
    """The utterance without the silence before and after it; empty if nothing is heard."""
    length = rate_hz // _FRAMES_A_SECOND
    frames = samples[: len(samples) // length * length].reshape(-1, length)
    power = (frames.astype(np.float64) ** 2).mean(axis=1)
    if not power.size or power.max() == 0:
        return samples[:0]
    heard = np.flatnonzero(power > power.max() * 10 ** (_SILENCE_DB / 10))
    return samples[heard[0] * length : (heard[-1] + 1) * length]


def coloured_noise(
    count: int, *, slope: float, level_db: float, random: np.random.Generator
) -> NDArray[np.float32]:
    """Noise (count,) whose power falls with frequency to the ``slope``: 0 white, 1 pink, 2 brown.

    ``level_db`` is its root mean square relative to 1.
    """
    spectrum = np.fft.rfft(random.standard_normal(count))
    bins = np.maximum(np.arange(len(spectrum)), 1)
    shaped = np.fft.irfft(spectrum * bins ** (-slope / 2), count)
    return at_level(shaped.astype(np.float32), level_db)


def at_level(samples: NDArray[np.float32], level_db: float) -> NDArray[np.float32]:
    """The sound with a root mean square of ``level_db`` relative to 1; silence stays silent."""
    rms = float(np.sqrt((samples.astype(np.float64) ** 2).mean())) if samples.size else 0.0
    return samples * np.float32(10 ** (level_db / 20) / rms) if rms else samples


def placed(
    utterance: NDArray[np.float32], bed: NDArray[np.float32], random: np.random.Generator
) -> NDArray[np.float32]:
    """The utterance somewhere in ``bed``, whole if it fits, else its beginning; clipped to [-1, 1].

    Speech does not wait for a window to begin, so the place is drawn.
    """
    heard = utterance[: len(bed)]
    start = int(random.integers(len(bed) - len(heard) + 1))
    mixed = bed.copy()
    mixed[start : start + len(heard)] += heard
    return np.clip(mixed, -1, 1)
