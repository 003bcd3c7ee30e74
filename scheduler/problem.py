"""The problem table that every algorithm reads: times and energies of all that a plan may do.

Rows are segments, columns are modes (core x operating point). Times are integer nanoseconds,
energies joules; they are computed here once, from the task graph and the platform's laws.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from devicemodels.cost import (
    NANOSECONDS_PER_SECOND,
    UnsupportedOperator,
    duration_ns,
    nanoseconds,
    transfer_ns,
)
from devicemodels.platform import Core, OperatingPoint, Platform
from devicemodels.power import active_power_w
from scheduler.infeasible import Infeasible
from scheduler.plan import Requirements
from scheduler.taskgraph import CLASSES, Codec, Operator, SampleClass, TaskGraph


@dataclass(frozen=True, slots=True)
class Mode:
    """A core at an operating point, by their indices in the platform."""

    core: int
    """Index into ``platform.cores``."""
    point: int
    """Index into that core's ``operating_points``."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one piece of work takes."""

    time_ns: int
    """How long it holds its core or link."""
    energy_j: float
    """What is drawn meanwhile, in place of idle power."""


NOTHING = Cost(0, 0.0)

ModeCosts = tuple[Cost | None, ...]
"""One entry a mode; None where the core cannot do the work."""


@dataclass(frozen=True, slots=True)
class CodecRow:
    """What one codec costs on one edge."""

    encode: ModeCosts
    """By the mode of the sending segment."""
    decode: ModeCosts
    """By the mode of the receiving segment."""
    transfer: tuple[Cost, ...]
    """By link."""
    accuracy_loss: float
    """Share of right answers lost."""
    encode_weight_bytes: int
    """Parameters that the sending core keeps."""
    decode_weight_bytes: int
    """Parameters that the receiving core keeps."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Everything an algorithm needs, and nothing that it does not."""

    name: str
    """Name of the scenario or network."""
    graph: TaskGraph
    """What is planned."""
    platform: Platform
    """What it is planned for."""
    requirements: Requirements
    """What the plan must meet."""
    modes: tuple[Mode, ...]
    """Columns of the table."""
    compute: tuple[ModeCosts, ...]
    """By segment: running it."""
    gate: tuple[ModeCosts, ...]
    """By segment: the gate head after it; ``NOTHING`` where no gate follows."""
    codecs: tuple[tuple[CodecRow, ...], ...]
    """By edge and codec."""
    link: tuple[tuple[int | None, ...], ...]
    """By sending and receiving core: index of the link between them."""
    wake: tuple[tuple[Cost, ...], ...]
    """By core and idle state: the exit, with the energy of the entry that follows the work."""
    idle_power_w: tuple[tuple[float, ...], ...]
    """By core and idle state."""
    switch: tuple[Cost, ...]
    """By core: changing the operating point while awake."""
    reach: tuple[float, ...]
    """By segment: share of samples that reach it; one more entry, the share that no gate stops."""
    weight_bytes: tuple[int, ...]
    """By segment: parameters, those of the gate after it included."""
    activation_bytes: tuple[int, ...]
    """By segment: largest sum of an operator's inputs and output."""
    period_ns: int
    """Time between two releases."""
    deadline_ns: int
    """Longest allowed latency."""
    loss_budget: float
    """Largest allowed sum of the codecs' accuracy losses."""

    def idle_power(self, idle: Sequence[int]) -> float:
        """Watts that all cores together draw without work, rail not included."""
        return sum(powers[state] for powers, state in zip(self.idle_power_w, idle, strict=True))


def survival(graph: TaskGraph, class_prior: Mapping[SampleClass, float]) -> tuple[float, ...]:
    """Share of samples that reach each segment, and, last, the share that no gate stops.

    Stop rates are among those reaching a gate, by class, so the product within a class is exact
    whatever the correlation between the gates.
    """
    passing = {label: class_prior[label] for label in CLASSES}
    reach = []
    for segment in graph.segments:
        reach.append(sum(passing.values()))
        gate = graph.gate_after(segment.name)
        if gate is not None:
            passing = {c: mass * (1.0 - gate.stop_rate[c]) for c, mass in passing.items()}
    reach.append(sum(passing.values()))
    return tuple(reach)


