"""``wakepath train --sweep`` around the sweep: what is read once, what is left behind."""

from pathlib import Path
from typing import Any

import pytest

from devicemodels.documents.errors import InputError
from networks.sweep.front import SweepFront
from scheduler.infeasible import Infeasible
from wakepath import sweeping
from wakepath.scenario import load_scenario
from wakepath.sweeping import SWEEP_FOLDER, sweep_scenario

SCENARIO = """\
version: wakepath/scenario@1
name: mine
description: Bumps in noise
network: {name: bumps, file: network.py, weights: weights.safetensors}
stream: {name: bumps, split: test}
platform: wearable
hardware: {platform: host, cores: {dsp: slow, cpu: middle, npu: fast}, replay_period: 3 ms}
objective: energy
deadline: 100 ms
accuracy_floor: 50 %
recall_floor: 30 %
workload: {release: periodic, period: 100 ms, duration: 1 h}
"""
NETWORK = """\
from dataclasses import replace
from pathlib import Path
from tests import training_worlds as worlds

def say(word):
    with Path(__file__).with_name("said").open("a") as file:
        print(word, file=file)

def load(split):
    say(split)
    return worlds.load(split)

say("run")
SPEC = replace(worlds.SPEC, load=load)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "scenario.yaml").write_text(SCENARIO)
    (tmp_path / "network.py").write_text(NETWORK)
    return tmp_path


def _sweep(folder: Path, plot: Path | None = None) -> None:
    sweep_scenario(
        load_scenario(folder, trained=False),
        folder,
        folder / SWEEP_FOLDER,
        trainings=1,
        any_cut=False,
        epochs=4,
        plot=plot,
        output_format="table",
    )


def test_what_is_infeasible_leaves_no_folder(folder: Path) -> None:
    (folder / "scenario.yaml").write_text(SCENARIO.replace("deadline: 100 ms", "deadline: 1 us"))
    with pytest.raises(Infeasible, match="no way to gate 'bumps' has a plan"):
        _sweep(folder)
    assert not (folder / SWEEP_FOLDER).exists()


def test_a_picture_that_cannot_be_written_is_refused_before_anything_is_run(folder: Path) -> None:
    with pytest.raises(InputError, match=r"front\.png' cannot be written: there is no folder"):
        _sweep(folder, folder / "no" / "front.png")
    assert not (folder / "said").exists()


def test_a_front_is_printed_before_it_is_drawn_and_everything_is_read_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = sweeping.sweep

    def edited_meanwhile(*words: Any, **options: Any) -> SweepFront:
        (folder / "scenario.yaml").write_text("half a sentence: [")
        return real(*words, **options, show_progress=False)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(sweeping, "sweep", edited_meanwhile)
    monkeypatch.setattr(sweeping, "plot_front", full)
    with pytest.raises(OSError, match="No space left"):
        _sweep(folder, folder / "front.png")
    assert "Pareto front of 'bumps' on 'wearable'" in capsys.readouterr().out
    assert (folder / "said").read_text().split() == ["run", "validation", "train", "test"]
    (member,) = folder.glob(f"{SWEEP_FOLDER}/trained/*/scenario.yaml")
    assert load_scenario(member).network_file == member.parent / "../../../network.py"
