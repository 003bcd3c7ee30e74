"""No prediction knows what it is judged by, and what was asked of the predictions."""

from dataclasses import replace
from functools import cache

import pytest

from devicemodels.calibration.held_out import HeldOut, Judged, judge, usable
from devicemodels.published.mlperf_tiny import PublishedRow, mlperf_tiny_rows
from networks.zoo.tiny import tiny_network
from wakepath.validation import tables
from wakepath.validation.mlperf import NETWORKS, judged_rows, left_out_rows, not_judged
from wakepath.validation.shipped import shipped_rows
from wakepath.validation.tables import validation_document
from wakepath.validation.targets import (
    Target,
    energy_errors,
    energy_order,
    latency_errors,
    spread,
    targets,
)

CHIPS = ("STM32L4R5", "STM32U575", "STM32H7A3")


@cache
def few() -> tuple[PublishedRow, ...]:
    """Rows of three chips, one maker, so that a judgement takes a moment."""
    return tuple(
        row
        for row in usable(mlperf_tiny_rows())
        if row.chip in CHIPS and row.submitter == "STMicroelectronics"
    )


def judged(rows: tuple[PublishedRow, ...], protocol: HeldOut) -> dict[PublishedRow, Judged]:
    networks = {name: tiny_network(name).operators for name in NETWORKS}
    found = judge(rows, networks, (protocol,))
    assert all(one.held_out == protocol for one in found)
    return {one.row: one for one in found}


def spoilt(row: PublishedRow, factor: float) -> PublishedRow:
    energy_j = None if row.energy_j is None else row.energy_j * factor
    return replace(row, latency_s=row.latency_s * factor, energy_j=energy_j)


def test_a_left_out_row_does_not_enter_its_own_prediction() -> None:
    target = next(row for row in few() if row.chip == "STM32U575" and row.network == "ic")
    honest = judged(few(), "new-chip")[target]
    other = spoilt(target, 3.0)
    rows = tuple(other if row == target else row for row in few())
    again = judged(rows, "new-chip")[other]
    assert again.latency_s == honest.latency_s
    assert again.energy_j == honest.energy_j


def test_no_row_of_the_chip_enters_the_prior() -> None:
    """Another board with the same chip takes three times as long: nothing changes."""
    board = next(row.key for row in few() if row.chip == "STM32U575")
    rows = tuple(
        spoilt(row, 3.0) if row.chip == "STM32U575" and row.key != board else row for row in few()
    )
    before, after = judged(few(), "new-chip"), judged(rows, "new-chip")
    mine = [row for row in few() if row.key == board]
    assert mine
    for row in mine:
        assert after[row].latency_s == before[row].latency_s


def test_nothing_has_seen_a_new_network() -> None:
    """All rows of ``ad`` on all boards take three times as long: its prediction is the same."""
    rows = tuple(spoilt(row, 3.0) if row.network == "ad" else row for row in few())
    before, after = judged(few(), "new-network"), judged(rows, "new-network")
    learned = [(old, new) for old, new in zip(few(), rows, strict=True) if old.network == "ad"]
    assert len(learned) == 14
    for old, new in learned:
        assert after[new].latency_s == before[old].latency_s


def test_the_other_protocol_would_notice() -> None:
    """The same change moves what is predicted from other chips' rows of the network."""
    rows = tuple(spoilt(row, 3.0) if row.network == "ad" else row for row in few())
    before, after = judged(few(), "new-chip"), judged(rows, "new-chip")
    moved = [
        after[new].latency_s / before[old].latency_s
        for old, new in zip(few(), rows, strict=True)
        if old.network == "ad"
    ]
    assert min(moved) > 1.2


def test_a_left_out_operating_point_is_not_known() -> None:
    rows = tuple(row for row in usable(mlperf_tiny_rows()) if row.chip == "GAP9")
    before = judged(rows, "operating-point")
    spoilt_rows = tuple(spoilt(r, 3.0) if r.frequency_hz == 370e6 else r for r in rows)
    after = judged(spoilt_rows, "operating-point")
    fast = [(o, n) for o, n in zip(rows, spoilt_rows, strict=True) if o.frequency_hz == 370e6]
    assert len(fast) == 3
    for old, new in fast:
        assert after[new].latency_s == before[old].latency_s
        assert before[old].latency_error == pytest.approx(0.0, abs=0.003)


