"""``wakepath schedule`` and ``wakepath check`` of schedules, as a user meets them."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scheduler.graphs.documents import dump_graph, read_schedule
from scheduler.graphs.registry import ALGORITHMS
from scheduler.graphs.validity import check_schedule
from scheduler.importers.registry import read_instance
from wakepath.cli import main

ROOT = Path(__file__).parents[2]
FIXTURES = Path("tests/fixtures/instances")

TABLE = """\
schedule of 'diamond'
┏━━━━━━┳━━━━━━━┳━━━━━━━┳━━━━━━━━┓
┃ task ┃ mode  ┃ start ┃ finish ┃
┡━━━━━━╇━━━━━━━╇━━━━━━━╇━━━━━━━━┩
│ 0    │ none  │     0 │      0 │
│ 1    │ core0 │     0 │      7 │
│ 2    │ core1 │     7 │     10 │
│ 3    │ core0 │     7 │     12 │
│ 4    │ core0 │    12 │     14 │
│ 5    │ none  │    14 │     14 │
└──────┴───────┴───────┴────────┘
heft: makespan 14, proved optimal, lower bound 14
"""


class Run:
    """One call of the program in this process."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        monkeypatch.chdir(ROOT)
        self._patch, self._capture = monkeypatch, capsys
        self.code, self.out, self.err = 0, "", ""

    def __call__(self, *words: object) -> "Run":
        self._patch.setattr(sys, "argv", ["wakepath", *map(str, words)])
        with pytest.raises(SystemExit) as end:
            main()
        self.code = int(end.value.code or 0)
        self.out, self.err = self._capture.readouterr()
        assert "Traceback" not in self.err
        return self


@pytest.fixture
def wakepath(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return Run(monkeypatch, capsys)


@pytest.fixture
def document(wakepath: Run, tmp_path: Path) -> Path:
    path = tmp_path / "schedule.json"
    done = wakepath("schedule", FIXTURES / "table.csv", "-o", path)
    assert (done.code, done.err) == (0, f"schedule written to {path}\n")
    return path


def test_the_table_of_a_schedule() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "wakepath", "schedule", str(FIXTURES / "diamond.stg"), "--cores=2"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.rstrip() for line in done.stdout.splitlines()] == TABLE.splitlines()


def test_times_of_a_workflow_have_units(wakepath: Run) -> None:
    words = ("--cores", "1,0.5", "--bandwidth", "1 MB/s", "--deadline", "1 min")
    done = wakepath("schedule", FIXTURES / "workflow_1_5.json", *words)
    assert done.code == 0
    assert "│ split_1 │ core0 │     0 s │  1.25 s │" in done.out
    assert "heft: makespan 11.25 s" in done.out


def test_json_is_the_document_itself(wakepath: Run, tmp_path: Path) -> None:
    done = wakepath("schedule", FIXTURES / "from_zero.fjs", "--format", "json")
    assert done.err.startswith("heft: makespan ")
    path = tmp_path / "piped.json"
    path.write_text(done.out)
    schedule = read_schedule(path)
    assert schedule.problem == read_instance(ROOT / FIXTURES / "from_zero.fjs")
    assert check_schedule(schedule) == ()


