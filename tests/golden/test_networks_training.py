"""The committed weights and task graph, and that training makes the same bytes every time."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from devicemodels.documents.files import sha256_of
from networks.measuring import report
from networks.streams.windows import SplitName, Windows
from networks.training import (
    TASKGRAPH_FILE,
    WEIGHTS_FILE,
    load_network,
    taskgraph_from_weights,
    train,
)
from networks.zoo import network_spec
from scheduler.documents import read_taskgraph
from scheduler.taskgraph import TaskGraph
from tests.task_graph_structure import structure

FOLDER = Path(__file__).parents[2] / "scenarios" / "smartwatch"


@pytest.fixture(scope="module")
def committed() -> TaskGraph:
    return read_taskgraph(FOLDER / TASKGRAPH_FILE)


def test_the_task_graph_is_that_of_the_weights(committed: TaskGraph) -> None:
    made = taskgraph_from_weights(network_spec("smartwatch"), FOLDER / WEIGHTS_FILE)
    assert committed.weights_sha256 == sha256_of(FOLDER / WEIGHTS_FILE)
    assert structure(made) == structure(committed)
    assert made.accuracy == pytest.approx(committed.accuracy, abs=2e-3)
    for gate, stored in zip(made.gates, committed.gates, strict=True):
        assert gate.threshold == pytest.approx(stored.threshold, abs=1e-3)
        for sample_class in ("negative", "positive"):
            assert gate.stop_rate[sample_class] == pytest.approx(
                stored.stop_rate[sample_class], abs=5e-2
            )


def test_the_committed_network_on_people_it_never_saw(committed: TaskGraph) -> None:
    spec = network_spec("smartwatch")
    network = load_network(spec, FOLDER / WEIGHTS_FILE)
    test = report(network, committed, spec.load("test"))
    assert test.samples == 2557
    assert test.stop_rate_negative == pytest.approx(0.943, abs=0.005)
    assert test.stop_rate_positive == pytest.approx(0.078, abs=0.005)
    assert test.accuracy_ungated == pytest.approx(0.928, abs=0.005)
    assert test.accuracy_gated == pytest.approx(0.940, abs=0.005)
    assert [(g.raw_bytes, g.wire_bytes) for g in test.gates] == [(1200, 104), (1920, 100)]
    assert test.macs_gated < 0.25 * test.macs_ungated


def test_the_recall_floor_holds_on_validation(committed: TaskGraph) -> None:
    spec = network_spec("smartwatch")
    validation = report(
        load_network(spec, FOLDER / WEIGHTS_FILE), committed, spec.load("validation")
    )
    kept = validation.recall_gated["positive"] / validation.recall_ungated["positive"]
    assert kept >= spec.recipe.recall_floor
    assert validation.stop_rate_negative > 0.8


def test_training_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    spec = network_spec("smartwatch")

    def few(split: SplitName) -> Windows:
        windows = spec.load(split)
        return replace(
            windows,
            samples=np.ascontiguousarray(windows.samples[::8]),
            labels=windows.labels[::8],
            subjects=windows.subjects[::8],
        )

    quick = replace(spec, load=few)
    files = []
    for name in ("first", "second"):
        folder = tmp_path / name
        folder.mkdir()
        done = train(quick, folder, seed=11, epochs=2, show_progress=False)
        assert read_taskgraph(folder / TASKGRAPH_FILE) == done.taskgraph
        files.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert set(files[0]) == {WEIGHTS_FILE, TASKGRAPH_FILE}
    assert files[0] == files[1]
    other = tmp_path / "other"
    other.mkdir()
    train(quick, other, seed=12, epochs=2, show_progress=False)
    assert (other / WEIGHTS_FILE).read_bytes() != files[0][WEIGHTS_FILE]
