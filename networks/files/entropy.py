"""How much information stored weights carry, which is what an encoder can make of them at best."""

from collections import Counter
from math import log2

ENTROPY_DTYPES = ("int8", "uint8")
"""Element types that are a byte; accelerators encode no others."""


def entropy_bits(stored: bytes) -> float:
    """Shannon entropy of the frequencies of the bytes, in bits a byte; 0 for none.

    Source: C. E. Shannon, "A mathematical theory of communication", Bell System Technical Journal
    27, 1948, section 6.
    """
    counts = Counter(stored).values()
    return 0.0 - sum(count / len(stored) * log2(count / len(stored)) for count in counts)
