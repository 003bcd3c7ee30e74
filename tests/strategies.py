"""Random worlds for property tests: platforms, chains with gates and codecs, requirements."""

from dataclasses import dataclass

from hypothesis import strategies as st

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
from scheduler.plan import Requirements
from scheduler.taskgraph import Codec, CutPoint, Edge, Gate, Operator, Segment, TaskGraph

MAC_KINDS = ("conv", "linear")


@dataclass(frozen=True, slots=True)
class World:
    """A task graph, a platform and what is required of a plan."""

    graph: TaskGraph
    platform: Platform
    requirements: Requirements


def floats(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high, allow_nan=False, allow_infinity=False)


@st.composite
def operators(draw: st.DrawFn, name: str, source: str, kinds: tuple[str, ...]) -> Operator:
    width = draw(st.integers(1, 64))
    kind = draw(st.sampled_from(kinds))
    return Operator(
        name=name,
        kind=kind,
        inputs=(source,),
        output_shape=(1, width),
        dtype="float32",
        macs=draw(st.integers(0, 100_000)),
        weight_bytes=draw(st.integers(0, 4_000)),
        output_bytes=4 * width,
    )


@st.composite
def codecs(draw: st.DrawFn, edge: str, width: int) -> tuple[Codec, ...]:
    chosen = [Codec("none", "float32", (1, width), 4 * width)]
    if draw(st.booleans()):
        encode = draw(operators(f"{edge}/q", "input", ("quantise",)))
        decode = draw(operators(f"{edge}/d", "input", ("dequantise",)))
        chosen.append(
            Codec(
                "int8",
                "int8",
                (1, width),
                4 + width,
                (encode,),
                (decode,),
                draw(floats(-0.01, 0.05)),
            )
        )
    return tuple(chosen)


@st.composite
def task_graphs(draw: st.DrawFn, max_segments: int = 4, max_gates: int = 3) -> TaskGraph:
    count = draw(st.integers(1, max_segments))
    rows = []
    source = "input"
    for index in range(count):
        rows.append(draw(operators(f"op{index}", source, MAC_KINDS)))
        source = rows[-1].name
    segments = tuple(Segment(f"s{i}", (row.name,)) for i, row in enumerate(rows))
    edges = []
    for index in range(count - 1):
        width = rows[index].output_shape[1]
        name = f"s{index}->s{index + 1}"
        edges.append(
            Edge(
                f"s{index}",
                f"s{index + 1}",
                (1, width),
                4 * width,
                draw(codecs(name, width)),
            )
        )
    gated = sorted(draw(st.sets(st.integers(0, count - 1), max_size=max_gates)))
    gates = tuple(
        Gate(
            f"g{index}",
            f"s{index}",
            (draw(operators(f"g{index}/head", "input", ("linear",))),),
            draw(floats(0.0, 1.0)),
            {"negative": draw(floats(0.0, 1.0)), "positive": draw(floats(0.0, 0.2))},
        )
        for index in gated
    )
    return TaskGraph(
        name="random",
        input_shape=(1, 8),
        input_dtype="float32",
        operators=tuple(rows),
        cut_points=tuple(
            CutPoint(row.name, row.output_shape, row.dtype, row.output_bytes) for row in rows[:-1]
        ),
        segments=segments,
        edges=tuple(edges),
        gates=gates,
        positive_share=draw(floats(0.01, 0.5)),
        accuracy=draw(floats(0.9, 1.0)),
    )


@st.composite
def cores(draw: st.DrawFn, index: int, max_points: int = 2, max_states: int = 2) -> Core:
    points = tuple(
        OperatingPoint(
            f"p{i}",
            draw(floats(1e6, 1e8)),
            draw(floats(0.6, 1.2)),
            draw(floats(0.0, 1e-3)),
        )
        for i in range(draw(st.integers(1, max_points)))
    )
    states = tuple(
        IdleState(
            f"i{i}",
            draw(floats(0.0, 1e-4)),
            draw(floats(0.0, 1e-5)),
            draw(floats(0.0, 1e-4)),
            draw(floats(0.0, 1e-3)),
            draw(floats(0.0, 1e-7)),
            draw(floats(0.0, 1e-7)),
        )
        for i in range(draw(st.integers(1, max_states)))
    )
    kinds = draw(
        st.sampled_from(
            (("conv", "linear"), ("conv", "linear", "quantise", "dequantise"), ("conv",))
        )
    )
    macs = {kind: draw(floats(0.01, 8.0)) for kind in kinds if kind in MAC_KINDS}
    elements = {kind: draw(floats(0.1, 8.0)) for kind in kinds if kind not in MAC_KINDS}
    return Core(
        name=f"c{index}",
        kind=("dsp", "cpu", "npu")[index % 3],
        operating_points=points,
        idle_states=states,
        memory=f"m{index}",
        switched_capacitance_f=draw(floats(1e-12, 5e-10)),
        switch_latency_s=draw(floats(0.0, 1e-4)),
        switch_energy_j=draw(floats(0.0, 1e-7)),
        cost=CyclesLaw(macs, elements, draw(floats(0, 3000)), draw(floats(0, 1000)), 1e8),
    )


@st.composite
def platforms(draw: st.DrawFn, max_cores: int = 3) -> Platform:
    count = draw(st.integers(1, max_cores))
    chosen = tuple(draw(cores(i)) for i in range(count))
    names = tuple(core.name for core in chosen)
    links = []
    if count > 1:
        joined = names if draw(st.booleans()) else names[:2]
        links.append(
            Link(
                "bus", joined, draw(floats(0, 1e-5)), draw(floats(1e5, 1e8)), draw(floats(0, 1e-11))
            )
        )
    memories = tuple(
        Memory(core.memory, draw(st.sampled_from((2_000, 8_000, 40_000, 10**6)))) for core in chosen
    )
    return Platform("random", "drawn", chosen, memories, tuple(links), Rail(draw(floats(0, 1e-3))))


@st.composite
def worlds(draw: st.DrawFn, max_segments: int = 4, max_cores: int = 3) -> World:
    graph = draw(task_graphs(max_segments))
    positive = draw(floats(0.0, 1.0))
    period_s = draw(st.sampled_from((0.05, 0.1, 1.0)))
    requirements = Requirements(
        objective=draw(st.sampled_from(("energy", "latency_max"))),
        period_s=period_s,
        deadline_s=period_s * draw(st.sampled_from((0.1, 0.5, 1.0))),
        accuracy_floor=graph.accuracy - draw(st.sampled_from((0.0, 0.02, 0.5))),
        class_prior={"negative": 1.0 - positive, "positive": positive},
    )
    return World(graph, draw(platforms(max_cores)), requirements)
