"""The planner's benchmark instance: ResNet-152 as a chain of operators on three cores.

The network is traced; what gates and codecs do to its answers is assumed, not trained, and the
platform is a table made for this purpose, so its joules mean nothing. Tests import it too.
"""

from dataclasses import replace
from itertools import product

from devicemodels.cost import CyclesLaw
from devicemodels.platform import (
    Core,
    IdleState,
    Link,
    Memory,
    OperatingPoint,
    Platform,
    Rail,
)
from scheduler.linearise import linearise
from scheduler.plan import Requirements
from scheduler.problem import Problem
from scheduler.tabulation import make_problem
from scheduler.taskgraph import (
    Codec,
    Edge,
    Gate,
    GateChoice,
    GateUse,
    Operator,
    Segment,
    TaskGraph,
)

CLOCKS = (0.4, 0.55, 0.7, 0.85, 1.0)
"""Operating points, as shares of a core's highest clock."""

CORES = (
    # name, kind, Hz, F, static W, cycles a MAC, cycles an element, an operator, weights B/s
    ("dsp", "dsp", 0.8e9, 1.6e-9, 0.10, 0.020, 0.10, 40_000, 6e9),
    ("cpu", "cpu", 2.2e9, 1.5e-9, 0.30, 0.045, 0.08, 20_000, 12e9),
    ("npu", "npu", 0.9e9, 4.0e-9, 0.35, 0.004, 0.05, 250_000, 4e9),
)

IDLE = (
    # name, W, exit s, entry J, exit J
    ("suspend-to-idle", 8e-3, 20e-6, 4e-6, 8e-6),
    ("standby", 2e-3, 150e-6, 40e-6, 60e-6),
    ("off", 2e-4, 900e-6, 300e-6, 400e-6),
)

PASSING = ((0.62, 0.57, 0.53), (0.48, 0.43, 0.39), (0.34, 0.29, 0.25), (0.21, 0.17, 0.13))
"""Share of the negatives that each gate lets pass at each threshold; the gates are nested."""

MISSED = (
    (0.002, 0.005, 0.009),
    (0.010, 0.013, 0.018),
    (0.019, 0.022, 0.027),
    (0.028, 0.032, 0.040),
)
"""Share of the positives stopped by each gate at each threshold and by the gates before it."""

CODECS = (
    # name, wire format, share of the float32 bytes, accuracy lost
    ("float16", "float16", 0.5, 0.0002),
    ("int8", "int8", 0.25, 0.0011),
    ("narrow", "int8", 0.0625, 0.0043),
)


def platform() -> Platform:
    """Three cores with five operating points and three idle states each, on one bus."""
    cores = []
    for name, kind, clock, farads, static, mac, element, operator, weights in CORES:
        points = tuple(
            OperatingPoint(f"{round(clock * share / 1e6)} MHz", clock * share, volts, static)
            for share, volts in ((share, 0.55 + 0.5 * share) for share in CLOCKS)
        )
        macs = dict.fromkeys(("conv", "depthwise_conv", "linear", "matmul"), mac)
        elements = dict.fromkeys(
            (
                *("add", "mul", "pool", "global_pool", "activation", "normalisation", "reshape"),
                *("quantise", "dequantise"),
            ),
            element,
        )
        cores.append(
            Core(
                name=name,
                kind=kind,  # type: ignore[arg-type]
                operating_points=points,
                idle_states=tuple(IdleState(n, w, 0.0, x, 0.0, a, b) for n, w, x, a, b in IDLE),
                memory=f"{name}-ram",
                switched_capacitance_f=farads,
                switch_latency_s=30e-6,
                switch_energy_j=10e-6,
                cost=CyclesLaw(macs, elements, operator, 5_000, weights),
            )
        )
    names = tuple(core.name for core in cores)
    memories = tuple(Memory(core.memory, 512 * 2**20) for core in cores)
    link = Link("bus", names, 5e-6, 6e9, 40e-12)
    return Platform("phone", "benchmark", tuple(cores), memories, (link,), Rail(1e-3))


