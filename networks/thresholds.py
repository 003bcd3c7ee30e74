"""Gate thresholds: stop as much as possible, lose no more true positives than allowed. numpy only.

An exact search. Between two neighbouring scores of positives that must pass, a higher threshold
only stops more, so the only thresholds worth trying are those scores themselves; the positives that
all gates together may lose are shared out among the gates in every way.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class _Choice:
    """Thresholds from one gate on, and what they save."""

    saved_macs: float
    thresholds: tuple[float, ...]


def choose_thresholds(
    scores: NDArray[np.float32],
    labels: NDArray[np.int8],
    answers: NDArray[np.int8],
    *,
    recall_floor: float,
    macs_after: NDArray[np.int64],
) -> tuple[float, ...]:
    """One threshold for each gate.

    Parameters
    ----------
    scores
        Shape (n, gates), as if no gate had stopped any.
    labels, answers
        Shape (n,): what each sample is, and what the network answers without gates.
    recall_floor
        Share of the true positives (``labels`` and ``answers`` both 1) that no gate may stop.
    macs_after
        Shape (gates,): multiply-accumulates that stopping a sample at each gate saves.

    Returns
    -------
    tuple
        The thresholds that save most multiply-accumulates on negatives. Each lies in the middle
        between the scores on its two sides, so that rounding elsewhere does not move a sample.
    """
    must_pass = (labels == 1) & (answers == 1)
    budget = int(np.floor((1 - recall_floor) * must_pass.sum() + 1e-9))
    alive = np.ones(len(labels), dtype=bool)
    return _search(scores, labels == 0, must_pass, alive, budget, macs_after).thresholds


def _search(
    scores: NDArray[np.float32],
    negative: NDArray[np.bool_],
    must_pass: NDArray[np.bool_],
    alive: NDArray[np.bool_],
    budget: int,
    macs_after: NDArray[np.int64],
) -> _Choice:
    """Best thresholds for the gates of ``scores``, for the samples still alive."""
    if scores.shape[1] == 0:
        return _Choice(0.0, ())
    mine = scores[:, 0]
    best = _Choice(-1.0, ())
    for candidate in _candidates(mine[alive & must_pass], budget):
        stopped = alive & (mine < candidate)
        lost = int((stopped & must_pass).sum())
        rest = _search(
            scores[:, 1:], negative, must_pass, alive & ~stopped, budget - lost, macs_after[1:]
        )
        saved = float((stopped & negative).sum()) * float(macs_after[0]) + rest.saved_macs
        if saved > best.saved_macs:
            best = _Choice(saved, (_middle(mine[alive], candidate), *rest.thresholds))
    return best


def _candidates(passing: NDArray[np.float32], budget: int) -> list[np.float32]:
    """Scores below which at most ``budget`` of the passing ones lie, lowest first."""
    if passing.size == 0:
        return [np.float32(0)]
    ordered = np.sort(passing)
    return [np.float32(score) for score in np.unique(ordered[: budget + 1])]


def _middle(scores: NDArray[np.float32], candidate: np.float32) -> float:
    """A threshold that decides as ``candidate`` does, as far from any score as can be."""
    below = scores[scores < candidate]
    low = below.max() if below.size else np.float32(0)
    middle = np.float32((np.float64(low) + np.float64(candidate)) / 2)
    return float(middle if low < middle else candidate)
