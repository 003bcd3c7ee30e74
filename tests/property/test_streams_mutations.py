"""Whatever is wrong with a file of data, it is read or refused with its name; nothing else."""

import gzip
import json
import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from devicemodels.documents.errors import InputError
from networks.streams import cifar10, pixels, visual_wake_words, vowels
from networks.streams.waves import read_wave
from tests.sound_files import wave_file

SETTINGS = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@st.composite
def _changes(draw: st.DrawFn) -> Callable[[bytes], bytes]:
    """Bytes overwritten, taken out or put in, at a few places."""
    edits = draw(
        st.lists(
            st.tuples(
                st.one_of(st.integers(0, 80), st.integers(0, 2**20)),
                st.integers(0, 4),
                st.binary(max_size=4),
            ),
            min_size=1,
            max_size=4,
        )
    )

    def changed(data: bytes) -> bytes:
        for place, removed, added in edits:
            at = place % (len(data) + 1)
            data = data[:at] + added + data[at + removed :]
        return data

    return changed


def _read_or_refused(read: Callable[[], object], name: str) -> None:
    try:
        read()
    except InputError as error:
        assert name in str(error)


WAVE = wave_file(np.sin(np.arange(300)).astype(np.float32) / 2, 8000)


@SETTINGS
@given(_changes())
def test_wave_files(change: Callable[[bytes], bytes]) -> None:
    _read_or_refused(lambda: read_wave(change(WAVE), rate_hz=8000, file="a.wav"), "a.wav")


@SETTINGS
@given(_changes())
def test_pickled_batches(tmp_path: Path, change: Callable[[bytes], bytes]) -> None:
    content = {b"labels": [0, 3], b"data": np.zeros((2, 3072), dtype=np.uint8)}
    (tmp_path / "test_batch").write_bytes(change(pickle.dumps(content, protocol=2)))
    _read_or_refused(lambda: cifar10.load("test", folder=tmp_path, positive="cat"), str(tmp_path))


@SETTINGS
@given(_changes(), st.booleans())
def test_image_tables(tmp_path: Path, change: Callable[[bytes], bytes], inside: bool) -> None:
    table, path = b"0,1,2,3,7\n4,5,6,7,1\n", tmp_path / "images.csv.gz"
    path.write_bytes(gzip.compress(change(table)) if inside else change(gzip.compress(table)))
    _read_or_refused(lambda: pixels.read_pixels(path, side=2, images=2), "images.csv.gz")


@SETTINGS
@given(_changes())
def test_vowels(tmp_path: Path, change: Callable[[bytes], bytes]) -> None:
    utterance = ":".join([",".join(["0.5"] * 7)] * 12)
    text = "@data\n" + "".join(f"{utterance}:{1 + n % 9}\n" for n in range(370))
    path = tmp_path / "vowels.ts"
    path.write_bytes(change(text.encode()))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vowels, "packaged_file", lambda *_, **__: path)
        _read_or_refused(lambda: vowels.load("test", speaker=1), "vowels")


@SETTINGS
@given(_changes(), st.booleans())
def test_pictures_and_annotations(
    tmp_path: Path, change: Callable[[bytes], bytes], picture: bool
) -> None:
    (tmp_path / "annotations").mkdir(exist_ok=True)
    content = {
        "categories": [{"id": 1, "name": "person"}],
        "images": [{"id": n, "file_name": f"{n}.jpg", "width": 9, "height": 9} for n in range(2)],
        "annotations": [{"image_id": 1, "category_id": 1, "bbox": [0, 0, 5, 5]}],
    }
    text = json.dumps(content).encode()
    for name in ("instances_train.json", "instances_val.json"):
        (tmp_path / "annotations" / name).write_bytes(text if picture else change(text))
    for number in range(2):
        path = tmp_path / f"{number}.jpg"
        Image.new("RGB", (9, 9), (number, 80, 200)).save(path)
        if picture:
            path.write_bytes(change(path.read_bytes()))
    _read_or_refused(lambda: visual_wake_words.load("test", folder=tmp_path, side=4), str(tmp_path))
