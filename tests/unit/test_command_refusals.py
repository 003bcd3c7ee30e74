"""What commands refuse before any work: plans of other weights, seeds, folders that are not."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from devicemodels.documents.errors import InputError
from scheduler.documents import dump_plan
from tests.command_line import ROOT, SCENARIO, edited
from wakepath.cli import cli
from wakepath.flow import plan_scenario, require_plan_of, sound_plan
from wakepath.scenario import load_scenario


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("plan") / "plan.json"
    plan = plan_scenario(load_scenario(ROOT / SCENARIO), "chain-dp")
    path.write_text(dump_plan(plan))
    return path


@pytest.fixture
def retrained(tmp_path: Path) -> Path:
    """The scenario with other weights, and without the task graph of the old ones."""
    scenario = edited(tmp_path, "seed: 0", "seed: 1", copy=True)
    weights = tmp_path / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\0")
    return scenario


def test_a_plan_of_the_scenario_is_read(saved: Path) -> None:
    require_plan_of(load_scenario(ROOT / SCENARIO), sound_plan(saved), str(saved))


@pytest.mark.parametrize(
    "words",
    [("execute",), ("simulate",), ("simulate", "--record", "scores.npz")],
    ids=" ".join,
)
def test_a_plan_of_other_weights_is_refused(
    saved: Path, retrained: Path, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(retrained.parent)
    done = CliRunner().invoke(cli, [*words, str(retrained), "--plan", str(saved)])
    assert isinstance(done.exception, InputError)
    (problem,) = done.exception.problems
    assert "the plan is of network 'smartwatch' with weights" in problem.message
    assert problem.file == str(saved)
    assert not Path("scores.npz").exists()


@pytest.mark.parametrize("seed", ["-1", str(2**64)])
def test_a_seed_out_of_range_is_a_usage_error(seed: str) -> None:
    for command in ("run", "simulate", "train"):
        done = CliRunner().invoke(cli, [command, SCENARIO, "--seed", seed])
        assert done.exit_code == 2
        assert "is not in the range" in done.output


def test_files_in_no_folder_are_refused_before_any_work(tmp_path: Path, saved: Path) -> None:
    nowhere = tmp_path / "nowhere"
    words = ["simulate", "--plan", str(saved), "--trace", str(nowhere / "t.json")]
    done = CliRunner().invoke(cli, [*words, "--power", str(nowhere / "p.csv")])
    assert isinstance(done.exception, InputError)
    assert [problem.message for problem in done.exception.problems] == [
        f"a trace cannot be written to '{nowhere / 't.json'}'",
        f"power cannot be written to '{nowhere / 'p.csv'}'",
    ]
    for words in (["train", "--sweep", "-o", str(tmp_path)], ["plan"]):
        plot = ["--plot", str(nowhere / "front.png")]
        done = CliRunner().invoke(cli, [*words, str(ROOT / SCENARIO), *plot])
        assert isinstance(done.exception, InputError)
        assert f"there is no folder '{nowhere}'" in done.exception.problems[0].message
    assert not list(tmp_path.iterdir())
