"""Trials keep what is finished, go on from it, and tell missing data from faults."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.results.gated import trials
from benchmarks.results.gated.figures import Outcome
from benchmarks.results.gated.sets import AT, NEGATIVES, ONE_CORE, PLATFORMS
from benchmarks.results.gated.trials import Trial, run_trial
from devicemodels.documents.json_document import read_document
from networks.contender import Contender
from networks.contenders import gated, ungated
from networks.errors import network_error
from networks.spec import NetworkSpec
from networks.streams.windows import SplitName, Windows
from scheduler.registry import DEFAULT_ALGORITHM
from tests.contender_worlds import BUMPS


@pytest.fixture
def two(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """Our contender and the ungated one, by which the second comes first."""
    contenders: dict[str, object] = {"gated": gated.make, "ungated": ungated.make}
    monkeypatch.setattr(trials, "CONTENDERS", contenders)
    monkeypatch.setattr(trials, "network_spec", lambda name: BUMPS)
    return contenders


def test_an_interrupted_trial_goes_on(two: dict[str, object], tmp_path: Path) -> None:
    def broken(spec: NetworkSpec, seed: int) -> Contender:
        raise RuntimeError(f"{spec.name} {seed} {spec.recipe.epochs}")

    trial = Trial("bumps", 0, 2, tmp_path)
    two["gated"] = broken
    ending = run_trial(trial)
    assert "RuntimeError: bumps 0 2" in ending.failed
    assert [path.name for path in tmp_path.iterdir()] == ["bumps-0-ungated.json"]
    two["gated"], two["ungated"] = gated.make, broken
    assert run_trial(trial).failed == ""
    ours, theirs = (read_document(Outcome, trial.kept(name)) for name in ("gated", "ungated"))
    assert ours.floors == theirs.floors
    assert [s.platform for s in ours.splits] == list(PLATFORMS)
    assert len(theirs.planned) == 2 * len(ours.planned) == 4 * len(NEGATIVES)
    for platform in PLATFORMS:
        one, best = (theirs.plan(platform, AT, a) for a in (ONE_CORE, DEFAULT_ALGORITHM))
        assert len(set(one.cores)) == 1
        assert best.energy_j <= one.energy_j * (1 + 1e-9)
    two["gated"] = broken
    assert run_trial(trial).failed == ""


def test_data_that_are_not_there_are_no_fault(
    two: dict[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(split: SplitName) -> Windows:
        raise network_error("the recordings are not installed")

    monkeypatch.setattr(trials, "network_spec", lambda name: replace(BUMPS, load=load))
    ending = run_trial(Trial("bumps", 0, 2, tmp_path))
    assert "not installed" in ending.missing
    assert ending.failed == ""
    assert not list(tmp_path.iterdir())
