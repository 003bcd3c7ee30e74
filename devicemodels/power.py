"""What a core draws: P = k V^2 f x activity + static(V).

The law holds on published MLPerf Tiny rows: GAP9 fits with k = 0.2275 mW/(V^2 MHz) and 2.0 to
2.3 mW static; NDP120 with k = 0.232 mW/(V^2 MHz) and 1.40 mW static.
"""

from devicemodels.platform import Core, OperatingPoint


def active_power_w(core: Core, point: OperatingPoint) -> float:
    """Watts drawn by ``core`` while it computes at ``point``."""
    dynamic = core.switched_capacitance_f * point.voltage_v**2 * point.frequency_hz
    return dynamic * core.activity + point.static_power_w
