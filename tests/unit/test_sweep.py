"""A whole sweep on a network that learns in a second: its files, its resumption, its errors."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from devicemodels.catalog import load_platform
from devicemodels.documents.errors import InputError
from networks.design import DESIGN_FILE, designed, read_design
from networks.gated_graph import trace_gated
from networks.learning.checkpoints import CHECKPOINT_FILE
from networks.learning.fitting import Epoch
from networks.spec import NetworkSpec
from networks.streams.windows import SplitName, Windows
from networks.sweep import trying
from networks.sweep.front import FRONT_FILE, SweepFront, dump_front, read_front
from networks.sweep.pricing import Pricing
from networks.sweep.remembering import TRAINED_FOLDER
from networks.sweep.sweep import sweep
from networks.training import (
    TASKGRAPH_FILE,
    WEIGHTS_FILE,
    Learned,
    taskgraph_from_weights,
)
from scheduler.documents import read_taskgraph
from scheduler.infeasible import Infeasible
from scheduler.plan import Requirements
from tests import training_worlds

SPEC = replace(training_worlds.SPEC, recipe=replace(training_worlds.SPEC.recipe, epochs=8))
REQUIRED = Requirements(
    objective="energy",
    period_s=0.1,
    deadline_s=0.1,
    accuracy_floor=0.5,
    class_prior={"negative": 0.8, "positive": 0.2},
    recall_floor=0.3,
)
PRICING = Pricing(load_platform("wearable"), REQUIRED)


def _sweep(folder: Path, spec: NetworkSpec = SPEC, seed: int = 1, trainings: int = 4) -> SweepFront:
    folder.mkdir(exist_ok=True)
    return sweep(spec, PRICING, folder, seed=seed, trainings=trainings, show_progress=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    _sweep(folder)
    return folder


def test_the_front_is_a_document_and_its_networks_are_files(folder: Path) -> None:
    front = read_front(folder / FRONT_FILE)
    assert dump_front(front) == (folder / FRONT_FILE).read_text()
    assert len(front.trainings) == 4
    assert front.members
    member = front.members[0]
    here = folder / member.folder
    assert {WEIGHTS_FILE, TASKGRAPH_FILE, DESIGN_FILE} <= {path.name for path in here.iterdir()}
    spec = designed(SPEC, read_design(here / DESIGN_FILE))
    assert taskgraph_from_weights(spec, here / WEIGHTS_FILE) == read_taskgraph(
        here / TASKGRAPH_FILE
    )
    assert trying.measured_points(read_taskgraph(here / TASKGRAPH_FILE), PRICING) in [
        training.measured for training in front.trainings
    ]


def test_an_interrupted_sweep_goes_on_to_the_same_front(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, begun = trying.learn, []

    def interrupted(*words: Any, **options: Any) -> Learned:
        begun.append(options["epochs"])
        if len(begun) == 2:
            options["progress"] = _stop
        return real(*words, **options)

    with monkeypatch.context() as patch:
        patch.setattr(trying, "learn", interrupted)
        with pytest.raises(KeyboardInterrupt):
            _sweep(tmp_path)
    assert not (tmp_path / FRONT_FILE).exists()
    assert len(list(tmp_path.glob(f"{TRAINED_FOLDER}/*/{CHECKPOINT_FILE}"))) == 1
    resumed: list[bool] = []

    def counted(*words: Any, **options: Any) -> Learned:
        resumed.append(options["resume"])
        return real(*words, **options)

    monkeypatch.setattr(trying, "learn", counted)
    _sweep(tmp_path)
    assert resumed == [True, False, False]
    assert (tmp_path / FRONT_FILE).read_bytes() == (folder / FRONT_FILE).read_bytes()
    assert _weights(tmp_path) == _weights(folder)


def _stop(_: Epoch) -> None:
    raise KeyboardInterrupt


def test_test_data_chooses_nothing(folder: Path, tmp_path: Path) -> None:
    def spoilt(split: SplitName) -> Windows:
        windows = SPEC.load(split)
        if split != "test":
            return windows
        return replace(windows, labels=np.roll(windows.labels, 1))

    front = _sweep(tmp_path, replace(SPEC, load=spoilt))
    whole = read_front(folder / FRONT_FILE)
    assert [m.point for m in front.members] == [m.point for m in whole.members]
    assert [m.test for m in front.members] != [m.test for m in whole.members]
    assert _weights(tmp_path) == _weights(folder)


def test_a_folder_with_another_sweep_is_refused(folder: Path) -> None:
    with pytest.raises(InputError, match="a sweep with another seed, 1 and not 2") as refusal:
        _sweep(folder, seed=2)
    assert "name another folder with -o, or remove this one" in str(refusal.value)
    slower = replace(SPEC, recipe=replace(SPEC.recipe, learning_rate=0.01))
    with pytest.raises(InputError, match="a sweep with another recipe of the network"):
        _sweep(folder, slower)

    def fewer(split: SplitName) -> Windows:
        windows = SPEC.load(split)
        return replace(windows, samples=windows.samples * np.float32(0.5))

    with pytest.raises(InputError, match="a sweep with another set of recordings"):
        _sweep(folder, replace(SPEC, load=fewer))


def test_floors_that_nobody_keeps_are_said(tmp_path: Path) -> None:
    strict = Pricing(PRICING.platform, replace(REQUIRED, recall_floor=1.0, accuracy_floor=1.0))
    with pytest.raises(Infeasible, match="none of 1 trained networks keeps the floors"):
        sweep(SPEC, strict, tmp_path, seed=1, trainings=1, epochs=1, show_progress=False)


def test_a_deadline_that_nobody_keeps_is_said_before_anything_is_trained(tmp_path: Path) -> None:
    hasty = Pricing(PRICING.platform, replace(REQUIRED, deadline_s=1e-6))
    with pytest.raises(Infeasible, match="no way to gate 'bumps' has a plan on platform"):
        sweep(SPEC, hasty, tmp_path, seed=1, trainings=5, show_progress=False)
    assert not (tmp_path / TRAINED_FOLDER).exists()


def test_any_cut_point_can_be_gated(tmp_path: Path) -> None:
    front = sweep(
        SPEC, PRICING, tmp_path, seed=1, trainings=1, epochs=2, any_cut=True, show_progress=False
    )
    member = front.members[0]
    here = tmp_path / member.folder
    design = read_design(here / DESIGN_FILE)
    assert set(design.cuts) <= {o.name for o in trace_gated(SPEC.build()).taskgraph.operators}
    spec = designed(SPEC, design)
    assert taskgraph_from_weights(spec, here / WEIGHTS_FILE) == read_taskgraph(
        here / TASKGRAPH_FILE
    )


def test_the_question_is_kept_beside_the_answer(folder: Path) -> None:
    question = json.loads((folder / "sweep.json").read_text())
    assert question["version"] == "wakepath/sweep@1"
    assert (question["network"], question["platform"]) == ("bumps", "wearable")
    assert question["requirements"]["class_prior"] == {"negative": 0.8, "positive": 0.2}


def _weights(folder: Path) -> dict[str, bytes]:
    return {
        path.parent.name: path.read_bytes()
        for path in (folder / TRAINED_FOLDER).glob(f"*/{WEIGHTS_FILE}")
    }
