"""Philox against the vectors that its authors publish, and the draws made of it."""

import numpy as np
import pytest

from simulator.random_draws import philox4x32, uniform

# kat_vectors of Random123 1.14: philox4x32, 10 rounds.
KNOWN_ANSWERS = [
    ((0, 0, 0, 0), (0, 0), "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ((2**32 - 1,) * 4, (2**32 - 1,) * 2, "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        "d16cfe09 94fdcceb 5001e420 24126ea1",
    ),
]


@pytest.mark.parametrize(("counter", "key", "words"), KNOWN_ANSWERS)
def test_known_answers(counter, key, words):
    assert " ".join(f"{int(word):08x}" for word in philox4x32(counter, key)) == words


def test_arrays_give_what_scalars_give():
    samples = np.arange(100, dtype=np.uint64)
    words = philox4x32((3, samples, 0, 1), (7, 9))
    assert words.shape == (4, 100)
    for index in (0, 1, 99):
        assert (words[:, index] == philox4x32((3, index, 0, 1), (7, 9))).all()


def test_a_draw_depends_on_each_part_of_its_key_and_on_nothing_else():
    seed, pipeline, sample, draw = 5, 0, 17, 2
    base = uniform(seed, pipeline, sample, draw)
    assert uniform(seed, pipeline, np.arange(20), draw)[17] == base
    others = [
        uniform(6, pipeline, sample, draw),
        uniform(seed + 2**32, pipeline, sample, draw),
        uniform(seed, 1, sample, draw),
        uniform(seed, pipeline, 18, draw),
        uniform(seed, pipeline, 17 + 2**32, draw),
        uniform(seed, pipeline, sample, 3),
    ]
    assert len({float(base), *map(float, others)}) == 7


def test_draws_are_uniform():
    draws = uniform(1, 0, np.arange(100_000), 0)
    assert draws.min() >= 0.0
    assert draws.max() < 1.0
    counts, _ = np.histogram(draws, bins=100, range=(0.0, 1.0))
    chi_squared = float(((counts - 1000.0) ** 2 / 1000.0).sum())
    assert chi_squared < 149.0  # 99.9 % of chi squared with 99 degrees of freedom


@pytest.mark.parametrize("seed", [-1, 2**64])
def test_a_seed_out_of_range_is_refused(seed):
    with pytest.raises(ValueError, match=f"not {seed}"):
        uniform(seed, 0, 0, 0)
