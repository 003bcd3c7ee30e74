"""Intervals: how often they hold the true mean, and what they say when a run is too short."""

from math import inf

import numpy as np
import pytest
from scipy.signal import lfilter
from scipy.stats import t as student

from simulator.confidence import (
    FEWEST_BATCHES,
    batch_sums,
    falling,
    lag_one,
    mean_interval,
    ratio_interval,
)

REPETITIONS = 400


def interval_of(values, level=0.95):
    each = -(-len(values) // 1024)
    return mean_interval(batch_sums(values) / each, level)


def autoregressive(rng, count, rho):
    """x[n] = rho x[n-1] + noise, in its steady state; the mean is 0."""
    first = rng.normal() / np.sqrt(1 - rho * rho)
    noise = np.append(first, rng.normal(size=count - 1))
    return lfilter([1.0], [1.0, -rho], noise)


def waits(rng, count, load):
    """Of an M/M/1 queue with mean service 1, by Lindley; in the mean load / (1 - load)."""
    service, gaps = rng.exponential(1.0, count), rng.exponential(1 / load, count)
    walk = np.append(0.0, np.cumsum(service[:-1] - gaps[1:]))
    return (walk - np.minimum.accumulate(walk))[count // 20 :]


def coverage(series, true, level=0.95):
    found = [interval_of(series(np.random.default_rng([7, i])), level) for i in range(REPETITIONS)]
    return sum(one.low <= true <= one.high for one in found) / REPETITIONS


@pytest.mark.parametrize("rho", [-0.6, 0.0, 0.5, 0.9, 0.98])
def test_nineteen_of_twenty_hold_the_mean_of_a_correlated_series(rho):
    """Of 400 intervals 380 should; with 3.5 standard deviations of room, and 1 % for bias."""
    covered = coverage(lambda rng: autoregressive(rng, 20_000, rho), 0.0)
    assert 0.90 < covered < 0.985


@pytest.mark.parametrize("load", [0.3, 0.7])
def test_nineteen_of_twenty_hold_the_mean_wait_of_a_queue(load):
    covered = coverage(lambda rng: waits(rng, 40_000, load), load / (1 - load))
    assert 0.90 < covered < 0.985


def test_half_of_the_intervals_at_half_of_the_level():
    covered = coverage(lambda rng: autoregressive(rng, 20_000, 0.5), 0.0, level=0.5)
    assert 0.41 < covered < 0.59


def test_independent_batches_without_correction_are_the_textbooks():
    values = np.random.default_rng(3).normal(5.0, 2.0, size=12)
    found = mean_interval(values, 0.9)
    half = student.ppf(0.95, 11) * values.std(ddof=1) / np.sqrt(12)
    assert found.value == pytest.approx(values.mean(), rel=1e-12)
    assert (found.low, found.high) == pytest.approx(
        (values.mean() - half, values.mean() + half), rel=1e-12
    )
    assert (found.batches, found.level) == (12, 0.9)


def test_batches_that_follow_each_other_are_merged():
    rng = np.random.default_rng(5)
    slow = np.repeat(rng.normal(size=16), 2) + 0.01 * rng.normal(size=32)
    assert lag_one(slow) > 0.3
    found = mean_interval(slow)
    assert found.batches == 16
    assert not found.dependent
    naive = slow.std(ddof=1) / np.sqrt(32) * student.ppf(0.975, 31)
    assert found.half_width > 1.25 * naive


def test_a_run_that_is_too_short_says_so():
    found = interval_of(autoregressive(np.random.default_rng(1), 1000, 0.995))
    assert found.dependent
    assert found.correlation > 0.2
    assert FEWEST_BATCHES <= found.batches < 2 * FEWEST_BATCHES
    long = interval_of(autoregressive(np.random.default_rng(1), 300_000, 0.9))
    assert not long.dependent


def test_too_few_batches_give_no_interval():
    assert mean_interval(np.arange(FEWEST_BATCHES - 1.0)) is None
    assert mean_interval(np.empty(0)) is None
    assert mean_interval(np.arange(FEWEST_BATCHES, dtype=float)) is not None
    assert ratio_interval(np.ones(20), np.zeros(20)) is None


@pytest.mark.parametrize("value", [0.0, 1e-9, 0.1, 1e12])
def test_what_never_changes_is_known_exactly(value):
    found = mean_interval(np.full(100, value))
    assert (found.value, found.half_width) == pytest.approx((value, 0.0), abs=1e-12 * value)
    assert not found.dependent


def test_a_ratio_is_known_exactly_where_it_is_the_same_in_every_batch():
    """Joules over samples: batches with more samples have more of both."""
    samples = np.random.default_rng(2).integers(1, 50, size=64).astype(float)
    found = ratio_interval(3.0 * samples, samples)
    assert found.value == pytest.approx(3.0, rel=1e-12)
    assert found.half_width < 1e-12
    assert mean_interval(3.0 * samples).half_width > 1.0


def test_nineteen_of_twenty_hold_a_ratio():
    hits = 0
    for i in range(REPETITIONS):
        rng = np.random.default_rng([11, i])
        under = rng.poisson(200, size=256).astype(float)
        over = 0.7 * under + rng.normal(0.0, 5.0, size=256)
        found = ratio_interval(over, under)
        hits += found.low <= 0.7 <= found.high
    assert 0.90 < hits / REPETITIONS < 0.985


def test_days_fall_as_power_rises():
    power = mean_interval(np.random.default_rng(4).normal(2.0, 0.1, size=30))
    days = falling(power, 100.0, 0.5)
    assert days.value == pytest.approx(100.0 / (power.value + 0.5))
    assert (days.low, days.high) == (100.0 / (power.high + 0.5), 100.0 / (power.low + 0.5))
    assert (days.batches, days.level) == (power.batches, power.level)
    wild = mean_interval(np.append(np.zeros(19), 1.0))
    assert wild.low < 0
    assert falling(wild, 100.0, 0.0).high == inf


@pytest.mark.parametrize("count", [0, 1, 1024, 1025, 5000])
def test_batches_are_of_one_length(count):
    sums = batch_sums(np.ones(count))
    each = -(-count // 1024) if count else 1
    assert len(sums) == count // each <= 1024
    assert (sums == each).all()
