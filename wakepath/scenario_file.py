"""What a scenario file says, as frozen values; `wakepath.scenario` reads one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from devicemodels.catalog import is_path
from devicemodels.documents.quantities import Joules, JouleSeconds, Seconds, Share, Watts
from scheduler.plan import Objective
from wakepath.conduct_choice import FaultsChoice, IdleChoice
from wakepath.workload_choice import WorkloadChoice


@dataclass(frozen=True, slots=True)
class NetworkChoice:
    """Which network is planned."""

    name: str
    """Name of a file in networks/zoo, such as smartwatch; with `file`, that of its SPEC."""
    weights: str
    """The trained weights, a .safetensors file, relative to the scenario's folder."""
    taskgraph: str | None = None
    """The network's saved task graph, relative to the scenario's folder; traced if left out."""
    file: str | None = None
    """A Python file with a SPEC, relative to the scenario's folder, instead of one of the zoo. When
    the network is needed, the file is run."""
    design: str | None = None
    """Where it is gated and how, if not as the network's file has it: a design.json of a sweep."""


@dataclass(frozen=True, slots=True)
class StreamChoice:
    """Which recorded samples are replayed."""

    name: str
    """Name of a file in networks/streams, such as watch; the stream of the network's SPEC."""
    split: Literal["train", "validation", "test"]
    """Which subjects: those of test have never been trained on."""


@dataclass(frozen=True, slots=True)
class SensorChoice:
    """The sensor of the stream, where it is not the one that the platform's rail speaks of."""

    power_w: Watts
    """What the rail draws with it: the sensor, its capture, the always-on supply."""
    source: str
    """Where the number comes from; reports print it."""


@dataclass(frozen=True, slots=True)
class HardwareChoice:
    """What the plan is executed on, to check the prediction."""

    platform: str
    """A platform whose cores have adapters: a name of the catalog, or a path of a YAML file."""
    cores: Mapping[str, str]
    """For each core of the planned platform, the core of this hardware that plays it."""
    replay_period_s: Seconds
    """Time between two samples on this hardware; shorter than in the field, to save time."""


@dataclass(frozen=True, slots=True)
class QueueChoice:
    """What happens to samples that cannot be served at once."""

    capacity: int = 4
    """Most samples that wait at a core."""
    policy: Literal["drop_newest", "drop_oldest"] = "drop_newest"
    """What is dropped when one more arrives."""


@dataclass(frozen=True, slots=True)
class LimitsChoice:
    """What a plan may be expected to cost at most, besides the deadline."""

    energy_j: Joules | None = None
    """Highest expected energy per sample."""
    mean_power_w: Watts | None = None
    """Highest mean power of the device."""
    latency_mean_s: Seconds | None = None
    """Longest expected latency."""
    latency_p99_s: Seconds | None = None
    """Longest 99th percentile of the latency of an isolated sample."""
    energy_delay_product_js: JouleSeconds | None = None
    """Highest energy per sample times expected latency."""


@dataclass(frozen=True, slots=True)
class ScenarioFile:
    """A scenario as its file says it."""

    version: Literal["wakepath/scenario@1"]
    """Version of the document."""
    name: str
    """Name in reports."""
    description: str
    """One line for a reader."""
    network: NetworkChoice
    """Which network is planned."""
    stream: StreamChoice
    """Which recorded samples are replayed."""
    platform: str
    """What it is planned for: a name of the catalog (wakepath devices), or a path of a file."""
    hardware: HardwareChoice
    """What the plan is executed on, to check the prediction."""
    objective: Objective
    """What is minimised: a figure of the plan, such as energy (expected, per sample)."""
    deadline_s: Seconds
    """Longest allowed latency of any sample, not above the period."""
    accuracy_floor: Share
    """Lowest allowed expected accuracy."""
    workload: WorkloadChoice
    """When the sensor releases samples, and what they are."""
    sensor: SensorChoice | None = None
    """What the rail draws in place of the platform's own; left out: as the platform says."""
    recall_floor: Share = 0.0
    """Lowest allowed recall of the gates that the planner chooses, on validation data."""
    limits: LimitsChoice = field(default_factory=LimitsChoice)
    """What a plan may be expected to cost at most."""
    queue: QueueChoice = QueueChoice()
    """What happens to samples that cannot be served at once."""
    seed: int = 0
    """Everything random follows from it."""
    idle_policy: IdleChoice = field(default_factory=IdleChoice)
    """How cores rest when nothing waits."""
    faults: FaultsChoice = field(default_factory=FaultsChoice)
    """What goes wrong while the plan runs, and what is done about it."""


def platform_source(platform: str, folder: Path) -> str | Path:
    """A platform's name in the catalog, or its file as seen from the scenario's folder."""
    return folder / platform if is_path(platform) else platform
