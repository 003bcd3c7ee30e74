"""The catalog's accelerators against the published rows that their laws were fitted to.

The rows made the fit, so this shows that fit and tolerance were carried over rightly, not that they
predict; the row that Axon's fit was not shown is a prediction.
"""

from collections.abc import Iterator

import pytest

from devicemodels.catalog import load_platform
from devicemodels.cost import duration_ns
from devicemodels.platform import Core, OperatingPoint, Platform
from devicemodels.power import work_power_w
from devicemodels.published.ethos_u55 import network_cycles
from devicemodels.published.mlperf_tiny import mlperf_tiny_rows
from networks.zoo.tiny import tiny_network

CHIPS = {"GAP9": "gap9", "NDP120": "ndp120"}

AXON = {"kws": (4.5e-3, 3.0e-3), "ic": (17.9e-3, 2.7e-3), "ad": (1.3e-3, 3.5e-3)}
"""Nordic, nRF54LM20B datasheet: seconds, and amperes at 3 V."""

AXON_UNSEEN = {"vww": (14.4e-3, 2.8e-3)}


def fitted_rows() -> Iterator[tuple[str, str, float, float, float]]:
    """Platform, network, clock, seconds and joules; Syntiant's rows repeat from v1.0 on."""
    for row in mlperf_tiny_rows():
        if row.chip in CHIPS and row.round == "v1.0":
            assert row.frequency_hz is not None and row.energy_j is not None
            yield CHIPS[row.chip], row.network, row.frequency_hz, row.latency_s, row.energy_j


def at_clock(core: Core, frequency_hz: float) -> OperatingPoint:
    return next(point for point in core.operating_points if point.frequency_hz == frequency_hz)


def predicted(core: Core, point: OperatingPoint, network: str) -> tuple[float, float]:
    """Seconds and joules of a network of the benchmark."""
    operators = tiny_network(network).operators
    time_s = duration_ns(core.cost, core.name, network, operators, point.frequency_hz) / 1e9
    return time_s, time_s * work_power_w(core, point, network, operators)


def tolerance(platform: Platform, name: str) -> float:
    """What a source of the platform's NPU states."""
    stated = platform.sources[platform.provenance[f"cores.npu.{name}"]].tolerance
    assert stated is not None
    return stated


@pytest.mark.parametrize(
    ("name", "network", "frequency_hz", "time_s", "energy_j"), list(fitted_rows())
)
def test_rows_of_the_benchmark(
    name: str, network: str, frequency_hz: float, time_s: float, energy_j: float
) -> None:
    platform = load_platform(name)
    npu = platform.core("npu")
    found_s, found_j = predicted(npu, at_clock(npu, frequency_hz), network)
    assert found_s == pytest.approx(time_s, rel=0.01)
    assert found_j == pytest.approx(energy_j, rel=tolerance(platform, "switched_capacitance_f"))


def test_there_are_ten_rows() -> None:
    assert len(list(fitted_rows())) == 10


@pytest.mark.parametrize("network", [*AXON, *AXON_UNSEEN])
def test_rows_of_axons_datasheet(network: str) -> None:
    time_s, current_a = (AXON | AXON_UNSEEN)[network]
    platform = load_platform("nrf54lm20b")
    npu = platform.core("npu")
    found_s, found_j = predicted(npu, npu.operating_points[0], network)
    unseen = tolerance(platform, "cost.macs_per_cycle.conv")
    assert found_s == pytest.approx(time_s, rel=unseen if network in AXON_UNSEEN else 0.01)
    power = tolerance(platform, "switched_capacitance_f")
    assert found_j / found_s == pytest.approx(3.0 * current_a, rel=power)


@pytest.mark.parametrize("macs_per_cycle", [32, 64, 256])
@pytest.mark.parametrize("network", ["kws", "ic", "vww"])
def test_the_ethos_platforms_are_those_that_vela_assumes(macs_per_cycle: int, network: str) -> None:
    """The anomaly detector is left out: its trained weights take less than untrained ones would."""
    npu = load_platform(f"ethos-u55-{macs_per_cycle}").core("npu")
    point = npu.operating_points[-1]
    system = {200e6: "deep-embedded", 500e6: "high-end-embedded"}[point.frequency_hz]
    (row,) = (
        row
        for row in network_cycles()
        if (row.network, row.macs_per_cycle, row.system) == (network, macs_per_cycle, system)
    )
    found_s, _ = predicted(npu, point, network)
    set_up = npu.cost.cycles_per_dispatch  # type: ignore[union-attr]
    assert found_s * point.frequency_hz - set_up == pytest.approx(row.cycles.total, rel=0.10)
