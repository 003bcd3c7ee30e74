"""What ``wakepath devices`` tells: figures by hand, and a network's operators that add up."""

from dataclasses import replace
from typing import get_args

import pytest

from devicemodels.catalog import load_platform
from devicemodels.cost import CostLaw, CyclesLaw, MeasuredTimes, duration_ns
from devicemodels.laws.cluster import ClusterLaw
from devicemodels.laws.ethos_u import EthosULaw
from devicemodels.laws.fixed_function import FixedFunctionLaw
from devicemodels.laws.host import HostLaw
from devicemodels.laws.microcontroller import MicrocontrollerLaw
from devicemodels.platform import (
    Core,
    IdleState,
    Link,
    Memory,
    OperatingPoint,
    Platform,
    Rail,
    Source,
)
from networks.zoo.tiny import tiny_network
from scheduler.infeasible import Infeasible
from wakepath.devices.facts import platform_facts
from wakepath.devices.plots import plot_in_terminal
from wakepath.devices.prediction import layer_times, predictions, require_one

WITHOUT_SOFTMAX = CyclesLaw(
    dict.fromkeys(("conv", "depthwise_conv", "linear"), 1.0),
    dict.fromkeys(("global_pool", "reshape"), 1.0),
    cycles_per_operator=0.0,
    cycles_per_dispatch=1000.0,
    weight_bandwidth_bytes_per_s=1e8,
)
ABLE = replace(
    WITHOUT_SOFTMAX, cycles_per_element={**WITHOUT_SOFTMAX.cycles_per_element, "softmax": 9.0}
)
FROM_FLASH = MicrocontrollerLaw(
    cycles_per_mac=dict.fromkeys(("conv", "depthwise_conv", "linear"), 1.0),
    cycles_per_element=dict.fromkeys(("global_pool", "reshape", "softmax"), 5.0),
    cycles_per_output=2.0,
    cycles_per_copy=0.5,
    cycles_per_operator=50.0,
    cycles_per_dispatch=700.0,
    weight_bandwidth_bytes_per_s=2e7,
    lanes=4,
)
CORE = Core(
    name="core",
    kind="dsp",
    operating_points=(
        OperatingPoint("slow", 1e7, 0.8, 1e-4),
        OperatingPoint("fast", 1e8, 1.0, 2e-4),
    ),
    idle_states=(
        IdleState("doze", 2e-4, 0.0, 1e-6, 1e-6, 1e-9, 3e-9),
        IdleState("sleep", 1e-4, 0.0, 5e-6, 1e-5, 10e-9, 14e-9),
        IdleState("as-deep", 1e-4, 0.0, 5e-6, 1e-5, 20e-9, 14e-9),
        IdleState("free", 1e-5, 0.0, 5e-6, 1e-5, 0.0, 0.0),
    ),
    memory="ram",
    switched_capacitance_f=1e-10,
    switch_latency_s=0.0,
    switch_energy_j=0.0,
    cost=ABLE,
)

CORE_BY_LAW: dict[type, tuple[str, str]] = {
    CyclesLaw: ("wearable", "dsp"),
    MicrocontrollerLaw: ("stm32u575", "cpu"),
    ClusterLaw: ("gap9", "dsp"),
    FixedFunctionLaw: ("gap9", "npu"),
    EthosULaw: ("ethos-u55", "he-npu"),
    HostLaw: ("hi6220", "cluster0"),
}
"""A platform and a core of the catalog for each law of operators."""


def with_cores(*cores: Core, size_bytes: int = 10**6) -> Platform:
    return Platform(
        "by-hand",
        "by hand",
        cores,
        (Memory("ram", size_bytes),),
        (),
        Rail(0.0),
        sources={"a": Source("measured", "here"), "b": Source("estimated", "there", 0.5)},
        provenance={"rail.power_w": "a", "cores.core.cost.cycles_per_mac": "b", "x": "b"},
    )


