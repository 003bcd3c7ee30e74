"""What the page of gated networks makes of outcomes: equal recall, targets, what is kept."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.results.gated import keeping
from benchmarks.results.gated.figures import Outcome, Planned
from benchmarks.results.gated.page import write_page
from benchmarks.results.gated.sets import ONE_CORE, OURS, PLATFORMS, DataSet, platforms_of
from benchmarks.results.gated.summary import RECALL_TOLERANCE, Spread, precision_at
from benchmarks.results.gated.targets import targets
from devicemodels.documents.json_document import dump_document, load_document
from tests.results_worlds import findings, outcome

GATED = outcome("d", "gated", 1e-6, 0.98, stopped=0.97, saved=0.98)
UNGATED = outcome("d", "ungated", 6e-6, 0.98)


def test_an_outcome_survives_its_file() -> None:
    assert load_document(Outcome, dump_document(GATED), "kept.json") == GATED


def test_the_strongest_baseline_has_our_recall() -> None:
    blind = outcome("d", "blind", 0.1e-6, 0.98 - RECALL_TOLERANCE - 0.001)
    near = outcome("d", "near", 3e-6, 0.98 - RECALL_TOLERANCE + 0.001)
    found = findings({"d": {"gated": GATED, "ungated": UNGATED, "blind": blind, "near": near}})
    rival = found.strongest("d", PLATFORMS[0])
    assert rival is not None
    assert rival.contender == "near"
    assert rival.times == pytest.approx(3.0)
    assert rival.times_total == pytest.approx(13 / 11)
    other = found.strongest("d", PLATFORMS[0], without=["near"])
    assert other is not None
    assert other.contender == "ungated"


def test_false_alarms_do_not_count_as_equal_accuracy() -> None:
    alarmed = outcome("d", "alarmed", 1.5e-6, 0.98, specificity=0.89)
    found = findings({"d": {"gated": GATED, "ungated": UNGATED, "alarmed": alarmed}})
    strongest = [found.strongest("d", PLATFORMS[0], as_accurate=a) for a in (False, True)]
    assert [rival and rival.contender for rival in strongest] == ["alarmed", "ungated"]


def test_a_platform_that_is_too_small_is_replaced_by_name() -> None:
    assert platforms_of("digits") == PLATFORMS
    assert platforms_of("wakeword") == ("ethos-u55", PLATFORMS[1])
    found = findings({"d": {"gated": GATED, "ungated": UNGATED}})
    other = replace(found, sets=(DataSet("d", "something", instead=((PLATFORMS[0], "big"),)),))
    assert other.on(PLATFORMS[0]) == f"`{PLATFORMS[0]}` (`big` for d)"
    assert other.actual("d", PLATFORMS[0]) == "big"
    assert other.plans("d", "gated", PLATFORMS[1])


def test_where_no_core_runs_all_of_it_the_ungated_network_has_several() -> None:
    found = findings({"d": {"gated": GATED, "ungated": UNGATED}})
    rival = found.one_core("d", PLATFORMS[0])
    assert rival is not None
    assert rival.one_core
    spread = tuple(
        Planned(p.platform, p.algorithm, p.negatives, "no core") if p.algorithm == ONE_CORE else p
        for p in UNGATED.planned
    )
    found = findings({"d": {"gated": GATED, "ungated": replace(UNGATED, planned=spread)}})
    rival = found.one_core("d", PLATFORMS[0])
    assert rival is not None
    assert not rival.one_core
    assert "6.00x (on several cores: no one runs it)" in {
        f for t in targets(found) for f in t.found
    }


def test_without_a_plan_of_ours_nothing_is_compared() -> None:
    none = outcome("d", "gated", 1e-6)
    broken = [type(p)(p.platform, p.algorithm, p.negatives, "no memory") for p in none.planned]
    lost = Outcome(**{f: getattr(none, f) for f in Outcome.__slots__} | {"planned": tuple(broken)})
    found = findings({"d": {"gated": lost, "ungated": UNGATED}})
    assert found.strongest("d", PLATFORMS[0]) is None
    assert found.one_core("d", PLATFORMS[0]) is None
    energy = [t for t in targets(found) if "energy" in t.asked]
    assert energy
    assert not any(target.met for target in energy)


def test_targets_of_two_limits_count_sets() -> None:
    def stops(*shares: float) -> bool:
        made = {
            str(i): {
                "gated": outcome(str(i), "gated", 1e-6, stopped=share, saved=0.98),
                "ungated": outcome(str(i), "ungated", 6e-6),
            }
            for i, share in enumerate(shares)
        }
        return next(targets(findings(made))).met

    assert stops(0.96, 0.97, 0.98, 0.90)
    assert not stops(0.96, 0.97, 0.95, 0.90)
    assert not stops(0.96, 0.97, 0.98, 0.89)


@pytest.mark.parametrize(
    ("fault", "row"),
    [
        ({"saved": 0.95}, "positives' bytes"),
        ({"false_stops": 0.021}, "false stops"),
        ({"recall": 0.9}, "accuracy lost"),
        ({"beyond_j": 1.3e-6}, "energy beyond the floor a sample, at least 5x"),
    ],
)
def test_a_missed_target_is_said(fault: dict[str, float], row: str) -> None:
    good: dict[str, float] = {"beyond_j": 1e-6, "recall": 0.98, "stopped": 0.97, "saved": 0.98}
    for figures, fine in ((good, True), (good | fault, False)):
        ours = {name: outcome("d", name, **figures) for name in OURS}
        made = {"d": {**ours, "ungated": UNGATED}}
        asked = [t for t in targets(findings(made)) if t.asked.startswith(row)]
        assert asked
        assert all(target.met == fine for target in asked)


def test_precision_at_a_prior_by_hand() -> None:
    right = {"negative": 0.9, "positive": 0.8}
    assert precision_at(right, 0.5) == pytest.approx(0.4 / 0.45)
    assert precision_at(right, 0.95) == pytest.approx(0.04 / 0.135)
    assert precision_at({"negative": 1.0, "positive": 0.0}, 0.95) == 0.0


def test_a_spread_shows_its_range_where_there_is_one() -> None:
    assert Spread((0.5, 0.7)).text("{:.0%}".format) == "60% (50% to 70%)"
    assert Spread((0.501, 0.502)).text("{:.0%}".format) == "50%"


def test_a_page_has_every_set_and_its_pictures(tmp_path: Path) -> None:
    found = findings({"d": {"gated": GATED, "ungated": UNGATED}})
    write_page(tmp_path / "page.md", found, {}, {"words": "not installed"})
    text = (tmp_path / "page.md").read_text()
    assert "**words is left out**: not installed" in text
    assert "### d on wearable" in text
    pictures = [line for line in text.splitlines() if line.startswith("![")]
    assert len(pictures) == 1 + 3 * len(PLATFORMS)
    for line in pictures:
        assert (tmp_path / line.split("(")[1].rstrip(")")).stat().st_size > 1000


def test_what_is_kept_follows_from_sources_and_not_from_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "benchmarks" / "results" / "gated"
    folder.mkdir(parents=True)
    (tmp_path / "networks").mkdir()
    monkeypatch.setattr(keeping, "ROOT", tmp_path)
    monkeypatch.setattr(keeping, "HERE", folder)
    for name in ("judging", "page"):
        (folder / f"{name}.py").write_text("first")
    (tmp_path / "networks" / "fitting.py").write_text("first")
    key = keeping.inputs_key()
    (folder / "page.py").write_text("second")
    assert keeping.inputs_key() == key
    (folder / "judging.py").write_text("second")
    other = keeping.inputs_key()
    assert other != key
    (tmp_path / "networks" / "fitting.py").write_text("second")
    assert keeping.inputs_key() not in {key, other}
