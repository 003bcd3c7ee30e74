"""Calibrated scores are probabilities; what thresholds can do with them stays."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.special import expit, logit

from networks.gated import GatedNetwork
from networks.gates.calibrating import LEAST_SLOPE, calibrate_gates, calibration_error, fit_platt
from networks.zoo import smartwatch

SEEDED = settings(deadline=None, derandomize=True, database=None)


def _drawn(seed: int, count: int = 4000) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
    """Logits of true probabilities, and labels drawn with these."""
    random = np.random.default_rng(seed)
    truth = random.beta(0.5, 1.5, count).clip(1e-4, 1 - 1e-4)
    return logit(truth), (random.random(count) < truth).astype(np.int8)


@SEEDED
@given(st.integers(0, 2**32 - 1), st.floats(0.2, 5.0), st.floats(-3.0, 3.0))
def test_what_was_distorted_is_found_again(seed: int, scale: float, shift: float) -> None:
    true, labels = _drawn(seed)
    found_scale, found_shift = fit_platt((true - shift) / scale, labels)
    assert found_scale == pytest.approx(scale, rel=0.15)
    assert found_shift == pytest.approx(shift, abs=0.25)
    before = calibration_error(expit((true - shift) / scale), labels)
    after = calibration_error(expit(found_scale * (true - shift) / scale + found_shift), labels)
    assert after < 0.03
    assert after <= before + 0.02


@SEEDED
@given(st.integers(0, 2**32 - 1))
def test_the_order_of_scores_stays_even_where_they_are_all_wrong(seed: int) -> None:
    true, labels = _drawn(seed, 200)
    scale, _ = fit_platt(-true, labels)
    assert scale >= LEAST_SLOPE


def test_classes_that_scores_part_wholly_give_finite_probabilities() -> None:
    logits = np.array([-3.0, -2.0, -1.0, 1.0, 2.0, 3.0])
    labels = np.array([0, 0, 0, 1, 1, 1], dtype=np.int8)
    scale, shift = fit_platt(logits, labels)
    scores = expit(scale * logits + shift)
    assert 0.0 < scores.min() < 0.3
    assert 0.7 < scores.max() < 1.0


def test_one_class_alone_changes_nothing() -> None:
    assert fit_platt(np.array([0.5, 1.0]), np.ones(2, dtype=np.int8)) == (1.0, 0.0)


def test_the_error_by_hand() -> None:
    scores = np.array([0.05, 0.05, 0.95, 0.95, 1.0])
    labels = np.array([0, 1, 1, 1, 1], dtype=np.int8)
    assert calibration_error(scores, labels) == pytest.approx((0.9 + 0.1) / 5)
    assert calibration_error(scores[:0], labels[:0]) == 0.0


def test_it_is_folded_into_the_head() -> None:
    torch.manual_seed(2)
    network: GatedNetwork = smartwatch.build().eval()
    samples = torch.randn(300, 6, 100)
    labels = (np.arange(300) % 3 == 0).astype(np.int8)
    with torch.no_grad():
        before = network.crossing(samples)
        found = calibrate_gates(network, samples.numpy(), labels)
        after = network.crossing(samples)
    assert [one.gate for one in found] == list(network.gated_parts)
    assert torch.equal(before.output, after.output)
    for index, one in enumerate(found):
        expected = one.scale * before.gate_logits[:, index] + one.shift
        torch.testing.assert_close(after.gate_logits[:, index], expected, rtol=1e-5, atol=1e-5)
        assert one.error_after < one.error_before
        assert one.error_after < 0.1