def gated(traced: TaskGraph, *, unfused: bool = False, segments: int | None = None) -> TaskGraph:
    """The chain of ``traced``'s operators (the first ``segments``), with gates and codecs."""
    chain = linearise(_unfused(traced) if unfused else traced)
    if segments is not None:
        chain = _first(chain, segments)
    names = [segment.name for segment in chain.segments]
    after = [names[len(names) * share // 10] for share in (1, 3, 5, 7)]
    gates = tuple(
        Gate(f"gate{g}", segment, (_head(f"gate{g}/head"),), 0.5, {"negative": 0.0, "positive": 0})
        for g, segment in enumerate(after)
    )
    return replace(
        chain,
        edges=tuple(with_codecs(edge) for edge in chain.edges),
        gates=gates,
        gate_choices=tuple(_choice(settings) for settings in product(range(4), repeat=4)),
        positive_share=0.1,
        accuracy=0.95,
    )


def problem(
    chain: TaskGraph, *, deadline_s: float = 0.230, accuracy_floor: float = 0.93, **limits: object
) -> Problem:
    """The planning problem, with a sample every 500 ms."""
    required = Requirements(
        objective="energy",
        period_s=0.5,
        deadline_s=deadline_s,
        accuracy_floor=accuracy_floor,
        class_prior={"negative": 0.9, "positive": 0.1},
    )
    return make_problem("resnet152", chain, platform(), replace(required, **limits))  # type: ignore[arg-type]


def _head(name: str) -> Operator:
    return Operator(name, "linear", ("input",), (1, 2), "float32", 2_000_000, 40_000, 8)


def _choice(settings: tuple[int, ...]) -> GateChoice:
    """Nested gates: who passes, and what that costs, depends on the last gate used alone."""
    uses = []
    passing, found = 1.0, 1.0
    for g, setting in enumerate(settings):
        if setting:
            now, still = PASSING[g][setting - 1], 1.0 - MISSED[g][setting - 1]
            rates = {"negative": 1.0 - now / passing, "positive": 1.0 - still / found}
            uses.append(GateUse(f"gate{g}", 0.2 * setting, rates))
            passing, found = now, still
    return GateChoice(tuple(uses), 0.95 - 0.5 * (1.0 - found), found)


def with_codecs(edge: Edge) -> Edge:
    """``edge`` with the assumed codecs."""
    elements = edge.raw_bytes // 4
    codecs = tuple(
        Codec(
            name,
            wire,  # type: ignore[arg-type]
            (1, elements),
            int(edge.raw_bytes * share),
            (_convert(f"{edge.name}/{name}/encode", "quantise", elements),),
            (_convert(f"{edge.name}/{name}/decode", "dequantise", elements),),
            loss,
        )
        for name, wire, share, loss in CODECS
    )
    return replace(edge, codecs=(*edge.codecs, *codecs))


def _convert(name: str, kind: str, elements: int) -> Operator:
    return Operator(name, kind, ("input",), (1, elements), "float32", 0, 0, 4 * elements)  # type: ignore[arg-type]


def _first(chain: TaskGraph, segments: int) -> TaskGraph:
    kept = chain.segments[:segments]
    names = {name for segment in kept for name in segment.operators}
    return replace(
        chain,
        segments=kept,
        edges=chain.edges[: segments - 1],
        operators=tuple(o for o in chain.operators if o.name in names),
    )


def _unfused(graph: TaskGraph) -> TaskGraph:
    """Every fused operator on its own, as a runtime that fuses nothing would run them."""
    ends = {o.name: f"{o.name}/{o.fused[-1]}" if o.fused else o.name for o in graph.operators}
    parts = {operator.name: _apart(operator, ends) for operator in graph.operators}
    segments = tuple(
        Segment(s.name, tuple(part.name for name in s.operators for part in parts[name]))
        for s in graph.segments
    )
    operators = tuple(part for split in parts.values() for part in split)
    return replace(graph, operators=operators, segments=segments)


def _apart(operator: Operator, ends: dict[str, str]) -> list[Operator]:
    """The operator alone, then what was fused into it; an addition reads the other operand."""
    reads = tuple(ends.get(name, name) for name in operator.inputs)
    if not operator.fused:
        return [replace(operator, inputs=reads)]
    split = [replace(operator, inputs=reads[:1], fused=())]
    for kind in operator.fused:
        others = reads[1:] if kind == "add" else ()
        split.append(
            replace(
                operator,
                name=f"{operator.name}/{kind}",
                kind=kind,
                inputs=(split[-1].name, *others),
                macs=0,
                weight_bytes=0,
                fused=(),
            )
        )
    return split
