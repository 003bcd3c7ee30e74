"""How sure an exit must be: one limit for each, chosen on validation. numpy only."""

import numpy as np
from numpy.typing import NDArray

from scheduler.recording import Recording

NEGATIVE_SHARE = 0.95
"""Share of negatives for which work is counted."""

MOST_DOUBT = 0.5
"""Distance of a score from the nearer of 0 and 1 at which both answers are as likely."""


def choose_entropies(
    seen: Recording,
    macs_after: NDArray[np.int64],
    *,
    recall_floor: float,
    false_alarm_cap: float,
    caps: tuple[float, ...] | None = None,
) -> tuple[float, ...]:
    """One limit in [0, 1/2] for each exit of ``seen``, by exact search.

    Parameters
    ----------
    seen
        Of validation data, scores as if no sample had left.
    macs_after
        Shape (exits,): multiply-accumulates that leaving at each exit saves.
    recall_floor
        Share of the true positives (label and the network's answer both "positive") that must not
        leave as "negative".
    false_alarm_cap
        Share of the true negatives that may leave as "positive".
    caps
        Thresholds of gates that keep the floor, in place of it: what leaves as "negative" below a
        lower limit is part of what those would stop. None: the floor holds for ``seen`` itself.

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
            _budget(false_alarm_cap, int((right & ~positive).sum())),
        ]
    )
    if caps is None:
        caps = tuple(MOST_DOUBT for _ in macs_after)
    else:
        budgets[0] = len(positive)
    weight = np.where(
        positive,
        (1 - NEGATIVE_SHARE) / max(1, int(positive.sum())),
        NEGATIVE_SHARE / max(1, int((~positive).sum())),
    )
    wide = seen.gate_scores.astype(np.float64)
    wrong = right[:, None] & ((wide >= MOST_DOUBT) != positive[:, None])
    alive = np.ones(len(positive), dtype=bool)
    return _search(wide, wrong, positive, alive, weight, budgets, macs_after, caps)[1]


def leaving(scores: NDArray[np.float64], limit: float) -> NDArray[np.bool_]:
    """Which scores leave an exit with that limit: as a gate with both thresholds has it."""
    return (limit > 0) & ((scores < limit) | (scores >= 1 - limit))


def _budget(share: float, count: int) -> int:
    """Whole samples within a share, whatever rounding makes of it."""
    return int(np.floor(share * count + 1e-9))


def _search(
    scores: NDArray[np.float64],
    wrong: NDArray[np.bool_],
    positive: NDArray[np.bool_],
    alive: NDArray[np.bool_],
    weight: NDArray[np.float64],
    budgets: NDArray[np.int64],
    macs_after: NDArray[np.int64],
    caps: tuple[float, ...],
) -> tuple[float, tuple[float, ...]]:
    """Most work saved from this exit on, by the samples still there, and the limits for it."""
    if scores.shape[1] == 0:
        return 0.0, ()
    best: tuple[float, tuple[float, ...]] = (-1.0, ())
    mine = scores[:, 0]
    tried = _limits(np.minimum(mine, 1 - mine), alive & wrong[:, 0], alive)
    for limit in dict.fromkeys(min(limit, caps[0]) for limit in tried):
        leaves = alive & leaving(mine, limit)
        spoiled = leaves & wrong[:, 0]
        spent = np.array([(spoiled & positive).sum(), (spoiled & ~positive).sum()])
        if (spent > budgets).any():
            break
        saved, others = _search(
            scores[:, 1:],
            wrong[:, 1:],
            positive,
            alive & ~leaves,
            weight,
            budgets - spent,
            macs_after[1:],
            caps[1:],
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
