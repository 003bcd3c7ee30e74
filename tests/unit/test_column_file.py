"""Columns in a file: every damage is said in words."""

from pathlib import Path

import numpy as np
import pytest

from devicemodels.documents.column_file import read_columns, write_columns
from devicemodels.documents.errors import InputError

COMPRESSIONS = {"none": 0, "bzip2": 12, "lzma": 14, "unknown": 9}
"""By their number in a zip file; what numpy writes has 8."""


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_another_compression_than_that_of_the_data_is_damage(
    tmp_path: Path, compression: str
) -> None:
    file = tmp_path / "columns.npz"
    write_columns(file, {"scores": np.arange(500.0)})
    content = bytearray(file.read_bytes())
    local, central = content.index(b"PK\x03\x04"), content.index(b"PK\x01\x02")
    assert content[local + 8] == content[central + 10] == 8
    content[local + 8] = content[central + 10] = COMPRESSIONS[compression]
    file.write_bytes(bytes(content))
    with pytest.raises(InputError, match="not a recording: it is not an"):
        read_columns(file, what="recording", written_by="`wakepath simulate --record`")
