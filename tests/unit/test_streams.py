"""Every packaged stream keeps the contract of windows; the files that are read may be damaged."""

import gzip
import hashlib
import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from devicemodels.documents.errors import InputError
from networks.streams import checks, digits, mnist, pixels, vowels, watch
from networks.streams.windows import SplitName, Windows

SPLITS: tuple[SplitName, ...] = get_args(SplitName)

STREAMS: dict[str, Callable[[SplitName], Windows]] = {
    "digits": lambda split: digits.load(split, digit=7),
    "mnist": lambda split: mnist.load(split, digit=7),
    "vowels": lambda split: vowels.load(split, speaker=9),
    "watch": lambda split: watch.load(split, exercise="IR"),
}


@pytest.fixture(name="load", params=sorted(STREAMS))
def _load(request: pytest.FixtureRequest) -> Callable[[SplitName], Windows]:
    return STREAMS[str(request.param)]


def test_no_subject_and_no_sample_stands_in_two_splits(
    load: Callable[[SplitName], Windows],
) -> None:
    subjects: set[int] = set()
    samples: set[bytes] = set()
    for split in SPLITS:
        windows = load(split)
        here = set(windows.subjects.tolist())
        assert not here & subjects
        subjects |= here
        prints = {hashlib.sha256(sample.tobytes()).digest() for sample in windows.samples}
        assert not prints & samples
        samples |= prints


def test_windows_are_as_the_contract_says(load: Callable[[SplitName], Windows]) -> None:
    for split in SPLITS:
        windows = load(split)
        assert windows.samples.dtype == np.float32
        assert windows.labels.dtype == np.int8
        assert windows.subjects.dtype == np.int32
        assert len(windows.samples) == len(windows.labels) == len(windows.subjects) > 0
        assert windows.samples.flags.c_contiguous
        assert np.isfinite(windows.samples).all()
        assert set(windows.labels.tolist()) == {0, 1}
        assert windows.period_s > 0


def test_loading_twice_gives_the_same(load: Callable[[SplitName], Windows]) -> None:
    once, again = load("validation"), load("validation")
    np.testing.assert_array_equal(once.samples, again.samples)
    np.testing.assert_array_equal(once.labels, again.labels)


def test_sizes() -> None:
    sizes = {
        name: tuple(len(load(split)) for split in SPLITS)
        for name, load in STREAMS.items()
        if name != "watch"
    }
    assert sizes == {
        "digits": (1029, 386, 382),
        "mnist": (2944, 1065, 991),
        "vowels": (180, 90, 370),
    }


def test_every_form_of_the_digits_begins_by_counting() -> None:
    labels = [digits.load(split, digit=digit) for split in SPLITS for digit in range(10)]
    assert sum(int(windows.labels.sum()) for windows in labels) == digits.IMAGES
    for split, forms in digits.FORMS.items():
        shown = np.zeros(len(digits.load(split, digit=0)), dtype=int)
        for digit in range(10):
            shown[digits.load(split, digit=digit).labels == 1] = digit
        subjects = digits.load(split, digit=0).subjects
        for form in forms:
            # A digit is missing here and there: the writer left it out, or nobody could read it.
            start = shown[subjects == form][:9].tolist()
            assert start in (list(range(9)), list(range(1, 10)))


def test_digits_look_as_they_should() -> None:
    windows = digits.load("train", digit=0)
    assert windows.samples.shape[1:] == (1, 8, 8)
    assert windows.samples.max() == 1.0
    # A zero is empty in its middle, a one is not.
    zeros = windows.samples[windows.labels == 1].mean(axis=0)[0]
    assert zeros[3:5, 3:5].mean() < 0.2 < zeros.mean()
    ones = mnist.load("train", digit=1)
    assert ones.samples[ones.labels == 1].mean(axis=0)[0, 13:15, 13:15].mean() > 0.7


def test_short_utterances_end_in_zeros() -> None:
    windows = vowels.load("test", speaker=1)
    assert windows.samples.shape[1:] == (12, 29)
    spoken = (windows.samples != 0).any(axis=1)
    lengths = spoken.sum(axis=1)
    assert lengths.min() == 7
    assert lengths.max() == 29
    assert all(row[:length].all() for row, length in zip(spoken, lengths, strict=True))
    counts = [int(vowels.load("test", speaker=speaker).labels.sum()) for speaker in range(1, 10)]
    assert counts == [31, 35, 88, 44, 29, 24, 40, 50, 29]  # as published


