"""Published instances, where they are at hand: what is in them, against the files' own words.

They lie beside the project in ``../shared/data/instances`` and are not part of it.
"""

from pathlib import Path

import pytest

from scheduler.graphs.problem import GraphProblem
from scheduler.graphs.problem_check import check_problem
from scheduler.graphs.registry import schedule_graph
from scheduler.importers.registry import guess_format, read_instance
from tests.graph_worlds import TOPCUOGLU_EDGES, TOPCUOGLU_TICKS

INSTANCES = Path(__file__).parents[2].parent / "shared" / "data" / "instances"

COUNTS = {
    "mk01.txt": ("fjs", 55, 45, 6, 115),
    "mk03.txt": ("fjs", 150, 135, 8, 451),
    "mk04.txt": ("fjs", 90, 75, 8, 172),
    "mk08.txt": ("fjs", 225, 205, 10, 322),
    "vdata_la06.txt": ("fjs", 75, 60, 5, 182),
    "J501_1.txt": ("mm", 52, 219, 2, 152),
    "J501_2.txt": ("mm", 52, 253, 2, 152),
    "rand0000.stg": ("stg", 52, 119, 4, 202),
    "rand0002.stg": ("stg", 52, 183, 4, 202),
    "InceptionV1_comm.csv": ("cost-table", 83, 109, 3, 249),
}
"""Format, tasks, edges, resources and modes; the empty first and last task of ``.stg`` have one."""


def published(name: str) -> GraphProblem:
    path = INSTANCES / name
    if not path.exists():
        pytest.skip(f"{path} is not there")
    options: dict[str, object] = {"cores": 4} if path.suffix == ".stg" else {}
    return read_instance(path, options=options)


@pytest.mark.parametrize("name", COUNTS)
def test_counts(name: str) -> None:
    problem = published(name)
    modes = sum(len(task.modes) for task in problem.tasks)
    found = len(problem.tasks), len(problem.edges), len(problem.resources), modes
    assert (guess_format(INSTANCES / name), *found) == COUNTS[name]
    assert check_problem(problem) == ()


def test_a_job_of_mk01() -> None:
    """Its first line is ``6 2 0 5 2 4 3 4 3 2 5 1 1 2 2 4 5 2 3 5 5 1 6 0 1 1 2 1 3 5 6 ...``."""
    tasks = published("mk01.txt").tasks[:6]
    assert [[(mode.name, mode.ticks) for mode in task.modes] for task in tasks] == [
        [("m0", 5), ("m2", 4)],
        [("m4", 3), ("m2", 5), ("m1", 1)],
        [("m2", 4), ("m5", 2)],
        [("m5", 5), ("m1", 6), ("m0", 1)],
        [("m2", 1)],
        [("m5", 6), ("m2", 6), ("m3", 3)],
    ]


def test_a_task_of_rand0000() -> None:
    """Its line 22 is ``20 8 5 10 12 14 16 19``."""
    problem = published("rand0000.stg")
    assert problem.tasks[20].name == "20"
    assert {mode.ticks for mode in problem.tasks[20].modes} == {8}
    assert [edge.source for edge in problem.edges if edge.target == 20] == [10, 12, 14, 16, 19]


def test_a_job_of_j501_1() -> None:
    """Job 4 lasts 1, 2 or 6; R1 and R2 have 30 and 27 units, N1 and N2 have 71 each."""
    problem = published("J501_1.txt")
    assert [resource.capacity for resource in problem.resources] == [30, 27]
    assert [budget.size for budget in problem.budgets] == [71, 71]
    modes = [(mode.ticks, mode.holds, mode.uses) for mode in problem.tasks[3].modes]
    assert modes == [(1, (0, 6), (4, 0)), (2, (5, 0), (3, 0)), (6, (0, 3), (3, 0))]
    heirs = [problem.tasks[edge.target].name for edge in problem.edges if edge.source == 3]
    assert sorted(map(int, heirs)) == [11, 24, 27, 28, 32, 35, 43, 44, 46, 48, 49, 50]


def test_an_operator_of_inception() -> None:
    """Operator 5 hands its output to 6, 7, 8 and 9, each in 236.7576... from big to small CPU."""
    problem = published("InceptionV1_comm.csv")
    stem = problem.tasks[4]
    assert [(mode.name, mode.ticks) for mode in stem.modes] == [
        ("CPU_B", 514_754),
        ("CPU_S", 1_662_970),
        ("GPU", 953_633),
    ]
    edges = [edge for edge in problem.edges if edge.source == 4]
    assert [problem.tasks[edge.target].name for edge in edges] == ["6", "7", "8", "9"]
    assert {edge.ticks for edge in edges} == {(236_758, 143_240)}
    assert problem.link == ((None, 0, None), (1, None, None), (None, None, None))


def test_the_example_of_heft_as_a_cost_table(tmp_path: Path) -> None:
    """Topcuoglu, Hariri and Wu (2002): HEFT takes 80, CPoP 86."""
    rows = ["task,P1,P2,P3"]
    rows += [
        f"n{number},{','.join(map(str, ticks))}" for number, ticks in enumerate(TOPCUOGLU_TICKS, 1)
    ]
    rows += ["source,target,cost", *(f"n{a},n{b},{cost}" for a, b, cost in TOPCUOGLU_EDGES)]
    path = tmp_path / "heft.csv"
    path.write_text("\n".join(rows))
    problem = read_instance(path)
    assert schedule_graph(problem, "heft").makespan == 80
    assert schedule_graph(problem, "cpop").makespan == 86
