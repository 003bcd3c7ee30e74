"""What every cost law obeys, whatever its parameters, and what follows for power."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devicemodels.coherence.laws import law_incoherences
from devicemodels.cost import CostLaw, MeasuredTimes, UnsupportedOperator
from devicemodels.laws.ethos_u import EthosULaw
from devicemodels.platform import Core, IdleState, OperatingPoint
from devicemodels.power import active_power_w, work_power_w
from scheduler.taskgraph import Operator
from tests.law_strategies import LAWS, Layer, larger, laws, layers
from wakepath.testing.amounts import floats

EVERY = pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
GROWING = pytest.mark.parametrize(
    "law", [law for law in LAWS if law is not EthosULaw], ids=lambda law: law.__name__
)
"""All but one: a compiler chooses blocks for the Ethos-U55, and now and then a larger layer gets
better ones; ``test_ethos_law`` has what holds."""
CLOCKS = floats(1e6, 2e9)
ROUNDING = 1e-9
"""Relative: what a sum of a few products may be off by."""

examples = settings(max_examples=60, deadline=None, derandomize=True, database=None)
many = settings(examples, max_examples=200)


def busy_s(law: CostLaw, operators: list[Operator], frequency_hz: float) -> float:
    return law.busy("core", "segment:s", operators, frequency_hz).seconds(frequency_hz)


def no_more(less: float, more: float) -> bool:
    return less <= more * (1.0 + ROUNDING) + 1e-18


def numbered(shapes: list[Layer]) -> list[Operator]:
    return [layer.operator(f"layer{index}") for index, layer in enumerate(shapes)]


@EVERY
@examples
@given(data=st.data())
def test_drawn_laws_are_coherent(law: type[CostLaw], data: st.DataObject) -> None:
    assert not list(law_incoherences(data.draw(laws(law)), ("cost",), "cost"))


@EVERY
@examples
@given(data=st.data())
def test_time_falls_with_frequency_and_never_faster_than_the_clock_rises(
    law: type[CostLaw], data: st.DataObject
) -> None:
    drawn = data.draw(laws(law))
    operators = numbered(data.draw(st.lists(layers(), min_size=1, max_size=3)))
    slow_hz, fast_hz = sorted((data.draw(CLOCKS), data.draw(CLOCKS)))
    slow_s, fast_s = busy_s(drawn, operators, slow_hz), busy_s(drawn, operators, fast_hz)
    assert no_more(fast_s, slow_s)
    assert no_more(slow_s * slow_hz / fast_hz, fast_s)


@EVERY
@examples
@given(data=st.data())
def test_no_clock_makes_up_for_what_memory_takes(law: type[CostLaw], data: st.DataObject) -> None:
    """Cycles do not depend on the clock, and work lasts at least as long as memory alone would.

    What is left to wait for grows with the clock, because computing hides less of it.
    """
    drawn = data.draw(laws(law))
    operators = numbered(data.draw(st.lists(layers(), min_size=1, max_size=3)))
    slow_hz, fast_hz = sorted((data.draw(CLOCKS), data.draw(CLOCKS)))
    slow = drawn.busy("core", "segment:s", operators, slow_hz)
    fast = drawn.busy("core", "segment:s", operators, fast_hz)
    assert slow.cycles == fast.cycles >= 0.0
    assert slow.stall_s >= 0.0
    assert no_more(slow.stall_s, fast.stall_s)
    assert no_more(fast.stall_s, slow.seconds(slow_hz))
    memory_s = drawn.busy("core", "segment:s", operators, 1e18).stall_s
    assert no_more(memory_s, fast.seconds(fast_hz) + fast.cycles / 1e18)


@GROWING
@many
@given(data=st.data())
def test_more_channels_larger_maps_and_windows_never_cost_less(
    law: type[CostLaw], data: st.DataObject
) -> None:
    drawn, frequency_hz = data.draw(laws(law)), data.draw(CLOCKS)
    layer = data.draw(layers())
    more = data.draw(larger(layer))
    least_s = busy_s(drawn, [layer.operator()], frequency_hz)
    assert no_more(least_s, busy_s(drawn, [more.operator()], frequency_hz))


@EVERY
@examples
@given(data=st.data())
def test_more_operators_never_cost_less_and_a_dispatch_more_costs_at_least_its_set_up(
    law: type[CostLaw], data: st.DataObject
) -> None:
    drawn, frequency_hz = data.draw(laws(law)), data.draw(CLOCKS)
    operators = numbered(data.draw(st.lists(layers(), min_size=2, max_size=4)))
    cut = data.draw(st.integers(1, len(operators) - 1))
    whole_s = busy_s(drawn, operators, frequency_hz)
    parts_s = [busy_s(drawn, part, frequency_hz) for part in (operators[:cut], operators[cut:])]
    assert no_more(max(parts_s), whole_s)
    assert no_more(whole_s, sum(parts_s))


@EVERY
@examples
@given(data=st.data())
def test_energy_rises_with_voltage_and_waiting_never_draws_more(
    law: type[CostLaw], data: st.DataObject
) -> None:
    frequency_hz, static_w = data.draw(CLOCKS), data.draw(floats(0.0, 1e-2))
    low_v, high_v = sorted((data.draw(floats(0.3, 5.0)), data.draw(floats(0.3, 5.0))))
    low = OperatingPoint("low", frequency_hz, low_v, static_w)
    high = OperatingPoint("high", frequency_hz, high_v, static_w)
    core = Core(
        name="core",
        kind="dsp",
        operating_points=(low,),
        idle_states=(IdleState("idle", 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),),
        memory="ram",
        switched_capacitance_f=data.draw(floats(1e-13, 1e-9)),
        switch_latency_s=0.0,
        switch_energy_j=0.0,
        cost=data.draw(laws(law)),
        stall_activity=data.draw(st.none() | floats(0.0, 1.0)),
    )
    operators = [data.draw(layers()).operator()]
    work_s = busy_s(core.cost, operators, frequency_hz)
    low_w, high_w = (work_power_w(core, point, "segment:s", operators) for point in (low, high))
    assert no_more(low_w * work_s, high_w * work_s)
    assert no_more(static_w, low_w)
    assert no_more(high_w, active_power_w(core, high))


@EVERY
@examples
@given(data=st.data())
def test_operators_of_unknown_geometry_have_a_cost_and_unknown_kinds_none(
    law: type[CostLaw], data: st.DataObject
) -> None:
    drawn, frequency_hz = data.draw(laws(law)), data.draw(CLOCKS)
    known = data.draw(layers()).operator()
    unknown = Operator(
        known.name,
        known.kind,
        known.inputs,
        known.output_shape,
        known.dtype,
        known.macs,
        known.weight_bytes,
        known.output_bytes,
    )
    assert busy_s(drawn, [unknown], frequency_hz) >= 0.0
    nobody = Operator("odd", "sorting", ("input",), (1, 4), "int8", 0, 0, 4)  # type: ignore[arg-type]
    with pytest.raises(UnsupportedOperator, match="operator 'odd' is a sorting"):
        drawn.busy("core", "segment:s", [known, nobody], frequency_hz)


@examples
@given(seconds=floats(0.0, 1e3), clocks=st.tuples(CLOCKS, CLOCKS))
def test_measured_times_are_the_same_at_every_clock(
    seconds: float, clocks: tuple[float, float]
) -> None:
    law = MeasuredTimes({"segment:s": seconds})
    for frequency_hz in clocks:
        assert busy_s(law, [], frequency_hz) == pytest.approx(seconds, rel=1e-12)
