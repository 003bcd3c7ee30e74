"""Files, hashes and canonical JSON: read and written whole, one text a value."""

import hashlib
import json
import math
import os
import tempfile
from collections.abc import Mapping
from dataclasses import Field, fields, is_dataclass
from pathlib import Path

from devicemodels.documents.errors import InputError

LARGEST_TEXT_BYTES = 256 * 1024 * 1024
"""No document of ours comes near; whatever is larger is not one."""
EXACT_INTEGERS = 2**53
"""Up to here every integer is a float."""


WRITTEN_IF_PRESENT = {"written_if_present": True}
"""Metadata of a field that documents leave out where it is None, so that old hashes hold."""


def read_text(path: Path, *, shown_as: str | None = None) -> str:
    """The text of a UTF-8 file; every way in which that fails is an ``InputError``."""
    file = shown_as or str(path)
    data = read_bytes(path, shown_as=file)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = (
            f"not UTF-8 text: byte 0x{data[error.start]:02x} in line {line}, "
            f"at offset {error.start} of the file"
        )
        raise InputError.single(message, hint="save it as UTF-8", file=file) from None


def read_bytes(path: Path, *, shown_as: str | None = None) -> bytes:
    """The bytes of a file; every way in which that fails is an ``InputError``."""
    file = shown_as or str(path)
    try:
        if path.is_dir():
            raise InputError.single("this is a folder; a file is needed", file=file)
        if not path.is_file():
            hint = f"look at the spelling; the folder '{path.parent}' exists"
            if not path.parent.is_dir():
                hint = f"the folder '{path.parent}' does not exist either"
            raise InputError.single("there is no such file", hint=hint, file=file)
        size = path.stat().st_size
        if size > LARGEST_TEXT_BYTES:
            limit = f"the limit is {LARGEST_TEXT_BYTES} bytes"
            raise InputError.single(f"the file has {size} bytes; {limit}", file=file)
        return path.read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise InputError.single(f"cannot be read: {reason}", file=file) from None


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write ``content`` to ``path``: afterwards the file is wholly new, or wholly what it was.

    Raises ``OSError`` if the folder cannot be written to; nothing is left behind then.
    """
    data = content.encode() if isinstance(content, str) else content
    path = Path(os.path.realpath(path))  # so that a link stays a link
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(_permissions(path))
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def sha256_of(path: Path) -> str:
    """Hash of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def plain(value: object) -> object:
    """A tree of frozen dataclasses as dicts, lists and scalars, in the order of the fields.

    Raises ``TypeError`` for what no document can hold, and ``ValueError`` for NaN and infinity.
    """
    if is_dataclass(value) and not isinstance(value, type):
        parts = {
            field.name: getattr(value, field.name)
            for field in fields(value)
            if not field.metadata or not _absent(value, field)
        }
        return {name: plain(part) for name, part in parts.items()}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{value} cannot be written to a document")
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    raise TypeError(f"a {type(value).__name__} cannot be written to a document")


def canonical_json(value: object) -> str:
    """The one text of a value: keys sorted, no spaces, 1.0 and 1 alike (after RFC 8785)."""
    return json.dumps(
        _one_number(plain(value)), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )


def document_hash(value: object) -> str:
    """SHA-256 of the canonical JSON, in hexadecimal."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()


def _absent(value: object, field: Field[object]) -> bool:
    return "written_if_present" in field.metadata and getattr(value, field.name) is None


def _one_number(tree: object) -> object:
    if isinstance(tree, dict):
        return {key: _one_number(item) for key, item in tree.items()}
    if isinstance(tree, list):
        return [_one_number(item) for item in tree]
    if isinstance(tree, float) and tree.is_integer() and abs(tree) < EXACT_INTEGERS:
        return int(tree)
    return tree


def _permissions(path: Path) -> int:
    """Those of the file that is replaced, else what the process gives to a new file."""
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
