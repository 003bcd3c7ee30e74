"""Workflows of WfCommons: what is read, by hand, and what a malformed file is told."""

import json
from pathlib import Path
from typing import Any

import pytest

from devicemodels.documents.errors import InputError
from scheduler.graphs.problem import GraphProblem
from scheduler.graphs.problem_check import check_problem
from scheduler.importers.wfcommons import read

FIXTURES = Path(__file__).parents[1] / "fixtures" / "instances"
SINCE_1_5 = (FIXTURES / "workflow_1_5.json").read_text()


def refused(tmp_path: Path, text: str, **options: Any) -> list[str]:
    path = tmp_path / "broken.json"
    path.write_text(text)
    with pytest.raises(InputError) as refusal:
        read(path, cores=options.pop("cores", 2), **options)
    return [f"{p.line}:{p.column}: {p.message}" for p in refusal.value.problems]


def edges(problem: GraphProblem) -> dict[tuple[str, str], tuple[int, ...]]:
    names = [task.name for task in problem.tasks]
    return {(names[edge.source], names[edge.target]): edge.ticks for edge in problem.edges}


def test_run_times_become_microseconds() -> None:
    problem = read(FIXTURES / "workflow_1_5.json", cores=2)
    assert problem.tick_s == 1e-6
    assert {task.name: [mode.ticks for mode in task.modes] for task in problem.tasks} == {
        "split_1": [1_250_000, 1_250_000],
        "count_1": [6_500_000, 6_500_000],
        "count_2": [5_000_000, 5_000_000],
        "join_1": [2, 2],
    }
    assert check_problem(problem) == ()


def test_speeds_divide_run_times() -> None:
    problem = read(FIXTURES / "workflow_1_5.json", cores=(1.0, 0.5, 4.0))
    assert [mode.ticks for mode in problem.tasks[0].modes] == [1_250_000, 2_500_000, 312_500]


def test_files_between_tasks_become_transfers() -> None:
    path = FIXTURES / "workflow_1_5.json"
    problem = read(path, cores=2, bandwidth_bytes_per_s=2000.0, sharing="fair")
    assert edges(problem) == {
        ("split_1", "count_1"): (2_500_000,),
        ("split_1", "count_2"): (2_000_000,),
        ("count_1", "join_1"): (20_000,),
        ("count_2", "join_1"): (30_000,),
    }
    assert [link.sharing for link in problem.links] == ["fair"]
    assert check_problem(problem) == ()
    assert set(edges(read(path, cores=2)).values()) == {()}


def test_the_older_form_and_tasks_out_of_order() -> None:
    problem = read(FIXTURES / "workflow_1_3.json", cores=1, bandwidth_bytes_per_s=1e6)
    assert [task.name for task in problem.tasks] == ["make_ID1", "use_ID2"]
    assert edges(problem) == {("make_ID1", "use_ID2"): (3000,)}


def test_the_oldest_form_waits_for_whoever_writes_a_file() -> None:
    problem = read(FIXTURES / "workflow_jobs.json", cores=1, bandwidth_bytes_per_s=1e6)
    assert edges(problem) == {("first", "second"): (8,)}


def test_children_count_as_much_as_parents(tmp_path: Path) -> None:
    tree = json.loads(SINCE_1_5)
    for task in tree["workflow"]["specification"]["tasks"]:
        task["parents"] = []
    path = tmp_path / "children.json"
    path.write_text(json.dumps(tree))
    assert edges(read(path, cores=2)) == edges(read(FIXTURES / "workflow_1_5.json", cores=2))


def test_equal_names_are_told_apart_by_their_ids(tmp_path: Path) -> None:
    text = (FIXTURES / "workflow_1_3.json").read_text()
    path = tmp_path / "equal.json"
    for old, new in (('["make_ID1"]', '["ID1"]'), ("make_ID1", "step"), ("use_ID2", "step")):
        text = text.replace(old, new)
    path.write_text(text)
    assert set(edges(read(path, cores=1))) == {("step_ID1", "step_ID2")}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"parents": ["split_1"]', '"parents": ["splt_1"]', "there is no task 'splt_1'"),
        ('"parents": ["split_1"]', '"parents": ["count_1"]', "task 'count_1' waits for itself"),
        ('"parents": []', '"parents": ["join_1"]', "wait for each other"),
        ('"parents": []', '"parents": {}', "tasks.split.parents: a mapping is given"),
        ('"id": "split_1", "parents"', '"id": 7, "parents"', "7 is given, a text is needed"),
        ('"id": "join_1", "parents"', '"id": "count_1", "parents"', "'count_1' is given twice"),
        ('"id": "join_1", "run', '"run', "id: nothing is given, a text is needed"),
        ('{"id": "join_1", "run', '{"id": "other", "run', "task 'join_1' has no run time"),
        (": 6.5", ": -6.5", "runtimeInSeconds: -6.5 is given; it must be from 0 to 1e+08"),
        (": 6.5", ': "long"', "runtimeInSeconds: 'long' is given, a number is needed"),
        (": 6.5", ": true", "runtimeInSeconds: 'true' is given, a number is needed"),
        (": 6.5", ": 1" + "0" * 400, "it must be from 0 to 1e+08"),
        (": 6.5", ": NaN", "NaN is not a number that a document may hold"),
        (": 5000}", ": []}", "sizeInBytes: a list is given, a number is needed"),
        ('"night-report",', '"night-report", "name": "x",', "'name' is given twice"),
        ('"split_1", "parents"', '"split\\n1", "parents"', "has characters that cannot be shown"),
        ('"workflow": {', '"work": {', "there is no mapping 'workflow' in it"),
        ('"specification": {', '"spec": {', "workflow.jobs: nothing is given, a list is needed"),
        ("}", "", "not valid JSON"),
    ],
)
def test_what_cannot_be(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in SINCE_1_5
    said = refused(tmp_path, SINCE_1_5.replace(old, new, 1))
    assert any(message in line for line in said), said


def test_all_problems_of_a_file_at_once_with_their_places(tmp_path: Path) -> None:
    text = SINCE_1_5.replace('["split_1"]', '["x"]').replace('"join_1"]', '"y"]')
    where = "workflow.specification.tasks.count"
    assert refused(tmp_path, text) == [
        f"9:64: {where}.parents[0]: there is no task 'x'",
        f"9:83: {where}.children[0]: there is no task 'y'",
        f"11:64: {where}.parents[0]: there is no task 'x'",
        f"11:83: {where}.children[0]: there is no task 'y'",
    ]


@pytest.mark.parametrize("bandwidth", [0.0, -1.0, float("inf"), float("nan")])
def test_absurd_bandwidths(tmp_path: Path, bandwidth: float) -> None:
    said = refused(tmp_path, SINCE_1_5, bandwidth_bytes_per_s=bandwidth)
    assert "it must be positive" in said[0]


def test_transfers_that_take_for_ever(tmp_path: Path) -> None:
    said = refused(tmp_path, SINCE_1_5, bandwidth_bytes_per_s=1e-6)
    assert "5000 bytes from 'split_1' take 5e+09 s" in said[0]


@pytest.mark.parametrize("cores", [0, 1001, (), (1.0, 0.0), (float("nan"),), (1e-9,)])
def test_absurd_cores(tmp_path: Path, cores: Any) -> None:
    assert refused(tmp_path, SINCE_1_5, cores=cores)