def test_powers_and_break_even_times_by_hand() -> None:
    (core,) = platform_facts(with_cores(CORE)).cores
    slow, fast = core.points
    assert slow.active_power_w == pytest.approx(1e-10 * 0.64 * 1e7 + 1e-4)
    assert fast.power_w_per_hz == pytest.approx((1e-10 * 1e8 + 2e-4) / 1e8)
    doze, sleep, as_deep, free = core.idle_states
    assert doze.transition_energy_j == pytest.approx(4e-9)
    assert doze.break_even_s == pytest.approx(4e-9 / (slow.active_power_w - 2e-4))
    assert sleep.break_even_s == pytest.approx(20e-9 / 1e-4)
    assert as_deep.break_even_s is None
    assert free.break_even_s == 0.0


def test_values_are_counted_by_how_they_came_about() -> None:
    facts = platform_facts(with_cores(CORE))
    assert facts.values_by_kind == {"measured": 1, "datasheet": 0, "fitted": 0, "estimated": 2}
    assert [source.values for source in facts.sources] == [1, 2]
    assert not facts.complete


def test_a_complete_platform_has_an_npu_among_three_cores_that_links_join() -> None:
    dsp, cpu = CORE, replace(CORE, name="cpu", kind="cpu")
    npu = replace(CORE, name="npu", kind="npu")
    wires = (Link("l0", ("core", "cpu"), 0.0, 1e6, 0.0), Link("l1", ("npu", "cpu"), 0.0, 1e6, 0.0))
    joined = replace(with_cores(dsp, cpu, npu), links=wires)
    assert platform_facts(joined).complete
    assert not platform_facts(replace(joined, links=wires[:1])).complete
    assert not platform_facts(replace(joined, cores=(dsp, cpu))).complete
    assert not platform_facts(replace(joined, cores=(dsp, cpu, replace(npu, kind="cpu")))).complete


def test_a_prediction_is_the_planner_s_duration_and_power_over_it() -> None:
    graph = tiny_network("kws")
    (core,) = predictions(graph, with_cores(CORE))
    for point, found in zip(CORE.operating_points, core.points, strict=True):
        ns = duration_ns(ABLE, "core", "segment:x", graph.operators, point.frequency_hz)
        assert found.latency_s == pytest.approx(ns * 1e-9, rel=1e-12)
        assert found.energy_j == pytest.approx(found.mean_power_w * found.latency_s)
    assert core.points[0].mean_power_w == pytest.approx(1e-10 * 0.64 * 1e7 + 1e-4)


@pytest.mark.parametrize("law", CORE_BY_LAW, ids=lambda law: law.__name__)
def test_operators_add_up_to_the_network_but_for_its_dispatch(law: type) -> None:
    platform_name, core_name = CORE_BY_LAW[law]
    platform, graph = load_platform(platform_name), tiny_network("kws")
    core = platform.core(core_name)
    assert type(core.cost) is law
    (found,) = (one for one in predictions(graph, platform) if one.core == core_name)
    for point, whole in zip(core.operating_points, found.points, strict=True):
        rows = layer_times(graph, core, point)
        assert [row.operator for row in rows] == [one.name for one in graph.operators]
        dispatch_s = core.cost.busy(core.name, "segment:x", (), point.frequency_hz).seconds(
            point.frequency_hz
        )
        total_s = dispatch_s + sum(row.time_s for row in rows)
        assert total_s == pytest.approx(whole.latency_s, rel=1e-6, abs=1e-9)


def test_every_law_that_knows_operators_has_such_a_core() -> None:
    assert set(CORE_BY_LAW) == set(get_args(CostLaw)) - {MeasuredTimes}


def test_each_operator_takes_what_it_does_and_none_the_dispatch() -> None:
    """A cycle a multiply-accumulate at 10 MHz, weights at 100 MB/s."""
    conv, depthwise = layer_times(tiny_network("kws"), CORE, CORE.operating_points[0])[:2]
    assert (conv.kind, conv.cycles) == ("conv", 320_000)
    assert conv.time_s == pytest.approx(32e-3 + 2816 / 1e8)
    assert (depthwise.kind, depthwise.cycles) == ("depthwise_conv", 72_000)
    assert depthwise.time_s == pytest.approx(7.2e-3 + 832 / 1e8)


