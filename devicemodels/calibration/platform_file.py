"""A platform file of one core from a calibration, each number with where it is from."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from devicemodels.calibration.calibrated import CalibratedCore
from devicemodels.calibration.core_classes import CYCLES_PER_DISPATCH, ELEMENT_PROFILE
from devicemodels.calibration.fit import Estimate
from devicemodels.documents.readable import quantity
from devicemodels.laws.microcontroller import MicrocontrollerLaw
from devicemodels.sram import sram_leakage_w

RESTING_SHARE = 0.3
"""Estimated share of the slowest point's power in a wait for interrupts, clocks running."""


@dataclass(frozen=True, slots=True)
class FileOptions:
    """What a file says beside the figures."""

    name: str
    """Of the platform."""
    rows_file: str
    """Name of the rows' file, for citations."""
    core_kind: str
    """``cpu``, ``dsp`` or ``npu``."""
    memory_bytes: int
    """What the measured networks need, rounded up."""


def platform_yaml(core: CalibratedCore, options: FileOptions) -> str:
    """The text of the file; ``load_platform`` reads it again."""
    rows = [residual.row for residual in core.residuals]
    points = sorted({row.point for row in rows})
    estimates = {each.name: each for each in core.fitted.estimates}
    slowest_w = core.capacitance.value * points[0][1] ** 2 * points[0][0] + core.static_power.value
    resting_w = RESTING_SHARE * slowest_w
    kept_w = min(resting_w, sram_leakage_w(options.memory_bytes))
    lines = [
        f"# Made by `wakepath calibrate --from {options.rows_file}`. What the rows tell is fitted;",
        "# what they do not tell is estimated, and says from what: replace it as you measure more.",
        "version: wakepath/platform@1",
        f"name: {json.dumps(options.name)}",
        f"description: {json.dumps(_description(core, options))}",
        "",
        "sources:",
        *_source("points", "measured", f"Clock and voltage as given in {options.rows_file}", 0.01),
    ]
    for each in (*core.fitted.estimates, core.capacitance, core.static_power):
        told = is_told(core, each)
        citation = _citation(core, options, each.name, told)
        lines += _source(_id(each.name), "fitted" if told else "estimated", citation, each.spread)
    lines += [
        *_source(
            "runtime-estimate",
            "estimated",
            "Our estimate of what a runtime does once an inference, and of a memory that is never "
            "the bound: where weights come slowly, that is part of the fitted cycles a MAC",
            0.9,
        ),
        *_source(
            "rest-estimate",
            "estimated",
            f"Our estimate, nothing was measured: {RESTING_SHARE:.0%} of the slowest point's power "
            "while clocks run, and with clocks off what SRAM of the memory's size leaks (CACTI, 22 "
            "nm); wake-up of microcontrollers of this class; replace with your datasheet's figures",
            0.9,
        ),
        *_source(
            "memory-estimate",
            "estimated",
            "Our estimate: what the measured networks need, rounded up; replace with your chip's",
            0.5,
        ),
        *_source(
            "rail-estimate",
            "estimated",
            "Nothing was measured beside the core: no sensor and no supply are counted",
            1.0,
        ),
        "",
        "rail:",
        "  power: {value: 0 W, source: rail-estimate}",
        "",
        "memories:",
        "  - name: memory",
        f"    size: {{value: {options.memory_bytes} B, source: memory-estimate}}",
        "",
        "links: []",
        "",
        "cores:",
        "  - name: core",
        f"    kind: {options.core_kind}",
        "    memory: memory",
        "    operating_points:",
        *_points(points, core.static_power),
        "    idle_states:",
        *_idle_state("runtime-idle", resting_w, 1e-6, 1e-6, 10e-6, slowest_w),
        *_idle_state("standby", kept_w, 5e-6, 20e-6, 200e-6, slowest_w),
        f"    switched_capacitance: {_valued(core.capacitance, 'F')}",
        "    switch_latency: {value: 50 us, source: rest-estimate}",
        f"    switch_energy: {_value(50e-6 * slowest_w, 'J', 'rest-estimate')}",
        "    cost:",
        *_law(core, estimates),
    ]
    return "\n".join(lines) + "\n"


