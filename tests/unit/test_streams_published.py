"""Loaders of published formats, on small sets in those formats that are written here."""

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from devicemodels.documents.errors import InputError
from networks.streams import cifar10, speech_commands, visual_wake_words
from networks.streams.windows import SplitName, Windows
from tests.sound_files import wave_file

SPLITS: tuple[SplitName, ...] = get_args(SplitName)

SPEAKERS = tuple(f"{number:08x}" for number in range(60))


def _sound(value: int, samples: int = 16000) -> NDArray[np.float32]:
    return np.full(samples, value / 32768, dtype=np.float32)


@pytest.fixture(name="commands")
def _commands(tmp_path: Path) -> Path:
    """Sixty speakers say two words each; no lists."""
    folder = tmp_path / "commands"
    for word in ("yes", "no"):
        (folder / word).mkdir(parents=True)
        for number, speaker in enumerate(SPEAKERS):
            sound = _sound(number + 1, 16000 - 10 * number)
            path = folder / word / f"{speaker}_nohash_0.wav"
            path.write_bytes(wave_file(sound, 16000))
    (folder / "_background_noise_").mkdir()
    return folder


def _all_splits(load: Callable[[SplitName], Windows]) -> list[Windows]:
    """The three splits, which share no subject."""
    loaded = [load(split) for split in SPLITS]
    subjects = [set(windows.subjects.tolist()) for windows in loaded]
    assert len(set.union(*subjects)) == sum(len(group) for group in subjects)
    return loaded


def test_published_rule_of_speech_commands() -> None:
    # SHA-1 of '00000000' ends in 0x70c3b38b; its last 27 bits are 0x0c3b38b of 0x7ffffff: 9.56 %.
    assert speech_commands.which_split("yes/00000000_nohash_0.wav") == "validation"
    shares = [speech_commands.which_split(f"no/{n:08x}_nohash_1.wav") for n in range(20_000)]
    assert shares.count("validation") / 20_000 == pytest.approx(0.1, abs=0.01)
    assert shares.count("test") / 20_000 == pytest.approx(0.1, abs=0.01)
    same = {speech_commands.which_split(f"{w}/00abcdef_nohash_{n}.wav") for w in "xy" for n in "01"}
    assert len(same) == 1


def test_speech_commands_by_the_rule(commands: Path) -> None:
    loaded = _all_splits(lambda split: speech_commands.load(split, folder=commands, word="yes"))
    assert sum(len(windows) for windows in loaded) == 120
    for windows in loaded:
        assert windows.samples.shape[1:] == (1, 16000)
        assert windows.samples.dtype == np.float32
        assert windows.sample_rate_hz == 16000
        assert windows.positive_share == 0.5
        for sample, number in zip(windows.samples, windows.subjects, strict=True):
            assert sample[0, 0] * 32768 == number + 1
            assert (sample[0] != 0).sum() == 16000 - 10 * number


def test_speech_commands_by_lists(commands: Path) -> None:
    def listed(name: str, speakers: tuple[str, ...]) -> None:
        lines = [f"{word}/{s}_nohash_0.wav" for s in speakers for word in ("no", "yes")]
        (commands / name).write_text("\n".join(lines) + "\n")

    listed("testing_list.txt", SPEAKERS[:7])
    with pytest.raises(InputError, match="one list is here, the other is not"):
        speech_commands.load("test", folder=commands, word="no")
    listed("validation_list.txt", SPEAKERS[7:10])
    loaded = _all_splits(lambda split: speech_commands.load(split, folder=commands, word="no"))
    assert [len(windows) for windows in loaded] == [100, 6, 14]
    assert set(loaded[2].subjects.tolist()) == set(range(7))
    few = speech_commands.load("train", folder=commands, word="no", limit_per_word=3)
    assert len(few) == 6
    assert few.labels.sum() == 3
    with pytest.raises(InputError, match="a limit of 0 leaves nothing"):
        speech_commands.load("train", folder=commands, word="no", limit_per_word=0)

    (commands / "testing_list.txt").write_text(f"yes/{SPEAKERS[0]}_nohash_0.wav\n")
    with pytest.raises(InputError, match="1 speakers are in more than one split"):
        speech_commands.load("test", folder=commands, word="no")
    (commands / "testing_list.txt").write_text("yes/a_nohash_0.wav\nyes/b_nohash_0.wav\n")
    with pytest.raises(InputError) as caught:
        speech_commands.load("test", folder=commands, word="no")
    assert "testing_list.txt:2: there is no recording 'yes/b_nohash_0.wav'" in str(caught.value)
    assert "2 problems" in str(caught.value)


