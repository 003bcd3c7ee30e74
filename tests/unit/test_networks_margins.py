"""Thresholds that leave room for positives that nobody has seen yet."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from networks.gates.margins import with_margin

SEEDED = settings(deadline=None, derandomize=True, database=None, max_examples=100)


def drawn(seed: int, gates: int) -> tuple[NDArray[np.float32], NDArray[np.int8]]:
    random = np.random.default_rng(seed)
    labels = (random.random(300) < 0.2).astype(np.int8)
    logits = random.normal(3.0 * labels[:, None] - 1.5, 1.0, size=(300, gates))
    return (1 / (1 + np.exp(-logits))).astype(np.float32), labels


def stopped(scores: NDArray[np.float32], thresholds: tuple[float, ...]) -> NDArray[np.bool_]:
    return np.asarray((scores.astype(np.float64) < np.asarray(thresholds)).any(axis=1))


@SEEDED
@given(
    seed=st.integers(0, 10_000),
    thresholds=st.lists(st.floats(0.0, 1.0), min_size=1, max_size=3).map(tuple),
    share=st.floats(0.0, 0.3),
)
def test_no_more_is_given_up_than_allowed_and_no_positive_is_lost(
    seed: int, thresholds: tuple[float, ...], share: float
) -> None:
    scores, labels = drawn(seed, len(thresholds))
    found = with_margin(scores, labels, thresholds, share)
    assert all(new <= old for new, old in zip(found, thresholds, strict=True))
    before, after = stopped(scores, thresholds), stopped(scores, found)
    assert not (after & ~before).any()
    allowed = share * (labels == 0).sum() * len(thresholds)
    assert (before & ~after & (labels == 0)).sum() <= allowed + 1e-6


def test_by_hand() -> None:
    scores = np.array([[0.1], [0.2], [0.4], [0.6], [0.9]], dtype=np.float32)
    labels = np.array([0, 0, 0, 0, 1], dtype=np.int8)
    assert with_margin(scores, labels, (0.75,), 0.0) == (0.75,)
    assert with_margin(scores, labels, (0.75,), 0.24) == (0.75,)
    np.testing.assert_allclose(with_margin(scores, labels, (0.75,), 0.25), [0.5], atol=1e-6)
    np.testing.assert_allclose(with_margin(scores, labels, (0.75,), 0.5), [0.3], atol=1e-6)
    # All that it stops may go on: halfway to nothing.
    np.testing.assert_allclose(with_margin(scores, labels, (0.75,), 1.0), [0.05], atol=1e-6)


def test_the_next_gate_sees_what_the_one_before_let_go() -> None:
    scores = np.array([[0.1, 0.1], [0.6, 0.2], [0.6, 0.3], [0.9, 0.9]], dtype=np.float32)
    labels = np.array([0, 0, 0, 1], dtype=np.int8)
    first, second = with_margin(scores, labels, (0.3, 0.8), 1 / 3)
    np.testing.assert_allclose([first, second], [0.05, 0.25], atol=1e-6)


def test_new_positives_are_lost_less_often() -> None:
    """Twenty positives of validation, a threshold right below the lowest: with room and without."""
    lost = np.zeros(2)
    for seed in range(400):
        random = np.random.default_rng(seed)
        labels = np.repeat(np.array([0, 1], dtype=np.int8), (300, 20))
        logits = random.normal(6.0 * labels - 3.0, 1.5)[:, None]
        scores = (1 / (1 + np.exp(-logits))).astype(np.float32)
        plain = (float(scores[labels == 1].min()),)
        new = 1 / (1 + np.exp(-random.normal(3.0, 1.5, 200)))
        for way, (limit,) in enumerate((plain, with_margin(scores, labels, plain, 0.02))):
            lost[way] += (new < limit).mean()
    assert 0.035 < lost[0] / 400 < 0.06  # 1 in 21
    assert lost[1] < 0.5 * lost[0]
