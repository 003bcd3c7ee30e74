"""Flexible job shops: what is read, by hand, and what a malformed file is told."""

from pathlib import Path

import pytest

from devicemodels.documents.errors import InputError
from scheduler.graphs.problem_check import check_problem
from scheduler.importers.fjs import read

FIXTURES = Path(__file__).parents[1] / "fixtures" / "instances"


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "shop.fjs"
    path.write_text(text)
    return path


def refused(tmp_path: Path, text: str) -> list[tuple[int | None, int | None, str]]:
    with pytest.raises(InputError) as refusal:
        read(written(tmp_path, text))
    return [(problem.line, problem.column, problem.message) for problem in refusal.value.problems]


def test_machines_numbered_from_zero() -> None:
    problem = read(FIXTURES / "from_zero.fjs")
    assert [resource.name for resource in problem.resources] == ["m0", "m1", "m2", "m3"]
    assert [task.name for task in problem.tasks] == ["1.1", "1.2", "2.1", "2.2", "2.3", "3.1"]
    modes = [[(mode.name, mode.ticks) for mode in task.modes] for task in problem.tasks]
    assert modes == [
        [("m0", 5), ("m3", 7)],
        [("m1", 4)],
        [("m2", 6)],
        [("m0", 8), ("m1", 9), ("m2", 3)],
        [("m3", 2)],
        [("m1", 10), ("m2", 11)],
    ]
    assert [(edge.source, edge.target) for edge in problem.edges] == [(0, 1), (2, 3), (3, 4)]
    assert problem.tasks[3].modes[1].core == 1
    assert problem.tasks[3].modes[1].holds == (0, 1, 0, 0)
    assert check_problem(problem) == ()


def test_machines_numbered_from_one_with_a_mean_in_the_first_line() -> None:
    problem = read(FIXTURES / "from_one.fjs")
    assert [resource.name for resource in problem.resources] == ["m1", "m2", "m3"]
    assert [[(m.name, m.core) for m in task.modes] for task in problem.tasks] == [
        [("m1", 0), ("m3", 2)],
        [("m2", 1)],
        [("m1", 0)],
        [("m2", 1), ("m3", 2)],
    ]


def test_numbers_that_do_not_tell_are_asked_for(tmp_path: Path) -> None:
    path = written(tmp_path, "1 3\n2 1 1 5 1 2 6\n")
    with pytest.raises(InputError, match=r"neither 0 nor 3 is used\n.*--machines-from 0"):
        read(path)
    assert [mode.core for task in read(path, machines_from=0).tasks for mode in task.modes] == [
        1,
        2,
    ]
    assert [mode.core for task in read(path, machines_from=1).tasks for mode in task.modes] == [
        0,
        1,
    ]
    with pytest.raises(InputError, match="machines_from is 2; it must be 0 or 1"):
        read(path, machines_from=2)


def test_numbers_that_are_neither(tmp_path: Path) -> None:
    assert refused(tmp_path, "1 3\n2 1 0 5 1 3 6\n") == [
        (2, 11, "the number of a machine is 3; it must be from 0 to 2")
    ]
    with pytest.raises(InputError, match="the number of a machine is 0; it must be at least 1"):
        read(FIXTURES / "from_zero.fjs", machines_from=1)


def test_all_problems_of_a_file_at_once(tmp_path: Path) -> None:
    text = "4 2\n2 1 0 5\n1 1 1 6 9\n1 2 0 3 0 4\n1 1 x 3\n"
    assert refused(tmp_path, text) == [
        (2, 8, "the line ends where the number of machines of an operation should stand"),
        (3, 9, "1 operations are announced, and the line goes on after them"),
        (4, 9, "machine 0 is given twice for one operation"),
        (5, 5, "the number of a machine: 'x' is not a whole number"),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1\n", "the first line has the number of jobs and of machines"),
        ("2 2\n1 1 0 5\n", "2 jobs are announced, 1 lines follow"),
        ("1 0\n1 1 0 5\n", "the number of machines is 0; it must be at least 1"),
        ("1 9999\n1 1 0 5\n", "the number of machines is 9999; it must be from 1 to 1000"),
        ("1 2 many\n1 1 0 5\n", "the mean number of machines is 'many', which is no number"),
        ("1 2\n0\n", "the number of operations of a job is 0; it must be at least 1"),
        ("1 2\n1 0\n", "the number of machines of an operation is 0; it must be at least 1"),
        ("1 2\n1 1 0 -3\n", "the processing time is -3; it must be at least 0"),
        ("1 2\n999999999999999999999 1 0 3\n", "is not a whole number"),
    ],
)
def test_what_cannot_be(tmp_path: Path, text: str, message: str) -> None:
    assert any(message in said for _, _, said in refused(tmp_path, text))
