"""Spoken words: nobody is in two splits, what is missing is named, windows are made as said."""

import hashlib
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from devicemodels.documents.errors import InputError
from networks.streams import recordings, words
from networks.streams.synthesis import Delivery, spoken
from networks.streams.windows import SplitName
from tests.sound_files import wave_file

SPLITS: tuple[SplitName, ...] = get_args(SplitName)
ALL_VOICES = [voice for split in SPLITS for voice in words.VOICES[split]]
MISSING = recordings.missing_packages(ALL_VOICES)

needs_packages = pytest.mark.skipif(
    bool(MISSING), reason=f"needs Debian's packages: apt-get install {' '.join(MISSING)}"
)
needs_synthesiser = pytest.mark.skipif(
    "espeak-ng" in MISSING, reason="needs Debian's package: apt-get install espeak-ng"
)


def test_people_and_synthetic_voices_are_in_one_split_each() -> None:
    people = [{voice.split("_")[-1] for voice in words.VOICES[split]} for split in SPLITS]
    assert sum(len(group) for group in people) == len(set.union(*people)) == len(words.PEOPLE)
    variants = [
        {voice.split("+")[1] for voice in words.SYNTHETIC_VOICES[split]} for split in SPLITS
    ]
    voices = [voice for split in SPLITS for voice in words.SYNTHETIC_VOICES[split]]
    assert len(set.union(*variants)) == sum(len(group) for group in variants) == len(voices)


@needs_packages
def test_windows_of_the_spoken_words() -> None:
    subjects: set[int] = set()
    for split, seconds in zip(SPLITS, (2396, 1005, 1762), strict=True):
        windows = words.load(split, word="yankee")
        assert windows.samples.shape == (seconds, 1, 8000)
        assert windows.sample_rate_hz == 8000
        assert windows.samples.dtype == np.float32
        assert np.abs(windows.samples).max() <= 1
        here = set(windows.subjects.tolist())
        assert not here & subjects
        subjects |= here
        assert 0.04 < windows.positive_share < 0.15
        noise = windows.subjects >= words.FIRST_NOISE
        assert not windows.labels[noise].any()
        people = windows.subjects < words.FIRST_SYNTHETIC
        assert int(windows.labels[people].sum()) in (24, 48)
        again = words.load(split, word="yankee")
        np.testing.assert_array_equal(windows.samples, again.samples)
        np.testing.assert_array_equal(windows.labels, again.labels)


@needs_packages
def test_no_recording_is_in_two_splits() -> None:
    prints: list[set[bytes]] = [
        {
            hashlib.sha256(sound.tobytes()).digest()
            for voice in words.VOICES[split]
            for _, sound in recordings.read_voice(voice)
        }
        for split in SPLITS
    ]
    assert len(set.union(*prints)) == sum(len(group) for group in prints)


@needs_synthesiser
def test_synthetic_voices_differ_and_repeat_themselves() -> None:
    said = {}
    for split in SPLITS:
        for voice in words.SYNTHETIC_VOICES[split]:
            sound = spoken("lima", Delivery(voice), rate_hz=8000)
            again = spoken.__wrapped__("lima", Delivery(voice), rate_hz=8000)
            np.testing.assert_array_equal(sound, again)
            said[voice] = hashlib.sha256(sound.tobytes()).digest()
            assert 0.2 < len(sound) / 8000 < 1.0
    # The program takes a variant that it does not know for none.
    assert len(set(said.values())) == len(said)


@needs_synthesiser
def test_faster_and_higher_is_heard() -> None:
    slow = spoken("yankee", Delivery("en-us+m1", 110, 35), rate_hz=8000)
    fast = spoken("yankee", Delivery("en-us+m1", 175, 35), rate_hz=8000)
    high = spoken("yankee", Delivery("en-us+m1", 110, 65), rate_hz=8000)
    assert len(fast) < 0.8 * len(slow)
    assert not np.array_equal(high[:800], slow[:800])


@needs_synthesiser
def test_a_voice_that_does_not_exist() -> None:
    with pytest.raises(InputError, match="cannot say 'lima' with voice 'zz'"):
        spoken("lima", Delivery("zz"), rate_hz=8000)


def test_missing_packages_are_named_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "fr_CA_f_June").mkdir()
    monkeypatch.setenv(recordings.VARIABLE, str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputError, match="need 5 more of Debian's packages") as caught:
        words.load("test", word="lima")
    wanted = [f"asterisk-core-sounds-{language}-wav" for language in ("en", "es", "it", "ru")]
    assert f"apt-get install {' '.join(wanted)} espeak-ng" in str(caught.value)
    assert str(tmp_path) in str(caught.value)


def test_an_absent_synthesiser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputError, match="apt-get install espeak-ng"):
        spoken("nothing said so far", Delivery("en-us"), rate_hz=8000)


def test_a_word_that_the_voices_do_not_share() -> None:
    with pytest.raises(InputError, match="no word to wake by 'yanke'"):
        words.load("test", word="yanke")


def test_recordings_are_read_by_name_without_silence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(recordings.VARIABLE, str(tmp_path))
    tone = np.sin(np.arange(4000) / 3).astype(np.float32) / 2
    still = np.zeros(4000, dtype=np.float32)
    for name, sound in {
        "digits/7": np.concatenate([still, tone, still]),
        "hello": tone,
        "empty": still[:0],
        "silence/1": still,
        "beep": tone,
    }.items():
        path = tmp_path / "xx" / f"{name}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(wave_file(sound, 8000))
    read = recordings.read_voice("xx")
    assert [name for name, _ in read] == ["digits/7", "hello"]
    assert [len(sound) for _, sound in read] == [4000, 4000]
    (tmp_path / "xx" / "hello.wav").write_bytes(wave_file(tone, 16000))
    with pytest.raises(InputError, match="the sample rate is 16000 Hz, not 8000 Hz"):
        recordings.read_voice("xx")
    with pytest.raises(InputError, match="no recording of speech is here"):
        recordings.read_voice("yy")
