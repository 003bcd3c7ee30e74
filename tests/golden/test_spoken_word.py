"""The scenario of the spoken word: its files belong together, and it runs as it was judged."""

import json
from pathlib import Path
from typing import Any

import pytest

from devicemodels.documents.files import sha256_of
from networks.gated_graph import trace_gated
from networks.measuring import report
from networks.streams.recordings import missing_packages
from networks.streams.words import VOICES
from networks.training import TASKGRAPH_FILE, WEIGHTS_FILE, load_network
from networks.zoo import network_spec
from scheduler.documents import read_taskgraph
from scheduler.taskgraph import TaskGraph
from tests.command_line import ROOT, succeeds, wakepath
from tests.task_graph_structure import structure

SCENARIO = "scenarios/spoken-word"
FOLDER = ROOT / SCENARIO
MISSING = missing_packages([voice for voices in VOICES.values() for voice in voices])

needs_packages = pytest.mark.skipif(
    bool(MISSING), reason=f"needs Debian's packages: apt-get install {' '.join(MISSING)}"
)


@pytest.fixture(scope="module")
def committed() -> TaskGraph:
    return read_taskgraph(FOLDER / TASKGRAPH_FILE)


def test_the_task_graph_is_that_of_the_weights(committed: TaskGraph) -> None:
    spec = network_spec("words")
    made = trace_gated(load_network(spec, FOLDER / WEIGHTS_FILE)).taskgraph
    assert committed.weights_sha256 == sha256_of(FOLDER / WEIGHTS_FILE)
    assert structure(made) == structure(committed)


def test_its_files_are_small() -> None:
    sizes = [(FOLDER / name).stat().st_size for name in (TASKGRAPH_FILE, WEIGHTS_FILE)]
    assert max(sizes) < 300_000


def test_a_plan_needs_no_recordings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAKEPATH_WORDS", str(tmp_path))
    plan = json.loads(succeeds("plan", SCENARIO, "--format", "json"))
    assert plan
    done = wakepath("execute", SCENARIO)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "apt-get install" in done.stderr


@pytest.mark.heavy
@needs_packages
@pytest.mark.workers
def test_it_is_executed_as_it_was_judged(committed: TaskGraph) -> None:
    """Samples that each gate stops and bytes across each cut are equal, not near."""
    done = wakepath("run", SCENARIO, "--format", "json")
    assert done.returncode in (0, 1), done.stderr  # 1 where the machine was too busy for a deadline
    ran: dict[str, Any] = json.loads(done.stdout)
    comparison = ran["comparison"]
    assert comparison["differing_exits"] == 0
    assert comparison["differing_answers"] == 0
    assert comparison["bytes_agree"] is True
    for key in ("stop_rate_by_gate", "bytes_across_cuts", "accuracy"):
        assert comparison["simulated"][key] == ran["measured"][key]


@needs_packages
def test_the_committed_network_in_voices_that_it_never_heard(committed: TaskGraph) -> None:
    spec = network_spec("words")
    test = report(load_network(spec, FOLDER / WEIGHTS_FILE), committed, spec.load("test"))
    assert test.samples == 1762
    assert test.stop_rate_negative == pytest.approx(0.993, abs=0.003)
    assert test.stop_rate_positive == pytest.approx(0.010, abs=0.011)
    assert test.accuracy_gated == pytest.approx(0.994, abs=0.003)
