"""Optima that are known: published ones, and small instances made so that theirs can be seen.

The published files lie beside the project and are not part of it. Of our own, `packed_*`: all
processors, machines or workers are busy from the start to the end, and no mode takes less work.
"""

from pathlib import Path

import pytest

from scheduler.graphs import cp_sat
from scheduler.graphs.problem import GraphProblem
from scheduler.importers.registry import read_instance
from tests.graph_solvers import solved
from tests.graph_worlds import topcuoglu

pytest.importorskip("ortools", reason="needs the extra 'cp-sat'")

PUBLISHED = Path(__file__).parents[2].parent / "shared" / "data" / "instances"
OWN = Path(__file__).parents[1] / "fixtures" / "graphs"

OPTIMA = (
    ("mk01.txt", None, 40),
    ("mk03.txt", None, 204),
    ("mk04.txt", None, 60),
    ("J501_1.txt", None, 31),
    ("J501_2.txt", None, 25),
    ("rand0000.stg", 2, 131),
    ("rand0000.stg", 4, 66),
    ("rand0000.stg", 8, 55),
    ("rand0002.stg", 2, 121),
    ("rand0002.stg", 4, 71),
    ("rand0002.stg", 8, 71),
)
"""File, cores where the file leaves that open, and ticks."""

SLOWER = (("mk08.txt", 523), ("vdata_la06.txt", 799))
"""Closed in tens of seconds."""

PACKED = (("packed_40.fjs", None, 40), ("packed_30.stg", 3, 30), ("packed_24_mmlib.txt", None, 24))


def read(path: Path, cores: int | None = None) -> GraphProblem:
    if not path.exists():
        pytest.skip(f"{path} is not there")
    return read_instance(path, options={} if cores is None else {"cores": cores})


def assert_optimal(problem: GraphProblem, ticks: int) -> None:
    schedule = solved(cp_sat.solve, problem)
    assert schedule is not None
    assert (schedule.makespan, schedule.certificate.status) == (ticks, "optimal")
    assert schedule.certificate.lower_bound == ticks


def test_the_example_of_the_heft_paper() -> None:
    assert_optimal(topcuoglu(), 73)


@pytest.mark.parametrize(("name", "cores", "ticks"), PACKED)
def test_nobody_ever_idles(name: str, cores: int | None, ticks: int) -> None:
    assert_optimal(read(OWN / name, cores), ticks)


@pytest.mark.parametrize(("name", "cores", "ticks"), OPTIMA)
def test_published(name: str, cores: int | None, ticks: int) -> None:
    assert_optimal(read(PUBLISHED / name, cores), ticks)


@pytest.mark.heavy
@pytest.mark.parametrize(("name", "ticks"), SLOWER)
def test_published_and_slower(name: str, ticks: int) -> None:
    assert_optimal(read(PUBLISHED / name), ticks)
