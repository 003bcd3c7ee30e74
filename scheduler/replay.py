"""Every exit outcome of one sample under a plan, played as a timeline.

The independent checker rests on it, so it reads plan documents and the platform's laws, nothing
that an algorithm computed.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from devicemodels.cost import duration_ns, nanoseconds, transfer_ns
from devicemodels.platform import Core, OperatingPoint
from devicemodels.power import work_power_w
from scheduler.plan import CAUSES, Cause, Plan
from scheduler.taskgraph import CLASSES, Operator, SampleClass


@dataclass(frozen=True, slots=True)
class Outcome:
    """One way in which a sample may end."""

    label: SampleClass
    """Its true class."""
    exit_gate: int | None
    """Index of the gate that stops it; None if none does."""
    probability: float
    """Probability of this class and exit."""
    latency_ns: int
    """From release to answer."""
    energy_j: dict[Cause, float]
    """Energy by cause over one period that starts with the release."""


@dataclass(slots=True)
class _Ledger:
    """Time and energy of one outcome, as they accrue."""

    clock_ns: int
    busy_ns: dict[str, int]
    energy_j: dict[Cause, float]

    def spend(self, cause: Cause, core: str | None, time_ns: int, energy_j: float) -> None:
        self.clock_ns += time_ns
        self.energy_j[cause] += energy_j
        if core is not None:
            self.busy_ns[core] += time_ns


def outcomes(plan: Plan) -> tuple[Outcome, ...]:
    """All outcomes of one sample; their probabilities sum to 1.

    The plan must be sound in structure. Raises ``UnsupportedOperator``.
    """
    exits = (*range(len(plan.task_graph.gates)), None)
    timelines = {exit_gate: _play(plan, exit_gate) for exit_gate in exits}
    return tuple(
        Outcome(label, exit_gate, probability, *timelines[exit_gate])
        for label in CLASSES
        for exit_gate, probability in _exit_probabilities(plan, label)
    )


def _exit_probabilities(plan: Plan, label: SampleClass) -> Iterator[tuple[int | None, float]]:
    reaching = plan.requirements.class_prior[label]
    for g, gate in enumerate(plan.task_graph.gates):
        yield g, reaching * gate.stop_rate[label]
        reaching *= 1.0 - gate.stop_rate[label]
    yield None, reaching


def _play(plan: Plan, exit_gate: int | None) -> tuple[int, dict[Cause, float]]:
    """Latency and energy by cause of a sample that ``exit_gate`` stops."""
    ledger = _Ledger(0, {core.name: 0 for core in plan.platform.cores}, dict.fromkeys(CAUSES, 0.0))
    last_gate = None if exit_gate is None else plan.task_graph.gates[exit_gate].name
    previous: tuple[str, str, str] | None = None
    for segment in plan.task_graph.segments:
        placement = plan.placement(segment.name)
        core, point = _core(plan, placement.core, placement.operating_point)
        _arrive(plan, ledger, previous, (segment.name, core.name, point.name))
        operators = plan.task_graph.segment_operators(segment)
        _run(ledger, "compute", core, point, segment.work, operators)
        gate = plan.task_graph.gate_after(segment.name)
        if gate is not None:
            _run(ledger, "gate", core, point, f"gate:{gate.name}", gate.operators)
            if gate.name == last_gate:
                break
        previous = segment.name, core.name, point.name
    latency_ns = ledger.clock_ns
    period_s = plan.requirements.period_s
    ledger.energy_j["rail"] = plan.platform.rail.power_w * period_s
    for core in plan.platform.cores:
        idle_s = period_s - ledger.busy_ns[core.name] / 1e9
        ledger.energy_j["idle"] += _idle_state_power_w(plan, core) * idle_s
    return latency_ns, ledger.energy_j


def _arrive(
    plan: Plan,
    ledger: _Ledger,
    previous: tuple[str, str, str] | None,
    here: tuple[str, str, str],
) -> None:
    """Bring the sample to the core of its next segment, awake and at its operating point."""
    segment, core_name, point_name = here
    core, point = _core(plan, core_name, point_name)
    if previous is None:
        _wake(plan, ledger, core)
        return
    sender_segment, sender_name, sender_point_name = previous
    if sender_name == core_name:
        if sender_point_name != point_name:
            time_ns = nanoseconds(core.switch_latency_s)
            ledger.spend("switch", core_name, time_ns, core.switch_energy_j)
        return
    crossing = plan.crossing(sender_segment, segment)
    if crossing is None:
        raise ValueError(f"no crossing from '{sender_segment}' to '{segment}'")
    edge = next(e for e in plan.task_graph.edges if e.target == segment)
    codec = edge.codec(crossing.codec)
    sender, sender_point = _core(plan, sender_name, sender_point_name)
    work = f"{edge.name}/{codec.name}"
    _run(ledger, "codec", sender, sender_point, f"encode:{work}", codec.encode)
    link = next(candidate for candidate in plan.platform.links if candidate.name == crossing.link)
    time_ns = transfer_ns(link.latency_s, link.bandwidth_bytes_per_s, crossing.wire_bytes)
    ledger.spend("link", None, time_ns, link.energy_j_per_byte * crossing.wire_bytes)
    _wake(plan, ledger, core)
    _run(ledger, "codec", core, point, f"decode:{work}", codec.decode)


def _wake(plan: Plan, ledger: _Ledger, core: Core) -> None:
    chosen = plan.idle_state(core.name)
    state = next(candidate for candidate in core.idle_states if candidate.name == chosen)
    energy_j = state.exit_energy_j + state.entry_energy_j
    ledger.spend("wake", core.name, nanoseconds(state.exit_latency_s), energy_j)


def _run(
    ledger: _Ledger,
    cause: Cause,
    core: Core,
    point: OperatingPoint,
    work: str,
    operators: tuple[Operator, ...],
) -> None:
    if operators or cause != "codec":
        time_ns = duration_ns(core.cost, core.name, work, operators, point.frequency_hz)
        power_w = work_power_w(core, point, work, operators)
        ledger.spend(cause, core.name, time_ns, power_w * time_ns / 1e9)


def _core(plan: Plan, core_name: str, point_name: str) -> tuple[Core, OperatingPoint]:
    core = plan.platform.core(core_name)
    return core, next(point for point in core.operating_points if point.name == point_name)


def _idle_state_power_w(plan: Plan, core: Core) -> float:
    chosen = plan.idle_state(core.name)
    return next(state.power_w for state in core.idle_states if state.name == chosen)
