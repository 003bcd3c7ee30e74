"""Cores with several idle states, and what one stay costs, for tests of idle policies."""

from collections.abc import Iterator

import numpy as np

from devicemodels.platform import Core, IdleState
from simulator.trace import Stays

DOZE = IdleState("doze", 1.0, 0.0, 10e-9, 20e-9, 0.0, 2e-9)
SLEEP = IdleState("sleep", 0.25, 0.0, 100e-9, 100e-9, 3e-9, 5e-9)
OFF = IdleState("off", 0.0, 0.0, 400e-9, 500e-9, 10e-9, 30e-9)
"""By hand: sleep pays after 6 nJ / 0.75 W = 8 ns of doze, off after 32 nJ / 0.25 W = 128 ns of
sleep."""


def rows_of(stays: Stays, core: int = 0) -> list[tuple[int, int, int, bool, bool]]:
    """(state, start, end, entered, woke) of one core."""
    mine = stays.core == core
    columns = (stays.idle_state, stays.start_ns, stays.end_ns, stays.entered, stays.woke)
    return list(zip(*(column[mine].tolist() for column in columns), strict=True))


def single_stays(stays: Stays, core: int) -> Iterator[list[tuple[int, int, int, bool, bool]]]:
    """The rows of one stay after the other: each ends with a wake-up, the last with the run."""
    stay = []
    for row in rows_of(stays, core):
        stay.append(row)
        if row[4]:
            yield stay
            stay = []
    assert stay, "a run ends with all cores at rest"
    yield stay


def stay_energy_j(core: Core, stay: list[tuple[int, int, int, bool, bool]]) -> float:
    """Of one stay with its entries and its exit."""
    states = core.idle_states
    return sum(
        states[state].power_w * (end_ns - start_ns) * 1e-9
        + states[state].entry_energy_j * entered
        + states[state].exit_energy_j * woke
        for state, start_ns, end_ns, entered, woke in stay
    )


def assert_same_stays(ours: Stays, theirs: Stays) -> None:
    """Column by column, types included."""
    for name in Stays.__slots__:
        one, other = getattr(ours, name), getattr(theirs, name)
        assert one.dtype == other.dtype, name
        assert np.array_equal(one, other), name
