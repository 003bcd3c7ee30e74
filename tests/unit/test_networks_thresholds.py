"""Thresholds: as the exhaustive search finds them, and never below the recall floor."""

from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from networks.gates.thresholds import choose_thresholds


def _saved(
    thresholds: tuple[float, ...],
    scores: NDArray[np.float32],
    labels: NDArray[np.int8],
    must_pass: NDArray[np.bool_],
    macs_after: NDArray[np.int64],
) -> tuple[int, int]:
    """Work saved on negatives, and true positives lost, by thresholds on nested gates."""
    alive = np.ones(len(labels), dtype=bool)
    saved = 0
    for gate, threshold in enumerate(thresholds):
        stopped = alive & (scores[:, gate] < threshold)
        saved += int((stopped & (labels == 0)).sum()) * int(macs_after[gate])
        alive &= ~stopped
    return saved, int((must_pass & ~alive).sum())


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 14), st.sampled_from([0.5, 0.7, 0.9, 1.0]))
def test_no_pair_of_thresholds_saves_more(seed: int, count: int, floor: float) -> None:
    random = np.random.default_rng(seed)
    scores = (random.integers(0, 9, (count, 2)) / 8).astype(np.float32)
    labels = random.integers(0, 2, count).astype(np.int8)
    answers = random.integers(0, 2, count).astype(np.int8)
    macs_after = np.array([7, 3])
    must_pass = (labels == 1) & (answers == 1)
    allowed = int(np.floor((1 - floor) * must_pass.sum() + 1e-9))
    if not must_pass.any():
        return
    chosen = choose_thresholds(scores, labels, answers, recall_floor=floor, macs_after=macs_after)
    saved, lost = _saved(chosen, scores, labels, must_pass, macs_after)
    assert lost <= allowed
    for pair in product(np.arange(0, 9) / 8, repeat=2):
        other, other_lost = _saved(pair, scores, labels, must_pass, macs_after)
        assert other_lost > allowed or max(pair) > 1 or other <= saved


def test_a_threshold_lies_in_the_middle_between_what_it_parts() -> None:
    scores = np.array([[0.1], [0.3], [0.7], [0.9]], dtype=np.float32)
    labels = np.array([0, 0, 1, 1], dtype=np.int8)
    (threshold,) = choose_thresholds(
        scores, labels, labels, recall_floor=1.0, macs_after=np.array([5])
    )
    assert threshold == np.float32((np.float64(scores[1, 0]) + np.float64(scores[2, 0])) / 2)


def test_without_true_positives_nothing_is_stopped() -> None:
    scores = np.array([[0.1, 0.2], [0.3, 0.9]], dtype=np.float32)
    labels = np.array([0, 1], dtype=np.int8)
    assert choose_thresholds(
        scores, labels, 0 * labels, recall_floor=0.9, macs_after=np.array([5, 2])
    ) == (0.0, 0.0)
