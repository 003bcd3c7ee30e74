"""Multi-mode projects: what is read, by hand, and what a malformed file is told."""

from pathlib import Path

import pytest

from devicemodels.documents.errors import InputError
from scheduler.graphs.problem_check import check_problem
from scheduler.importers.mm import read

FIXTURES = Path(__file__).parents[1] / "fixtures" / "instances"
PROJECT = (FIXTURES / "project.mm").read_text()


def refused(tmp_path: Path, old: str, new: str) -> list[str]:
    assert old in PROJECT
    path = tmp_path / "broken.mm"
    path.write_text(PROJECT.replace(old, new))
    with pytest.raises(InputError) as refusal:
        read(path)
    return [f"{p.line}:{p.column}: {p.message}" for p in refusal.value.problems]


def test_a_project_in_the_form_of_psplib() -> None:
    problem = read(FIXTURES / "project.mm")
    assert [(r.name, r.capacity) for r in problem.resources] == [("R1", 5), ("R2", 3)]
    assert [(b.name, b.size) for b in problem.budgets] == [("N1", 8)]
    modes = {
        task.name: [(m.name, m.ticks, m.holds, m.uses) for m in task.modes]
        for task in problem.tasks
    }
    assert modes == {
        "1": [("1", 0, (0, 0), (0,))],
        "2": [("1", 3, (4, 0), (6,)), ("2", 6, (2, 0), (1,))],
        "3": [("1", 2, (0, 3), (5,)), ("2", 4, (0, 2), (2,))],  # the third holds 9 of 3
        "4": [("1", 5, (3, 1), (0,))],
        "5": [("1", 0, (0, 0), (0,))],
    }
    assert {mode.core for task in problem.tasks for mode in task.modes} == {None}
    assert [(edge.source, edge.target) for edge in problem.edges] == [
        *((0, 1), (0, 2), (1, 3), (2, 4), (3, 4))
    ]
    assert check_problem(problem) == ()


def test_a_project_in_the_form_of_mmlib() -> None:
    problem = read(FIXTURES / "mmlib.txt")
    assert [(r.name, r.capacity) for r in problem.resources] == [("R1", 4)]
    assert [(b.name, b.size) for b in problem.budgets] == [("N1", 6), ("N2", 3)]
    assert [(m.ticks, m.holds, m.uses) for m in problem.tasks[1].modes] == [
        (4, (3,), (0, 2)),
        (7, (1,), (5, 0)),
    ]


def test_a_resource_that_there_is_nothing_of_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "short.mm"
    text = PROJECT.replace("    5    3    8", "    5    0    8").replace(
        "3    1    0", "3    0    0"
    )
    path.write_text(text)
    with pytest.raises(InputError, match="every mode of job 3 needs more"):
        read(path)
    path.write_text(text.replace("9       0    9    0", "9       0    0    0"))
    problem = read(path)
    assert [r.name for r in problem.resources] == ["R1"]
    assert [(m.name, m.holds) for m in problem.tasks[2].modes] == [("3", (0,))]
    assert check_problem(problem) == ()


def test_all_problems_of_a_file_at_once(tmp_path: Path) -> None:
    path = tmp_path / "broken.mm"
    text = PROJECT.replace(
        "   3        3          1           5", "   3        3          2           5"
    )
    text = text.replace(
        "   4        1          1           5", "   4        x          1           5"
    )
    path.write_text(text.replace("    5    3    8", "    5    3    y"))
    with pytest.raises(InputError) as refusal:
        read(path)
    assert [(p.line, p.column) for p in refusal.value.problems] == [(21, 24), (22, 13), (39, 15)]


JOB_5 = "   5        1          0"
MODE_2 = "         2     6       2    0    1"
LABELS = "  R 1  R 2  N 1\n    5"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("PRECEDENCE RELATIONS:", "RELATIONS:", "section 'PRECEDENCE RELATIONS' is missing"),
        ("RESOURCEAVAILABILITIES:", "REST:", "section 'RESOURCE AVAILABILITIES' is missing"),
        (LABELS, "  R 1  R 2  D 1\n    5", "38:3: resource D1 is neither renewable (R) nor"),
        (LABELS, "  R 1  R 1  N 1\n    5", "38:3: resource R1 is there twice"),
        ("    5    3    8", "    5    3", "39:5: 3 resources are named, 2 amounts are given"),
        ("1           4\n", "1           7\n", "20:36: successor 7 of job 2 is not a job"),
        ("2           2   3", "2           2   2", "19:40: successor 2 of job 1 is given twice"),
        (JOB_5, "   4        1          0", "23:4: job 4 is given twice; first in line 22"),
        (JOB_5, "   5        1          1           1", "wait for each other"),
        (MODE_2, MODE_2.replace("2  ", "1  ", 1), "30:10: job 2: mode 1 is given twice"),
        (MODE_2, "", "20:4: job 2 has 2 modes, 1 are given"),
        ("  4      1     5", "  9      1     5", "34:3: job 9 is not in section 'PRECEDENCE"),
        ("  4      1     5", "  4  1  1     5", "34:3: 7 numbers; a line has [job] mode duration"),
    ],
)
def test_what_cannot_be(tmp_path: Path, old: str, new: str, message: str) -> None:
    said = refused(tmp_path, old, new)
    assert any(message in line for line in said), said
