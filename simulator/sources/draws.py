"""The draws of ``simulator.random_draws``, one at a time, as machine code.

They are the same to the bit, which tests compare. A draw is left as its 53 random bits: it is below
a probability exactly when its bits are below ``limit_of(probability)``, without any rounding.
"""

from math import ceil, frexp

import numpy as np
from numpy.typing import NDArray

from scheduler.kernels.compiling import compiled

Bits = NDArray[np.uint64]
Words = tuple[np.uint64, np.uint64, np.uint64]
"""Two words of the seed, and the pipeline: no array, so that loops over samples are vectorised."""

ALWAYS = 1 << 53
"""The limit that every draw is below."""

CLASS_DRAW = 0
"""Number of the draw that says whether a sample is positive."""
WINDOW_DRAW = 1
"""Of the draw that says which recorded window of its class a sample is."""
FIRST_GATE_DRAW = 1
"""Of the draw that says whether the first gate stops a sample; the other gates follow."""
RELEASE_DRAW = 1 << 30
"""Of the draw that says when a sample is released."""
DWELL_DRAW = RELEASE_DRAW + 1
"""Of the draw that says how long a stay in a state lasts."""
MOVE_DRAW = RELEASE_DRAW + 2
"""Of the draw that says which state comes after a stay."""

LOG_2 = 0.6931471805599453
ROOT_OF_HALF = 0.7071067811865476

_WORD = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_MULTIPLIER_0, _MULTIPLIER_2 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_WEYL_0, _WEYL_1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
_LOW_0, _LOW_1, _HIGH_0 = np.uint64(5), np.uint64(6), np.uint64(26)
_WINDOW_BITS = np.uint64(21)


def key_of(seed: int, pipeline: int) -> Words:
    """What draws are keyed by besides sample and draw.

    Raises ``ValueError`` if the seed has more than 64 bits or the pipeline more than 32.
    """
    if not 0 <= seed < 2**64:
        raise ValueError(f"a seed is a whole number from 0 to 2^64 - 1, not {seed}")
    if not 0 <= pipeline < 2**32:
        raise ValueError(f"a pipeline is a whole number from 0 to 2^32 - 1, not {pipeline}")
    return np.uint64(seed & 0xFFFFFFFF), np.uint64(seed >> 32), np.uint64(pipeline)


def limit_of(probability: float) -> int:
    """How many of the 2^53 draws are below ``probability``, which may lie outside [0, 1]."""
    return min(ALWAYS, max(0, ceil(probability * ALWAYS)))


@compiled
def bits(key: Words, sample: np.uint64, draw: np.uint64) -> np.uint64:
    """The 53 random bits of one draw; ``uniform`` is these over 2^53."""
    seed_0, seed_1, pipeline = key
    c0, c1, c2, c3 = draw, sample & _WORD, sample >> _HALF, pipeline
    for _ in range(10):
        first, second = c0 * _MULTIPLIER_0, c2 * _MULTIPLIER_2
        c0 = (second >> _HALF) ^ c1 ^ seed_0
        c2 = (first >> _HALF) ^ c3 ^ seed_1
        c1, c3 = second & _WORD, first & _WORD
        seed_0, seed_1 = (seed_0 + _WEYL_0) & _WORD, (seed_1 + _WEYL_1) & _WORD
    return ((c0 >> _LOW_0) << _HIGH_0) | (c1 >> _LOW_1)


@compiled
def bits_of_samples(key: Words, samples: Bits, draw: int, count: int, drawn: Bits) -> None:
    """Put the random bits of one draw of each of the first ``count`` samples into ``drawn``."""
    for i in range(count):
        drawn[i] = bits(key, samples[i], np.uint64(draw))


@compiled
def bits_of(key: Words, number: int, draw: int) -> np.uint64:
    """The random bits of one draw of one release or stay."""
    return bits(key, np.uint64(number), np.uint64(draw))


@compiled
def below(count: int, drawn: np.uint64) -> int:
    """A whole number in [0, count), ``count`` below 2^32, made of a draw."""
    return int(((drawn >> _WINDOW_BITS) * np.uint64(count)) >> _HALF)


@compiled
def exponential(drawn: np.uint64) -> float:
    """A number of the exponential distribution with mean 1, at most 36.8, made of a draw.

    It is ``-log((drawn + 1) / 2^53)``. The logarithm is ours, of additions, multiplications and
    divisions in one order, so that every machine finds the same: with ``s = (m - 1) / (m + 1)``,
    ``log(m) = 2 (s + s^3 / 3 + s^5 / 5 + ...)`` converges fast for a mantissa around 1.
    """
    mantissa, exponent = frexp((float(drawn) + 1.0) / 9007199254740992.0)
    if mantissa < ROOT_OF_HALF:
        mantissa *= 2.0
        exponent -= 1
    s = (mantissa - 1.0) / (mantissa + 1.0)
    square = s * s
    series = 1.0 / 23.0
    for odd in (21.0, 19.0, 17.0, 15.0, 13.0, 11.0, 9.0, 7.0, 5.0, 3.0, 1.0):
        series = series * square + 1.0 / odd
    return -(exponent * LOG_2 + 2.0 * s * series)


@compiled
def exponential_ns(mean_ns: int, drawn: np.uint64) -> int:
    """An exponentially distributed time of that mean, to the nearest nanosecond."""
    return int(mean_ns * exponential(drawn) + 0.5)


@compiled
def within_ns(length_ns: int, drawn: np.uint64) -> int:
    """A time that is uniform over [0, length), in whole nanoseconds; ``length_ns`` at least 1."""
    return min(length_ns - 1, int(float(drawn) / 9007199254740992.0 * length_ns))