def make_problem(
    name: str, graph: TaskGraph, platform: Platform, requirements: Requirements
) -> Problem:
    """Build the table for a chain of segments.

    Raises ``Infeasible`` if the graph is not a chain, or if no core can run some segment.
    """
    if not graph.is_chain:
        raise Infeasible(
            f"task graph '{graph.name}' is not a chain of segments",
            "plan a network that was linearised at its cut points, as `trace` does",
        )
    modes = tuple(
        Mode(c, p)
        for c, core in enumerate(platform.cores)
        for p, _ in enumerate(core.operating_points)
    )
    table = _CostTable(platform, modes)
    compute, gate = [], []
    for segment in graph.segments:
        operators = graph.segment_operators(segment)
        head = graph.gate_after(segment.name)
        runs = table.required(f"segment:{segment.name}", operators)
        gates: ModeCosts = (NOTHING,) * len(modes)
        if head is not None:
            gates = table.required(f"gate:{head.name}", head.operators)
            _require_common_core(platform, modes, segment.name, runs, gates)
        compute.append(runs)
        gate.append(gates)
    return Problem(
        name=name,
        graph=graph,
        platform=platform,
        requirements=requirements,
        modes=modes,
        compute=tuple(compute),
        gate=tuple(gate),
        codecs=tuple(
            tuple(table.codec(edge.name, codec) for codec in edge.codecs) for edge in graph.edges
        ),
        link=_links(platform),
        wake=tuple(
            tuple(
                Cost(nanoseconds(s.exit_latency_s), s.exit_energy_j + s.entry_energy_j)
                for s in core.idle_states
            )
            for core in platform.cores
        ),
        idle_power_w=tuple(
            tuple(state.power_w for state in core.idle_states) for core in platform.cores
        ),
        switch=tuple(
            Cost(nanoseconds(c.switch_latency_s), c.switch_energy_j) for c in platform.cores
        ),
        reach=survival(graph, requirements.class_prior),
        weight_bytes=tuple(_weight_bytes(graph, s.name) for s in graph.segments),
        activation_bytes=_activation_bytes(graph),
        period_ns=nanoseconds(requirements.period_s),
        deadline_ns=nanoseconds(requirements.deadline_s),
        loss_budget=graph.accuracy - requirements.accuracy_floor,
    )


@dataclass(frozen=True, slots=True)
class _CostTable:
    """Costs of one piece of work in every mode."""

    platform: Platform
    modes: tuple[Mode, ...]

    def required(self, work: str, operators: tuple[Operator, ...]) -> ModeCosts:
        """Costs of work that must run somewhere; raises ``Infeasible`` if no core can."""
        costs: list[Cost | None] = []
        reasons = {}
        for mode in self.modes:
            core, point = self._core(mode)
            try:
                costs.append(_cost(core, point, work, operators))
            except UnsupportedOperator as unsupported:
                costs.append(None)
                reasons[core.name] = str(unsupported)
        if all(cost is None for cost in costs):
            raise Infeasible(
                f"no core of platform '{self.platform.name}' can run {work}",
                "; ".join(reasons.values()),
            )
        return tuple(costs)

    def codec(self, edge: str, codec: Codec) -> CodecRow:
        return CodecRow(
            encode=self._optional(f"encode:{edge}/{codec.name}", codec.encode),
            decode=self._optional(f"decode:{edge}/{codec.name}", codec.decode),
            transfer=tuple(
                Cost(
                    transfer_ns(link.latency_s, link.bandwidth_bytes_per_s, codec.wire_bytes),
                    link.energy_j_per_byte * codec.wire_bytes,
                )
                for link in self.platform.links
            ),
            accuracy_loss=codec.accuracy_loss,
            encode_weight_bytes=sum(operator.weight_bytes for operator in codec.encode),
            decode_weight_bytes=sum(operator.weight_bytes for operator in codec.decode),
        )

    def _optional(self, work: str, operators: tuple[Operator, ...]) -> ModeCosts:
        if not operators:
            return (NOTHING,) * len(self.modes)
        costs: list[Cost | None] = []
        for mode in self.modes:
            try:
                costs.append(_cost(*self._core(mode), work, operators))
            except UnsupportedOperator:
                costs.append(None)
        return tuple(costs)

    def _core(self, mode: Mode) -> tuple[Core, OperatingPoint]:
        core = self.platform.cores[mode.core]
        return core, core.operating_points[mode.point]


def _cost(core: Core, point: OperatingPoint, work: str, operators: tuple[Operator, ...]) -> Cost:
    time_ns = duration_ns(core.cost, core.name, work, operators, point.frequency_hz)
    return Cost(time_ns, active_power_w(core, point) * time_ns / NANOSECONDS_PER_SECOND)


def _require_common_core(
    platform: Platform, modes: tuple[Mode, ...], segment: str, runs: ModeCosts, gates: ModeCosts
) -> None:
    """A gate decides on the core of its segment, so one core must be able to run both."""
    if any(run is not None and gate is not None for run, gate in zip(runs, gates, strict=True)):
        return
    raise Infeasible(
        f"no core of platform '{platform.name}' can run both segment '{segment}' and its gate",
        f"{len(modes)} modes tried",
    )


def _links(platform: Platform) -> tuple[tuple[int | None, ...], ...]:
    index = {link.name: i for i, link in enumerate(platform.links)}
    rows = []
    for source in platform.cores:
        links = [platform.link_between(source.name, target.name) for target in platform.cores]
        rows.append(tuple(None if link is None else index[link.name] for link in links))
    return tuple(rows)


def _weight_bytes(graph: TaskGraph, segment: str) -> int:
    chosen = next(s for s in graph.segments if s.name == segment)
    head = graph.gate_after(segment)
    operators = graph.segment_operators(chosen) + (head.operators if head else ())
    return sum(operator.weight_bytes for operator in operators)


def _activation_bytes(graph: TaskGraph) -> tuple[int, ...]:
    sizes = {operator.name: operator.output_bytes for operator in graph.operators}
    return tuple(
        max(
            operator.output_bytes + sum(sizes.get(name, 0) for name in operator.inputs)
            for operator in graph.segment_operators(segment)
        )
        for segment in graph.segments
    )