def _law(core: CalibratedCore, estimates: dict[str, Estimate]) -> list[str]:
    law = core.fitted.law
    assert isinstance(law, MicrocontrollerLaw)  # as all classes that rows may be fitted to have
    per_element = estimates["cycles_per_element"]
    lines = ["      law: microcontroller", "      cycles_per_mac:"]
    for kind in law.cycles_per_mac:
        name = f"cycles_per_mac.{'linear' if kind == 'matmul' else kind}"
        lines.append(f"        {kind}: {_bare(estimates[name].value, _id(name))}")
    lines += ["      cycles_per_element:", "        value:"]
    lines += [
        f"          {kind}: {_number(per_element.value * times)}"
        for kind, times in ELEMENT_PROFILE.items()
    ]
    lines.append(f"        source: {_id(per_element.name)}")
    for name in ("cycles_per_output", "cycles_per_copy", "cycles_per_operator"):
        lines.append(f"      {name}: {_bare(estimates[name].value, _id(name))}")
    bandwidth = _value(law.weight_bandwidth_bytes_per_s, "B/s", "runtime-estimate")
    return [
        *lines,
        f"      cycles_per_dispatch: {_bare(CYCLES_PER_DISPATCH, 'runtime-estimate')}",
        f"      weight_bandwidth: {bandwidth}",
        f"      lanes: {law.lanes}",
    ]


def is_told(core: CalibratedCore, estimate: Estimate) -> bool:
    """Whether the rows told a parameter; static power needs two operating points."""
    if estimate.name == "static_power":
        return core.power is not None and core.power.identified and estimate.identified
    return estimate.identified


def _citation(core: CalibratedCore, options: FileOptions, name: str, told: bool) -> str:
    rows = f"{options.rows_file}, {len(core.residuals)} rows"
    if name in ("switched_capacitance", "static_power"):
        if core.power is None:
            return f"Estimated from published boards: no row of {rows} has an energy"
        if told:
            return f"Energy over latency of {rows}, solved for k and static power"
        return (
            f"Estimated: {rows}, give the sum of dynamic and static power only; measure at a "
            "second operating point"
        )
    about = f"class {core.core_class.name}, {core.boards} published boards of MLPerf Tiny"
    if told:
        return f"Fitted to the latencies of {rows}, about the prior of {about}"
    return f"Estimated from {about}: the latencies of {rows}, do not tell it"


def _description(core: CalibratedCore, options: FileOptions) -> str:
    networks = dict.fromkeys(residual.row.network for residual in core.residuals)
    return f"One {core.core_class.name} core, calibrated on {', '.join(networks)}"


def _points(points: Sequence[tuple[float, float]], static: Estimate) -> list[str]:
    lines = []
    for hertz, volts in points:
        lines += [
            f"      - name: {json.dumps('at ' + quantity(hertz, 'Hz'))}",
            f"        frequency: {_value(hertz, 'Hz', 'points')}",
            f"        voltage: {_value(volts, 'V', 'points')}",
            f"        static_power: {_valued(static, 'W')}",
        ]
    return lines


def _idle_state(
    name: str, power_w: float, entry_s: float, exit_s: float, stay_s: float, awake_w: float
) -> list[str]:
    source = "rest-estimate"
    return [
        f"      - name: {name}",
        f"        power: {_value(power_w, 'W', source)}",
        f"        entry_latency: {_value(entry_s, 's', source)}",
        f"        exit_latency: {_value(exit_s, 's', source)}",
        f"        min_residency: {_value(stay_s, 's', source)}",
        f"        entry_energy: {_value(entry_s * awake_w, 'J', source)}",
        f"        exit_energy: {_value(exit_s * awake_w, 'J', source)}",
    ]


def _source(name: str, kind: str, citation: str, tolerance: float) -> list[str]:
    return [
        f"  {name}:",
        f"    kind: {kind}",
        f"    citation: {json.dumps(citation)}",
        f"    tolerance: {min(1.0, max(0.001, tolerance)):.3f}",
    ]


def _id(name: str) -> str:
    return f"rows-{name.replace('_', '-').replace('.', '-')}"


def _valued(estimate: Estimate, unit: str) -> str:
    return _value(estimate.value, unit, _id(estimate.name))


def _value(value: float, unit: str, source: str) -> str:
    text = quantity(value, unit, 6).replace(" / ", "/")
    return f"{{value: {text}, source: {source}}}"


def _bare(value: float, source: str) -> str:
    return f"{{value: {_number(value)}, source: {source}}}"


def _number(value: float) -> str:
    """Five digits that count."""
    return f"{value:.5g}"
