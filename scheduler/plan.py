"""The plan: which segment runs where and how, with what it is expected to cost.

A ``Plan`` is a frozen value and a document (``wakepath/plan@1``). It embeds the task graph and
the platform that it was made for, so that it can be checked, simulated and executed alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from devicemodels.documents.files import WRITTEN_IF_PRESENT
from devicemodels.documents.quantities import Joules, JouleSeconds, Seconds, Share, Watts
from devicemodels.platform import Platform
from scheduler.taskgraph import SampleClass, TaskGraph

Objective = Literal[
    "energy", "mean_power", "latency_mean", "latency_p99", "latency_max", "energy_delay_product"
]
"""What is minimised, of the figures in ``Expected`` that have these names."""

Cause = Literal["compute", "gate", "codec", "link", "wake", "idle", "switch", "rail"]
"""Every joule has exactly one."""

CAUSES: tuple[Cause, ...] = (
    "compute",
    "gate",
    "codec",
    "link",
    "wake",
    "idle",
    "switch",
    "rail",
)


@dataclass(frozen=True, slots=True)
class Requirements:
    """What the plan was made to meet."""

    objective: Objective
    """What is minimised."""
    period_s: Seconds
    """Time between two releases."""
    deadline_s: Seconds
    """Longest allowed latency of any sample, not above the period."""
    accuracy_floor: Share
    """Lowest allowed expected accuracy."""
    class_prior: Mapping[SampleClass, float]
    """Share of samples of each class; sums to 1."""
    recall_floor: Share = 0.0
    """Lowest allowed recall of the gates chosen."""
    energy_limit_j: Joules | None = None
    """Highest allowed expected energy per sample."""
    mean_power_limit_w: Watts | None = None
    """Highest allowed mean power of the device."""
    latency_mean_limit_s: Seconds | None = None
    """Longest allowed expected latency."""
    latency_p99_limit_s: Seconds | None = None
    """Longest allowed 99th percentile of the latency of an isolated sample."""
    energy_delay_limit_js: JouleSeconds | None = None
    """Highest allowed energy-delay product."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a segment (with the gate after it) runs."""

    segment: str
    """Name of the segment."""
    core: str
    """Name of the core."""
    operating_point: str
    """Name of one of the core's operating points."""
    knob: str = ""
    """Knob that the segment is computed with; empty as the network was traced."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """How an activation passes from a segment to the next one on another core."""

    source: str
    """Segment that writes the activation."""
    target: str
    """Segment that reads it."""
    link: str
    """Name of the link."""
    codec: str
    """Name of the edge's codec."""
    wire_bytes: int
    """Bytes that cross, header included."""

    @property
    def edge(self) -> str:
        """Name of the edge that crosses."""
        return f"{self.source}->{self.target}"


@dataclass(frozen=True, slots=True)
class GateSetting:
    """How a gate is used."""

    gate: str
    """Name of the gate."""
    threshold: float
    """A sample whose score is below it stops, as "negative"."""
    positive_threshold: float | None = field(default=None, metadata=WRITTEN_IF_PRESENT)
    """A sample whose score is at least this ends here, as "positive"; None: none does."""


@dataclass(frozen=True, slots=True)
class IdleChoice:
    """What a core does without work: the fixed policy, entering one idle state at once."""

    core: str
    """Name of the core."""
    idle_state: str
    """Name of one of the core's idle states."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What the planner expects of one sample, over all exit outcomes, and over its period."""

    energy_per_sample_j: Joules
    """Expected energy between two releases, idle and rail included."""
    energy_by_cause_j: Mapping[Cause, Joules]
    """The same by cause; sums to ``energy_per_sample_j``."""
    mean_power_w: Watts
    """Energy per sample over the period."""
    latency_mean_s: Seconds
    """Expected latency."""
    latency_p99_s: Seconds
    """What an isolated sample does not exceed with a probability of 0.99."""
    latency_max_s: Seconds
    """Latency of a sample that no gate stops."""
    energy_delay_product_js: JouleSeconds
    """Energy per sample times expected latency."""
    stop_rate_by_gate: Mapping[str, float]
    """Share that ends at each gate among those reaching it, whatever the answer."""
    accuracy: float
    """Expected share of right answers, from validation data: that of the gates chosen, less the
    losses of codecs and knobs."""
    recall: float
    """Expected share of the positives answered "positive": that of the gates chosen."""

    def value(self, objective: Objective) -> float:
        """The figure that an objective names, in its SI unit."""
        match objective:
            case "energy":
                return self.energy_per_sample_j
            case "mean_power":
                return self.mean_power_w
            case "latency_mean":
                return self.latency_mean_s
            case "latency_p99":
                return self.latency_p99_s
            case "latency_max":
                return self.latency_max_s
            case "energy_delay_product":
                return self.energy_delay_product_js


@dataclass(frozen=True, slots=True)
class Certificate:
    """How good the plan is known to be."""

    method: str
    """The algorithm, in the registry's name."""
    status: Literal["optimal", "feasible"]
    """``optimal``: proved by an exact method; ``feasible``: no proof."""
    lower_bound: float
    """No plan has a lower objective value, in its SI unit."""
    gap: float
    """(objective - lower bound) / objective; 0 for a plan proved optimal."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A complete, self-contained answer to a planning problem."""

    name: str
    """Name of the scenario or of the network."""
    requirements: Requirements
    """What it was made to meet."""
    placements: tuple[Placement, ...]
    """One a segment, in the task graph's order."""
    crossings: tuple[Crossing, ...]
    """One an edge whose two segments run on different cores, in order."""
    gates: tuple[GateSetting, ...]
    """One a gate in use, in order."""
    idle: tuple[IdleChoice, ...]
    """One a core of the platform, in order."""
    expected: Expected
    """What it should cost."""
    certificate: Certificate
    """How good it is."""
    task_graph: TaskGraph
    """What is planned, with the gates and knobs that were chosen and no others."""
    platform: Platform
    """What it is planned for."""
    task_graph_sha256: str
    """Hash of the embedded task graph."""
    platform_sha256: str
    """Hash of the embedded platform."""
    version: Literal["wakepath/plan@1"] = "wakepath/plan@1"
    """Version of the document."""

    @property
    def objective_value(self) -> float:
        """The figure that was minimised, in its SI unit."""
        return self.expected.value(self.requirements.objective)

    @property
    def codecs(self) -> dict[str, str]:
        """Codec by the name of the edge that crosses."""
        return {crossing.edge: crossing.codec for crossing in self.crossings}

    def placement(self, segment: str) -> Placement:
        """Where the segment of that name runs; ``KeyError`` if it is not placed."""
        for placement in self.placements:
            if placement.segment == segment:
                return placement
        raise KeyError(segment)

    def crossing(self, source: str, target: str) -> Crossing | None:
        """How the activation crosses between two segments; None if it stays on its core."""
        for crossing in self.crossings:
            if (crossing.source, crossing.target) == (source, target):
                return crossing
        return None

    def setting(self, gate: str) -> GateSetting:
        """How the gate of that name is used; ``KeyError`` if it is not set."""
        for setting in self.gates:
            if setting.gate == gate:
                return setting
        raise KeyError(gate)

    def idle_state(self, core: str) -> str:
        """The idle state of the core of that name; ``KeyError`` if none is chosen."""
        for choice in self.idle:
            if choice.core == core:
                return choice.idle_state
        raise KeyError(core)
