"""Whatever a file of rows says, it is read or refused with places that exist."""

import re

from hypothesis import example, given, settings
from hypothesis import strategies as st

from devicemodels.calibration.rows import COLUMNS, RowsFile, read_rows

HEADER = "network,latency,energy,frequency,voltage"
GOOD = "kws,30 ms,800 uJ,160 MHz,1.2 V"

examples = settings(max_examples=300, deadline=None, derandomize=True, database=None)

cells = st.one_of(
    st.sampled_from(GOOD.split(",")),
    st.text("0123456789.eE+- munkMHzVJWs\"'%,", max_size=12),
    st.text(max_size=8),
)


def sound(text: str, read: RowsFile) -> None:
    assert read.problems or read.rows
    lines = text.splitlines() or [""]
    for problem in read.problems:
        assert problem.message
        if problem.line is not None and problem.column is not None:
            assert 1 <= problem.line <= len(lines) + 1
            assert problem.column >= 1
    for row in read.rows:
        assert row.latency_s > 0
        assert row.frequency_hz > 0
        assert 0.3 <= row.voltage_v <= 5.0
        assert row.energy_j is None or row.energy_j > 0


@examples
@given(st.lists(st.lists(cells, min_size=1, max_size=7), max_size=5))
@example([['"kws"', "30 ms", "", "160 MHz", "1.2 V"]])
@example([["kws", "1e-400 s", "", "160 MHz", "1.2 V"]])
@example([GOOD.split(","), [""], ["# the same again"], GOOD.split(",")])
def test_rows_of_any_cells(rows: list[list[str]]) -> None:
    text = "\n".join([HEADER, *(",".join(row) for row in rows)])
    read = read_rows(text, "rows.csv")
    sound(text, read)
    if not read.problems:
        written = [line.strip() for line in re.split("\r\n|\r|\n", text)[1:]]
        assert len(read.rows) == sum(line != "" and line[0] != "#" for line in written)


@examples
@given(st.text(max_size=200))
def test_any_text(text: str) -> None:
    sound(text, read_rows(text, "rows.csv"))


@examples
@given(st.permutations(COLUMNS))
def test_columns_in_any_order(columns: list[str]) -> None:
    by_name = dict(zip(HEADER.split(","), GOOD.split(","), strict=True))
    text = "\n".join([",".join(columns), ",".join(by_name[name] for name in columns)])
    read = read_rows(text, "rows.csv")
    assert not read.problems
    (row,) = read.rows
    assert (row.network, row.latency_s, row.voltage_v) == ("kws", 0.03, 1.2)


@examples
@given(st.integers(0, len(GOOD) - 1), st.characters(codec="utf-8"))
def test_one_character_of_a_good_row_changed(at: int, other: str) -> None:
    text = f"{HEADER}\n{GOOD[:at]}{other}{GOOD[at + 1 :]}"
    sound(text, read_rows(text, "rows.csv"))
