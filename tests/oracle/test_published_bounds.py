"""Published optima lie between our lower bounds and what the heuristics reach.

The instances lie beside the project in ``../shared/data/instances`` and are not part of it.
"""

from pathlib import Path

import pytest

from scheduler.graphs.bounds import makespan_bound
from scheduler.graphs.registry import HEURISTICS, schedule_graph
from scheduler.importers.registry import read_instance

INSTANCES = Path(__file__).parents[2].parent / "shared" / "data" / "instances"

OPTIMA = [
    ("mk01.txt", None, 40),
    ("mk03.txt", None, 204),
    ("mk04.txt", None, 60),
    ("mk08.txt", None, 523),
    ("vdata_la06.txt", None, 799),
    ("J501_1.txt", None, 31),
    ("J501_2.txt", None, 25),
    ("rand0000.stg", 2, 131),
    ("rand0000.stg", 4, 66),
    ("rand0000.stg", 8, 55),
    ("rand0002.stg", 2, 121),
    ("rand0002.stg", 4, 71),
    ("rand0002.stg", 8, 71),
]

CLOSED = {("mk03.txt", None), ("rand0000.stg", 2), ("rand0000.stg", 4), ("rand0000.stg", 8),
          ("rand0002.stg", 4), ("rand0002.stg", 8)}  # fmt: skip
"""Where HEFT meets the bound, and is so proved optimal without any solver."""


@pytest.mark.parametrize(("name", "cores", "optimum"), OPTIMA)
def test_optimum_between_bound_and_heuristics(name: str, cores: int | None, optimum: int) -> None:
    path = INSTANCES / name
    if not path.exists():
        pytest.skip(f"{path} is not there")
    problem = read_instance(path, options={} if cores is None else {"cores": cores})
    assert makespan_bound(problem) <= optimum
    reached = {algorithm: schedule_graph(problem, algorithm) for algorithm in HEURISTICS}
    assert min(schedule.makespan for schedule in reached.values()) >= optimum
    proved = reached["heft"].certificate.status == "optimal"
    assert proved == ((name, cores) in CLOSED)
