"""What plots have in common: kinds of picture, axes with short numbers, files written whole."""

from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from devicemodels.documents.errors import InputError, Problem
from devicemodels.documents.files import folder_problems, write_atomically

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PLOT_FORMATS = (".png", ".svg", ".pdf")
"""Endings of a plot's file name."""


def require_picture(path: Path) -> None:
    """Raise ``InputError`` if the name does not end like a picture, or its folder is not there."""
    problems = list(folder_problems(path))
    if path.suffix not in PLOT_FORMATS:
        hint = f"end it with {', '.join(PLOT_FORMATS)}"
        problems.append(Problem(f"'{path.name}' is not a picture that can be written", hint=hint))
    if problems:
        raise InputError(problems)


def write_picture(figure: "Figure", path: Path) -> None:
    """Draw a figure into a file, or raise ``InputError`` if it is no picture's name or place."""
    require_picture(path)
    buffer = BytesIO()
    figure.savefig(buffer, format=path.suffix[1:], dpi=150, metadata=None)
    write_atomically(path, buffer.getvalue())


def scale_of(unit: str, values: Iterable[float]) -> tuple[float, str]:
    """What to divide by and how to call it, so that the axis has short numbers."""
    if not unit:
        return 0.01, "%"
    largest = max(values)
    for factor, prefix in ((1.0, ""), (1e-3, "m"), (1e-6, "u")):
        if largest >= factor:
            return factor, f"{prefix}{unit}"
    return 1e-9, f"n{unit}"