def test_what_bounds_an_operator_follows_the_clock() -> None:
    """A linear of 128 x 128 from flash: 16,384 bytes at 20 MB/s take 0.8 ms."""
    graph = tiny_network("ad")
    core = replace(CORE, cost=FROM_FLASH)
    slow, fast = (layer_times(graph, core, point)[1] for point in core.operating_points)
    assert (slow.kind, slow.macs) == ("linear", 128 * 128)
    assert slow.cycles == fast.cycles == 50 + 128 * 128 + 2 * 128
    assert slow.bound == "compute"
    assert slow.time_s == pytest.approx(slow.cycles / 1e7)
    assert fast.bound == "memory"
    assert fast.time_s == pytest.approx(graph.operators[1].weight_bytes / 2e7, rel=0.05)


def test_an_accelerator_may_wait_to_be_set_up_longer_than_for_anything_else() -> None:
    """A linear of 128 x 128 on 64 multipliers: 256 cycles, after 1,000 of set-up."""
    law = FixedFunctionLaw(
        macs_per_cycle={"linear": 64.0},
        input_lanes=8,
        output_lanes=8,
        cycles_per_element={},
        cycles_per_output=0.0,
        cycles_per_operator=1000.0,
        cycles_per_dispatch=0.0,
        weight_bytes_per_cycle=64.0,
        weight_bandwidth_bytes_per_s=1e9,
        fixed_time_s=0.0,
    )
    row = layer_times(tiny_network("ad"), replace(CORE, cost=law), CORE.operating_points[0])[1]
    assert row.cycles == pytest.approx(256 + 1000, rel=0.02)
    assert row.bound == "set-up"


def test_a_core_that_cannot_says_why() -> None:
    graph = tiny_network("kws")
    unable = replace(CORE, name="array", cost=WITHOUT_SOFTMAX)
    able, refused = predictions(graph, with_cores(CORE, unable))
    assert able.points
    assert not refused.points
    assert refused.refusal == (
        "core 'array' cannot run network 'kws': operator 'softmax_1' is a softmax; it runs conv, "
        "depthwise_conv, global_pool, linear, reshape"
    )
    (small,) = predictions(graph, with_cores(CORE, size_bytes=20_000))
    assert "weights and activations are" in small.refusal
    assert "memory 'ram' has 20,000" in small.refusal


def test_an_operator_that_no_core_runs_is_named_with_what_each_core_runs() -> None:
    graph = tiny_network("kws")
    second = replace(CORE, name="second", cost=replace(WITHOUT_SOFTMAX, cycles_per_element={}))
    platform = with_cores(replace(CORE, cost=WITHOUT_SOFTMAX), second)
    with pytest.raises(Infeasible) as refusal:
        require_one(graph, platform, predictions(graph, platform))
    assert str(refusal.value) == (
        "no core of platform 'by-hand' can run operator 'softmax_1': core 'core': operator "
        "'softmax_1' is a softmax; it runs conv, depthwise_conv, global_pool, linear, reshape; "
        "core 'second': operator 'softmax_1' is a softmax; it runs conv, depthwise_conv, linear"
    )


def test_cores_that_share_a_network_between_them_are_no_single_core() -> None:
    """Each operator runs somewhere, but no core runs all of them."""
    graph = tiny_network("kws")
    rest = CyclesLaw({}, dict.fromkeys(("softmax",), 1.0), 0.0, 0.0, 1e8)
    platform = with_cores(
        replace(CORE, cost=WITHOUT_SOFTMAX), replace(CORE, name="second", cost=rest)
    )
    with pytest.raises(Infeasible, match="can run network 'kws' alone: core 'core' cannot run"):
        require_one(graph, platform, predictions(graph, platform))


def test_the_plot_has_a_letter_for_each_core_at_each_point() -> None:
    graph = tiny_network("kws")
    other = replace(CORE, name="second", operating_points=(OperatingPoint("o", 4e7, 1.2, 1e-4),))
    refused = replace(CORE, name="third", cost=WITHOUT_SOFTMAX)
    text = plot_in_terminal("kws", predictions(graph, with_cores(CORE, other, refused)))
    title, *rows = text.splitlines()
    assert title.strip() == "kws: a core, b second"
    inside = [row.partition("┤")[2] or row.partition("│")[2] for row in rows]
    drawn = "".join(inside)
    assert (drawn.count("a"), drawn.count("b"), drawn.count("c")) == (2, 1, 0)
    assert "latency [ms]" in text
    assert "energy [uJ]" in text
    assert not text.isascii()
    assert plot_in_terminal("kws", predictions(graph, with_cores(CORE)), ascii_only=True).isascii()
