"""Cost tables, plain and measured: what is read, by hand, and what a malformed file is told."""

from pathlib import Path
from typing import Any

import pytest

from devicemodels.documents.errors import InputError
from scheduler.graphs.problem_check import check_problem
from scheduler.importers.cost_table import read

FIXTURES = Path(__file__).parents[1] / "fixtures" / "instances"
TABLE = (FIXTURES / "table.csv").read_text()
MEASURED = (FIXTURES / "measured.csv").read_text()


def refused(tmp_path: Path, text: str, **options: Any) -> list[str]:
    path = tmp_path / "broken.csv"
    path.write_text(text)
    with pytest.raises(InputError) as refusal:
        read(path, **options)
    return [f"{p.line}:{p.column}: {p.message}" for p in refusal.value.problems]


def test_two_tables_in_one_file() -> None:
    problem = read(FIXTURES / "table.csv")
    assert [resource.name for resource in problem.resources] == ["dsp", "cpu", "npu"]
    modes = {task.name: {m.name: m.ticks for m in task.modes} for task in problem.tasks}
    assert modes == {
        "read": {"dsp": 2, "cpu": 3, "npu": 4},
        "filter": {"dsp": 5, "npu": 3},
        "score": {"dsp": 6, "cpu": 4},
        "answer": {"dsp": 1, "cpu": 1, "npu": 2},
    }
    assert {(edge.source, edge.target): edge.ticks for edge in problem.edges} == {
        (0, 1): (2,),
        (0, 2): (1,),
        (1, 3): (3,),
        (2, 3): (0,),
    }
    assert problem.tasks[1].modes[1].core == 2
    assert problem.link == ((None, 0, 0), (0, None, 0), (0, 0, None))
    assert check_problem(problem) == ()


def test_two_tables_in_two_files_with_decimals() -> None:
    problem = read(FIXTURES / "times.csv", edges=FIXTURES / "edges.csv")
    assert [[m.ticks for m in task.modes] for task in problem.tasks] == [[1500, 4000], [2250, 3000]]
    assert [task.name for task in problem.tasks] == ["load", "mix, twice"]
    assert [edge.ticks for edge in problem.edges] == [(125,)]
    finer = read(FIXTURES / "times.csv", edges=FIXTURES / "edges.csv", ticks_per_unit=8)
    assert finer.edges[0].ticks == (1,)


def test_tables_without_costs_or_without_edges(tmp_path: Path) -> None:
    path = tmp_path / "bare.csv"
    path.write_text("task,a\nx,1\ny,2\nsource,target\nx,y\n")
    problem = read(path)
    assert [edge.ticks for edge in problem.edges] == [()]
    assert problem.links == ()
    path.write_text("task,a\nx,1\ny,2\n")
    assert read(path).edges == ()


def test_a_measured_table() -> None:
    problem = read(FIXTURES / "measured.csv", sharing="fifo")
    assert [resource.name for resource in problem.resources] == ["BIG", "SMALL", "GPU"]
    modes = {task.name: {m.name: m.ticks for m in task.modes} for task in problem.tasks}
    assert modes == {
        "stem": {"BIG": 10_500, "SMALL": 31_250, "GPU": 8_000},
        "left": {"BIG": 2_000, "SMALL": 6_000},
        "right": {"BIG": 4_000, "SMALL": 9_000, "GPU": 3_125},
        "join": {"BIG": 1_000, "SMALL": 2_000, "GPU": 1_000},
    }
    assert [(link.name, link.sharing) for link in problem.links] == [
        ("BIG->SMALL", "fifo"),
        ("SMALL->BIG", "fifo"),
    ]
    assert {(edge.source, edge.target): edge.ticks for edge in problem.edges} == {
        (0, 1): (1500, 1250),
        (0, 2): (500, 250),
        (1, 3): (750, 500),
        (2, 3): (2000, 1000),
    }
    assert problem.link == ((None, 0, None), (1, None, None), (None, None, None))
    assert check_problem(problem) == ()


def test_pairs_that_were_not_measured_may_be_taken_as_free() -> None:
    problem = read(FIXTURES / "measured.csv", unlisted="free")
    assert [link.name for link in problem.links] == ["BIG->SMALL", "SMALL->BIG", "free"]
    assert problem.link == ((None, 0, 2), (1, None, 2), (2, 2, None))
    assert problem.edges[0].ticks == (1500, 1250, 0)
    assert check_problem(problem) == ()


