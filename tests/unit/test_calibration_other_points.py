"""A network at a point where only other networks were measured, on boards that obey the law."""

from dataclasses import replace

import pytest

from devicemodels.calibration.other_points import at_other_point
from devicemodels.published.mlperf_tiny import PublishedRow, mlperf_tiny_rows

ANY = mlperf_tiny_rows()[0]
POINTS = ((30e6, 0.9), (100e6, 1.1))
CYCLES = {"kws": 1.2e5, "ic": 4.8e5, "ad": 4e4}
UNCLOCKED_S, FARADS, STATIC_W = 2e-4, 2.3e-10, 1e-3


def measured(network: str, frequency_hz: float, voltage_v: float) -> PublishedRow:
    """A row of a board with a fixed time, k and a static power."""
    latency_s = CYCLES[network] / frequency_hz + UNCLOCKED_S
    energy_j = FARADS * voltage_v**2 * CYCLES[network] + STATIC_W * latency_s
    return replace(
        ANY,
        network=network,
        frequency_hz=frequency_hz,
        voltage_v=voltage_v,
        latency_s=latency_s,
        energy_j=energy_j,
        energy_latency_s=None,
    )


BOARD = tuple(measured(network, *point) for network in CYCLES for point in POINTS)


@pytest.mark.parametrize("wanted", BOARD, ids=lambda row: f"{row.network}@{row.frequency_hz:.0e}")
def test_a_board_that_obeys_the_law_is_told_exactly(wanted: PublishedRow) -> None:
    known = [row for row in BOARD if row is not wanted]
    told = at_other_point(wanted, known, 0.12)
    assert told is not None and told.power_w is not None
    assert told.latency_s == pytest.approx(wanted.latency_s, rel=1e-9)
    assert told.power_w == pytest.approx(wanted.power_w, rel=0.02)


def test_another_network_at_both_points_is_needed() -> None:
    wanted = BOARD[0]
    alone = [row for row in BOARD if row.network == wanted.network and row is not wanted]
    assert at_other_point(wanted, alone, 0.12) is None
    elsewhere = [row for row in BOARD if row.network != wanted.network]
    assert at_other_point(wanted, elsewhere, 0.12) is None


def test_without_powers_there_is_a_latency() -> None:
    wanted, *rest = (replace(row, energy_j=None) for row in BOARD)
    told = at_other_point(wanted, rest, 0.12)
    assert told is not None and told.power_w is None


def test_the_published_chips_with_two_points_are_told_within_three_per_cent() -> None:
    rows = [row for row in mlperf_tiny_rows() if row.chip == "GAP9"]
    for wanted in rows:
        told = at_other_point(wanted, [row for row in rows if row is not wanted], 0.12)
        assert told is not None and told.power_w is not None
        assert told.latency_s == pytest.approx(wanted.latency_s, rel=0.03)
        assert told.power_w * told.latency_s == pytest.approx(wanted.energy_j, rel=0.03)
