"""The checks on platforms against what Linux ships for real chips, where its tables are at hand.

They lie beside the project in ``../shared/data`` and are not part of it.
"""

import csv
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import pytest

from devicemodels.catalog import load_platform
from devicemodels.coherence.idle_states import idle_incoherences
from devicemodels.coherence.operating_points import point_incoherences
from devicemodels.platform import IdleState, OperatingPoint

DATA = Path(__file__).parents[2].parent / "shared" / "data"
CORE = load_platform("hi6220").cores[0]


def rows(name: str) -> list[dict[str, str]]:
    path = DATA / name
    if not path.exists():
        pytest.skip(f"{path} is not there")
    with path.open() as file:
        return list(csv.DictReader(file))


def test_no_table_of_operating_points_is_refused() -> None:
    tables: dict[tuple[str, str], list[OperatingPoint]] = defaultdict(list)
    for row in rows("linux_opp.csv"):
        if row["opp_microvolt"]:
            volts = float(row["opp_microvolt"].split()[0]) * 1e-6
            point = OperatingPoint(row["opp_hz"], float(row["opp_hz"]), volts, 0.0)
            tables[row["file"], row["table"]].append(point)
    assert len(tables) >= 10
    for points in tables.values():
        assert not list(
            point_incoherences(replace(CORE, operating_points=tuple(points)), (), "points")
        )


def test_of_the_idle_states_two_do_not_count_their_exit() -> None:
    refused = set()
    for row in rows("linux_idle_states.csv"):
        numbers = [row["entry_us"], row["exit_us"], row["min_residency_us"]]
        if all(numbers):
            entry_s, exit_s, residency_s = (float(number) * 1e-6 for number in numbers)
            state = IdleState(row["node"], 0.0, entry_s, exit_s, residency_s, 0.0, 0.0)
            if list(idle_incoherences(replace(CORE, idle_states=(state,)), (), "states")):
                refused.add(row["file"])
    assert refused == {"hisilicon/hi3660.dtsi", "mediatek/mt8173.dtsi"}
