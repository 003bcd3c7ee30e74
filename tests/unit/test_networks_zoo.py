"""The registry of networks and the smartwatch's recordings."""

import importlib.util
import subprocess
import sys

import numpy as np
import pytest

from devicemodels.documents.errors import InputError
from networks.streams import watch
from networks.zoo import network_names, network_spec


def test_networks_are_found_by_their_file() -> None:
    assert network_names() == (
        "digits",
        "ds_cnn",
        "mnist",
        "smartwatch",
        "vowels",
        "wakeword",
        "words",
    )
    assert network_spec("smartwatch").name == "smartwatch"


def test_unknown_and_untrainable_networks() -> None:
    with pytest.raises(InputError, match="no network 'smartwach'") as caught:
        network_spec("smartwach")
    assert "did you mean 'smartwatch'?" in str(caught.value)
    with pytest.raises(InputError, match="'ds_cnn' has no gates and no recipe"):
        network_spec("ds_cnn")


def test_names_wire_and_evaluation_need_no_torch() -> None:
    code = (
        "import networks.zoo, networks.wire, networks.answers, networks.evaluation, sys;"
        "import networks.gates.thresholds, networks.streams.watch;"
        "networks.zoo.network_names(); print('torch' in sys.modules)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "False"


def test_splits_share_no_subject_and_cover_all_ten() -> None:
    groups = [set(subjects) for subjects in watch.SUBJECTS.values()]
    assert set.union(*groups) == set(range(1, 11))
    assert sum(len(group) for group in groups) == 10


def test_windows_of_the_test_subjects() -> None:
    windows = watch.load("test", exercise="IR")
    assert len(windows) == 2557
    assert windows.samples.shape == (2557, 6, 100)
    assert windows.samples.dtype == np.float32
    assert set(windows.subjects.tolist()) == set(watch.SUBJECTS["test"])
    assert windows.period_s == 0.5
    assert windows.sample_rate_hz == 50
    assert 0.1 < windows.positive_share < 0.2
    # Neighbouring windows of one recording overlap by three quarters.
    np.testing.assert_array_equal(windows.samples[0][:, 25:], windows.samples[1][:, :75])


def test_an_exercise_that_does_not_exist() -> None:
    with pytest.raises(InputError, match="no exercise 'SIT'"):
        watch.load("test", exercise="SIT")


def test_absent_recordings_name_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(InputError, match="which is not installed") as caught:
        watch.load("test", exercise="IR")
    assert "pip install 'wakepath[data]'" in str(caught.value)