def test_speech_commands_that_cannot_be_used(commands: Path, tmp_path: Path) -> None:
    def load(word: str = "yes", folder: Path = commands) -> Windows:
        return speech_commands.load("train", folder=folder, word=word)

    with pytest.raises(InputError, match="no folder with Speech Commands") as caught:
        load(folder=tmp_path / "absent")
    assert "unpack the archive" in str(caught.value)
    with pytest.raises(InputError, match="no word 'yess'"):
        load("yess")
    bad = [commands / "no" / f"{speaker}_nohash_0.wav" for speaker in SPEAKERS[:20]]
    bad = [path for path in bad if speech_commands.which_split(path.name) == "train"][:3]
    bad[0].write_bytes(bad[0].read_bytes()[:1000])
    bad[1].write_bytes(wave_file(_sound(1), 8000))
    bad[2].write_bytes(wave_file(_sound(1, 16001), 16000))
    with pytest.raises(InputError) as caught:
        load()
    for part in (
        *("cut off: 956 of", "the sample rate is 8000 Hz, not 16000 Hz", "16001 samples, more"),
        *(str(path) for path in bad),
        "3 problems",
    ):
        assert part in str(caught.value)
    for path in bad:
        path.write_bytes(wave_file(_sound(1), 16000))
    (commands / "maybe").mkdir()
    with pytest.raises(InputError, match="a word without recordings"):
        load()
    (commands / "maybe").rmdir()
    for path in (commands / "no").iterdir():
        path.unlink()
    (commands / "no").rmdir()
    with pytest.raises(InputError, match="all of them positive"):
        load()


def _batch(number: int, images: int = 20) -> tuple[list[int], NDArray[np.uint8]]:
    random = np.random.default_rng(number)
    return [n % 10 for n in range(images)], random.integers(0, 256, (images, 3072), dtype=np.uint8)


BATCH_NAMES = tuple(name for names in cifar10.BATCHES.values() for name in names)


def _python_version(folder: Path) -> Path:
    folder.mkdir()
    for number, name in enumerate(BATCH_NAMES):
        labels, data = _batch(number)
        content = {b"labels": labels, b"data": data, b"batch_label": b"of a test"}
        (folder / name).write_bytes(pickle.dumps(content, protocol=2))
    return folder


def _binary_version(folder: Path) -> Path:
    folder.mkdir()
    for number, name in enumerate(BATCH_NAMES):
        labels, data = _batch(number)
        rows = np.concatenate([np.array(labels, dtype=np.uint8)[:, None], data], axis=1)
        (folder / f"{name}.bin").write_bytes(rows.tobytes())
    return folder


def test_both_versions_of_cifar10_are_the_same(tmp_path: Path) -> None:
    forms = _python_version(tmp_path / "py"), _binary_version(tmp_path / "bin")
    pickled, binary = (
        _all_splits(lambda split, at=form: cifar10.load(split, folder=at, positive="cat"))
        for form in forms
    )
    assert [len(windows) for windows in pickled] == [80, 20, 20]
    for one, other in zip(pickled, binary, strict=True):
        np.testing.assert_array_equal(one.samples, other.samples)
        np.testing.assert_array_equal(one.labels, other.labels)
        np.testing.assert_array_equal(one.subjects, other.subjects)
    _, data = _batch(5)
    # The first 1,024 bytes are the red pixels, row by row.
    assert pickled[2].samples[4, 0, 1, 2] == np.float32(data[4, 34]) / np.float32(255)
    assert pickled[2].samples[4, 2, 0, 0] == np.float32(data[4, 2048]) / np.float32(255)
    assert np.flatnonzero(pickled[2].labels).tolist() == [3, 13]


