"""Visual Wake Words in its published forms: is a person in the picture?

Either COCO's images with its annotations, of which a picture is positive if the box of a person
takes more than 0.5 % of it; or the two folders ``person`` and ``non_person`` of MLPerf Tiny's
``vw_coco2014_96``. Source: A. Chowdhery et al., "Visual Wake Words dataset", 2019 (arXiv
1906.05721). COCO's annotations are CC BY 4.0; its images have the terms of those who took them.
"""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from networks.errors import network_error
from networks.streams.checks import checked
from networks.streams.folders import TENTHS, all_read, at_most, hash_of, require_folder
from networks.streams.windows import SplitName, Windows

SMALLEST_SHARE = 0.005
"""A person's box must take a larger share of the picture."""

PERIOD_S = 1.0
"""Time from one picture to the next. The set has no time: a camera that looks once a second."""

ANNOTATIONS: dict[str, str] = {"train": "instances_train*.json", "test": "instances_val*.json"}
"""Files in ``annotations``, by whose pictures they list. A fifth of those to train on, by a hash of
their names, is for validation."""

FOLDERS = ("non_person", "person")
"""The other form; a hash of the files' names, six to two to two, makes the splits."""

LAYOUT = (
    "either the folders person and non_person, or annotations/instances_train*.json, "
    "annotations/instances_val*.json and the images in folders beside it"
)
"""What belongs into the folder."""

_SUFFIXES = frozenset({".jpg", ".jpeg", ".png"})


@dataclass(frozen=True, slots=True)
class _Picture:
    path: Path
    is_positive: bool

    @property
    def hash(self) -> int:
        """By its name, which says where it is in the order and in a split."""
        return hash_of(self.path.name.encode())


def load(
    split: SplitName, *, folder: Path, side: int = 96, limit_per_class: int | None = None
) -> Windows:
    """Pictures of one split, shape (n, 3, side, side) in [0, 1], positive where a person is seen.

    They are in the order of hashes of their names, as nobody takes pictures sorted by class.

    Parameters
    ----------
    split
        ``test`` is the published one, where there is one.
    folder
        In one of the two forms.
    side
        Pixels to which a picture is scaled, whatever its shape.
    limit_per_class
        The first so many pictures of each class only. All of them take several GB.

    Raises
    ------
    NetworkError
        The folder has neither form, annotations cannot be read, or pictures are missing or
        damaged.
    """
    require_folder(folder, "Visual Wake Words", LAYOUT)
    splits = _splits(folder)
    names = sorted(picture.path.name for pictures in splits.values() for picture in pictures)
    numbers = {name: number for number, name in enumerate(names)}
    ours = sorted(splits[split], key=lambda picture: (picture.hash, picture.path.name))
    classes = ([p for p in ours if p.is_positive == positive] for positive in (False, True))
    kept = {picture for pictures in classes for picture in at_most(pictures, limit_per_class)}
    shown = [picture for picture in ours if picture in kept]
    pixels = all_read(shown, lambda picture: _pixels(picture.path, side))
    windows = Windows(
        samples=np.array(pixels, dtype=np.float32).reshape(-1, 3, side, side),
        labels=np.array([picture.is_positive for picture in shown], dtype=np.int8),
        subjects=np.array([numbers[picture.path.name] for picture in shown], dtype=np.int32),
        period_s=PERIOD_S,
    )
    return checked(windows, where=f"split '{split}' of Visual Wake Words in {folder}")


def _splits(folder: Path) -> dict[SplitName, list[_Picture]]:
    """All pictures, by split, in whichever form they are there."""
    splits: dict[SplitName, list[_Picture]] = {"train": [], "validation": [], "test": []}
    if all((folder / name).is_dir() for name in FOLDERS):
        pictures = [
            _Picture(path, name == "person")
            for name in FOLDERS
            for path in sorted((folder / name).iterdir())
            if path.suffix.lower() in _SUFFIXES
        ]
        for picture in pictures:
            splits[next(s for s, tenths in TENTHS.items() if picture.hash % 10 in tenths)] += [
                picture
            ]
    elif (folder / "annotations").is_dir():
        found = _found_pictures(folder)
        splits["test"] = _annotated(folder, ANNOTATIONS["test"], found)
        for picture in _annotated(folder, ANNOTATIONS["train"], found):
            splits["validation" if picture.hash % 10 >= 8 else "train"].append(picture)
    else:
        message = "neither form of Visual Wake Words is here"
        raise network_error(message, hint=LAYOUT, file=str(folder))
    return splits


def _found_pictures(folder: Path) -> dict[str, Path]:
    """Every picture below the folder by its name, which is unique in COCO."""
    return {
        path.name: path for path in sorted(folder.rglob("*")) if path.suffix.lower() in _SUFFIXES
    }


def _annotated(folder: Path, pattern: str, found: Mapping[str, Path]) -> list[_Picture]:
    """The pictures that one file of annotations lists."""
    files = sorted((folder / "annotations").glob(pattern))
    if len(files) != 1:
        raise network_error(
            f"{len(files)} files annotations/{pattern}, not one", hint=LAYOUT, file=str(folder)
        )
    pictures = _positive(files[0])
    absent = [name for name in pictures if name not in found]
    if absent:
        raise network_error(
            f"{len(absent)} of {len(pictures)} pictures are not there, '{absent[0]}' is the first",
            hint=LAYOUT,
            file=str(files[0]),
        )
    return [_Picture(found[name], is_positive) for name, is_positive in pictures.items()]


def _positive(file: Path) -> dict[str, bool]:
    """Names of the listed pictures, and whether a person takes enough of each."""
    try:
        content = json.loads(file.read_bytes())
        people = {c["id"] for c in content["categories"] if c["name"] == "person"}
        if not people:
            raise ValueError("there is no category 'person'")
        images = {image["id"]: image for image in content["images"]}
        areas = {number: image["width"] * image["height"] for number, image in images.items()}
        positive = {
            box["image_id"]
            for box in content["annotations"]
            if box["category_id"] in people
            and box["bbox"][2] * box["bbox"][3] > SMALLEST_SHARE * areas[box["image_id"]]
        }
        return {str(image["file_name"]): number in positive for number, image in images.items()}
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        what = f"no {error}" if isinstance(error, KeyError) else str(error)
        raise network_error(
            f"not annotations of COCO that can be read: {what}",
            hint="images, annotations and categories as in instances_train2014.json",
            file=str(file),
        ) from error


def _pixels(path: Path, side: int) -> NDArray[np.float32]:
    """Red, green and blue (3, side, side) in [0, 1]."""
    try:
        with Image.open(io.BytesIO(path.read_bytes())) as image:
            scaled = image.convert("RGB").resize((side, side), Image.Resampling.BILINEAR)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise network_error(
            "a picture that cannot be read, or is cut off", hint="fetch it again", file=str(path)
        ) from error
    return (np.asarray(scaled).transpose(2, 0, 1) / np.float32(255)).astype(np.float32)
