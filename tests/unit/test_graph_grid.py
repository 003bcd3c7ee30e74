"""A schedule of a graph as text, as a document, and as it is refused."""

from dataclasses import replace

import pytest

from devicemodels.documents.errors import InputError
from scheduler.graphs.documents import (
    dump_graph,
    dump_schedule,
    load_graph,
    load_schedule,
    read_graph,
    read_schedule,
)
from scheduler.graphs.grid import draw_grid
from scheduler.graphs.registry import schedule_graph
from scheduler.graphs.validity import check_schedule
from tests.graph_worlds import on_cores, topcuoglu
from wakepath.testing import schedule_mutations

SOUND = """\
fork: 9 ticks; a column is 1 from tick 0 on
 p1 |aabbb....|
 p2 |.....cccc|
bus |..aaa....|
  a t1: p1, 0 to 2
  b t2: p1, 2 to 5
  c t3: p2, 5 to 9
  a>c bus, 2 to 5"""

BROKEN = """\
fork: 9 ticks; a column is 1 from tick 0 on
 p1 |a!bb.....|
 p2 |.....cccc|
bus |..aaa....|
! a t1: p1, 0 to 2
! b t2: p1, 1 to 4
  c t3: p2, 5 to 9
  a>c bus, 2 to 5
! precedence: task 't2' starts at 1, 't1' finishes at 2
! exclusivity: 'p1' runs 't1' until 2, and 't2' from 1"""


def test_a_sound_schedule_and_a_broken_one_as_grids() -> None:
    problem = on_cores("fork", ((2, 9), (3, 9), (9, 4)), [(0, 1, 3), (0, 2, 3)])
    schedule = schedule_graph(problem, "heft")
    assert draw_grid(schedule) == SOUND
    broken = schedule_mutations(schedule, ["overlap-on-core"])[0].schedule
    assert draw_grid(broken, check_schedule(broken)) == BROKEN


def test_a_long_schedule_fits_a_terminal() -> None:
    schedule = schedule_graph(topcuoglu(), "heft")
    assert max(map(len, draw_grid(schedule, width=50).splitlines())) <= 50
    assert "4455432" in draw_grid(schedule)  # so many transfers at once


def test_a_grid_shows_what_is_stated_even_if_it_makes_no_sense() -> None:
    schedule = schedule_graph(topcuoglu(), "heft")
    rows = schedule.tasks
    wild = replace(
        schedule,
        tasks=(replace(rows[0], mode="warp", start=-5), *rows[2:], rows[2]),
        transfers=(replace(schedule.transfers[0], link="tube"), *schedule.transfers[1:]),
    )
    assert "nowhere" in draw_grid(wild, check_schedule(wild))
    assert draw_grid(replace(schedule, tasks=(), transfers=()))


def test_documents_come_back_as_they_were(tmp_path) -> None:  # type: ignore[no-untyped-def]
    problem = topcuoglu()
    schedule = schedule_graph(problem, "heft")
    assert load_graph(dump_graph(problem), "here") == problem
    assert load_schedule(dump_schedule(schedule), "here") == schedule
    (tmp_path / "graph.json").write_text(dump_graph(problem))
    (tmp_path / "schedule.json").write_text(dump_schedule(schedule))
    assert read_graph(tmp_path / "graph.json") == problem
    assert read_schedule(tmp_path / "schedule.json") == schedule


def test_a_document_of_another_version_or_with_unknown_keys_is_refused() -> None:
    text = dump_graph(topcuoglu())
    with pytest.raises(InputError, match="graph@1"):
        load_graph(text.replace("wakepath/graph@1", "wakepath/graph@2"), "here")
    with pytest.raises(InputError, match="colour"):
        load_graph(text.replace('"rail_power_w"', '"colour"'), "here")
    with pytest.raises(InputError):
        load_schedule(text, "here")
