"""Room between a gate's threshold and the positives that it has not seen yet. numpy only.

The threshold that stops most lies right below the lowest positive of validation, and of m positives
the lowest is not the lowest there is: a new one is below it once in m + 1 times, whatever the
distribution. With few positives and negatives that are nearly all far below, the last few negatives
buy that risk. So each gate may let a small share of the negatives go on which it could stop, those
with the highest scores, and its threshold is as low as that allows.
"""

from collections.abc import Sequence
from math import floor

import numpy as np
from numpy.typing import NDArray


def with_margin(
    scores: NDArray[np.float32],
    labels: NDArray[np.int8],
    thresholds: Sequence[float],
    share: float,
) -> tuple[float, ...]:
    """Thresholds that are no higher, so no positive is lost that was not lost before.

    Parameters
    ----------
    scores
        Shape (n, gates), as if no gate had stopped any.
    labels
        Shape (n,): what each sample is.
    thresholds
        One for each gate.
    share
        Of all negatives, how many each gate lets go on of those that it could stop.

    Returns
    -------
    tuple
        Each lies in the middle between the negatives that it still stops and those that it does
        not; where no negative may be given up, it stays.
    """
    negatives = scores[labels == 0].astype(np.float64)
    spared = floor(share * len(negatives) + 1e-9)
    if spared == 0:
        return tuple(thresholds)
    found = []
    for gate, threshold in enumerate(thresholds):
        mine = negatives[:, gate]
        stopped = np.sort(mine[mine < threshold])
        kept, let_go = stopped[:-spared], stopped[-spared:]
        low = kept[-1] if len(kept) else 0.0
        found.append(float((low + let_go[0]) / 2) if len(let_go) else threshold)
        negatives = negatives[mine >= found[-1]]
    return tuple(found)
