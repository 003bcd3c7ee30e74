"""Always-on mean power as published: what is predicted, and what the simulator makes of it."""

import pytest

from wakepath.validation.always_on import AlwaysOnRow, always_on_rows, slow_and_steady

BOARDS = (
    "NUCLEO_L4R5ZI-P",
    "NUCLEO_L4R5ZI-P_70MHz",
    "NUCLEO_U575ZI_Q",
    "NUCLEO_U575ZI_Q_60MHz",
    "NUCLEO_U385RG_Q",
)


@pytest.fixture(scope="module")
def rows() -> dict[str, AlwaysOnRow]:
    """Simulated when a test asks for them."""
    return {one.row.board: one for one in always_on_rows()}


def test_five_boards_were_measured(rows: dict[str, AlwaysOnRow]) -> None:
    assert tuple(rows) == BOARDS


@pytest.mark.parametrize("board", BOARDS)
def test_the_simulator_agrees_with_the_rows_that_the_catalog_was_fitted_with(
    rows: dict[str, AlwaysOnRow], board: str
) -> None:
    assert abs(rows[board].shipped_error) < 0.03


@pytest.mark.parametrize(
    ("platform", "saving"), [("stm32u575", 0.170), ("stm32l4r5", 0.113)], ids=str
)
def test_slow_and_steady_beats_race_to_idle_as_measured(platform: str, saving: float) -> None:
    published, held_out, simulated = slow_and_steady(platform)
    assert published == pytest.approx(saving, abs=0.001)
    assert simulated == pytest.approx(published, abs=0.02)
    assert held_out == pytest.approx(published, abs=0.08)


def test_what_is_held_out_is_right_for_most_rows_and_says_where_it_is_not(
    rows: dict[str, AlwaysOnRow],
) -> None:
    right = {board for board, one in rows.items() if abs(one.held_out_error) <= 0.08}
    assert right == {"NUCLEO_L4R5ZI-P", "NUCLEO_U575ZI_Q_60MHz"}
    assert all(-0.16 < one.held_out_error < 0.0 for one in rows.values())


def test_all_that_is_drawn_in_sleep_is_less_than_awake(rows: dict[str, AlwaysOnRow]) -> None:
    for one in rows.values():
        row = one.row
        assert row.rest_frequency_hz <= row.frequency_hz
        assert row.rest_voltage_v <= row.voltage_v
