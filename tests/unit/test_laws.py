"""The laws of cost and power, against arithmetic by hand and published measurements."""

from dataclasses import replace

import pytest

from devicemodels.catalog import load_platform
from devicemodels.cost import (
    CyclesLaw,
    MeasuredTimes,
    TooLong,
    UnsupportedOperator,
    duration_ns,
    nanoseconds,
    transfer_ns,
)
from devicemodels.laws.shape import weight_elements
from devicemodels.operators import Quantisation
from devicemodels.power import active_power_w
from scheduler.taskgraph import Operator

LAW = CyclesLaw(
    cycles_per_mac={"conv": 2.0},
    cycles_per_element={"conv": 1.0, "pool": 3.0},
    cycles_per_operator=100.0,
    cycles_per_dispatch=50.0,
    weight_bandwidth_bytes_per_s=1e6,
)
CONV = Operator("conv", "conv", ("input",), (1, 10), "float32", 1000, 4000, 40)
POOL = Operator("pool", "pool", ("conv",), (1, 5), "float32", 0, 0, 20)


def test_cycles_over_frequency_and_a_memory_time_that_does_not_scale() -> None:
    cycles = 50 + (100 + 2 * 1000 + 10) + (100 + 3 * 5)
    for frequency_hz in (1e6, 4e6):
        expected_s = cycles / frequency_hz + 4000 / 1e6
        assert duration_ns(LAW, "c", "work", [CONV, POOL], frequency_hz) == round(expected_s * 1e9)


def test_an_operator_that_the_core_lacks_is_named() -> None:
    linear = replace(CONV, name="answer", kind="linear")
    with pytest.raises(
        UnsupportedOperator, match="core 'c' cannot run segment:s: operator 'answer'"
    ):
        duration_ns(LAW, "c", "segment:s", [linear], 1e6)


def test_measured_times_say_what_was_not_measured() -> None:
    law = MeasuredTimes({"segment:a": 1.5e-6})
    assert duration_ns(law, "c", "segment:a", [CONV], 1e6) == 1500
    with pytest.raises(UnsupportedOperator, match="segment:b: it was not measured"):
        duration_ns(law, "c", "segment:b", [CONV], 1e6)


@pytest.mark.parametrize(
    ("dtype", "stored", "elements"),
    [
        ("float32", None, 1000),
        ("bfloat16", None, 2000),
        ("int8", None, 4000),
        ("int8", "int8", 4000),
        ("float32", "int8", 4000),  # an ONNX file that quantises its weights only
        ("float32", "", 1000),
    ],
)
def test_weights_are_counted_as_they_are_stored(
    dtype: str, stored: str | None, elements: int
) -> None:
    quantisation = None if stored is None else Quantisation(stored, 1)
    assert weight_elements(replace(CONV, dtype=dtype, quantisation=quantisation)) == elements


def test_a_transfer_is_latency_and_bytes_over_bandwidth() -> None:
    assert transfer_ns(20e-6, 1e6, 260) == 280_000


@pytest.mark.parametrize("seconds", [1e10, float("inf"), float("nan")])
def test_a_duration_that_no_device_can_have_is_refused(seconds: float) -> None:
    with pytest.raises(TooLong, match="the limit is 1e\\+09 s"):
        nanoseconds(seconds)


def test_power_of_the_whole_ndp120_during_inference() -> None:
    """MLPerf Tiny v1.0, image classification: 101.8 uJ in 15.98 ms, 139.4 uJ in 5.122 ms."""
    npu = load_platform("wearable").core("npu")
    published_w = {"low": 101.8e-6 / 15.98e-3, "high": 139.4e-6 / 5.122e-3}
    for point in npu.operating_points:
        assert active_power_w(npu, point) == pytest.approx(published_w[point.name], rel=0.15)
