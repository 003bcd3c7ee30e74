"""Recordings in wave files, and sound as samples in [-1, 1]."""

import io
import wave
from math import gcd

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

from networks.errors import network_error

FULL_SCALE = 32768.0
"""What 16-bit samples are divided by."""


def read_wave(data: bytes, *, rate_hz: int, file: str) -> NDArray[np.float32]:
    """Samples (n,) in [-1, 1) of a wave file with one channel of 16-bit PCM.

    Parameters
    ----------
    data
        The whole file.
    rate_hz
        The sample rate that it must have: nothing is resampled behind one's back.
    file
        Its name, for messages.

    Raises
    ------
    NetworkError
        It is no such file, it is cut off, or it has another rate, width or number of channels.
    """
    samples, found_hz = decode_wave(data, file=file)
    if found_hz != rate_hz:
        raise network_error(
            f"the sample rate is {found_hz} Hz, not {rate_hz} Hz",
            hint=f"resample it first: sox IN.wav -r {rate_hz} OUT.wav",
            file=file,
        )
    return samples


def decode_wave(data: bytes, *, file: str) -> tuple[NDArray[np.float32], int]:
    """As :func:`read_wave`, with the rate in Hz that the file has."""
    try:
        with wave.open(io.BytesIO(data)) as sound:
            channels, width = sound.getnchannels(), sound.getsampwidth()
            rate_hz, frames = sound.getframerate(), sound.getnframes()
            content = sound.readframes(frames)
    except (wave.Error, EOFError, RuntimeError) as error:  # the last where a length is too large
        raise network_error(
            f"not a wave file that can be read: {error or 'its header does not fit'}",
            hint="16-bit PCM with one channel is read",
            file=file,
        ) from error
    if (channels, width) != (1, 2):
        raise network_error(
            f"{channels} channels of {8 * width} bits, not 1 of 16",
            hint="convert it first: sox IN.wav -c 1 -b 16 OUT.wav",
            file=file,
        )
    if len(content) != 2 * frames:
        raise network_error(
            f"cut off: {len(content)} of {2 * frames} bytes of sound are there",
            hint="fetch the file again",
            file=file,
        )
    return np.frombuffer(content, dtype="<i2").astype(np.float32) / np.float32(FULL_SCALE), rate_hz


def resampled(samples: NDArray[np.float32], from_hz: int, to_hz: int) -> NDArray[np.float32]:
    """The sound at another rate, without what the lower rate cannot hold."""
    common = gcd(from_hz, to_hz)
    return np.asarray(resample_poly(samples, to_hz // common, from_hz // common), dtype=np.float32)