def test_what_was_published_again_unchanged_counts_once() -> None:
    syntiant = [row for row in usable(mlperf_tiny_rows()) if row.submitter == "syntiant"]
    assert len(syntiant) == 6
    reasons = [reason for row, reason in not_judged() if row.submitter == "syntiant"]
    assert set(reasons) == {"published before, unchanged"}


def test_every_row_is_judged_or_says_why_not() -> None:
    fitted = [one for one in judged_rows() if one.held_out == "none"]
    assert len(fitted) + len(not_judged()) == len(mlperf_tiny_rows())


def test_microcontrollers_with_dsp_meet_what_was_asked() -> None:
    rows = [one for one in left_out_rows("new-chip") if one.row.core_class == "microcontroller-dsp"]
    assert len(rows) > 150
    latency, energy = spread(latency_errors(rows)), spread(energy_errors(rows))
    assert latency.median <= 0.10
    assert latency.p90 <= 0.25
    assert energy.median <= 0.12
    assert energy.p90 <= 0.25


def test_medians_over_all_boards_meet_what_was_asked() -> None:
    figures = {one.name: one for one in targets()}
    assert figures["latency of a left-out network, new-chip, median"].met
    assert figures["energy of a left-out network, new-chip, median"].met


def test_boards_are_in_the_right_order_but_for_near_ties() -> None:
    for network in NETWORKS:
        order = energy_order(network)
        assert order.boards >= 9
        assert order.tau > 0.9
        assert len(order.swapped) == round(
            (1 - order.tau) / 2 * order.boards * (order.boards - 1) / 2
        )


def test_a_stated_uncertainty_is_one() -> None:
    """Of the cores with relatives, three quarters lie within two spreads at the least."""
    rows = [one for one in left_out_rows("new-chip") if one.row.core_class == "microcontroller-dsp"]
    inside = [abs(one.latency_error) <= 2 * one.latency_spread for one in rows]
    assert sum(inside) / len(inside) > 0.75


def test_a_missed_target_says_by_how_much_and_what_is_lacking(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = (
        Target("error", 0.1, False, 0.15, 3, True, "more boards"),
        Target("order", 0.95, True, 0.91, 4, True, "newer rows"),
        Target("tau", 0.95, True, 0.96, 5, True, "nothing"),
        Target("beside", 0.1, False, 0.2, 6, False, "nobody asked"),
    )
    monkeypatch.setattr(tables, "targets", lambda: made)
    assert list(tables.summary_lines()) == [
        "error: 15.0%, at most 10.0%, 3 rows: MISSED by 5.0 points: more boards",
        "order: 0.910, at least 0.950, 4 rows: MISSED by 0.040: newer rows",
        "tau: 0.960, at least 0.950, 5 rows: met",
    ]


def test_every_target_says_what_its_rows_lack_should_it_be_missed() -> None:
    assert all(one.lacks and one.rows for one in targets())


def test_targets_know_which_side_is_good() -> None:
    low = Target("error", 0.1, False, 0.05, 3, True, "")
    high = Target("tau", 0.95, True, 0.9, 3, True, "")
    assert low.met
    assert not high.met
    assert spread([]).rows == 0
    assert spread([-0.1, 0.1, 0.3]).median == pytest.approx(0.1)


def test_shipped_platforms_are_beside_the_newest_rows() -> None:
    rows = {(one.platform, one.row.network, one.point) for one in shipped_rows()}
    assert ("gap9", "kws", "mhz-240") in rows
    assert ("ndp120", "ic", "high") in rows


def test_the_document_has_everything() -> None:
    document = validation_document()
    assert set(document) == {
        "rows",
        "shipped",
        "ethos_u55",
        "always_on",
        "not_judged",
        "targets",
    }
    assert len(document["rows"]) == len(judged_rows())