def test_a_schedule_is_the_same_in_every_run(wakepath: Run, document: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.json"
    assert wakepath("schedule", FIXTURES / "table.csv", "-o", again).code == 0
    assert again.read_bytes() == document.read_bytes()


def test_check_accepts_a_sound_schedule(wakepath: Run, document: Path) -> None:
    done = wakepath("check", document)
    assert done.code == 0
    assert done.out == (
        f"{document}: sound: 4 tasks, heft: makespan 8, proved optimal, lower bound 8\n"
    )
    assert json.loads(wakepath("check", document, "--format", "json").out) == {
        "sound": True,
        "violations": [],
    }


@pytest.mark.parametrize(
    ("path", "value", "kind"),
    [
        (("makespan",), 7, "makespan"),
        (("tasks", 1, "start"), 1, "duration"),
        (("tasks", 0, "mode"), "gpu", "mode"),
        (("certificate", "lower_bound"), 9, "certificate"),
        (("problem", "tasks", 0, "modes", 0, "ticks"), 1, "duration"),
        (("transfers",), [], "transfer"),
        (("problem", "edges", 0, "target"), 9, "problem"),
    ],
)
def test_check_refuses_a_tampered_schedule(
    wakepath: Run, document: Path, path: tuple[Any, ...], value: Any, kind: str
) -> None:
    tree = part = json.loads(document.read_text())
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = value
    document.write_text(json.dumps(tree))
    done = wakepath("check", document)
    assert done.code == 1
    assert f"{document}: {kind}: " in done.out


def test_check_names_all_problems_of_a_document_that_is_none(wakepath: Run, document: Path) -> None:
    text = document.read_text().replace('"makespan":', '"makspan":')
    document.write_text(text.replace('"mode": "dsp"', '"mode": 7'))
    done = wakepath("check", document)
    assert done.code == 2
    assert "did you mean 'makespan'?" in done.err
    assert "tasks[0].mode: 7 is given" in done.err
    document.write_text("{")
    assert wakepath("check", document).code == 2
    document.write_text('{"version": "wakepath/schedule@9"}')
    assert wakepath("check", document).code == 2


def test_a_graph_document_is_scheduled_like_the_file_that_it_came_from(
    wakepath: Run, document: Path, tmp_path: Path
) -> None:
    path = tmp_path / "graph.json"
    path.write_text(dump_graph(read_instance(ROOT / FIXTURES / "table.csv")))
    out = tmp_path / "out.json"
    assert wakepath("schedule", path, "-o", out).code == 0
    assert out.read_bytes() == document.read_bytes()


@pytest.mark.parametrize("algorithm", sorted(ALGORITHMS))
def test_every_algorithm_schedules_a_small_instance(wakepath: Run, algorithm: str) -> None:
    words = ("--algorithm", algorithm, "--time-limit", "20 s", "--format", "json")
    done = wakepath("schedule", FIXTURES / "costs_below.stg", *words)
    if done.code == 1:  # such as one that does not take overlapping tasks
        assert done.err.startswith("infeasible: ")
        return
    assert done.code == 0, done.err
    document = json.loads(done.out)
    assert document["certificate"]["method"] == algorithm
    assert document["certificate"]["lower_bound"] <= 17 <= document["makespan"]


def test_a_network_on_a_platform(wakepath: Run) -> None:
    words = ("--platform", "wearable", "--objective", "energy", "--period", "1 s")
    path = ROOT / "scenarios" / "smartwatch" / "taskgraph.json"
    done = wakepath("schedule", path, *words)
    assert done.code == 0, done.err
    assert "heft: energy" in done.out
    assert "(modelled)" in done.out


def test_a_network_of_the_benchmark_by_name(wakepath: Run, tmp_path: Path) -> None:
    document = tmp_path / "kws.json"
    assert wakepath("import", "kws", "-o", document).code == 0
    words = ("--platform", "wearable", "--format", "json")
    by_name = wakepath("schedule", "kws", *words)
    assert by_name.code == 0, by_name.err
    assert by_name.out == wakepath("schedule", document, *words).out
    needy = wakepath("schedule", "kws")
    assert needy.code == 2
    assert "kws: it is a network, and a platform is needed to run it on" in needy.err
    refused = wakepath("schedule", "kws", "--cores", "4", *words)
    assert refused.code == 2
    assert "takes no --cores" in refused.err


def test_processors_that_cannot_talk_are_named(wakepath: Run) -> None:
    done = wakepath("schedule", FIXTURES / "measured.csv")
    assert done.code == 0
    assert done.err == (
        "no link, so that no output passes: BIG to GPU, SMALL to GPU, GPU to BIG, GPU to SMALL\n"
    )
    assert wakepath("schedule", FIXTURES / "measured.csv", "--unlisted", "free").err == ""


def test_a_deadline_that_cannot_be_met_is_an_answer(wakepath: Run) -> None:
    done = wakepath("schedule", FIXTURES / "table.csv", "--deadline", 3)
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("infeasible: ")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("nofile.stg",), "nofile.stg: there is no such file"),
        ((FIXTURES / "diamond.stg",), "--cores 4"),
        ((FIXTURES / "diamond.stg", "--cores", "many"), "'many' is no number, and no list"),
        ((FIXTURES / "diamond.stg", "--cores", "1,2"), "2 speeds are given; the processors"),
        ((FIXTURES / "project.mm", "--cores", "2"), "a multi-mode project takes no --cores"),
        ((FIXTURES / "table.csv", "--as", "stg", "--cores", "2"), "table.csv:"),
        ((FIXTURES / "table.csv", "--as", "magic"), "Invalid value for '--as'"),
        ((FIXTURES / "table.csv", "--algorithm", "magic"), "Invalid value for '--algorithm'"),
        ((FIXTURES / "table.csv", "--deadline", "3 ms"), "counts in bare units"),
        ((FIXTURES / "table.csv", "--deadline", "soon"), "'soon' is not a time"),
        ((FIXTURES / "table.csv", "--objective", "energy"), "says nothing of energy"),
        ((FIXTURES / "workflow_1_5.json", "--cores", "2", "--deadline", "3"), "has no unit"),
        ((FIXTURES / "workflow_1_5.json", "--cores", "2", "--bandwidth", "9"), "has no unit"),
        ((FIXTURES / "from_zero.fjs", "--machines-from", "4"), "it must be 0 or 1"),
        ((FIXTURES / "table.csv", "-o", "no/such/folder.json"), "No such file or directory"),
    ],
)  # fmt: skip
def test_bad_input_exits_with_2(wakepath: Run, words: tuple[object, ...], message: str) -> None:
    done = wakepath("schedule", *words)
    assert (done.code, done.out) == (2, "")
    assert message in done.err
