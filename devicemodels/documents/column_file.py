"""Columns as a file: an .npz, wholly written or not at all, and read or refused in words.

Columns are numpy arrays by name; texts, such as a JSON header, are columns of their UTF-8 bytes.
"""

import io
import lzma
import tokenize
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from devicemodels.documents.errors import InputError
from devicemodels.documents.files import write_atomically

Columns = Mapping[str, NDArray[Any]]

UNREADABLE = (
    ValueError,
    EOFError,
    OSError,  # bytes that bzip2 did not write
    KeyError,
    RuntimeError,  # an encrypted member; its subclass says that a compression is unknown
    MemoryError,  # a damaged shape
    OverflowError,
    TypeError,
    SyntaxError,  # a damaged header of an array, which numpy reads as Python
    tokenize.TokenError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
)
"""What numpy and zipfile raise for bytes that are not what they should be."""


@dataclass(frozen=True, slots=True)
class ColumnFile:
    """What was read from a file."""

    columns: Columns
    """By name."""
    file: str
    """Its name, for messages."""
    what: str
    """What the file should be, for messages: ``trace``."""

    def text(self, name: str) -> str:
        """The text in a column; ``InputError`` if it is not there, or none."""
        column = self.columns.get(name)
        if column is None or column.dtype != np.uint8 or column.ndim != 1:
            raise InputError.single(f"not a {self.what}: it has no '{name}'", file=self.file)
        try:
            return column.tobytes().decode()
        except UnicodeDecodeError:
            raise InputError.single(
                f"the {self.what}'s '{name}' is not UTF-8 text", file=self.file
            ) from None

    def column(self, name: str, kind: type, dimensions: int = 1) -> NDArray[Any]:
        """A column of that type; ``InputError`` if it is not there, or another."""
        column = self.columns.get(name)
        if column is None or column.ndim != dimensions or column.dtype != np.dtype(kind):
            raise InputError.single(
                f"the {self.what} needs a column '{name}' of {np.dtype(kind).name}", file=self.file
            )
        return column


def text_column(text: str) -> NDArray[np.uint8]:
    """A text as a column."""
    return np.frombuffer(text.encode(), dtype=np.uint8)


def write_columns(path: Path, columns: Columns) -> None:
    """Write the file, wholly or not at all; raises ``OSError`` if it cannot."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **columns)
    write_atomically(path, buffer.getvalue())


def read_columns(path: Path, *, what: str, written_by: str) -> ColumnFile:
    """The columns of a file; ``InputError`` says what cannot be read, and what would write one."""
    file = str(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError.single(f"cannot be read: {error.strerror}", file=file) from None
    try:
        if not content.startswith(b"PK"):
            raise ValueError("not a zip file")
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            columns = {name: np.asarray(archive[name]) for name in archive.files}
    except UNREADABLE:
        raise InputError.single(
            f"not a {what}: it is not an .npz file, or it is damaged",
            hint=f"a {what} is what {written_by} writes",
            file=file,
        ) from None
    return ColumnFile(columns, file, what)
