"""Counter-based random numbers: the same draw for the same key, in any order, in any engine.

Philox4x32-10 of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3",
SC 2011, doi:10.1145/2063384.2063405. The key is the seed; the counter is (draw, sample,
pipeline). Nothing is stored between draws, so two runs and two policies see the same world.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

ROUNDS = 10
MULTIPLIERS = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
"""Of counter words 0 and 2."""
WEYL = (0x9E3779B9, 0xBB67AE85)
"""Added to the two key words before every round but the first."""

_MASK = 0xFFFFFFFF


def philox4x32(
    counter: tuple[ArrayLike, ArrayLike, ArrayLike, ArrayLike], key: tuple[int, int]
) -> NDArray[np.uint32]:
    """Four random 32-bit words for each counter.

    ``counter`` is four words of 32 bits, scalars or arrays that broadcast to a shape S; ``key``
    is two such words. Returns an array of shape (4, *S).
    """
    words = np.broadcast_arrays(*(np.asarray(word, dtype=np.uint64) for word in counter))
    c0, c1, c2, c3 = (word.copy() for word in words)
    low, high = np.uint64(_MASK), np.uint64(32)
    k0, k1 = key[0] & _MASK, key[1] & _MASK
    for _ in range(ROUNDS):
        first, second = c0 * MULTIPLIERS[0], c2 * MULTIPLIERS[1]
        c0 = (second >> high) ^ c1 ^ np.uint64(k0)
        c2 = (first >> high) ^ c3 ^ np.uint64(k1)
        c1, c3 = second & low, first & low
        k0, k1 = (k0 + WEYL[0]) & _MASK, (k1 + WEYL[1]) & _MASK
    return np.stack([c0, c1, c2, c3]).astype(np.uint32)


def uniform(seed: int, pipeline: int, sample: ArrayLike, draw: ArrayLike) -> NDArray[np.float64]:
    """Uniform numbers in [0, 1) with 53 random bits, one for each (sample, draw).

    ``seed`` has at most 64 bits, ``pipeline`` and ``draw`` at most 32, ``sample`` at most 64;
    ``sample`` and ``draw`` broadcast. Raises ``ValueError`` if the seed is out of range.
    """
    if not 0 <= seed < 2**64:
        raise ValueError(f"a seed is a whole number from 0 to 2^64 - 1, not {seed}")
    samples = np.asarray(sample, dtype=np.uint64)
    counter = (draw, samples & np.uint64(_MASK), samples >> np.uint64(32), pipeline)
    words = philox4x32(counter, (seed & _MASK, seed >> 32))
    high, low = words[0] >> np.uint32(5), words[1] >> np.uint32(6)
    return np.asarray((high * 67108864.0 + low) / 9007199254740992.0, dtype=np.float64)