def test_a_pickle_of_python_2_is_read(tmp_path: Path) -> None:
    # As numpy 1.x under Python 2 wrote it: text as bytes, the array through numpy.core.
    folder = _python_version(tmp_path / "py")
    path = folder / "test_batch"
    renamed = path.read_bytes().replace(b"cnumpy._core.multiarray\n", b"cnumpy.core.multiarray\n")
    assert b"numpy.core.multiarray" in renamed
    path.write_bytes(renamed)
    assert len(cifar10.load("test", folder=folder, positive="dog")) == 20


class _Harmful:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (print, ("this must never be printed",))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (pickle.dumps(_Harmful()), "it would call builtins.print"),
        (pickle.dumps([1, 2]), "it has no dictionary"),
        (pickle.dumps({b"labels": [1]}), "b'data'"),
        (pickle.dumps({b"labels": [1], b"data": [1]}), "'data' is no array of bytes"),
        (
            pickle.dumps({b"labels": [1], b"data": np.zeros((2, 3072), np.uint8)}),
            r"1 labels for pixels of shape \(2, 3072\)",
        ),
        (pickle.dumps({b"labels": [10], b"data": np.zeros((1, 3072), np.uint8)}), "a label is 10"),
        (b"", "Ran out of input"),
        (b"no pickle", "not a batch of CIFAR-10"),
    ],
)
def test_pickles_that_are_no_batch(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, message: str
) -> None:
    folder = _python_version(tmp_path / "py")
    (folder / "test_batch").write_bytes(content)
    with pytest.raises(InputError, match=message) as caught:
        cifar10.load("test", folder=folder, positive="cat")
    assert "test_batch" in str(caught.value)
    assert capsys.readouterr().out == ""


def test_every_cut_of_a_batch_is_noticed(tmp_path: Path) -> None:
    pickled, binary = _python_version(tmp_path / "py"), _binary_version(tmp_path / "bin")
    for path in (pickled / "test_batch", binary / "test_batch.bin"):
        whole = path.read_bytes()
        for length in range(1, len(whole), 997):
            path.write_bytes(whole[:length])
            with pytest.raises(InputError, match=path.name):
                cifar10.load("test", folder=path.parent, positive="cat")


def test_cifar10_that_cannot_be_used(tmp_path: Path) -> None:
    folder = _binary_version(tmp_path / "bin")
    for name in BATCH_NAMES[:2]:
        (folder / f"{name}.bin").unlink()
    with pytest.raises(InputError) as caught:
        cifar10.load("train", folder=folder, positive="cat")
    assert "no batch 'data_batch_1'" in str(caught.value)
    assert "2 problems" in str(caught.value)
    with pytest.raises(InputError, match="no class of CIFAR-10 'horses'") as caught:
        cifar10.load("test", folder=folder, positive="horses")
    assert "did you mean 'horse'?" in str(caught.value)
    (folder / "test_batch.bin").write_bytes(b"")
    with pytest.raises(InputError, match=r"split 'test' of CIFAR-10 in .* has no samples"):
        cifar10.load("test", folder=folder, positive="cat")
    (folder / "test_batch.bin").write_bytes(bytes([3] + 3072 * [9]) * 2)
    with pytest.raises(InputError, match="2 samples, all of them positive"):
        cifar10.load("test", folder=folder, positive="cat")


def _picture(path: Path, red: int, size: tuple[int, int] = (40, 20)) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, (red, 0, 255)).save(path)


@pytest.fixture(name="tiny")
def _tiny(tmp_path: Path) -> Path:
    """The two folders of MLPerf Tiny: persons are red."""
    for number in range(40):
        _picture(tmp_path / "vw" / "person" / f"{number:03}.png", 255)
        _picture(tmp_path / "vw" / "non_person" / f"{number + 40:03}.png", 0)
    (tmp_path / "vw" / "person" / "README").write_text("no picture")
    return tmp_path / "vw"


def test_visual_wake_words_in_two_folders(tiny: Path) -> None:
    loaded = _all_splits(lambda split: visual_wake_words.load(split, folder=tiny, side=8))
    assert sum(len(windows) for windows in loaded) == 80
    assert len(loaded[0]) > len(loaded[1]) + len(loaded[2])
    for windows in loaded:
        assert windows.samples.shape[1:] == (3, 8, 8)
        np.testing.assert_array_equal(windows.samples[:, 0, 4, 4], windows.labels)
        assert (windows.samples[:, 2] == 1).all()
        assert 0 < windows.positive_share < 1
    few = visual_wake_words.load("train", folder=tiny, side=8, limit_per_class=2)
    assert sorted(few.labels.tolist()) == [0, 0, 1, 1]


