"""What a platform is: cores with operating points and idle states, memories, links, the rail.

Every value is a frozen dataclass in SI units. A platform file (YAML) writes the same fields with
units and a source for each number; the sources travel in ``Platform.provenance``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from devicemodels.cost import CostLaw
from devicemodels.documents.files import WRITTEN_IF_PRESENT
from devicemodels.documents.quantities import (
    Bytes,
    BytesPerSecond,
    Farads,
    Hertz,
    Joules,
    JoulesPerByte,
    Seconds,
    Share,
    Volts,
    Watts,
)

CoreKind = Literal["dsp", "cpu", "npu"]
ProvenanceKind = Literal["measured", "datasheet", "fitted", "estimated"]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a number comes from."""

    kind: ProvenanceKind
    """How the number came about."""
    citation: str
    """The publication, datasheet or procedure, so that a reader finds it again."""
    tolerance: Share | None = None
    """Relative uncertainty, where it is known."""


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """A frequency and voltage that a core can run at (device tree: ``operating-points-v2``)."""

    name: str
    """Unique within its core."""
    frequency_hz: Hertz
    """Clock."""
    voltage_v: Volts
    """Supply voltage at that clock."""
    static_power_w: Watts
    """What the core draws while it is awake, whatever it computes."""


@dataclass(frozen=True, slots=True)
class IdleState:
    """A state without work (device tree ``idle-states``, Zephyr ``power-states``)."""

    name: str
    """Unique within its core; Zephyr's names where they fit."""
    power_w: Watts
    """What the core draws while it stays there, its retained memory included."""
    entry_latency_s: Seconds
    """Part of ``min_residency_s``; work that arrives meanwhile waits for the exit only."""
    exit_latency_s: Seconds
    """From the arrival of work to the first instruction."""
    min_residency_s: Seconds
    """The shortest stay that saves energy, entry included."""
    entry_energy_j: Joules
    """Spent at the instant of entry."""
    exit_energy_j: Joules
    """Spent during the exit, in place of ``power_w``."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Memory of one core, for weights and activations."""

    name: str
    """Unique within the platform."""
    size_bytes: Bytes
    """Capacity."""


@dataclass(frozen=True, slots=True)
class Adapter:
    """How a core of real hardware is driven; absent on a modelled core."""

    name: str
    """Name of an adapter in ``backends``: ``torch`` or ``onnxruntime``."""
    cpu: int
    """Which of the CPUs that this process may use the worker is pinned to, counted from 0."""


@dataclass(frozen=True, slots=True)
class Core:
    """One processor that runs one segment at a time."""

    name: str
    """Unique within the platform."""
    kind: CoreKind
    """Class of the core."""
    operating_points: tuple[OperatingPoint, ...]
    """At least one."""
    idle_states: tuple[IdleState, ...]
    """At least one, the shallowest first."""
    memory: str
    """Name of the memory that holds its weights and activations."""
    switched_capacitance_f: Farads
    """k of P = k V^2 f: effective capacitance switched each cycle of inference."""
    switch_latency_s: Seconds
    """Time to change the operating point while awake."""
    switch_energy_j: Joules
    """Energy of that change, in place of any other draw meanwhile."""
    cost: CostLaw
    """How long an operator takes."""
    activity: float = 1.0
    """Share of the capacitance that inference toggles; 1 where k was fitted on inference."""
    adapter: Adapter | None = None
    """How to drive the real core, if there is one."""
    stall_activity: Share | None = field(default=None, metadata=WRITTEN_IF_PRESENT)
    """Share of the dynamic power that is drawn while work waits for memory; absent: all of it."""


@dataclass(frozen=True, slots=True)
class Link:
    """A wire or bus between cores."""

    name: str
    """Unique within the platform."""
    connects: tuple[str, ...]
    """Names of the cores that can send to each other over it."""
    latency_s: Seconds
    """Time before the first byte."""
    bandwidth_bytes_per_s: BytesPerSecond
    """Rate after that."""
    energy_j_per_byte: JoulesPerByte
    """Energy of moving one byte."""
    arbitration: Literal["fifo", "fair"] = "fifo"
    """``fifo``: it carries one transfer at a time, the first come first; ``fair``: all at once,
    each at an equal share of its rate."""


@dataclass(frozen=True, slots=True)
class Rail:
    """What is drawn at all times: sensor, its capture, the always-on supply."""

    power_w: Watts
    """Constant draw."""


@dataclass(frozen=True, slots=True)
class RegulatorLoad:
    """How well a regulator converts at one load."""

    output_power_w: Watts
    """What the device draws from it."""
    efficiency: Share
    """That power over what the regulator then draws from the battery, its own needs included."""


@dataclass(frozen=True, slots=True)
class Regulator:
    """What stands between the battery and the device; ``devicemodels.regulator`` is its law."""

    quiescent_power_w: Watts
    """Drawn from the battery while the device draws nothing."""
    loads: tuple[RegulatorLoad, ...]
    """At least one, the smallest first."""

    @property
    def corners(self) -> tuple[tuple[float, float], ...]:
        """(output, input) in watts: without load, and at each given load."""
        loads = ((one.output_power_w, one.output_power_w / one.efficiency) for one in self.loads)
        return ((0.0, self.quiescent_power_w), *loads)


@dataclass(frozen=True, slots=True)
class Battery:
    """The energy store of the device."""

    capacity_j: Joules
    """Energy when full."""
    usable_share: Share
    """Part of it that can be drawn before the device stops."""
    self_discharge_per_month: Share = 0.0
    """Part of the capacity that it loses by itself in a month, a twelfth of 365.25 days."""
    regulator: Regulator | None = None
    """Absent where the device draws from the battery without loss."""


@dataclass(frozen=True, slots=True)
class Platform:
    """A device: the hardware side of every plan. A document, ``wakepath/platform@1``."""

    name: str
    """Name in the catalog."""
    description: str
    """One line for a reader."""
    cores: tuple[Core, ...]
    """In the order that breaks ties."""
    memories: tuple[Memory, ...]
    """Each named by at least one core."""
    links: tuple[Link, ...]
    """The first that connects two cores is the one they use."""
    rail: Rail
    """The always-on draw."""
    battery: Battery | None = None
    """Absent on a mains-powered host."""
    sources: Mapping[str, Source] = field(default_factory=dict)
    """Source by id."""
    provenance: Mapping[str, str] = field(default_factory=dict)
    """Source id by dotted path of the value, such as ``cores.dsp.switched_capacitance_f``."""
    version: Literal["wakepath/platform@1"] = "wakepath/platform@1"
    """Version of the document."""

    def core(self, name: str) -> Core:
        """The core of that name; ``KeyError`` if there is none."""
        for core in self.cores:
            if core.name == name:
                return core
        raise KeyError(name)

    def memory(self, name: str) -> Memory:
        """The memory of that name; ``KeyError`` if there is none."""
        for memory in self.memories:
            if memory.name == name:
                return memory
        raise KeyError(name)

    def link_between(self, source: str, target: str) -> Link | None:
        """The link that carries data from one core to another, or None."""
        for link in self.links:
            if source in link.connects and target in link.connects:
                return link
        return None
