"""The problem table that every algorithm reads: times and energies of all that a plan may do.

Rows are segments, columns are modes (core x operating point). Times are integer nanoseconds,
energies joules; they are computed here once, from the task graph and the platform's laws.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from devicemodels.cost import NANOSECONDS_PER_SECOND
from devicemodels.platform import Platform
from scheduler.gating import GateStates, gate_states, survival
from scheduler.plan import Requirements
from scheduler.taskgraph import GateChoice, TaskGraph


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
class KnobRow:
    """What one way of computing a segment costs."""

    compute: ModeCosts
    """By mode: running the segment."""
    accuracy_loss: float
    """Share of right answers lost."""
    weight_bytes: int
    """Parameters that its core keeps."""
    activation_bytes: int
    """Largest sum of an operator's inputs and output."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The highest values that a plan may have; infinite where nothing is asked."""

    energy_j: float
    """Expected energy per sample; a limit on mean power is one on this."""
    latency_mean_ns: float
    """Expected latency."""
    latency_p99_ns: float
    """99th percentile of the latency of an isolated sample."""
    latency_max_ns: int
    """Worst case: the deadline, and never more than the period, for samples do not overlap."""
    energy_delay_js: float
    """Expected energy per sample times expected latency."""
    loss: float
    """Accuracy lost against the task graph's, by gates, codecs and knobs together."""


@dataclass(frozen=True)
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
    knobs: tuple[tuple[KnobRow, ...], ...]
    """By segment: the ways to compute it; the first is as the network was traced."""
    gate: tuple[ModeCosts | None, ...]
    """By segment: the gate head after it; None where no gate follows."""
    gate_weight_bytes: tuple[int, ...]
    """By segment: parameters of that head, kept if it is used."""
    gate_choices: tuple[GateChoice, ...]
    """Which gates may be used together; at least one choice, of no gates if there are none."""
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
    period_ns: int
    """Time between two releases."""
    limits: Limits
    """What a plan may not exceed."""

    def idle_power(self, idle: Sequence[int]) -> float:
        """Watts that all cores together draw without work, rail not included."""
        return sum(powers[state] for powers, state in zip(self.idle_power_w, idle, strict=True))

    @property
    def floor_j(self) -> float:
        """Energy over one period of the rail and of all cores in their most frugal idle states."""
        resting_w = sum(min(powers) for powers in self.idle_power_w)
        period_s = self.period_ns / NANOSECONDS_PER_SECOND
        return (self.platform.rail.power_w + resting_w) * period_s

    @cached_property
    def gate_states(self) -> GateStates:
        """The choices of gates as an automaton."""
        return gate_states(self.graph, self.requirements.class_prior)

    @cached_property
    def gate_segments(self) -> tuple[int, ...]:
        """By gate of the task graph: index of the segment that it follows."""
        index = {segment.name: s for s, segment in enumerate(self.graph.segments)}
        return tuple(index[gate.segment] for gate in self.graph.gates)

    def uses_gate(self, choice: int) -> tuple[bool, ...]:
        """By segment: whether this choice of gates has a gate in use after it."""
        return self._used[choice]

    def reach(self, choice: int) -> tuple[float, ...]:
        """By segment: share of samples that reach it; one more entry, the share never stopped."""
        return self._reach[choice]

    @cached_property
    def _used(self) -> tuple[tuple[bool, ...], ...]:
        names = [segment.name for segment in self.graph.segments]
        gated = {gate.name: gate.segment for gate in self.graph.gates}
        used = [{gated[use.gate] for use in choice.gates} for choice in self.gate_choices]
        return tuple(tuple(name in those for name in names) for those in used)

    @cached_property
    def _reach(self) -> tuple[tuple[float, ...], ...]:
        rows = []
        for choice, used in zip(self.gate_choices, self._used, strict=True):
            shares = iter(survival(choice.gates, self.requirements.class_prior))
            reach = [next(shares)]
            for stops in used:
                reach.append(next(shares) if stops else reach[-1])
            rows.append(tuple(reach))
        return tuple(rows)
