"""Wave files come back as they were written; noise, levels and places are as they say."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devicemodels.documents.errors import InputError
from networks.streams.sounds import at_level, coloured_noise, placed, trimmed
from networks.streams.waves import read_wave, resampled
from tests.sound_files import wave_file

SETTINGS = settings(derandomize=True, database=None, deadline=None, max_examples=60)

TONE = np.sin(np.arange(1600) / 4).astype(np.float32) / 2


@SETTINGS
@given(st.lists(st.integers(-32768, 32767), max_size=300), st.integers(1000, 48000))
def test_what_is_written_is_read(values: list[int], rate_hz: int) -> None:
    samples = (np.array(values, dtype=np.float64) / 32768).astype(np.float32)
    read = read_wave(wave_file(samples, rate_hz), rate_hz=rate_hz, file="a.wav")
    assert read.dtype == np.float32
    np.testing.assert_array_equal(read, samples)


@SETTINGS
@given(st.integers(0, 43 + 3200))
def test_every_cut_is_noticed(length: int) -> None:
    with pytest.raises(InputError, match=r"a\.wav"):
        read_wave(wave_file(TONE, 8000)[:length], rate_hz=8000, file="a.wav")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (wave_file(TONE, 44100), "the sample rate is 44100 Hz, not 8000 Hz"),
        (wave_file(TONE, 8000, channels=2), "2 channels of 16 bits, not 1 of 16"),
        (wave_file(TONE, 8000, width=1), "1 channels of 8 bits, not 1 of 16"),
        (b"RIFF....", "not a wave file that can be read"),
    ],
)
def test_other_forms_are_refused(data: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        read_wave(data, rate_hz=8000, file="a.wav")
    assert "try: " in str(caught.value)


@SETTINGS
@given(st.integers(0, 20), st.integers(0, 20))
def test_silence_around_is_cut_off(before: int, after: int) -> None:
    def still(frames: int) -> np.ndarray:
        return np.zeros(80 * frames, dtype=np.float32)

    np.testing.assert_array_equal(
        trimmed(np.concatenate([still(before), TONE, still(after)]), 8000), TONE
    )
    assert len(trimmed(still(before), 8000)) == 0


@SETTINGS
@given(st.floats(-80, -20), st.floats(0, 2), st.integers(0, 99))
def test_noise_has_its_level_and_colour(level_db: float, slope: float, seed: int) -> None:
    noise = coloured_noise(8192, slope=slope, level_db=level_db, random=np.random.default_rng(seed))
    assert 20 * np.log10(np.sqrt((noise.astype(np.float64) ** 2).mean())) == pytest.approx(
        level_db, abs=1e-3
    )
    power = np.abs(np.fft.rfft(noise)) ** 2
    low, high = power[32:64].mean(), power[1024:2048].mean()
    # Five octaves apart; means of many bins, each with the spread of its own size.
    assert np.log2(low / high) / 5 == pytest.approx(slope, abs=0.25)


@SETTINGS
@given(st.integers(1, 3000), st.integers(0, 99))
def test_an_utterance_is_whole_wherever_it_is(length: int, seed: int) -> None:
    utterance = np.full(length, 0.25, dtype=np.float32)
    mixed = placed(utterance, np.zeros(2000, dtype=np.float32), np.random.default_rng(seed))
    heard = np.flatnonzero(mixed)
    assert len(mixed) == 2000
    assert len(heard) == min(length, 2000) == heard[-1] - heard[0] + 1


def test_levels_of_silence_and_clipping() -> None:
    silence = np.zeros(10, dtype=np.float32)
    np.testing.assert_array_equal(at_level(silence, -20), silence)
    loud = placed(at_level(TONE, 6), np.zeros(1600, dtype=np.float32), np.random.default_rng(0))
    assert np.abs(loud).max() == 1


def test_a_lower_rate_keeps_the_tone_and_loses_what_it_cannot_hold() -> None:
    time_s = np.arange(22050) / 22050
    low = np.sin(2 * np.pi * 1000 * time_s).astype(np.float32)
    high = np.sin(2 * np.pi * 6000 * time_s).astype(np.float32)
    kept, lost = resampled(low, 22050, 8000), resampled(high, 22050, 8000)
    assert len(kept) == 8000
    assert np.argmax(np.abs(np.fft.rfft(kept))) == 1000
    assert np.abs(lost[100:-100]).max() < 0.02 < np.abs(kept).max()
