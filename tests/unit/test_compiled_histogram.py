"""Buckets of latencies: where a value goes, how exact it stays, and what percentiles come out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.compiled.histogram import BUCKETS, FINE, bucket, count, lower_bound, percentiles

quickly = settings(max_examples=200, deadline=None, derandomize=True, database=None)
SHARES = (0.0, 0.5, 0.99, 1.0)


def histogram_of(values):
    histogram = np.zeros((BUCKETS, 2), dtype=np.int64)
    for value in values:
        count(histogram, value, 1)
    return histogram


@quickly
@given(st.integers(0, 2**63 - 1) | st.integers(0, 1000))
def test_a_value_is_in_its_bucket_and_no_bucket_is_wide(value):
    index = bucket(value)
    assert 0 <= index < BUCKETS
    width = 1 if index + 1 == BUCKETS else lower_bound(index + 1) - lower_bound(index)
    assert lower_bound(index) <= value
    if index + 1 < BUCKETS:
        assert value < lower_bound(index + 1)
        assert width <= max(1, value // FINE)


@quickly
@given(st.lists(st.integers(0, 255), min_size=1, max_size=50))
def test_percentiles_of_small_values_are_exact(values):
    found = percentiles(histogram_of(values), SHARES)
    assert found == pytest.approx(np.percentile(values, [100 * s for s in SHARES]), rel=1e-12)


@quickly
@given(st.integers(0, 2**55), st.integers(2, 9), st.integers(1, 20), st.integers(1, 20))
def test_percentiles_of_values_far_apart_are_exact(value, factor, times, others):
    values = [value] * times + [(value + 1) * factor] * others
    found = percentiles(histogram_of(values), SHARES)
    assert found == pytest.approx(np.percentile(values, [100 * s for s in SHARES]), rel=1e-12)


@quickly
@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=50))
def test_percentiles_of_any_values_are_near(values):
    found = percentiles(histogram_of(values), SHARES)
    wanted = np.percentile(values, [100 * s for s in SHARES])
    assert found == pytest.approx(wanted, rel=1 / FINE)


def test_a_value_counts_as_often_as_it_is_put():
    histogram = histogram_of([1000] * 3)
    once = np.zeros_like(histogram)
    count(once, 1000, 3)
    assert (histogram == once).all()
    assert int(once[:, 0].sum()) == 3
