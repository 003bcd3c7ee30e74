"""How long the next stay will be, from the last ones: integers only, the same in every engine.

The manner is that of Linux's menu governor: take the last lengths, leave out the longest while they
differ much, and believe their mean once they agree. Its measure of how much they differ is the
variance; ours is the mean distance from the mean, which stays within 64 bits.
"""

from collections.abc import Sequence

HISTORY = 8
"""How many lengths are kept."""
LONGEST_NS = 2**55
"""Longer stays count as this long (over a year), so that all sums stay below 2**63."""
AGREE = 6
"""Lengths agree if their mean distance from their mean is at most the mean divided by this."""


def expected_ns(lengths: Sequence[int], stays: int) -> int:
    """The expected length of the next stay.

    ``lengths`` has ``HISTORY`` places, in any order; the first ``min(stays, HISTORY)`` are in use.
    That is at least one. Where fewer than three quarters of them agree, it is the shortest:
    too shallow a state costs idle power, too deep a one costs a late answer besides.
    """
    used = min(stays, HISTORY)
    limit = LONGEST_NS
    while True:
        count, total, longest, shortest = 0, 0, 0, LONGEST_NS
        for place in range(used):
            length = min(lengths[place], LONGEST_NS)
            if length <= limit:
                count += 1
                total += length
                longest = max(longest, length)
                shortest = min(shortest, length)
        mean = total // count
        distance = 0
        for place in range(used):
            length = min(lengths[place], LONGEST_NS)
            if length <= limit:
                distance += abs(length - mean)
        if AGREE * distance <= total:
            return mean
        if 4 * count <= 3 * used:
            return shortest
        limit = longest - 1