def test_a_measured_table_without_pairs_says_nothing_of_communication(tmp_path: Path) -> None:
    path = tmp_path / "compute.csv"
    path.write_text(
        ",op_id,op_type,suc,read,write,npu,dsp\n0,a,Conv,['b'],9,9,3,-1\n1,b,Add,[],1,1,2,2\n"
    )
    problem = read(path)
    assert [resource.name for resource in problem.resources] == ["npu", "dsp"]
    assert [mode.ticks for task in problem.tasks for mode in task.modes] == [3, 2, 2]
    assert (problem.links, problem.edges[0].ticks) == ((), ())


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("task,dsp", "work,dsp", "2:1: a cost table starts with 'task' and the processors"),
        ("task,dsp,cpu,npu", "task,dsp,dsp,npu", "2:10: 'dsp' is no name for another processor"),
        ("read,2,3,4", "read,2,3", "3:1: 3 cells, 4 are needed"),
        ("read,2,3,4", "read,2,3,x", "3:10: a time: 'x' is not a number"),
        ("read,2,3,4", "read,2,-3,4", "3:8: a time is -3; it must be at least 0"),
        ("read,2,3,4", "read,-,,-", "3:1: no processor can run task 'read'"),
        ("read,2,3,4", "read,2,3,1e30", "a time is 1e+30; it must be at most 1e+14"),
        ("score,6", "filter,6", "5:1: 'filter' is no name for another task; first in line 4"),
        ("score,6", 'sco"re,6', "5:1: a quote that is not closed, or out of place"),
        ("score,6", '"score,6', "5:1: a quote that is not closed, or out of place"),
        ("read,filter,2", "read,fitler,2", "9:6: there is no task 'fitler'"),
        ("read,filter,2", "read,filter,-2", "9:13: a cost is -2; it must be at least 0"),
        ("read,filter,2", "read,filter", "9:1: 2 cells, 3 are needed"),
        ("read,score,1", "read,filter,1", "10:1: this edge is given twice; first in line 9"),
        ("read,score,1", "score,score,1", "5:1: 1 wait for each other: score -> ..."),
        ("read,score,1", "answer,read,1", "wait for each other: "),
        ("source,target,cost", "source,target,price", "8:1: the table of edges starts with"),
    ],
)
def test_what_cannot_be(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in TABLE
    said = refused(tmp_path, TABLE.replace(old, new))
    assert any(message in line for line in said), said


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("GPU,", "BIG,", "column 'BIG' is there twice"),
        ("'BIG', 'SMALL'", "'BIG', 'TINY'", "1:46: processor 'TINY' of this pair has no column"),
        ("['join'],2", "['joint'],2", "3:15: there is no operator 'joint'"),
        ("['join'],2", "join,2", "3:15: a list of successors is needed, like [1, 2]"),
        ("[0.75]", '"[0.75, 1]"', "3:32: 2 times from BIG to SMALL, 1 successors"),
        ("[0.75]", "[-0.75]", "3:31: a transfer's time is below 0"),
        ("[0.75]", "[x]", "3:31: a transfer's time: 'x' is not a number"),
        ("['left', 'right']", "['left', 'left']", "2:16: successor 'left' is given twice"),
        ("3,3,join", "3,3,right", "5:1: 'right' is no name for another operator"),
        ("2,6,-1", "-1,-1,-1", "3:1: no processor can run this operator"),
        ("2,6,-1", "2,6", "3:1: 10 cells, 11 are needed"),
        ("1,2,1,[]", "1,2,1,[],[]", "5:1: 12 cells, 11 are needed"),
        ("['join'],2", "['stem'],2", "3:1: 2 wait for each other: left -> stem -> ..."),
        ("BIG,SMALL,GPU,", "[BIG],[SMALL],[GPU],", "0 columns of processors"),
    ],
)
def test_what_cannot_be_measured(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in MEASURED
    said = refused(tmp_path, MEASURED.replace(old, new))
    assert any(message in line for line in said), said


def test_edges_in_a_second_file_that_are_too_much() -> None:
    with pytest.raises(InputError, match="in this file already"):
        read(FIXTURES / "table.csv", edges=FIXTURES / "edges.csv")
    with pytest.raises(InputError, match="has its edges itself"):
        read(FIXTURES / "measured.csv", edges=FIXTURES / "edges.csv")


def test_problems_of_a_second_file_name_it(tmp_path: Path) -> None:
    path = tmp_path / "edges.csv"
    path.write_text("source,target,cost\nload,nobody,1\n")
    with pytest.raises(InputError) as refusal:
        read(FIXTURES / "times.csv", edges=path)
    assert [(p.file, p.line, p.column) for p in refusal.value.problems] == [(str(path), 2, 6)]


@pytest.mark.parametrize("ticks_per_unit", [0, -3, 10**10])
def test_absurd_ticks(ticks_per_unit: int) -> None:
    with pytest.raises(InputError, match="ticks a unit; it must be from 1 to 1000000000"):
        read(FIXTURES / "table.csv", ticks_per_unit=ticks_per_unit)


def test_more_ticks_than_can_be_counted(tmp_path: Path) -> None:
    said = refused(tmp_path, "task,a\nx,1e13\n", ticks_per_unit=1000)
    assert "1e+13 units are too long at 1000 ticks a unit" in said[0]
