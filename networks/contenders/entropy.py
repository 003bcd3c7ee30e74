"""How sure an exit must be: one limit for each, chosen on validation. numpy only."""

import numpy as np
from numpy.typing import NDArray

from scheduler.recording import Recording

FALSE_ALARM_SHARE = 0.005
"""Share of the negatives that the network answers rightly which exits may answer "positive"."""

NEGATIVE_SHARE = 0.95
"""Share of negatives for which the work saved is counted."""

MOST_DOUBT = 0.5
"""Distance of a score from the nearer of 0 and 1 at which both answers are as likely."""


def choose_entropies(
    seen: Recording, recall_floor: float, macs_after: NDArray[np.int64]
) -> tuple[float, ...]:
    """One limit in [0, 1/2] for each exit of ``seen``, by exact search.

    Parameters
    ----------
    seen
        Of validation data, scores as if no sample had left.
    recall_floor
        Share of the true positives (label and the network's answer both "positive") that must not
        leave as "negative". The other way round, exits may answer :data:`FALSE_ALARM_SHARE` of the
        true negatives "positive".
    macs_after
        Shape (exits,): multiply-accumulates that leaving at each exit saves.

    Returns
    -------
    tuple
        A sample leaves where its score is closer than that to 0 or to 1: what saves most of the
        work of a stream with :data:`NEGATIVE_SHARE` of negatives. A limit lies in the middle
        between the scores on its two sides; one of 0 lets nothing go.
    """
    positive = seen.labels == 1
    right = seen.answers == seen.labels
    budgets = np.array(
        [
            _budget(1 - recall_floor, int((right & positive).sum())),
            _budget(FALSE_ALARM_SHARE, int((right & ~positive).sum())),
        ]
    )
    weight = np.where(
        positive,
        (1 - NEGATIVE_SHARE) / max(1, int(positive.sum())),
        NEGATIVE_SHARE / max(1, int((~positive).sum())),
    )
    wide = seen.gate_scores.astype(np.float64)
    doubts = np.minimum(wide, 1 - wide)
    wrong = right[:, None] & ((wide >= MOST_DOUBT) != positive[:, None])
    alive = np.ones(len(positive), dtype=bool)
    return _search(doubts, wrong, positive, alive, weight, budgets, macs_after)[1]


def _budget(share: float, count: int) -> int:
    """Whole samples within a share, whatever rounding makes of it."""
    return int(np.floor(share * count + 1e-9))


def _search(
    doubts: NDArray[np.float64],
    wrong: NDArray[np.bool_],
    positive: NDArray[np.bool_],
    alive: NDArray[np.bool_],
    weight: NDArray[np.float64],
    budgets: NDArray[np.int64],
    macs_after: NDArray[np.int64],
) -> tuple[float, tuple[float, ...]]:
    """Most work saved from this exit on, by the samples still there, and the limits for it."""
    if doubts.shape[1] == 0:
        return 0.0, ()
    best: tuple[float, tuple[float, ...]] = (-1.0, ())
    mine = doubts[:, 0]
    for limit in _limits(mine, alive & wrong[:, 0], alive):
        leaves = alive & (mine < limit)
        spoiled = leaves & wrong[:, 0]
        spent = np.array([(spoiled & positive).sum(), (spoiled & ~positive).sum()])
        if (spent > budgets).any():
            break
        saved, others = _search(
            doubts[:, 1:],
            wrong[:, 1:],
            positive,
            alive & ~leaves,
            weight,
            budgets - spent,
            macs_after[1:],
        )
        saved += float(weight[leaves].sum()) * float(macs_after[0])
        if saved > best[0]:
            best = saved, (limit, *others)
    return best


def _limits(
    doubts: NDArray[np.float64], wrong: NDArray[np.bool_], alive: NDArray[np.bool_]
) -> list[float]:
    """Limits worth trying, ascending: below each sample that would leave wrongly, and no limit."""
    limits = []
    for first in np.unique(doubts[wrong]):
        below = doubts[alive & (doubts < first)]
        limits.append(float((below.max() + first) / 2) if below.size else 0.0)
    return sorted({*limits, MOST_DOUBT})
