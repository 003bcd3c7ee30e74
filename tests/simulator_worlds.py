"""Small plans for tests of the simulator, with durations that one can add up in the head.

Each operator takes one nanosecond a MAC at ``fast`` (1 GHz) and two at ``slow`` (500 MHz).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from devicemodels.cost import CyclesLaw
from devicemodels.platform import (
    Battery,
    Core,
    IdleState,
    Link,
    Memory,
    OperatingPoint,
    Platform,
    Rail,
)
from scheduler.plan import (
    Certificate,
    Crossing,
    Expected,
    GateSetting,
    IdleChoice,
    Placement,
    Plan,
    Requirements,
)
from scheduler.taskgraph import (
    CLASSES,
    Codec,
    CutPoint,
    Edge,
    Gate,
    Operator,
    SampleClass,
    Segment,
    TaskGraph,
)
from simulator.trace import Activity, Trace
from simulator.workload import Workload

RAW_BYTES = 400
"""Of every activation: 100 float32."""
CODED_BYTES = 104
"""The same as int8 with its scale."""


@dataclass(frozen=True, slots=True)
class GateSpec:
    """A gate after a segment."""

    macs: int
    stop_negative: float = 0.5
    stop_positive: float = 0.125
    threshold: float = 0.5
    positive_threshold: float | None = None
    answers: tuple[float, float] = (0.0, 0.0)
    """Of its stops of negatives and of positives, the shares answered "positive"."""


@dataclass(frozen=True, slots=True)
class SegmentSpec:
    """A segment, where it runs, and the codec on the edge to the next one."""

    core: str
    macs: int
    point: str = "fast"
    gate: GateSpec | None = None
    codec: str = "none"
    encode_macs: int = 0
    decode_macs: int = 0


def core(name: str, **changes: object) -> Core:
    """A core that draws 2 W at ``fast`` (1 W static, 1 W dynamic), 0.75 W at ``slow``."""
    plain = Core(
        name=name,
        kind="cpu",
        operating_points=(
            OperatingPoint("fast", 1e9, 1.0, 1.0),
            OperatingPoint("slow", 5e8, 1.0, 0.25),
        ),
        idle_states=(IdleState("sleep", 0.125, 0.0, 100e-9, 0.0, 3e-9, 5e-9),),
        memory=f"{name}-ram",
        switched_capacitance_f=1e-9,
        switch_latency_s=30e-9,
        switch_energy_j=7e-9,
        cost=CyclesLaw({"linear": 1.0}, {}, 0.0, 0.0, 1e12),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def bus(names: Sequence[str], **changes: object) -> Link:
    """A link that carries a byte a nanosecond after 50 ns, for 0.5 nJ a byte."""
    plain = Link("bus", tuple(names), 50e-9, 1e9, 0.5e-9)
    return replace(plain, **changes)  # type: ignore[arg-type]


def chain_plan(
    segments: Sequence[SegmentSpec],
    cores: Sequence[Core] | None = None,
    links: Sequence[Link] | None = None,
    idle: Mapping[str, str] | None = None,
    rail_w: float = 0.0625,
    period_s: float = 10e-6,
    deadline_s: float | None = None,
    positive: float = 0.25,
    accuracy: float = 0.9,
) -> Plan:
    """A plan for the chain ``s0 -> s1 -> ...``, gates called ``g0``, ``g1`` by segment."""
    if cores is None:
        cores = [core(name) for name in dict.fromkeys(spec.core for spec in segments)]
    names = [one.name for one in cores]
    links = [bus(names)] if links is None else links
    platform = Platform(
        name="world",
        description="a test platform",
        cores=tuple(cores),
        memories=tuple(Memory(one.memory, 1 << 20) for one in cores),
        links=tuple(links),
        rail=Rail(rail_w),
        battery=Battery(1000.0, 0.9),
    )
    gates = tuple(
        Gate(
            f"g{i}",
            f"s{i}",
            (work(f"head{i}", spec.gate.macs),),
            spec.gate.threshold,
            _rates(spec.gate),
            spec.gate.positive_threshold,
            None if spec.gate.positive_threshold is None else dict(zip(CLASSES, spec.gate.answers)),  # noqa: B905
        )
        for i, spec in enumerate(segments)
        if spec.gate is not None
    )
    edges = tuple(_edge(i, spec) for i, spec in enumerate(segments[:-1]))
    graph = TaskGraph(
        name="world",
        input_shape=(1, 100),
        input_dtype="float32",
        operators=tuple(work(f"op{i}", spec.macs) for i, spec in enumerate(segments)),
        cut_points=tuple(
            CutPoint(f"op{i}", (1, 100), "float32", RAW_BYTES) for i in range(len(edges))
        ),
        segments=tuple(Segment(f"s{i}", (f"op{i}",)) for i in range(len(segments))),
        edges=edges,
        gates=gates,
    )
    crossings = []
    for edge, sender, receiver in zip(edges, segments, segments[1:], strict=False):
        if sender.core != receiver.core:
            link = platform.link_between(sender.core, receiver.core)
            assert link is not None
            size = edge.codec(sender.codec).wire_bytes
            crossings.append(Crossing(edge.source, edge.target, link.name, sender.codec, size))
    idle = {} if idle is None else idle
    return Plan(
        name="world",
        requirements=Requirements(
            "energy",
            period_s,
            period_s if deadline_s is None else deadline_s,
            0.0,
            {"negative": 1.0 - positive, "positive": positive},
        ),
        placements=tuple(
            Placement(f"s{i}", spec.core, spec.point) for i, spec in enumerate(segments)
        ),
        crossings=tuple(crossings),
        gates=tuple(
            GateSetting(gate.name, gate.threshold, gate.positive_threshold) for gate in gates
        ),
        idle=tuple(
            IdleChoice(one.name, idle.get(one.name, one.idle_states[0].name)) for one in cores
        ),
        expected=Expected(0.0, {}, 0.0, 0.0, 0.0, 0.0, 0.0, {}, accuracy, 0.0),
        certificate=Certificate("hand", "feasible", 0.0, 1.0),
        task_graph=graph,
        platform=platform,
        task_graph_sha256="",
        platform_sha256="",
    )


def work(name: str, macs: int) -> Operator:
    """An operator that takes ``macs`` nanoseconds at ``fast``."""
    return Operator(name, "linear", (), (1, 1), "float32", macs, 0, 4)


def releases(
    times_ns: Sequence[int],
    exits: Sequence[int] | None = None,
    duration_ns: int = 0,
    labels: Sequence[int] | None = None,
) -> Workload:
    """A workload with these release times; by default no gate stops anything."""
    exit_gate = np.array(exits if exits is not None else [-1] * len(times_ns), dtype=np.int16)
    label = np.array(labels if labels is not None else [1] * len(times_ns), dtype=np.int8)
    return Workload(
        release_ns=np.array(times_ns, dtype=np.int64),
        label=label,
        exit_gate=exit_gate,
        answer=np.where(exit_gate < 0, label, 0).astype(np.int8),
        duration_ns=max([duration_ns, *times_ns]),
    )


def _rates(gate: GateSpec) -> dict[SampleClass, float]:
    return {"negative": gate.stop_negative, "positive": gate.stop_positive}


def _edge(index: int, spec: SegmentSpec) -> Edge:
    coded = Codec(
        "int8",
        "int8",
        (1, 100),
        CODED_BYTES,
        encode=(work(f"encode{index}", spec.encode_macs),) if spec.encode_macs else (),
        decode=(work(f"decode{index}", spec.decode_macs),) if spec.decode_macs else (),
    )
    raw = Codec("none", "float32", (1, 100), RAW_BYTES)
    return Edge(f"s{index}", f"s{index + 1}", (1, 100), RAW_BYTES, (raw, coded))


def what_happened(trace: Trace) -> list[tuple[int, int, str, str, int, int]]:
    """(start, end, core or link, activity, segment, sample), in the trace's order."""
    platform, done = trace.plan.platform, trace.activities
    names = [one.name for one in platform.cores] + [one.name for one in platform.links]
    columns = (done.start_ns, done.end_ns, done.resource, done.activity, done.segment, done.sample)
    return [
        (start, end, names[resource], Activity(activity).name, segment, sample)
        for start, end, resource, activity, segment, sample in zip(
            *(column.tolist() for column in columns), strict=True
        )
    ]
