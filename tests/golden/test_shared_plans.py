"""``wakepath plan`` with several scenarios, as a user meets it."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SMARTWATCH = ROOT / "scenarios" / "smartwatch"


def wakepath(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "wakepath", *map(str, words)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def scenario(folder: Path, name: str, **changes: str) -> Path:
    """A copy of the smartwatch with other lines."""
    copy = folder / name
    shutil.copytree(SMARTWATCH, copy)
    text = (copy / "scenario.yaml").read_text()
    for key, value in {"name": name, **changes}.items():
        lines = [line for line in text.splitlines() if line.strip().startswith(f"{key}:")]
        indent = lines[0][: len(lines[0]) - len(lines[0].lstrip())]
        text = text.replace(lines[0], f"{indent}{key}: {value}", 1)
    (copy / "scenario.yaml").write_text(text)
    return copy


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scenarios")


def test_two_scenarios_share_a_device(folder: Path) -> None:
    fast = scenario(folder, "fast", period="50 ms", deadline="20 ms")
    slow = scenario(folder, "slow")
    file = folder / "shared.json"
    done = wakepath("plan", fast, slow, "-o", file)
    assert done.returncode == 0, done.stderr
    assert "2 pipelines on platform 'wearable'" in done.stdout
    assert "proved optimal" in done.stdout
    assert "seen, not proved" in done.stdout
    shared = json.loads(file.read_text())
    assert shared["version"] == "wakepath/shared-plan@1"
    assert [plan["name"] for plan in shared["plans"]] == ["fast", "slow"]
    assert shared["priorities"] == [0, 1]
    assert [one["late"] for one in shared["confirmation"]["pipelines"]] == [0, 0]
    apart = [plan["expected"]["mean_power_w"] for plan in shared["plans"]]
    assert max(apart) < shared["mean_power_w"] < sum(apart)
    checked = wakepath("check", file)
    assert checked.returncode == 0, checked.stdout
    assert "sound: 2 pipelines" in checked.stdout
    shared["mean_power_w"] *= 1.01
    file.write_text(json.dumps(shared))
    refused = wakepath("check", file)
    assert refused.returncode == 1
    assert "mean_power_w is stated as" in refused.stdout


def test_what_does_not_fit_is_refused_with_what_binds(folder: Path) -> None:
    paths = [
        scenario(folder, f"busy{n}", period="1 ms", deadline="1 ms", replay="false")
        for n in range(3)
    ]
    done = wakepath("plan", *paths, "--format", "json")
    assert done.returncode == 1
    assert "is overloaded: the best mix of plans uses" in done.stderr
    assert done.stdout == ""


def test_scenarios_for_different_platforms_are_refused(folder: Path) -> None:
    other = scenario(folder, "other", platform="band.yaml")
    text = (ROOT / "devicemodels" / "catalog" / "wearable.yaml").read_text()
    (other / "band.yaml").write_text(text.replace("name: wearable", "name: band", 1))
    done = wakepath("plan", SMARTWATCH, other)
    assert done.returncode == 2
    assert "'other' plans for platform 'band', 'smartwatch' for 'wearable'" in done.stderr


def test_options_of_one_scenario_are_refused_for_several() -> None:
    done = wakepath("plan", SMARTWATCH, SMARTWATCH, "--pareto")
    assert done.returncode == 2
    assert "are about one scenario" in done.stderr
