"""A whole network on each core of a platform alone, at each operating point."""

from dataclasses import dataclass, replace
from itertools import pairwise

from devicemodels.cost import (
    NANOSECONDS_PER_SECOND,
    MeasuredTimes,
    UnsupportedOperator,
    duration_ns,
)
from devicemodels.laws.busy import Busy
from devicemodels.platform import Core, OperatingPoint, Platform
from devicemodels.power import work_power_w
from scheduler.infeasible import Infeasible
from scheduler.taskgraph import Operator, TaskGraph, memory_bytes
from scheduler.unsupported import nobody_runs

ENDLESS_HZ = 1e18
"""At this clock computing takes no time, and what is left is what memory takes."""


@dataclass(frozen=True, slots=True)
class PointPrediction:
    """A network on one core at one operating point, awake from its first operator to its last."""

    point: str
    """Name of the operating point."""
    latency_s: float
    """From the first operator to the last answer."""
    energy_j: float
    """Drawn by the core meanwhile; rail, links and wake-ups are not in it."""
    mean_power_w: float
    """Energy over latency; 0 if it takes no time."""


@dataclass(frozen=True, slots=True)
class CorePrediction:
    """A network on one core, or why it cannot run there."""

    core: str
    """Name of the core."""
    kind: str
    """``dsp``, ``cpu`` or ``npu``."""
    points: tuple[PointPrediction, ...]
    """In the order of the platform; empty if the core cannot run the network."""
    refusal: str = ""
    """Why it cannot; empty if it can."""


@dataclass(frozen=True, slots=True)
class LayerTime:
    """One operator on one core at one operating point, the dispatch of the network left out."""

    operator: str
    """Name of the operator."""
    kind: str
    """What it computes."""
    macs: int
    """Multiply-accumulates."""
    cycles: float
    """Of the core's clock, those of its set-up included."""
    time_s: float
    """Waiting included."""
    bound: str
    """What takes longest: ``compute``; ``memory``, for weights above all; or ``set-up``."""


def predictions(graph: TaskGraph, platform: Platform) -> tuple[CorePrediction, ...]:
    """What each core alone would take for one sample of ``graph``; gates and codecs are ignored.

    Raises ``TooLong``.
    """
    return tuple(_on_core(graph, platform, core) for core in platform.cores)


def require_some(graph: TaskGraph, platform: Platform) -> None:
    """Raise ``Infeasible`` if some operator of ``graph`` runs on no core at all."""
    for operator in graph.operators:
        refusals = {}
        for core in platform.cores:
            if isinstance(core.cost, MeasuredTimes):  # it knows no operators, only segments
                return
            try:
                core.cost.busy(core.name, _WORK, (operator,), core.operating_points[0].frequency_hz)
            except UnsupportedOperator as unsupported:
                refusals[core.name] = unsupported
        if len(refusals) == len(platform.cores):
            raise nobody_runs(platform, f"operator '{operator.name}'", refusals)


def require_one(graph: TaskGraph, platform: Platform, found: tuple[CorePrediction, ...]) -> None:
    """Raise ``Infeasible`` if no core can run the whole network."""
    if not any(core.points for core in found):
        require_some(graph, platform)
        raise Infeasible(
            f"no core of platform '{platform.name}' can run network '{graph.name}' alone",
            "; ".join(core.refusal for core in found),
        )


def layer_times(graph: TaskGraph, core: Core, point: OperatingPoint) -> tuple[LayerTime, ...]:
    """Each operator of a network that the core can run; measured times have no operators: ().

    An operator's share is what the network up to it takes more than the network before it, for
    some cores fetch weights ahead; with the dispatch, shares add up to the whole.
    """
    if isinstance(core.cost, MeasuredTimes):
        return ()
    clock = point.frequency_hz
    endless = _shares(graph.operators, core, ENDLESS_HZ)
    rows = []
    for index, share in enumerate(_shares(graph.operators, core, clock)):
        operator = graph.operators[index]
        (empty,) = _shares((_without_work(operator),), core, ENDLESS_HZ)
        takes = {
            "compute": share.cycles / clock,
            "memory": endless[index].stall_s - empty.stall_s,
            "set-up": share.waiting_cycles / clock + empty.stall_s,
        }
        rows.append(
            LayerTime(
                operator.name,
                operator.kind,
                operator.macs,
                share.cycles + share.waiting_cycles,
                share.seconds(clock),
                max(takes, key=lambda what: takes[what]),
            )
        )
    return tuple(rows)


def _without_work(operator: Operator) -> Operator:
    """An operator of the same kind with next to nothing to do: what it waits for is its set-up."""
    return replace(
        operator, output_shape=(1,), output_bytes=1, macs=0, weight_bytes=0, geometry=None
    )


def _shares(operators: tuple[Operator, ...], core: Core, frequency_hz: float) -> list[Busy]:
    """By operator: what it adds to those before it."""
    busy = [
        core.cost.busy(core.name, _WORK, operators[:count], frequency_hz)
        for count in range(len(operators) + 1)
    ]
    return [
        Busy(
            cycles=after.cycles - before.cycles,
            stall_s=after.stall_s - before.stall_s,
            waiting_cycles=after.waiting_cycles - before.waiting_cycles,
        )
        for before, after in pairwise(busy)
    ]


_WORK = "segment:network"
"""The whole network is one piece of work."""


def _on_core(graph: TaskGraph, platform: Platform, core: Core) -> CorePrediction:
    try:
        points = tuple(_at(graph, core, point) for point in core.operating_points)
    except UnsupportedOperator as unsupported:
        refusal = f"core '{core.name}' cannot run network '{graph.name}': {unsupported.reason}"
        return CorePrediction(core.name, core.kind, (), refusal)
    needed = memory_bytes(graph)
    there = platform.memory(core.memory).size_bytes
    if needed > there:
        refusal = (
            f"core '{core.name}' cannot hold network '{graph.name}': weights and activations are "
            f"{needed:,} bytes, memory '{core.memory}' has {there:,}"
        )
        return CorePrediction(core.name, core.kind, (), refusal)
    return CorePrediction(core.name, core.kind, points)


def _at(graph: TaskGraph, core: Core, point: OperatingPoint) -> PointPrediction:
    pieces = [(_WORK, graph.operators)]
    if isinstance(core.cost, MeasuredTimes):
        pieces = [(s.work, graph.segment_operators(s)) for s in graph.segments]
    latency_s = energy_j = 0.0
    for work, operators in pieces:
        time_ns = duration_ns(core.cost, core.name, work, operators, point.frequency_hz)
        time_s = time_ns / NANOSECONDS_PER_SECOND
        latency_s += time_s
        energy_j += work_power_w(core, point, work, operators) * time_s
    mean_w = energy_j / latency_s if latency_s else 0.0
    return PointPrediction(point.name, latency_s, energy_j, mean_w)
