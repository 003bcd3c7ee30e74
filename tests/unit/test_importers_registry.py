"""Formats by name, suffix and content, and the options that they take."""

from pathlib import Path

import pytest

from devicemodels.documents.errors import InputError
from scheduler.graphs.documents import dump_graph
from scheduler.importers.registry import FORMATS, guess_format, read_instance

FIXTURES = Path(__file__).parents[1] / "fixtures" / "instances"
ROOT = Path(__file__).parents[2]

FORMAT_OF = {
    "diamond.stg": "stg",
    "costs_below.stg": "stg",
    "costs_behind.stg": "stg",
    "from_zero.fjs": "fjs",
    "from_one.fjs": "fjs",
    "project.mm": "mm",
    "mmlib.txt": "mm",
    "table.csv": "cost-table",
    "times.csv": "cost-table",
    "measured.csv": "cost-table",
    "workflow_1_5.json": "wfcommons",
    "workflow_1_3.json": "wfcommons",
    "workflow_jobs.json": "wfcommons",
}


@pytest.mark.parametrize("name", FORMAT_OF)
def test_the_suffix_or_the_content_tells_the_format(name: str, tmp_path: Path) -> None:
    assert guess_format(FIXTURES / name) == FORMAT_OF[name]
    nameless = tmp_path / "instance"
    nameless.write_bytes((FIXTURES / name).read_bytes())
    assert guess_format(nameless) == FORMAT_OF[name]


def test_every_fixture_of_instances_is_known_here() -> None:
    assert {path.name for path in FIXTURES.iterdir()} == {*FORMAT_OF, "edges.csv"}


def test_an_unknown_format_lists_the_known_ones(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear reader,\n")
    with pytest.raises(InputError, match="its format is not recognised") as refusal:
        read_instance(path)
    assert all(name in str(refusal.value) for name in FORMATS)
    with pytest.raises(InputError, match="there is no such file"):
        read_instance(tmp_path / "nothing.txt")


def test_options_of_another_format_are_refused_by_their_flags() -> None:
    with pytest.raises(InputError, match=r"takes no --bandwidth\n.*--cores, --sharing"):
        read_instance(FIXTURES / "diamond.stg", options={"bandwidth_bytes_per_s": 1.0})
    with pytest.raises(InputError, match=r"takes no --cores\n.*none"):
        read_instance(FIXTURES / "project.mm", "mm", {"cores": 2})


def test_a_named_format_counts_more_than_the_suffix(tmp_path: Path) -> None:
    path = tmp_path / "shop.stg"
    path.write_bytes((FIXTURES / "from_zero.fjs").read_bytes())
    assert len(read_instance(path, "fjs").tasks) == 6


def test_a_graph_document_is_read_as_it_was_written(tmp_path: Path) -> None:
    problem = read_instance(FIXTURES / "table.csv")
    path = tmp_path / "graph.json"
    path.write_text(dump_graph(problem))
    assert read_instance(path) == problem


def test_a_graph_document_must_hold_a_graph(tmp_path: Path) -> None:
    path = tmp_path / "graph.json"
    text = dump_graph(read_instance(FIXTURES / "table.csv"))
    path.write_text(text.replace('"target": 3', '"target": 4'))
    with pytest.raises(InputError, match=r"graph\.json: edge 2 goes from task 1 to 4 of 4"):
        read_instance(path)


def test_a_network_needs_a_platform() -> None:
    path = ROOT / "scenarios" / "smartwatch" / "taskgraph.json"
    with pytest.raises(InputError, match=r"a platform is needed.*\n.*wearable"):
        read_instance(path)
    problem = read_instance(path, options={"platform": "wearable"})
    assert [resource.name for resource in problem.resources] == ["dsp", "cpu", "npu"]
