"""What plots have in common: kinds of picture, axes with short numbers, files written whole."""

from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from devicemodels.documents.errors import InputError
from devicemodels.documents.files import write_atomically

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PLOT_FORMATS = (".png", ".svg", ".pdf")
"""Endings of a plot's file name."""


def require_picture(path: Path) -> None:
    """Raise ``InputError`` if the name does not end like a picture, or its folder is not there."""
    if path.suffix not in PLOT_FORMATS:
        raise InputError.single(
            f"'{path.name}' is not a picture that can be written",
            hint=f"end it with {', '.join(PLOT_FORMATS)}",
        )
    if not path.parent.is_dir():
        raise InputError.single(
            f"'{path}' cannot be written: there is no folder '{path.parent}'",
            hint="make the folder, or name another",
        )


def write_picture(figure: "Figure", path: Path) -> None:
    """Draw a figure into a file, or raise ``InputError`` as :func:`require_picture`."""
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
