"""Finished trainings of a sweep as files, so that one that was interrupted goes on.

``sweep.json`` says what was asked; a folder with an answer to another question is refused. Each
training has a folder of its own, whose ``measured.json`` is written last: if it is there, the
training is finished and everything else in the folder is whole.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from devicemodels.documents.errors import InputError
from devicemodels.documents.files import write_atomically
from devicemodels.documents.json_document import dump_document, read_document
from networks.sweep.candidates import Candidate
from networks.sweep.results import Measured, training_name
from networks.sweep.search import Measure
from scheduler.plan import Requirements

SWEEP_FILE = "sweep.json"
"""What was asked."""

TRAINED_FOLDER = "trained"
"""Holds a folder for each training."""

MEASURED_FILE = "measured.json"
"""What a training gave; there once it is finished."""


@dataclass(frozen=True, slots=True)
class Question:
    """All that the answers of a sweep depend on, but for the number of trainings."""

    network: str
    """Name of the network."""
    seed: int
    """Of every training."""
    epochs: int
    """Of a full training."""
    platform: str
    """Name of the platform."""
    platform_sha256: str
    """Hash of the platform."""
    requirements: Requirements
    """Period, deadline, floors, limits and prior."""
    candidates_sha256: str
    """Hash of all designs and prices."""
    recipe_sha256: str
    """Hash of how the network is trained."""
    data_sha256: str
    """Hash of training and validation data."""
    version: Literal["wakepath/sweep@1"] = "wakepath/sweep@1"
    """Version of the document."""


@dataclass(frozen=True, slots=True)
class _Finished:
    """A finished training as a document."""

    measured: Measured
    version: Literal["wakepath/sweep-training@1"] = "wakepath/sweep-training@1"


def open_folder(folder: Path, question: Question) -> None:
    """Make ``folder`` ready for a sweep, or for going on with the one that it holds.

    Raises ``InputError`` if it holds a sweep that asked something else, saying what.
    """
    asked = folder / SWEEP_FILE
    if not asked.exists():
        (folder / TRAINED_FOLDER).mkdir(parents=True, exist_ok=True)
        write_atomically(asked, dump_document(question))
        return
    before = read_document(Question, asked)
    if before != question:
        raise InputError.single(
            f"the folder holds a sweep with another {_difference(before, question)}",
            hint="name another folder with -o, or remove this one",
            file=str(asked),
        )


def remembered(measure: Measure, folder: Path) -> Measure:
    """As ``measure``, but what ``folder`` already holds is read instead of trained again."""

    def known(candidate: Candidate, epochs: int) -> Measured:
        file = training_folder(folder, candidate.name, epochs) / MEASURED_FILE
        if file.exists():
            return read_document(_Finished, file).measured
        measured = measure(candidate, epochs)
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(file, dump_document(_Finished(measured)))
        return measured

    return known


def training_folder(folder: Path, candidate: str, epochs: int) -> Path:
    """Where a training keeps its weights, its task graph and its design."""
    return folder / TRAINED_FOLDER / training_name(candidate, epochs)


def _difference(before: Question, now: Question) -> str:
    """The first thing that was asked otherwise, in words."""
    for name, words in _ASKED.items():
        old, new = getattr(before, name), getattr(now, name)
        if old != new:
            return f"{words}, {old} and not {new}" if isinstance(old, int | str) else words
    return "version"


_ASKED = {
    "network": "network",
    "seed": "seed",
    "epochs": "number of epochs",
    "platform": "platform",
    "platform_sha256": "state of its platform",
    "requirements": "period, deadline, floor, limit or class prior",
    "candidates_sha256": "set of candidates",
    "recipe_sha256": "recipe of the network",
    "data_sha256": "set of recordings",
}
"""What a question says, in the order in which a difference is told."""
