"""Standard Task Graphs: what is read, by hand, and what a malformed file is told."""

from pathlib import Path

import pytest

from devicemodels.documents.errors import InputError
from scheduler.graphs.problem_check import check_problem
from scheduler.importers.stg import read

FIXTURES = Path(__file__).parents[1] / "fixtures" / "instances"


def refused(tmp_path: Path, text: str, **options: int) -> InputError:
    path = tmp_path / "broken.stg"
    path.write_text(text)
    with pytest.raises(InputError) as refusal:
        read(path, **options)
    assert all(problem.file == str(path) for problem in refusal.value.problems)
    return refusal.value


def places(refusal: InputError) -> list[tuple[int | None, int | None]]:
    return [(problem.line, problem.column) for problem in refusal.problems]


def test_a_diamond_without_communication() -> None:
    problem = read(FIXTURES / "diamond.stg", cores=3)
    assert [task.name for task in problem.tasks] == ["0", "1", "2", "3", "4", "5"]
    assert [task.modes[0].ticks for task in problem.tasks] == [0, 7, 3, 5, 2, 0]
    assert [(edge.source, edge.target) for edge in problem.edges] == [
        *((0, 1), (1, 2), (1, 3), (2, 4), (3, 4), (4, 5))
    ]
    assert {edge.ticks for edge in problem.edges} == {()}
    assert problem.links == ()
    assert [resource.name for resource in problem.resources] == ["core0", "core1", "core2"]
    assert [mode.core for mode in problem.tasks[1].modes] == [0, 1, 2]
    assert problem.tasks[1].modes[2].holds == (0, 0, 1)
    assert problem.tick_s is None
    assert check_problem(problem) == ()


def test_the_empty_first_and_last_tasks_are_on_no_core() -> None:
    problem = read(FIXTURES / "diamond.stg", cores=2)
    for task in (problem.tasks[0], problem.tasks[-1]):
        assert [(mode.core, mode.holds) for mode in task.modes] == [(None, (0, 0))]


@pytest.mark.parametrize(
    ("name", "edges"),
    [
        ("costs_below.stg", {(0, 1): 3, (0, 2): 1, (1, 3): 5, (2, 3): 0}),
        ("costs_behind.stg", {(0, 1): 0, (0, 2): 0, (1, 2): 11, (2, 3): 0}),
    ],
)
def test_communication_times(name: str, edges: dict[tuple[int, int], int]) -> None:
    problem = read(FIXTURES / name, cores=2, sharing="fifo")
    assert {(edge.source, edge.target): edge.ticks for edge in problem.edges} == {
        pair: (ticks,) for pair, ticks in edges.items()
    }
    assert [link.sharing for link in problem.links] == ["fifo"]
    assert problem.link == ((None, 0), (0, None))
    assert check_problem(problem) == ()


def test_an_empty_task_that_sends_needs_a_core(tmp_path: Path) -> None:
    path = tmp_path / "sends.stg"
    path.write_text("2 2\n0 0 0\n1 4 1\n 0 5\n")
    assert [mode.core for mode in read(path).tasks[0].modes] == [0, 1]


def test_the_processors_of_the_file_count_unless_others_are_asked_for() -> None:
    assert len(read(FIXTURES / "costs_below.stg").resources) == 2
    assert len(read(FIXTURES / "costs_below.stg", cores=5).resources) == 5
    with pytest.raises(InputError, match=r"does not say on how many cores.*\n.*--cores 4"):
        read(FIXTURES / "diamond.stg")


@pytest.mark.parametrize("cores", [0, -1, 1001])
def test_absurd_numbers_of_cores(cores: int) -> None:
    with pytest.raises(InputError, match=f"{cores} cores are asked for.*from 1 to 1000"):
        read(FIXTURES / "diamond.stg", cores=cores)


def test_tasks_in_any_order_are_put_forward(tmp_path: Path) -> None:
    path = tmp_path / "backward.stg"
    path.write_text("3\n7 1 1 9\n8 2 1 7\n9 3 0\n")
    problem = read(path, cores=1)
    assert [task.name for task in problem.tasks] == ["9", "7", "8"]
    assert [(edge.source, edge.target) for edge in problem.edges] == [(0, 1), (1, 2)]


def test_all_problems_of_a_file_at_once(tmp_path: Path) -> None:
    refusal = refused(tmp_path, "3\n0 x 0\n1 -4 1 0\n2 5 2 0\n", cores=2)
    assert places(refusal) == [(2, 3), (3, 3), (4, 5)]
    assert [problem.message for problem in refusal.problems] == [
        "the processing time: 'x' is not a whole number",
        "the processing time is -4; it must be at least 0",
        "2 predecessors are announced, 1 follow",
    ]


def test_predecessors_that_are_none(tmp_path: Path) -> None:
    refusal = refused(tmp_path, "3\n0 1 0\n1 4 1 0 0\n2 5 3 9 1 y\n", cores=2)
    assert [(problem.line, problem.message) for problem in refusal.problems] == [
        (4, "predecessor 9 of task 2 is not in the file"),
        (4, "predecessor 1 of task 2 has no communication time"),
        (4, "a predecessor: 'y' is not a whole number"),
    ]


def test_a_task_given_twice_and_a_wrong_count(tmp_path: Path) -> None:
    refusal = refused(tmp_path, "9\n4 1 0\n4 2 0\n", cores=1)
    assert [(problem.line, problem.message) for problem in refusal.problems] == [
        (1, "9 tasks are announced, 2 follow; it must be as many, or 2 more with the empty first "
            "and last one"),
        (3, "task 4 is given twice; first in line 2"),
    ]  # fmt: skip


def test_a_cycle_is_named(tmp_path: Path) -> None:
    refusal = refused(tmp_path, "3\n0 1 1 2\n1 1 1 0\n2 1 1 1\n", cores=1)
    assert refusal.problems[0].message == "3 wait for each other: 1 -> 2 -> 0 -> ..."
    assert refused(tmp_path, "1\n5 1 1 5\n", cores=1).problems[0].line == 2


def test_numbers_beyond_all_sums(tmp_path: Path) -> None:
    refusal = refused(tmp_path, f"1\n0 {10**15} 0\n", cores=1)
    assert f"is {10**15}; it must be from 0 to {10**14}" in refusal.problems[0].message


def test_a_file_of_something_else_is_given_up(tmp_path: Path) -> None:
    refusal = refused(tmp_path, "word and word\n" * 1000, cores=1)
    assert len(refusal.problems) == 51
    assert "too many problems" in refusal.problems[-1].message


@pytest.mark.parametrize("text", ["", "\n \n", "# only a remark\n"])
def test_nothing_in_it(tmp_path: Path, text: str) -> None:
    assert "nothing" in str(refused(tmp_path, text)) or "empty" in str(refused(tmp_path, text))
