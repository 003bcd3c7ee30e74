"""Leakage of SRAM by its size, against the table and against chips that publish theirs."""

import csv
from itertools import pairwise
from pathlib import Path

import pytest

from devicemodels.sram import LEAKAGE_W, SIZES_BYTES, sram_leakage_w

TABLE = Path(__file__).parents[2].parent / "shared/data/cacti_sram.csv"


@pytest.mark.parametrize(("size", "watts"), list(zip(SIZES_BYTES, LEAKAGE_W, strict=True)))
def test_sizes_of_the_table_come_out(size: int, watts: float) -> None:
    assert sram_leakage_w(size) == pytest.approx(watts, rel=1e-12)


def test_more_memory_leaks_more_and_none_nothing() -> None:
    sizes = [0, 1, 1000, 8191, 8192, 8193, 60_000, 300_000, 1_048_576, 1_048_577, 8e6]
    leaks = [sram_leakage_w(size) for size in sizes]
    assert leaks[0] == 0.0
    assert all(less < more for less, more in pairwise(leaks))


def test_the_table_is_that_of_cacti() -> None:
    if not TABLE.exists():
        pytest.skip("the table of CACTI is not beside the repository")
    with TABLE.open() as file:
        rows = {
            int(row["size_B"]): float(row["leak_mW"]) * 1e-3
            for row in csv.DictReader(file)
            if (row["tech_um"], row["cell"]) == ("0.022", "itrs-lstp")
        }
    assert rows == pytest.approx(dict(zip(SIZES_BYTES, LEAKAGE_W, strict=True)), rel=2e-3)


def test_chips_that_keep_memory_draw_about_that() -> None:
    """STM32U385, Stop 2 with 256 KB: 4.5 uA at 3.3 V. nRF54LM20B keeps 480 KB more for 2.9 uA."""
    assert sram_leakage_w(256 * 1024) == pytest.approx(4.5e-6 * 3.3, rel=0.1)
    kept = sram_leakage_w(512 * 1024) - sram_leakage_w(32 * 1024)
    assert 1 / 4 < 2.9e-6 * 3.0 / kept < 1
