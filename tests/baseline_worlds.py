"""Small chains with round numbers for the tests of baselines.

One MAC takes one cycle and 1 MHz is a cycle a microsecond: times can be added in one's head.
"""

from collections.abc import Sequence
from itertools import pairwise

from devicemodels.cost import CyclesLaw
from devicemodels.platform import Core, IdleState, Link, Memory, OperatingPoint, Platform, Rail
from scheduler.plan import Objective, Requirements
from scheduler.problem import Problem
from scheduler.tabulation import make_problem
from scheduler.taskgraph import Codec, Edge, Gate, GateChoice, Operator, Segment, TaskGraph

AWAKE = IdleState("awake", 1e-6, 0.0, 0.0, 0.0, 0.0, 0.0)
"""Costs a microwatt and no time to leave."""


def point(name: str, megahertz: float, microwatts: float) -> OperatingPoint:
    """Draws exactly ``microwatts`` while it works."""
    return OperatingPoint(name, megahertz * 1e6, 1.0, microwatts * 1e-6)


def core(
    name: str,
    points: Sequence[OperatingPoint],
    kinds: Sequence[str] = ("conv", "linear"),
    idle: Sequence[IdleState] = (AWAKE,),
) -> Core:
    law = CyclesLaw(
        cycles_per_mac=dict.fromkeys(kinds, 1.0),
        cycles_per_element=dict.fromkeys(("quantise", "dequantise"), 0.0),
        cycles_per_operator=0.0,
        cycles_per_dispatch=0.0,
        weight_bandwidth_bytes_per_s=1e12,
    )
    return Core(name, "cpu", tuple(points), tuple(idle), f"{name}-ram", 0.0, 0.0, 0.0, law)


def platform(cores: Sequence[Core], memory_bytes: int = 1_000_000) -> Platform:
    """One byte takes a microsecond and 1 nJ to cross, whoever sends it."""
    names = tuple(one.name for one in cores)
    links = (Link("bus", names, 0.0, 1e6, 1e-9),) if len(cores) > 1 else ()
    memories = tuple(Memory(f"{name}-ram", memory_bytes) for name in names)
    return Platform("small", "for tests", tuple(cores), memories, links, Rail(0.0))


def operator(name: str, macs: int, kind: str = "conv", weight_bytes: int = 0) -> Operator:
    return Operator(name, kind, ("input",), (1, 1), "float32", macs, weight_bytes, 4)  # type: ignore[arg-type]


def chain(
    macs: Sequence[int],
    sent_bytes: Sequence[int],
    *,
    kinds: Sequence[str] = (),
    int8: bool = False,
    gates: Sequence[Gate] = (),
    choices: Sequence[GateChoice] = (),
) -> TaskGraph:
    """Segment s has ``macs[s]`` MACs and sends ``sent_bytes[s]`` raw, a quarter of it as int8."""
    kinds = kinds or ("conv",) * len(macs)
    operators = tuple(
        operator(f"o{s}", count, kind)
        for s, (count, kind) in enumerate(zip(macs, kinds, strict=True))
    )
    edges = []
    for s, (source, target) in enumerate(pairwise(range(len(macs)))):
        size = sent_bytes[s]
        codecs = [Codec("none", "float32", (1, size // 4), size)]
        if int8:
            quantise = operator("q", 0, "quantise"), operator("d", 0, "dequantise")
            codecs.append(
                Codec("int8", "int8", (1, size // 4), size // 4, quantise[:1], quantise[1:], 0.01)
            )
        edges.append(Edge(f"s{source}", f"s{target}", (1, size // 4), size, tuple(codecs)))
    return TaskGraph(
        name="small",
        input_shape=(1, 1),
        input_dtype="float32",
        operators=operators,
        cut_points=(),
        segments=tuple(Segment(f"s{s}", (f"o{s}",)) for s in range(len(macs))),
        edges=tuple(edges),
        gates=tuple(gates),
        gate_choices=tuple(choices),
        accuracy=0.95,
    )


def gate(
    segment: int, macs: int, negative: float, positive: float = 0.0, kind: str = "linear"
) -> Gate:
    head = operator(f"g{segment}/head", macs, kind)
    rates = {"negative": negative, "positive": positive}
    return Gate(f"g{segment}", f"s{segment}", (head,), 0.5, rates)  # type: ignore[arg-type]


def problem(
    graph: TaskGraph,
    device: Platform,
    *,
    deadline_us: float,
    period_us: float = 10_000.0,
    objective: Objective = "energy",
    accuracy_floor: float = 0.9,
    negative: float = 0.5,
) -> Problem:
    prior = {"negative": negative, "positive": 1.0 - negative}
    required = Requirements(
        objective,
        period_us * 1e-6,
        deadline_us * 1e-6,
        accuracy_floor,
        prior,  # type: ignore[arg-type]
    )
    return make_problem("small", graph, device, required)


def placed(table: Problem, modes: Sequence[int]) -> list[str]:
    """Modes as people write them: ``core/point``."""
    cores = table.platform.cores
    return [
        f"{cores[mode.core].name}/{cores[mode.core].operating_points[mode.point].name}"
        for mode in (table.modes[m] for m in modes)
    ]
