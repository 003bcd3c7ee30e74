"""Strategies for platforms: cores with operating points and idle states, memories, links."""

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import strategies as st

from devicemodels.cost import CyclesLaw
from devicemodels.operators import OperatorKind
from devicemodels.platform import (
    Core,
    CoreKind,
    IdleState,
    Link,
    Memory,
    OperatingPoint,
    Platform,
    Rail,
)
from wakepath.testing.amounts import Numbers, among, amount, pick, reused, several

KINDS: tuple[CoreKind, ...] = ("dsp", "cpu", "npu")
"""Of drawn cores, in turn."""

MAC_KINDS: tuple[OperatorKind, ...] = ("conv", "linear")
"""Kinds of operator that drawn segments and gates are made of."""
CODEC_KINDS: tuple[OperatorKind, ...] = ("quantise", "dequantise")
"""Kinds of operator that drawn codecs are made of."""

AMPLE_BYTES = 10**6
"""More than any drawn task graph needs."""


@reused
@st.composite
def operating_points(
    draw: st.DrawFn, name: str = "p0", numbers: Numbers = "round"
) -> OperatingPoint:
    """A clock of 1, 2 or 4 MHz (so that a cycle is a whole number of nanoseconds), or any."""
    return OperatingPoint(
        name,
        draw(among(numbers, (1e6, 2e6, 4e6), 1e6, 1e8)),
        draw(among(numbers, (1.0, 0.5), 0.6, 1.2)),
        draw(amount(numbers, 5, 1e3, 0.0, 1e-3)),
    )


@reused
@st.composite
def idle_states(draw: st.DrawFn, name: str = "i0", numbers: Numbers = "round") -> IdleState:
    """An idle state; what it saves and what leaving it costs are drawn apart."""
    entry_latency_s = draw(amount(numbers, 3, 1e6, 0.0, 1e-5))
    exit_latency_s = draw(amount(numbers, 5, 1e6, 0.0, 1e-4))
    beyond_s = draw(amount(numbers, 10, 1e6, 0.0, 1e-3))
    return IdleState(
        name,
        power_w=draw(amount(numbers, 5, 1e4, 0.0, 1e-4)),
        entry_latency_s=entry_latency_s,
        exit_latency_s=exit_latency_s,
        min_residency_s=entry_latency_s + exit_latency_s + beyond_s,
        entry_energy_j=draw(amount(numbers, 10, 1e9, 0.0, 1e-7)),
        exit_energy_j=draw(amount(numbers, 10, 1e9, 0.0, 1e-7)),
    )


@reused
@st.composite
def cycle_laws(draw: st.DrawFn, kinds: tuple[str, ...], numbers: Numbers = "round") -> CyclesLaw:
    """Whole cycles for operators of ``kinds``; a byte of weights takes a microsecond or nothing."""
    macs = among(numbers, (1.0, 2.0, 3.0, 4.0, 5.0), 0.01, 8.0)
    elements = among(numbers, (1.0, 2.0, 3.0), 0.1, 8.0)
    return CyclesLaw(
        {kind: draw(macs) for kind in kinds if kind in MAC_KINDS},
        {kind: draw(elements) for kind in kinds if kind not in MAC_KINDS},
        cycles_per_operator=draw(amount(numbers, 3, 1.0, 0.0, 3000.0)),
        cycles_per_dispatch=draw(amount(numbers, 3, 1.0, 0.0, 1000.0)),
        weight_bandwidth_bytes_per_s=1e6 if draw(st.booleans()) else 1e12,
    )