def _coco(folder: Path, name: str, boxes: dict[str, tuple[int, list[float]] | None]) -> None:
    """Pictures of 40x20 with at most one box each, as category and box."""
    content = {
        "categories": [{"id": 1, "name": "person"}, {"id": 2, "name": "dog"}],
        "images": [
            {"id": number, "file_name": file, "width": 40, "height": 20}
            for number, file in enumerate(boxes)
        ],
        "annotations": [
            {"image_id": number, "category_id": box[0], "bbox": box[1]}
            for number, box in enumerate(boxes.values())
            if box
        ],
    }
    (folder / "annotations").mkdir(parents=True, exist_ok=True)
    (folder / "annotations" / name).write_text(json.dumps(content))
    for file in boxes:
        _picture(folder / "images" / file, 0)


@pytest.fixture(name="coco")
def _coco_folder(tmp_path: Path) -> Path:
    half = [0.0, 0.0, 20.0, 20.0]
    boxes = {f"t{number}.jpg": (1 + number % 2, half) for number in range(60)}
    _coco(tmp_path, "instances_train2014.json", dict(boxes))
    _coco(
        tmp_path,
        "instances_val2014.json",
        # 0.5 % of 800 pixels are 4: a box of 4 is not more.
        {
            "a.jpg": (1, [0, 0, 2, 2]),
            "b.jpg": (1, [0, 0, 2, 2.1]),
            "c.jpg": (2, half),
            "d.jpg": None,
        },
    )
    return tmp_path


def test_visual_wake_words_of_coco(coco: Path) -> None:
    loaded = _all_splits(lambda split: visual_wake_words.load(split, folder=coco))
    train, validation, test = loaded
    assert len(train) + len(validation) == 60
    assert len(train) > len(validation) > 0
    assert test.samples.shape == (4, 3, 96, 96)
    assert test.labels.sum() == 1
    # Numbered by name, a to d before those of training: only b has a person of more than 0.5 %.
    assert test.subjects[test.labels == 1].tolist() == [1]


def test_visual_wake_words_that_cannot_be_used(coco: Path, tmp_path: Path) -> None:
    def load(folder: Path = coco) -> Windows:
        return visual_wake_words.load("test", folder=folder)

    with pytest.raises(InputError, match="no folder with Visual Wake Words"):
        load(tmp_path / "absent")
    with pytest.raises(InputError, match="neither form of Visual Wake Words is here") as caught:
        load(coco / "images")
    assert "either the folders person and non_person" in str(caught.value)

    whole = (coco / "images" / "b.jpg").read_bytes()
    (coco / "images" / "b.jpg").write_bytes(whole[: len(whole) // 2])
    (coco / "images" / "c.jpg").write_bytes(b"no picture")
    with pytest.raises(InputError) as caught:
        load()
    assert "b.jpg: a picture that cannot be read, or is cut off" in str(caught.value)
    assert "2 problems" in str(caught.value)
    (coco / "images" / "b.jpg").unlink()
    with pytest.raises(InputError, match=r"1 of 4 pictures are not there, 'b\.jpg' is the first"):
        load()

    annotations = coco / "annotations" / "instances_val2014.json"
    good = json.loads(annotations.read_text())
    for change, message in (
        ({"categories": [{"id": 2, "name": "dog"}]}, "there is no category 'person'"),
        ({"images": [{"id": 0}]}, "no 'width'"),
        ({"images": 3}, "not iterable"),
        ({"annotations": [{"image_id": 99, "category_id": 1, "bbox": [0, 0, 1, 1]}]}, "no 99"),
    ):
        annotations.write_text(json.dumps(good | change))
        with pytest.raises(InputError, match=message) as caught:
            load()
        assert "instances_val2014.json" in str(caught.value)
    annotations.write_text("{")
    with pytest.raises(InputError, match="not annotations of COCO that can be read"):
        load()
    annotations.unlink()
    with pytest.raises(InputError, match="0 files annotations/instances_val"):
        load()
