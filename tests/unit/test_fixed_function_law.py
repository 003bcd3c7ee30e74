"""A fixed-function accelerator, by hand: whole lanes, loading, set-up, and what waiting draws."""

from dataclasses import replace

import pytest

from devicemodels.laws.fixed_function import FixedFunctionLaw
from devicemodels.operators import Geometry
from devicemodels.platform import Core, OperatingPoint
from devicemodels.power import active_power_w, work_power_w
from scheduler.taskgraph import Operator

LAW = FixedFunctionLaw(
    macs_per_cycle={"conv": 64.0, "linear": 64.0},
    input_lanes=16,
    output_lanes=8,
    cycles_per_element={"add": 0.5},
    cycles_per_output=0.25,
    cycles_per_operator=100.0,
    cycles_per_dispatch=50.0,
    weight_bytes_per_cycle=4.0,
    weight_bandwidth_bytes_per_s=1e12,
    fixed_time_s=1e-6,
    fixed_time_per_operator_s=2e-6,
)
CONV = Operator(
    "conv",
    "conv",
    ("input",),
    (1, 8, 10, 10),
    "int8",
    100 * 8 * 3 * 9,
    3 * 8 * 9,
    800,
    geometry=Geometry(3, 8, (10, 10), (3, 3), (1, 1), (1, 1)),
)
LINEAR = Operator("linear", "linear", ("conv",), (1, 8), "int8", 6400, 6400, 8)
ADD = Operator("add", "add", ("conv",), (1, 40), "int8", 0, 0, 40)


def test_three_input_channels_fill_sixteen_lanes() -> None:
    computing = 100 * 8 * 16 * 9 / 64 + 0.25 * 800
    assert LAW.busy("npu", "w", [CONV], 1e6).cycles == pytest.approx(computing)


def test_weights_are_loaded_while_it_computes() -> None:
    assert LAW.busy("npu", "w", [LINEAR], 1e6).cycles == pytest.approx(6400 / 4)


def test_set_up_scales_with_the_clock_and_fixed_times_do_not() -> None:
    busy = LAW.busy("npu", "w", [CONV, LINEAR, ADD], 1e6)
    assert busy.waiting_cycles == 50 + 3 * 100
    assert busy.stall_s == pytest.approx(1e-6 + 3 * 2e-6)
    for frequency_hz in (1e6, 4e6):
        its = LAW.busy("npu", "w", [CONV, LINEAR, ADD], frequency_hz)
        expected_s = (its.cycles + 350) / frequency_hz + 7e-6
        assert its.seconds(frequency_hz) == pytest.approx(expected_s)


def test_less_is_drawn_while_it_is_set_up_on_a_core_that_says_so() -> None:
    point = OperatingPoint("one", 1e6, 1.0, 1e-3)
    core = Core("npu", "npu", (point,), (), "ram", 1e-9, 0.0, 0.0, LAW)
    assert work_power_w(core, point, "w", [ADD]) == active_power_w(core, point) == 2e-3
    still = replace(core, stall_activity=0.0)
    working = 20 / (20 + 150 + 3)  # cycles of the array, of set-up, and 3 us at 1 MHz
    assert work_power_w(still, point, "w", [ADD]) == pytest.approx(1e-3 * (1 + working))
