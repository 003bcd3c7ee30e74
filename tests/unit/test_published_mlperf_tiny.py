"""The published rows are those that were published, and bad cells are named."""

import csv
from pathlib import Path

import pytest

from devicemodels.documents.errors import InputError
from devicemodels.published.mlperf_tiny import (
    COLUMNS,
    FILE,
    mlperf_tiny_rows,
    parse_mlperf_tiny,
)

ORIGINAL = Path(__file__).parents[3] / "shared/data/mlperf_tiny_closed.csv"
HEADER = ",".join(COLUMNS)
GOOD = "v1.2,ST,B,B,C,cortex-m4,microcontroller-dsp,,int8,kws,120 MHz,,43 ms,1820 uJ,"


def test_rows_worth_knowing() -> None:
    """From the results as MLCommons publishes them."""
    rows = {
        (row.round, row.chip, row.network, row.frequency_hz): row
        for row in mlperf_tiny_rows()
        if row.submitter in ("STMicroelectronics", "greenwaves-technologies")
    }
    l4r5 = rows["v1.2", "STM32L4R5", "kws", 120e6]
    assert (l4r5.latency_s, l4r5.energy_j) == (43.1872e-3, pytest.approx(1820.454e-6))
    gap9 = rows["v1.0", "GAP9", "ic", 370e6]
    assert (gap9.voltage_v, gap9.latency_s) == (0.8, pytest.approx(616.2e-6, rel=1e-4))


def test_every_row_is_there() -> None:
    if not ORIGINAL.is_file():
        pytest.skip(f"the benchmark's table is not at hand: {ORIGINAL.name}")
    with ORIGINAL.open(newline="") as file:
        original = list(csv.DictReader(file))
    assert len(original) == len(mlperf_tiny_rows())
    for published, row in zip(original, mlperf_tiny_rows(), strict=True):
        assert row.latency_s == pytest.approx(float(published["latency_ms"]) * 1e-3)
        energy = published["energy_uJ"]
        assert (row.energy_j is None) == (energy == "")
        if row.energy_j is not None:
            assert row.energy_j == pytest.approx(float(energy) * 1e-6)
        same = (row.round, row.submitter, row.board, row.network)
        assert same == tuple(
            published[name] for name in ("round", "submitter", "board", "benchmark")
        )


def test_one_processor_one_class_and_one_chip_one_processor() -> None:
    for mine, of in (("core_class", "processor"), ("processor", "chip")):
        pairs = {(getattr(row, of), getattr(row, mine)) for row in mlperf_tiny_rows()}
        assert len(pairs) == len({of for of, _ in pairs})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the file has no rows"),
        (HEADER, "a header and no rows"),
        (HEADER.replace("latency,", "latncy,", 1), "there is no column 'latncy'"),
        (f"{HEADER}\n{GOOD.replace('43 ms', '43 uJ')}", "2:64: latency: '43 uJ' is an energy"),
        (f"{HEADER}\n{GOOD.replace('43 ms', '')}", "2:64: latency: a row needs one"),
        (f"{HEADER}\n{GOOD.replace('120 MHz', '120')}", "'120' has no unit"),
        (f"{HEADER}\n{GOOD},1", "the row has 16 cells, the header 15"),
    ],
)
def test_bad_rows_are_named(text: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_mlperf_tiny(text, "rows.csv")
    assert said in str(caught.value)


def test_a_quoted_cell_may_hold_a_comma() -> None:
    quoted = GOOD.replace("ST,", '"ST, ""Micro""",')
    (row,) = parse_mlperf_tiny(f"{HEADER}\n{quoted}", "rows.csv")
    assert row.submitter == 'ST, "Micro"'


def test_the_file_is_ascii_and_short() -> None:
    assert FILE.read_bytes().isascii()
