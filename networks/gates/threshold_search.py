"""The search for gate thresholds: exact for what may be lost, or one try for each fixed split."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from networks.gates.promises import most_splits, splits

Samples = NDArray[np.bool_]
"""Shape (n,): which samples are meant."""


@dataclass(frozen=True, slots=True)
class Scale:
    """What thresholds are judged by."""

    scores: NDArray[np.float32]
    """Shape (n, gates), as if no gate had stopped any."""
    negative: Samples
    """What it is good to stop."""
    macs_after: NDArray[np.int64]
    """Shape (gates,): multiply-accumulates that stopping a sample at each gate saves."""
    lowest: float
    """The threshold that stops nothing."""


@dataclass(frozen=True, slots=True)
class Found:
    """Thresholds from one gate on, and what they save."""

    saved_macs: float
    """Multiply-accumulates not done for negatives."""
    thresholds: tuple[float, ...]
    """One for each of these gates."""


def search(
    scale: Scale, gate: int, members: list[Samples], alive: Samples, budgets: list[int]
) -> Found:
    """Best thresholds from ``gate`` on, for the samples still alive.

    ``members`` are the groups that must pass, ``budgets`` how many of each may be lost at most.
    """
    if gate == scale.scores.shape[1]:
        return Found(0.0, ())
    mine = scale.scores[:, gate]
    best = Found(-1.0, ())
    passing = [mine[alive & member] for member in members]
    for candidate in _candidates(passing, budgets, scale.lowest):
        stopped = alive & (mine < candidate)
        left = [
            budget - int((stopped & member).sum())
            for budget, member in zip(budgets, members, strict=True)
        ]
        rest = search(scale, gate + 1, members, alive & ~stopped, left)
        saved = float((stopped & scale.negative).sum()) * float(scale.macs_after[gate])
        if saved + rest.saved_macs > best.saved_macs:
            middle = _middle(mine[alive], candidate, scale.lowest)
            best = Found(saved + rest.saved_macs, (middle, *rest.thresholds))
    return best


def _candidates(
    passing: list[NDArray[np.float32]], budgets: list[int], lowest: float
) -> list[np.float32]:
    """Scores below which no more of each group lie than its budget, lowest first."""
    together = np.unique(np.concatenate([*passing, np.empty(0, dtype=np.float32)]))
    if together.size == 0:
        return [np.float32(lowest)]
    limits = [
        np.partition(scores, budget)[budget]
        for scores, budget in zip(passing, budgets, strict=True)
        if scores.size > budget
    ]
    allowed = together[together <= min(limits)] if limits else together
    return [np.float32(score) for score in allowed]


def by_splits(
    scale: Scale, members: list[Samples], cut_off: list[int]
) -> tuple[tuple[float, ...], ...]:
    """Thresholds for every way in which the gates may share the blocks of each group out.

    ``cut_off`` is how many blocks those of each group come to, see ``networks.gates.promises``. Of
    several groups, each gate takes the lowest threshold: a group then loses less than its own.
    """
    gates = scale.scores.shape[1]
    shared = [splits(blocks, gates) for blocks in cut_off]
    found = []
    for way in range(most_splits(gates)):
        left = [np.flatnonzero(member) for member in members]
        alive = np.ones(len(scale.scores), dtype=bool)
        thresholds = []
        for gate in range(gates):
            mine = scale.scores[:, gate]
            limits = []
            for group, ways in enumerate(shared):
                ordered = left[group][np.argsort(mine[left[group]], kind="stable")]
                blocks = ways[way][gate]
                limits.append(mine[ordered[blocks - 1]] if blocks else np.float32(scale.lowest))
                left[group] = ordered[blocks:]
            candidate = min(limits, default=np.float32(scale.lowest))
            thresholds.append(_middle(mine[alive], candidate, scale.lowest))
            alive &= mine >= candidate
        found.append(tuple(thresholds))
    return tuple(found)


def saved_macs(scale: Scale, thresholds: tuple[float, ...]) -> float:
    """Multiply-accumulates that these thresholds save on negatives."""
    at = stopped_at(scale.scores, thresholds)
    macs = np.append(scale.macs_after, 0)
    return float(macs[at[scale.negative]].sum())


def stopped_at(scores: NDArray[np.float32], thresholds: tuple[float, ...]) -> NDArray[np.int64]:
    """The gate that stops each sample, shape (n,); the number of gates where none does."""
    below = scores.astype(np.float64) < np.asarray(thresholds, dtype=np.float64)
    nowhere = np.ones((len(scores), 1), dtype=bool)
    return np.asarray(np.argmax(np.concatenate([below, nowhere], axis=1), axis=1))


def _middle(scores: NDArray[np.float32], candidate: np.float32, lowest: float) -> float:
    """A threshold that decides as ``candidate`` does, as far from any score as can be.

    It is below 1 where a score of 1 must pass: a threshold of 1 stops everything.
    """
    below = scores[scores < candidate]
    low = below.max() if below.size else np.float32(lowest)
    exact = (np.float64(low) + np.float64(candidate)) / 2
    rounded = np.float32(exact)
    return float(rounded if low < rounded < candidate else exact)
