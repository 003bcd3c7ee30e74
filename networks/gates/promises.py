"""What validation can promise of new data: order statistics of the scores of few positives.

A gate's threshold is the b-th smallest score among the positives that still come to it, b fixed
before anybody looks at scores. Whatever the distribution, the share of new positives below it is
then Beta(b, m + 1 - b) distributed over validation sets of m positives (Wilks, "Determination of
sample sizes for setting tolerance limits", 1941). The next gate does the same with those left. The
m scores cut what may happen into m + 1 blocks, each of the same law, so gates that cut off B blocks
together lose a share that is Beta(B, m + 1 - B) distributed, whatever the correlation between them
(Tukey, "Nonparametric estimation II: statistically equivalent blocks and tolerance regions", 1947).
In how many blocks which gate takes, the eye is free only between splits that were counted: the
confidence is shared out among all that were tried (Bonferroni). Equal scores only lose less.

New data means data of the same kind: drawn like validation's. New wearers or voices are not, where
they differ more from those of validation than these do among each other.
"""

from dataclasses import dataclass
from functools import cache
from math import comb

from scipy.special import bdtr, betaincinv

MOST_SPLITS = 16
"""Of the blocks among the gates: more splits find a better one, and each costs confidence."""

DEFAULT_CONFIDENCE = 0.95
"""Of what is said about thresholds that nobody asked a promise of."""


@dataclass(frozen=True, slots=True)
class RecallPromise:
    """What thresholds chosen on validation say about the true positives of new data."""

    recall_floor: float
    """Asked for: share of the true positives that all gates together let pass."""
    confidence: float
    """Probability, over validation sets, with which the bound holds."""
    promised: bool
    """Whether the floor was asked to hold on new data; else it holds on validation."""
    positives: int
    """True positives of validation: positives that the network answers rightly."""
    lost: int
    """Of them, how many the gates stop."""
    recall_bound: float
    """At least this share of the true positives of new data passes, with the confidence."""

    @property
    def kept(self) -> bool:
        """Whether new data keeps the floor, with the confidence."""
        return self.recall_bound >= self.recall_floor


@dataclass(frozen=True, slots=True)
class FalseAlarmPromise:
    """What positive thresholds chosen on validation say about the true negatives of new data."""

    false_alarm_cap: float
    """Asked for: share of the true negatives that all gates together may answer "positive"."""
    confidence: float
    """Probability, over validation sets, with which the bound holds."""
    promised: bool
    """Whether the cap was asked to hold on new data; else it holds on validation."""
    negatives: int
    """True negatives of validation: negatives that the network answers rightly."""
    answered: int
    """Of them, how many have a score from which on some gate would answer."""
    false_alarm_bound: float
    """At most this share of the true negatives of new data is, with the confidence."""

    @property
    def kept(self) -> bool:
        """Whether new data keeps the cap, with the confidence."""
        return self.false_alarm_bound <= self.false_alarm_cap


def blocks_allowed(positives: int, gates: int, recall_floor: float, confidence: float) -> int:
    """Most blocks that the gates may cut off together; 0 if there are too few positives."""
    blocks = 0
    while blocks < positives:
        misses = bdtr(blocks, positives, 1.0 - recall_floor)
        if misses * different_splits(blocks + 1, gates) > 1.0 - confidence:
            break
        blocks += 1
    return blocks


def recall_bound(positives: int, blocks: int, tried: int, confidence: float) -> float:
    """Share of new true positives that at least passes when gates cut off ``blocks`` blocks.

    The best of ``tried`` splits may have been picked by its scores. One-sided; for one split this
    is the bound of Clopper and Pearson (1934) for ``blocks - 1`` lost of ``positives``.
    """
    if blocks == 0:
        return 1.0
    if blocks > positives:
        return 0.0
    risk = (1.0 - confidence) / tried
    return float(1.0 - betaincinv(blocks, positives + 1 - blocks, 1.0 - risk))


def most_splits(gates: int) -> int:
    """How many ways ``splits`` gives."""
    return len(splits(0, gates))


def different_splits(blocks: int, gates: int) -> int:
    """How many of these ways differ."""
    return len(set(splits(blocks, gates)))


@cache
def splits(blocks: int, gates: int) -> tuple[tuple[int, ...], ...]:
    """Ways to share blocks out among gates, fixed by the numbers alone.

    The blocks go in parcels of about equal size, as many as give at most ``MOST_SPLITS`` ways.
    """
    parcels = 1
    while gates > 1 and comb(parcels + gates, gates - 1) <= MOST_SPLITS:
        parcels += 1
    return tuple(
        tuple(
            blocks * sum(parts[: g + 1]) // parcels - blocks * sum(parts[:g]) // parcels
            for g in range(gates)
        )
        for parts in _parts(parcels, gates)
    )


def _parts(total: int, count: int) -> tuple[tuple[int, ...], ...]:
    """Every way to write ``total`` as ``count`` summands from 0, in order."""
    if count == 0:
        return ((),)
    if count == 1:
        return ((total,),)
    return tuple(
        (first, *rest) for first in range(total + 1) for rest in _parts(total - first, count - 1)
    )
