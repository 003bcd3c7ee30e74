"""Files of columns: damage of every kind is refused in words."""

from pathlib import Path

import numpy as np
import pytest

from devicemodels.documents.column_file import read_columns, text_column, write_columns
from devicemodels.documents.errors import InputError
from tests.damaged_columns import DAMAGED, damaged


@pytest.mark.parametrize("case", DAMAGED)
def test_a_directory_that_lies_is_refused_in_words(case: str, tmp_path: Path) -> None:
    path = tmp_path / "columns.npz"
    write_columns(path, {"header": text_column("{}"), "column": np.arange(9)})
    assert read_columns(path, what="table", written_by="nobody").text("header") == "{}"
    path.write_bytes(damaged(path.read_bytes(), case))
    with pytest.raises(InputError, match=r"not a table: it is not an \.npz file, or it is damaged"):
        read_columns(path, what="table", written_by="nobody")
