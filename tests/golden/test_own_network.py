"""A scenario whose network is a Python file beside it: every command, and mistakes."""

import json
from pathlib import Path
from typing import Any

import pytest

from devicemodels.documents.errors import InputError
from networks.learning.checkpoints import CHECKPOINT_FILE
from tests.command_line import succeeds, wakepath
from wakepath.commands.train import command

SCENARIO = """\
version: wakepath/scenario@1
name: mine
description: Bumps in noise
network: {name: bumps, file: network.py, weights: weights.safetensors}
stream: {name: bumps, split: test}
platform: wearable
hardware:
  platform: host
  cores: {dsp: slow, cpu: middle, npu: fast}
  replay_period: 3 ms
objective: energy
deadline: 100 ms
accuracy_floor: 60 %
workload: {release: periodic, period: 500 ms, duration: 1 h, replay: true}
seed: 3
"""
NETWORK = "from tests.training_worlds import SPEC\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mine")
    (folder / "scenario.yaml").write_text(SCENARIO)
    (folder / "network.py").write_text(NETWORK)
    return folder


@pytest.fixture(scope="module")
def trained(folder: Path) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(succeeds("train", str(folder), "--format", "json"))
    return report


def test_it_is_trained_by_name(folder: Path, trained: dict[str, Any]) -> None:
    assert (trained["network"], trained["seed"], trained["epochs"]) == ("bumps", 3, 8)
    assert {"weights.safetensors", "taskgraph.json"} <= {path.name for path in folder.iterdir()}
    assert not (folder / CHECKPOINT_FILE).exists()


@pytest.mark.parametrize("saved", [pytest.param(False, marks=pytest.mark.heavy), True])
def test_it_is_planned_with_and_without_its_saved_task_graph(
    folder: Path, trained: dict[str, Any], tmp_path: Path, saved: bool
) -> None:
    path = folder / "scenario.yaml"
    if saved:
        path = folder / "saved.yaml"
        weights = "weights: weights.safetensors"
        path.write_text(SCENARIO.replace(weights, f"{weights}, taskgraph: taskgraph.json"))
    plan = tmp_path / "plan.json"
    succeeds("plan", str(path), "-o", str(plan))
    graph = json.loads(plan.read_text())["task_graph"]
    assert graph["name"] == "bumps"
    report = json.loads(succeeds("simulate", str(path), "--format", "json"))
    assert report["simulated"]["samples"] == 7200


def test_planning_from_the_saved_task_graph_runs_no_code(
    folder: Path, trained: dict[str, Any], tmp_path: Path
) -> None:
    for name in ("weights.safetensors", "taskgraph.json"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    weights = "weights: weights.safetensors"
    text = SCENARIO.replace(weights, f"{weights}, taskgraph: taskgraph.json")
    (tmp_path / "scenario.yaml").write_text(text)
    (tmp_path / "network.py").write_text("1 / 0\n")
    succeeds("plan", str(tmp_path))


def test_a_mistake_in_the_file_ends_with_2_and_its_line(tmp_path: Path) -> None:
    (tmp_path / "scenario.yaml").write_text(SCENARIO)
    (tmp_path / "network.py").write_text("x = 1\ny = 1 / 0\n")
    done = wakepath("train", str(tmp_path))
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.splitlines() == [
        f"{tmp_path}/network.py:2: running it raised ZeroDivisionError: division by zero",
        "    y = 1 / 0",
        "1 problem",
    ]
    assert {path.name for path in tmp_path.iterdir()} == {"scenario.yaml", "network.py"}


def test_bad_data_ends_with_2(tmp_path: Path) -> None:
    (tmp_path / "scenario.yaml").write_text(SCENARIO)
    (tmp_path / "network.py").write_text(
        "from dataclasses import replace\n"
        "from tests import training_worlds as worlds\n"
        "def load(split):\n"
        "    windows = worlds.load(split)\n"
        "    return replace(windows, subjects=windows.subjects % 100)\n"
        "SPEC = replace(worlds.SPEC, load=load)\n"
    )
    done = wakepath("train", str(tmp_path))
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == "3 problems"
    assert "4 subjects are in both 'train' and 'validation', 0 is the first" in done.stderr


def test_resuming(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = [str(folder), "-o", str(tmp_path)]
    with pytest.raises(InputError) as refused:
        command.main([*words, "--resume"], standalone_mode=False)
    assert str(refused.value).splitlines() == [
        f"{tmp_path}/checkpoint.safetensors: there is no checkpoint to resume from",
        "  try: train without --resume",
        "1 problem",
    ]
    (tmp_path / CHECKPOINT_FILE).write_bytes(b"")
    command.main([*words, "--epochs", "1"], standalone_mode=False)
    assert "begun anew; --resume would have gone on from" in capsys.readouterr().err
    written = {path.name for path in tmp_path.iterdir()}
    assert written == {"weights.safetensors", "taskgraph.json"}


@pytest.mark.heavy
@pytest.mark.workers
def test_it_is_executed(folder: Path, trained: dict[str, Any]) -> None:
    done = wakepath("execute", str(folder), "--format", "json")
    assert done.returncode in (0, 1), done.stderr  # 1 where the machine was too busy for a deadline
    measured = json.loads(done.stdout)["measured"]
    assert measured["samples"] == 200