@reused
@st.composite
def cores(
    draw: st.DrawFn,
    max_points: int = 2,
    max_states: int = 2,
    numbers: Numbers = "round",
    universal: bool = False,
) -> Core:
    """Core ``c0``; a ``universal`` one runs every kind of operator that is drawn."""
    every = (*MAC_KINDS, *CODEC_KINDS)
    kinds = every if universal else pick(draw, (every, MAC_KINDS, ("conv",)))
    points = _in_step(draw(several(operating_points(numbers=numbers), 1, max_points)))
    states = draw(several(idle_states(numbers=numbers), 1, max_states))
    capacitance_f = draw(amount(numbers, 3, 1e9, 1e-12, 5e-10))
    awake_w = min(
        capacitance_f * point.voltage_v**2 * point.frequency_hz + point.static_power_w
        for point in points
    )
    return Core(
        name="c0",
        kind="dsp",
        operating_points=tuple(replace(point, name=f"p{i}") for i, point in enumerate(points)),
        idle_states=tuple(
            replace(state, name=f"i{i}") for i, state in enumerate(_deeper(states, awake_w))
        ),
        memory="m0",
        switched_capacitance_f=capacitance_f,
        switch_latency_s=draw(amount(numbers, 5, 1e6, 0.0, 1e-4)),
        switch_energy_j=draw(amount(numbers, 10, 1e9, 0.0, 1e-7)),
        cost=draw(cycle_laws(kinds, numbers)),
        stall_activity=pick(draw, (None, 0.5, 0.0)),
    )


@reused
@st.composite
def links(
    draw: st.DrawFn, name: str, connects: tuple[str, ...], numbers: Numbers = "round"
) -> Link:
    """A link between cores; round ones carry a byte in a whole number of nanoseconds."""
    return Link(
        name,
        connects,
        latency_s=draw(amount(numbers, 3, 1e6, 0.0, 1e-5)),
        bandwidth_bytes_per_s=draw(among(numbers, (1e9, 4e6, 1e6), 1e5, 1e8)),
        energy_j_per_byte=draw(amount(numbers, 5, 1e9, 0.0, 1e-11)),
    )


@reused
@st.composite
def platforms(
    draw: st.DrawFn,
    max_cores: int = 3,
    numbers: Numbers = "round",
    universal: bool = True,
) -> Platform:
    """Up to ``max_cores`` cores, each with an ample memory of its own.

    Links may leave cores apart. With ``universal`` the first core runs every kind of operator, so
    that there is always a way to run a drawn task graph.
    """
    first = draw(cores(numbers=numbers, universal=universal))
    more = draw(several(cores(numbers=numbers), 0, max_cores - 1))
    chosen = [first, *(_numbered(core, i) for i, core in enumerate(more, start=1))]
    names = tuple(core.name for core in chosen)
    wires: list[Link] = []
    if len(names) > 1:
        joined = pick(draw, ((names,), (names[:2],), (names[:2], names)))
        wires = [draw(links(f"l{i}", pair, numbers)) for i, pair in enumerate(joined)]
    return Platform(
        "drawn",
        "a drawn platform",
        tuple(chosen),
        tuple(Memory(core.memory, AMPLE_BYTES) for core in chosen),
        tuple(wires),
        Rail(draw(amount(numbers, 5, 1e4, 0.0, 1e-3))),
    )


def _numbered(core: Core, index: int) -> Core:
    kind = KINDS[index % len(KINDS)]
    return replace(core, name=f"c{index}", kind=kind, memory=f"m{index}")


def _in_step(points: Sequence[OperatingPoint]) -> list[OperatingPoint]:
    """Voltage and static power handed out anew, so that they rise with the clocks, of all apart."""
    clocks: list[float] = []
    for point in points:
        clock = point.frequency_hz
        while clock in clocks:
            clock /= 2.0
        clocks.append(clock)
    voltages = sorted(point.voltage_v for point in points)
    powers = sorted(point.static_power_w for point in points)
    ranks = [sorted(clocks).index(clock) for clock in clocks]
    return [
        OperatingPoint(point.name, clock, voltages[rank], powers[rank])
        for point, clock, rank in zip(points, clocks, ranks, strict=True)
    ]


def _deeper(states: Sequence[IdleState], awake_w: float) -> list[IdleState]:
    """States that draw less and less, and never more than the core awake."""
    powers = sorted((min(state.power_w, awake_w) for state in states), reverse=True)
    return [replace(state, power_w=power) for state, power in zip(states, powers, strict=True)]
