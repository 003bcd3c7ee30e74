"""What a core draws: P = k V^2 f x activity + static(V).

The law holds on published MLPerf Tiny rows: GAP9 fits with k = 0.2275 mW/(V^2 MHz) and 2.0 to
2.3 mW static; NDP120 with k = 0.232 mW/(V^2 MHz) and 1.40 mW static. While a core waits for memory
its clock toggles less: on NDP120 the energy of two networks, each with a k of its own, at two
points agrees to 0.3 % if only clocked cycles draw k V^2. An accelerator stands still while it is
set up: with that, one k fits GAP9's three networks within 10 %, without it within 28 %.
"""

from collections.abc import Sequence

from devicemodels.operators import Operation
from devicemodels.platform import Core, OperatingPoint


def active_power_w(core: Core, point: OperatingPoint) -> float:
    """Watts drawn by ``core`` while it computes at ``point``, without waiting for memory."""
    return _dynamic_w(core, point) + point.static_power_w


def work_power_w(
    core: Core, point: OperatingPoint, work: str, operators: Sequence[Operation]
) -> float:
    """Mean watts drawn by ``core`` over one piece of work, in part of which it may wait.

    Raises ``UnsupportedOperator``.
    """
    if core.stall_activity is None:
        return active_power_w(core, point)
    busy = core.cost.busy(core.name, work, operators, point.frequency_hz)
    working = busy.working_share(point.frequency_hz)
    toggling = working + (1.0 - working) * core.stall_activity
    return _dynamic_w(core, point) * toggling + point.static_power_w


def _dynamic_w(core: Core, point: OperatingPoint) -> float:
    return core.switched_capacitance_f * point.voltage_v**2 * point.frequency_hz * core.activity