@pytest.mark.parametrize(
    ("load", "message"),
    [
        (lambda: digits.load("test", digit=10), "no digit 10"),
        (lambda: mnist.load("test", digit=-1), "no digit -1"),
        (lambda: vowels.load("test", speaker=0), "no speaker 0"),
    ],
)
def test_what_does_not_exist(load: Callable[[], Windows], message: str) -> None:
    with pytest.raises(InputError, match=message):
        load()


def test_absent_packages_say_what_to_install(
    load: Callable[[SplitName], Windows], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(InputError, match="which is not installed") as caught:
        load("test")
    assert "try: pip install" in str(caught.value)


def test_damaged_image_tables(tmp_path: Path) -> None:
    path = tmp_path / "digits.csv.gz"
    whole = gzip.compress(b"0,1,2,3,7\n4,5,6,7,1\n")
    path.write_bytes(whole)
    images, shown = pixels.read_pixels(path, side=2, images=2)
    assert images.tolist() == [[[0, 1], [2, 3]], [[4, 5], [6, 7]]]
    assert shown.tolist() == [7, 1]
    with pytest.raises(InputError, match="2 x 5 numbers, not 3 x 5"):
        pixels.read_pixels(path, side=2, images=3)
    for bad in (b"256", b"-1", b"0.5", b"nan", b"inf"):
        path.write_bytes(gzip.compress(b"0,1,2,3,7\n4," + bad + b",6,7,1\n"))
        with pytest.raises(
            InputError, match=r"row 2 has .* in column 2, not a whole number from 0"
        ):
            pixels.read_pixels(path, side=2, images=2)
    path.write_bytes(gzip.compress(b"0,1,2,3,10\n"))
    with pytest.raises(InputError, match=r"row 1 has 10 in column 5, .* from 0 to 9"):
        pixels.read_pixels(path, side=2, images=1)
    damaged = (
        whole[:-9],
        whole[:5],
        b"no gzip",
        gzip.compress(b"0,1\n2\n"),
        gzip.compress(b"x"),
    )
    for content in damaged:
        path.write_bytes(content)
        with pytest.raises(InputError, match=r"digits\.csv\.gz"):
            pixels.read_pixels(path, side=2, images=2)


@pytest.mark.parametrize(
    "content", ["", "@data\n", "@data\n1,2:x:1\n", "@data\n1,2:3:1\n", "@data\n1\n", "nan"]
)
def test_damaged_vowels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str) -> None:
    path = tmp_path / "JapaneseVowels_TEST.ts"
    path.write_text(content)
    monkeypatch.setattr(vowels, "packaged_file", lambda *_, **__: path)
    with pytest.raises(InputError, match="the Japanese vowels") as caught:
        vowels.load("test", speaker=1)
    assert str(path) in str(caught.value)


def test_vowels_of_other_speakers_or_without_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "vowels.ts"
    monkeypatch.setattr(vowels, "packaged_file", lambda *_, **__: path)
    utterance = ":".join(["0.5,0.5"] * 12)
    rows = [f"{utterance}:{1 + n % 9}" for n in range(370)]
    path.write_text("\n".join(["@data", *rows]))
    assert len(vowels.load("test", speaker=1)) == 370
    path.write_text("\n".join(["@data", *rows[:-1], f"{utterance}:10"]))
    with pytest.raises(InputError, match="have a speaker 10, not 1 to 9"):
        vowels.load("test", speaker=1)
    path.write_text("\n".join(["@data", *rows]).replace("0.5", "nan", 1))
    with pytest.raises(InputError, match="1 of 370 samples have NaN or infinite values"):
        vowels.load("test", speaker=1)


def _windows(samples: list[float], labels: list[int]) -> Windows:
    return Windows(
        np.array(samples, dtype=np.float32)[:, None],
        np.array(labels, dtype=np.int8),
        np.zeros(len(labels), dtype=np.int32),
        1.0,
    )


def test_streams_that_cannot_be_used() -> None:
    good = _windows([0.0, 1.0], [0, 1])
    assert checks.checked(good, where="here") is good
    with pytest.raises(InputError, match="here has no samples"):
        checks.checked(_windows([], []), where="here")
    with pytest.raises(InputError, match="here has 2 samples, all of them negative"):
        checks.checked(_windows([0, 1], [0, 0]), where="here")
    with pytest.raises(InputError) as caught:
        checks.checked(_windows([0, np.nan, np.inf], [1, 1, 1]), where="here")
    assert "2 of 3 samples have NaN or infinite values, sample 1 is the first" in str(caught.value)
    assert "all of them positive" in str(caught.value)
    assert "2 problems" in str(caught.value)
