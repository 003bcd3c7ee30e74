"""The table of gains: our plan is never worse than any baseline, on any network and platform."""

from dataclasses import replace

import pytest

from benchmarks.results.cases import cases, smartwatch
from benchmarks.results.comparison import Block, compare, has_times
from benchmarks.results.planning import better_baselines
from benchmarks.results.writing import document
from devicemodels.catalog import load_platform
from scheduler.registry import BASELINES
from scheduler.restriction import VARIANTS


def quietly(_: str) -> None:
    """Nobody watches the progress of a test."""


@pytest.fixture(scope="module")
def block() -> Block:
    return compare(smartwatch(), load_platform("wearable"), quietly, multiples=(1.25, 5.0))


def test_no_baseline_is_better_on_the_smartwatch(block: Block) -> None:
    assert better_baselines([block]) == []
    assert len(block.comparisons) == 2
    for comparison in block.comparisons:
        assert len(comparison.baselines) == len(BASELINES) * len(VARIANTS)
        assert comparison.ours.certificate.status == "optimal"
        assert comparison.ours.expected.latency_max_s <= comparison.deadline_s
        assert comparison.best(VARIANTS[0]) is not None


def test_gates_are_worth_something(block: Block) -> None:
    loose = block.comparisons[-1]
    gated, bare = loose.best(VARIANTS[0]), loose.best(VARIANTS[-1])
    assert gated is not None
    assert bare is not None
    with_gates, without = loose.ratio(gated), loose.ratio(bare)
    assert with_gates is not None
    assert without is not None
    assert 1.0 - 1e-9 <= with_gates < without


def test_the_document_names_what_it_found(block: Block) -> None:
    text = document([block], uncalibrated=["host"])
    assert "### smartwatch on wearable" in text
    assert "`wakepath calibrate host`" in text
    assert all(f"| {name} |" in text for name in BASELINES)
    assert has_times(load_platform("wearable"))
    assert not has_times(load_platform("host"))


def test_a_network_that_cannot_be_planned_says_why(block: Block) -> None:
    tight = replace(smartwatch(), accuracy_floor=1.0)
    refused = compare(tight, load_platform("wearable"), quietly)
    assert refused.comparisons == ()
    assert refused.reason
    assert f"No plan: {refused.reason}." in document([block, refused])


@pytest.mark.heavy
@pytest.mark.parametrize("platform", ["wearable", "rk3399"])
def test_no_baseline_is_better_anywhere(platform: str) -> None:
    blocks = [compare(case, load_platform(platform), quietly) for case in cases()]
    assert better_baselines(blocks) == []
