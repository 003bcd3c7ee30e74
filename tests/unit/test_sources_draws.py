"""The compiled draws against numpy's, and what is made of them."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.random_draws import uniform
from simulator.sources.draws import (
    ALWAYS,
    below,
    bits_of,
    bits_of_samples,
    exponential,
    exponential_ns,
    key_of,
    limit_of,
    within_ns,
)

SEEDED = settings(deadline=None, derandomize=True, database=None)
DRAWN = st.integers(0, ALWAYS - 1)


@SEEDED
@given(
    st.integers(0, 2**64 - 1),
    st.integers(0, 2**32 - 1),
    st.integers(0, 2**63 - 1),
    st.integers(0, 2**32 - 1),
)
def test_bits_are_those_of_numpy(seed, pipeline, sample, draw):
    drawn = bits_of(key_of(seed, pipeline), sample, draw)
    assert drawn / 2**53 == uniform(seed, pipeline, sample, draw)


def test_bits_of_many_samples_are_those_of_each():
    samples = np.array([0, 1, 7, 2**32, 2**40 + 3], dtype=np.uint64)
    drawn = np.zeros(8, dtype=np.uint64)
    bits_of_samples(key_of(9, 2), samples, 5, 4, drawn)
    assert (drawn[:4] / 2**53).tolist() == uniform(9, 2, samples[:4], 5).tolist()
    assert drawn[4:].tolist() == [0, 0, 0, 0]


@SEEDED
@given(DRAWN, st.floats(-0.5, 1.5) | DRAWN.map(lambda n: n / 2**53))
def test_a_limit_is_the_probability_exactly(drawn, probability):
    assert (drawn < limit_of(probability)) == (drawn / 2**53 < probability)


def test_certain_and_impossible():
    assert (limit_of(1.0), limit_of(0.0), limit_of(2.0), limit_of(-1.0)) == (ALWAYS, 0, ALWAYS, 0)


@SEEDED
@given(DRAWN)
def test_the_logarithm_is_a_logarithm(drawn):
    expected = -math.log((drawn + 1) / 2**53)
    assert exponential(np.uint64(drawn)) == pytest.approx(expected, rel=4e-16, abs=4e-16)


def test_the_longest_and_the_shortest_time():
    assert exponential(np.uint64(ALWAYS - 1)) == 0.0
    assert exponential(np.uint64(0)) == pytest.approx(53 * math.log(2.0), rel=1e-15)
    assert exponential_ns(10**17, np.uint64(0)) < 3.7e18
    assert exponential_ns(1000, np.uint64(ALWAYS // 2 - 1)) == round(1000 * math.log(2.0))


@SEEDED
@given(DRAWN, st.integers(1, 10**17))
def test_a_time_within_a_length_is_within_it(drawn, length_ns):
    time_ns = within_ns(length_ns, np.uint64(drawn))
    assert 0 <= time_ns < length_ns
    assert time_ns == pytest.approx(drawn * length_ns / 2**53, abs=1.0 + length_ns * 1e-15)


@SEEDED
@given(DRAWN, st.integers(1, 2**32 - 1))
def test_an_index_below_a_count_is_below_it(drawn, count):
    assert below(count, np.uint64(drawn)) == (drawn >> 21) * count >> 32


@pytest.mark.parametrize(("seed", "pipeline"), [(-1, 0), (2**64, 0), (0, -1), (0, 2**32)])
def test_keys_out_of_range(seed, pipeline):
    with pytest.raises(ValueError, match="is a whole number from 0 to"):
        key_of(seed, pipeline)
