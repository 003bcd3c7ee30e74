"""Wave files that tests write."""

import io
import wave

import numpy as np
from numpy.typing import NDArray


def wave_file(
    samples: NDArray[np.float32], rate_hz: int, *, channels: int = 1, width: int = 2
) -> bytes:
    """A PCM file of samples in [-1, 1); ``channels`` and ``width`` only claim to be others."""
    data = io.BytesIO()
    with wave.open(data, "wb") as sound:
        sound.setnchannels(channels)
        sound.setsampwidth(width)
        sound.setframerate(rate_hz)
        sound.writeframes(np.round(samples * 32768).astype("<i2").tobytes())
    return data.getvalue()
