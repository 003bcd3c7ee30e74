"""The recall that is promised holds on new data as often as is said, and a bare floor does not."""

from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import beta, norm

from networks.gates.promises import (
    blocks_allowed,
    different_splits,
    most_splits,
    recall_bound,
    splits,
)
from networks.gates.thresholds import Chosen, choose, choose_positive_thresholds, choose_thresholds

SEEDED = settings(deadline=None, derandomize=True, database=None)
FLOOR, CONFIDENCE, REPETITIONS = 0.9, 0.9, 2000
MACS = np.array([10, 4])


def _drawn(
    random: np.random.Generator, count: int, shift: float, correlation: float
) -> NDArray[np.float32]:
    """Scores of two correlated gates, shape (count, 2)."""
    both = random.normal(size=(count, 1))
    own = random.normal(size=(count, 2))
    latent = shift + sqrt(correlation) * both + sqrt(1 - correlation) * own
    return norm.cdf(latent).astype(np.float32)


def _kept(correlation: float, positives: int, gates: int, confidence: float | None) -> float:
    """Share of validation sets whose thresholds keep the floor on (very much) new data."""
    random = np.random.default_rng(5)
    new = _drawn(random, 20_000, 1.0, correlation)[:, :gates]
    kept = 0
    for _ in range(REPETITIONS):
        negatives = _drawn(random, 60, -1.0, correlation)
        scores = np.concatenate([_drawn(random, positives, 1.0, correlation), negatives])
        labels = (np.arange(len(scores)) < positives).astype(np.int8)
        thresholds = choose_thresholds(
            scores[:, :gates],
            labels,
            labels,
            recall_floor=FLOOR,
            macs_after=MACS[:gates],
            confidence=confidence,
        )
        kept += (new >= thresholds).all(axis=1).mean() >= FLOOR
    return kept / REPETITIONS


NOISE = 3 * sqrt(CONFIDENCE * (1 - CONFIDENCE) / REPETITIONS)


@pytest.mark.parametrize(("correlation", "gates"), [(0.0, 1), (0.0, 2), (0.5, 2), (0.95, 2)])
def test_the_promise_is_kept_as_often_as_was_said(correlation: float, gates: int) -> None:
    kept = _kept(correlation, 80, gates, CONFIDENCE)
    assert kept >= CONFIDENCE - NOISE
    if gates == 1:  # one order statistic: its law is known exactly, nothing is given away
        blocks = blocks_allowed(80, 1, FLOOR, CONFIDENCE)
        assert kept == pytest.approx(beta.cdf(1 - FLOOR, blocks, 81 - blocks), abs=NOISE)


@pytest.mark.parametrize("gates", [1, 2])
def test_a_floor_that_holds_on_validation_alone_is_no_promise(gates: int) -> None:
    """The seeded fault: without a confidence, about every other validation set is too kind."""
    assert _kept(0.5, 80, gates, None) < 0.75


def _one(positives: int, floor: float, confidence: float | None, gates: int = 2) -> Chosen:
    random = np.random.default_rng(positives)
    scores = np.concatenate([_drawn(random, positives, 1.0, 0.5), _drawn(random, 100, -1.0, 0.5)])[
        :, :gates
    ]
    labels = (np.arange(len(scores)) < positives).astype(np.int8)
    return choose(
        scores,
        labels,
        labels,
        recall_floor=floor,
        macs_after=MACS[:gates],
        confidence=confidence,
    )


def test_with_too_few_positives_the_best_that_they_allow_is_said() -> None:
    found = _one(30, 0.97, 0.95)
    said = found.promise
    assert not said.kept
    assert (said.recall_floor, said.positives, said.lost) == (0.97, 30, 0)
    assert said.recall_bound == pytest.approx(recall_bound(30, 1, 2, 0.95))
    assert 0.8 < said.recall_bound < 0.97
    assert sum(threshold > 0.0 for threshold in found.thresholds) == 1


def test_with_enough_positives_the_floor_is_kept_and_said() -> None:
    found = _one(600, 0.97, 0.95)
    said = found.promise
    assert said.kept
    assert 0 < said.lost < 0.03 * 600
    assert 0.97 <= said.recall_bound < 1 - said.lost / 600


def test_what_is_said_of_a_bare_floor_is_a_bound_too() -> None:
    said = _one(600, 0.97, None).promise
    assert not said.promised
    assert not said.kept
    assert said.recall_bound < 1 - said.lost / 600


def test_the_bound_of_one_gate_is_that_of_clopper_and_pearson() -> None:
    lost, positives = 4, 50
    upper = beta.ppf(0.95, lost + 1, positives - lost)
    assert recall_bound(positives, lost + 1, 1, 0.95) == pytest.approx(1 - upper)


@SEEDED
@given(st.integers(0, 40), st.integers(1, 20))
def test_splits_share_all_blocks_out(blocks: int, gates: int) -> None:
    found = splits(blocks, gates)
    assert {sum(split) for split in found} == {blocks}
    assert min(min(split) for split in found) >= 0
    assert len(found) == most_splits(gates) <= max(16, gates)
    assert different_splits(blocks, gates) <= len(found)
    assert different_splits(min(blocks, 1), gates) == (gates if blocks else 1)


@SEEDED
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.8, 0.9]), st.sampled_from([None, 0.8]))
def test_the_worst_group_decides(seed: int, floor: float, confidence: float | None) -> None:
    random = np.random.default_rng(seed)
    scores = (random.integers(0, 17, (90, 2)) / 16).astype(np.float32)
    labels = (np.arange(90) % 2).astype(np.int8)
    groups = random.integers(0, 3, 90)
    found = choose(
        scores,
        labels,
        labels,
        recall_floor=floor,
        macs_after=MACS,
        confidence=confidence,
        groups=groups,
    )
    passed = (scores.astype(np.float64) >= found.thresholds).all(axis=1)
    for group in range(3):
        mine = (groups == group) & (labels == 1)
        if mine.any():
            assert passed[mine].mean() >= floor


@SEEDED
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.1]), st.sampled_from([None, 0.8]))
def test_no_more_true_negatives_are_answered_than_the_cap(
    seed: int, cap: float, confidence: float | None
) -> None:
    random = np.random.default_rng(seed)
    scores = (random.integers(0, 17, (120, 2)) / 16).astype(np.float32)
    labels = random.integers(0, 2, 120).astype(np.int8)
    answers = np.where(random.random(120) < 0.1, 1 - labels, labels).astype(np.int8)
    found = choose_positive_thresholds(
        scores,
        labels,
        answers,
        false_alarm_cap=cap,
        macs_after=MACS,
        confidence=confidence,
    )
    limits = [np.inf if limit is None else limit for limit in found.thresholds]
    answered = (scores.astype(np.float64) >= limits).any(axis=1)
    true_negatives = (labels == 0) & (answers == 0)
    said = found.promise
    assert said.answered == answered[true_negatives].sum() <= cap * true_negatives.sum() + 1e-9
    assert said.negatives == true_negatives.sum()
    assert said.kept == (said.false_alarm_bound <= cap)


def test_a_score_of_1_that_must_pass_is_passed() -> None:
    """No threshold of 1 is chosen, which would stop everything."""
    just_below = np.nextafter(np.float32(1), np.float32(0))
    scores = np.array([[just_below], [1.0]], dtype=np.float32)
    labels = np.array([0, 1], dtype=np.int8)
    (threshold,) = choose_thresholds(
        scores, labels, labels, recall_floor=1.0, macs_after=np.array([5])
    )
    assert float(just_below) < threshold < 1.0
