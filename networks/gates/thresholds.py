"""Gate thresholds: stop as much as possible, lose no more true positives than allowed.

An exact search. Between two neighbouring scores of positives that must pass, a higher threshold
only stops more, so the only thresholds worth trying are those scores themselves; the positives that
all gates together may lose are shared out among the gates in every way. With a confidence, what
may be lost is fixed before any score is looked at, see ``networks.gates.promises``.
"""

from dataclasses import dataclass
from math import comb, floor

import numpy as np
from numpy.typing import NDArray

from networks.gates.promises import (
    DEFAULT_CONFIDENCE,
    FalseAlarmPromise,
    RecallPromise,
    blocks_allowed,
    different_splits,
    recall_bound,
)
from networks.gates.threshold_search import (
    Samples,
    Scale,
    by_splits,
    saved_macs,
    search,
    stopped_at,
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """Thresholds, and what is known of them."""

    thresholds: tuple[float, ...]
    """One for each gate."""
    promise: RecallPromise
    """What they say of new data."""
    alternatives: tuple[tuple[float, ...], ...]
    """Thresholds of all that was tried: with a confidence, the promise holds for each of them."""


def choose_thresholds(
    scores: NDArray[np.float32],
    labels: NDArray[np.int8],
    answers: NDArray[np.int8],
    *,
    recall_floor: float,
    macs_after: NDArray[np.int64],
    confidence: float | None = None,
    groups: NDArray[np.int64] | None = None,
) -> tuple[float, ...]:
    """The thresholds of :func:`choose`, one for each gate."""
    return choose(
        scores,
        labels,
        answers,
        recall_floor=recall_floor,
        macs_after=macs_after,
        confidence=confidence,
        groups=groups,
    ).thresholds


def choose(
    scores: NDArray[np.float32],
    labels: NDArray[np.int8],
    answers: NDArray[np.int8],
    *,
    recall_floor: float,
    macs_after: NDArray[np.int64],
    confidence: float | None = None,
    groups: NDArray[np.int64] | None = None,
    lowest: float = 0.0,
) -> Chosen:
    """One threshold for each gate.

    Parameters
    ----------
    scores
        Shape (n, gates), as if no gate had stopped any.
    labels, answers
        Shape (n,): what each sample is, and what the network answers without gates.
    recall_floor
        Share of the true positives (``labels`` and ``answers`` both 1) that the gates together must
        let pass.
    macs_after
        Shape (gates,): multiply-accumulates that stopping a sample at each gate saves.
    confidence
        With which the floor holds on new data; None: it holds on these samples. Where there are too
        few true positives for both, one gate stops what lies below all of them, and the promise
        says what that is worth.
    groups
        Shape (n,): whom each sample is of. The floor then holds for everybody alone, so that the
        one whom the gates serve worst decides; None: for all together.
    lowest
        The threshold that stops nothing, because no score is below it.

    Returns
    -------
    Chosen
        The thresholds that save most multiply-accumulates on negatives. Each lies in the middle
        between the scores on its two sides, so that rounding elsewhere does not move a sample.
    """
    must_pass = (labels == 1) & (answers == 1)
    members = _members(must_pass, groups)
    scale = Scale(scores, labels == 0, macs_after, lowest)
    gates = scores.shape[1]
    sure = confidence or DEFAULT_CONFIDENCE
    each = 1.0 - (1.0 - sure) / max(1, len(members))
    counts = [int(one.sum()) for one in members]
    if confidence is None:
        budgets = [floor((1 - recall_floor) * count + 1e-9) for count in counts]
        found = search(scale, 0, members, np.ones(len(labels), dtype=bool), budgets).thresholds
        tried: tuple[tuple[float, ...], ...] = (found,)
        # However the search shares the losses out, some split of these blocks loses no less.
        cut_off = [budget + gates for budget in budgets]
        ways = [comb(blocks - 1, gates - 1) if gates else 1 for blocks in cut_off]
    else:
        cut_off = [blocks_allowed(count, gates, recall_floor, each) for count in counts]
        if 0 in cut_off:  # too few: as little as can be, and the bound says what that is worth
            cut_off = [1] * len(members)
        tried = by_splits(scale, members, cut_off)
        found = max(tried, key=lambda these: saved_macs(scale, these))
        ways = [different_splits(blocks, gates) for blocks in cut_off]
    bounds = [recall_bound(*one, each) for one in zip(counts, cut_off, ways, strict=True)]
    lost = must_pass & (stopped_at(scores, found) < gates)
    promise = RecallPromise(
        recall_floor=recall_floor,
        confidence=sure,
        promised=confidence is not None,
        positives=int(must_pass.sum()),
        lost=int(lost.sum()),
        recall_bound=min(bounds, default=1.0) if any(t > lowest for t in found) else 1.0,
    )
    return Chosen(found, promise, tuple(dict.fromkeys(tried)))


@dataclass(frozen=True, slots=True)
class ChosenPositive:
    """Positive thresholds, and what is known of them."""

    thresholds: tuple[float | None, ...]
    """One for each gate; None where it never answers."""
    promise: FalseAlarmPromise
    """What they say of new data."""


def choose_positive_thresholds(
    scores: NDArray[np.float32],
    labels: NDArray[np.int8],
    answers: NDArray[np.int8],
    *,
    false_alarm_cap: float,
    macs_after: NDArray[np.int64],
    confidence: float | None = None,
) -> ChosenPositive:
    """From which score on each gate answers "positive".

    The same choice the other way round: of the true negatives (``labels`` and ``answers`` both 0)
    all gates together may answer at most the share ``false_alarm_cap`` "positive", on these samples
    or, with a confidence, on new data. It is a share of negatives, as recall is one of positives,
    so it holds whatever the share of positives in the world; a precision would not. What the other
    threshold stops before is not counted out: the cap holds at any of them. Shapes as in
    :func:`choose`. The thresholds save most multiply-accumulates on positives.
    """
    mirrored = choose(
        -scores,
        1 - labels,
        1 - answers,
        recall_floor=1.0 - false_alarm_cap,
        macs_after=macs_after,
        confidence=confidence,
        lowest=-1.0,
    )
    said = mirrored.promise
    return ChosenPositive(
        thresholds=tuple(
            None if below <= -1.0 else float(np.nextafter(-below, np.inf))
            for below in mirrored.thresholds
        ),
        promise=FalseAlarmPromise(
            false_alarm_cap=false_alarm_cap,
            confidence=said.confidence,
            promised=said.promised,
            negatives=said.positives,
            answered=said.lost,
            false_alarm_bound=1.0 - said.recall_bound,
        ),
    )


def _members(must_pass: Samples, groups: NDArray[np.int64] | None) -> list[Samples]:
    """The samples that must pass, of each group that has any."""
    if groups is None:
        return [must_pass] if must_pass.any() else []
    return [must_pass & (groups == group) for group in np.unique(groups[must_pass])]
