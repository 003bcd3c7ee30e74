"""Builds the problem table: all costs of a chain on a platform, computed once.

Times and energies come from the task graph and the platform's laws; durations are rounded here.
"""

from dataclasses import dataclass, replace
from math import inf

from devicemodels.cost import (
    NANOSECONDS_PER_SECOND,
    UnsupportedOperator,
    duration_ns,
    nanoseconds,
    transfer_ns,
)
from devicemodels.platform import Core, OperatingPoint, Platform
from devicemodels.power import work_power_w
from scheduler.gating import gate_choices
from scheduler.infeasible import Infeasible
from scheduler.plan import Requirements
from scheduler.problem import (
    NOTHING,
    CodecRow,
    Cost,
    KnobRow,
    Limits,
    Mode,
    ModeCosts,
    Problem,
)
from scheduler.taskgraph import (
    Codec,
    Gate,
    GateChoice,
    Knob,
    Operator,
    Segment,
    TaskGraph,
    largest_activation_bytes,
)
from scheduler.tolerance import ACCURACY_SLACK, LIMIT_RELATIVE
from scheduler.unsupported import nobody_runs


def make_problem(
    name: str, graph: TaskGraph, platform: Platform, requirements: Requirements
) -> Problem:
    """Build the table for a chain of segments.

    Raises ``Infeasible`` if the graph is not a chain, if no core can run some segment, or if no
    choice of gates reaches the recall floor; ``ValueError`` if the choices contradict themselves.
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
    graph = replace(graph, gate_choices=_with_recall(graph, requirements.recall_floor))
    heads = tuple(graph.gate_after(segment.name) for segment in graph.segments)
    knobs = tuple(table.knobs(graph, segment) for segment in graph.segments)
    gate = tuple(None if head is None else table.gate(head) for head in heads)
    _require_common_core(platform, graph, knobs, gate)
    return Problem(
        name=name,
        graph=graph,
        platform=platform,
        requirements=requirements,
        modes=modes,
        knobs=knobs,
        gate=gate,
        gate_weight_bytes=tuple(
            0 if head is None else sum(o.weight_bytes for o in head.operators) for head in heads
        ),
        gate_choices=gate_choices(graph),
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
        period_ns=nanoseconds(requirements.period_s),
        limits=_limits(graph, requirements),
    )


def _limits(graph: TaskGraph, required: Requirements) -> Limits:
    def at_most(value: float | None, scale: float = 1.0) -> float:
        return inf if value is None else value * scale * (1.0 + LIMIT_RELATIVE)

    return Limits(
        energy_j=min(
            at_most(required.energy_limit_j),
            at_most(required.mean_power_limit_w, required.period_s),
        ),
        latency_mean_ns=at_most(required.latency_mean_limit_s, NANOSECONDS_PER_SECOND),
        latency_p99_ns=at_most(required.latency_p99_limit_s, NANOSECONDS_PER_SECOND),
        latency_max_ns=min(nanoseconds(required.deadline_s), nanoseconds(required.period_s)),
        energy_delay_js=at_most(required.energy_delay_limit_js),
        loss=graph.accuracy - required.accuracy_floor + ACCURACY_SLACK,
    )


def _with_recall(graph: TaskGraph, floor: float) -> tuple[GateChoice, ...]:
    """The choices of gates that reach the recall floor."""
    choices = gate_choices(graph)
    kept = tuple(c for c in choices if c.recall >= floor - ACCURACY_SLACK)
    if not kept:
        best = max(choice.recall for choice in choices)
        raise Infeasible(
            f"no choice of gates of '{graph.name}' reaches the recall floor of {floor:.2%}",
            f"the best has {best:.2%}, {floor - best:.2%} less; lower the floor or train it better",
        )
    return kept


@dataclass(frozen=True, slots=True)
class _CostTable:
    """Costs of one piece of work in every mode."""

    platform: Platform
    modes: tuple[Mode, ...]

    def required(self, work: str, operators: tuple[Operator, ...]) -> ModeCosts:
        """Costs of work that must run somewhere; raises ``Infeasible`` if no core can."""
        costs: list[Cost | None] = []
        refusals = {}
        for mode in self.modes:
            core, point = self._core(mode)
            try:
                costs.append(_cost(core, point, work, operators))
            except UnsupportedOperator as unsupported:
                costs.append(None)
                refusals[core.name] = unsupported
        if all(cost is None for cost in costs):
            raise nobody_runs(self.platform, work, refusals)
        return tuple(costs)

    def knobs(self, graph: TaskGraph, segment: Segment) -> tuple[KnobRow, ...]:
        """The ways to compute a segment, as it stands first."""
        operators = graph.segment_operators(segment)
        rows = [self._knob(graph, segment.work, operators, operators, 0.0)]
        for knob in segment.knobs:
            _check_knob(graph, segment, knob, operators[-1])
            work = replace(segment, knob=knob.name).work
            rows.append(self._knob(graph, work, knob.operators, operators, knob.accuracy_loss))
        return tuple(rows)

    def _knob(
        self,
        graph: TaskGraph,
        work: str,
        operators: tuple[Operator, ...],
        traced: tuple[Operator, ...],
        loss: float,
    ) -> KnobRow:
        sizes = {o.name: o.output_bytes for o in (*graph.operators, *operators)}
        costs = self.required if operators is traced else self._optional
        return KnobRow(
            compute=costs(work, operators),
            accuracy_loss=loss,
            weight_bytes=sum(o.weight_bytes for o in operators),
            activation_bytes=largest_activation_bytes(operators, sizes),
        )

    def gate(self, head: Gate) -> ModeCosts:
        """The head of a gate; every mode is None where no core can run it."""
        return self._optional(f"gate:{head.name}", head.operators)

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
    power_w = work_power_w(core, point, work, operators)
    return Cost(time_ns, power_w * time_ns / NANOSECONDS_PER_SECOND)


def _require_common_core(
    platform: Platform,
    graph: TaskGraph,
    knobs: tuple[tuple[KnobRow, ...], ...],
    gates: tuple[ModeCosts | None, ...],
) -> None:
    """A gate decides on the core of its segment: some core must run both, if it must be used."""
    avoidable = [
        {gate.name for gate in graph.gates} - {use.gate for use in choice.gates}
        for choice in gate_choices(graph)
    ]
    for segment, rows, gate in zip(graph.segments, knobs, gates, strict=True):
        head = graph.gate_after(segment.name)
        if gate is None or head is None or any(head.name in names for names in avoidable):
            continue
        if not any(
            run is not None and decide is not None
            for row in rows
            for run, decide in zip(row.compute, gate, strict=True)
        ):
            raise Infeasible(
                f"no core of platform '{platform.name}' can run both segment '{segment.name}' and "
                f"its gate '{head.name}'",
                f"{len(gate)} modes tried",
            )


def _check_knob(graph: TaskGraph, segment: Segment, knob: Knob, last: Operator) -> None:
    """What follows a segment reads its last operator, whatever the knob."""
    ends = knob.operators[-1] if knob.operators else None
    if (
        not knob.name
        or ends is None
        or (ends.name, ends.output_shape)
        != (
            last.name,
            last.output_shape,
        )
    ):
        raise ValueError(
            f"segment '{segment.name}' of '{graph.name}': knob '{knob.name}' must have a name and "
            f"end in operator '{last.name}' with shape {last.output_shape}"
        )


def _links(platform: Platform) -> tuple[tuple[int | None, ...], ...]:
    index = {link.name: i for i, link in enumerate(platform.links)}
    rows = []
    for source in platform.cores:
        links = [platform.link_between(source.name, target.name) for target in platform.cores]
        rows.append(tuple(None if link is None else index[link.name] for link in links))
    return tuple(rows)
