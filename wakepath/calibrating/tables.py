"""What a calibration found: each parameter with its uncertainty, each row with its residual."""

from typing import Any

from rich.console import Console
from rich.table import Table

from devicemodels.calibration.calibrated import CalibratedCore
from devicemodels.calibration.fit import Estimate
from devicemodels.calibration.platform_file import is_told
from wakepath.units import quantity

UNITS = {"switched_capacitance": "F", "static_power": "W"}
"""Of the parameters that are not plain numbers of cycles."""


def print_calibration(core: CalibratedCore, console: Console) -> None:
    """Both tables."""
    title = f"a {core.core_class.name} core; prior of {core.boards} published boards"
    parameters = Table(title=title, title_justify="left")
    for column in ("parameter", "value", "uncertainty", "in the class", "told by the rows"):
        parameters.add_column(column, justify="left" if column == "parameter" else "right")
    for each in _all(core):
        parameters.add_row(
            each.name,
            _shown(each),
            f"{each.spread:.0%}",
            f"{each.prior_spread:.0%}",
            "yes" if is_told(core, each) else "no: estimated",
        )
    console.print(parameters)
    rows = Table(title="rows beside the law", title_justify="left")
    for column in ("network", "clock", "voltage"):
        rows.add_column(column)
    for column in ("latency", "by the law", "error", "energy", "by the law", "error"):
        rows.add_column(column, justify="right")
    for one in core.residuals:
        row = one.row
        energy = ("-", "-", "")
        if row.energy_j is not None and one.energy_j is not None:
            energy = _pair(row.energy_j, one.energy_j, "J")
        rows.add_row(
            row.network,
            quantity(row.frequency_hz, "Hz"),
            quantity(row.voltage_v, "V"),
            *_pair(row.latency_s, one.latency_s, "s"),
            *energy,
        )
    console.print(rows)


def calibration_document(core: CalibratedCore) -> dict[str, Any]:
    """The same as one JSON object, SI units."""
    return {
        "core_class": core.core_class.name,
        "published_boards": core.boards,
        "parameters": [
            {
                "name": each.name,
                "value": each.value,
                "spread": each.spread,
                "prior_spread": each.prior_spread,
                "told_by_rows": is_told(core, each),
            }
            for each in _all(core)
        ],
        "rows": [
            {
                "network": one.row.network,
                "frequency_hz": one.row.frequency_hz,
                "voltage_v": one.row.voltage_v,
                "latency_s": one.row.latency_s,
                "fitted_latency_s": one.latency_s,
                "energy_j": one.row.energy_j,
                "fitted_energy_j": one.energy_j,
            }
            for one in core.residuals
        ],
    }


def _all(core: CalibratedCore) -> tuple[Estimate, ...]:
    return (*core.fitted.estimates, core.capacitance, core.static_power)


def _shown(each: Estimate) -> str:
    unit = UNITS.get(each.name)
    return f"{each.value:.4g}" if unit is None else quantity(each.value, unit)


def _pair(measured: float, fitted: float, unit: str) -> tuple[str, str, str]:
    return quantity(measured, unit), quantity(fitted, unit), f"{fitted / measured - 1:+.1%}"
