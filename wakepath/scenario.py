"""The scenario: one YAML file that says what to plan, for which device, and under which rules.

``load_scenario`` gives a frozen value or an ``InputError`` with every problem of the file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

from devicemodels.catalog import is_path, load_platform
from devicemodels.documents.errors import InputError
from devicemodels.documents.quantities import Seconds, Share
from devicemodels.documents.validate import validate_yaml, yaml_schema
from devicemodels.documents.yaml_source import read_yaml
from devicemodels.platform import Platform
from scheduler.plan import Objective

SCENARIO_VERSION = "wakepath/scenario@1"
SCENARIO_FILE = "scenario.yaml"


@dataclass(frozen=True, slots=True)
class NetworkChoice:
    """Which network is planned."""

    name: str
    """Name of a file in networks/zoo, such as smartwatch."""
    weights: str
    """The trained weights, a .safetensors file, relative to the scenario's folder."""
    taskgraph: str | None = None
    """The network's saved task graph, relative to the scenario's folder; traced if left out."""


@dataclass(frozen=True, slots=True)
class StreamChoice:
    """Which recorded samples are replayed."""

    name: str
    """Name of a file in networks/streams, such as watch."""
    split: Literal["train", "validation", "test"]
    """Which subjects: those of test have never been trained on."""


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
class WorkloadChoice:
    """When the sensor releases samples."""

    release: Literal["periodic"]
    """How releases follow each other."""
    period_s: Seconds
    """Time between two releases."""
    duration_s: Seconds
    """How long the simulation goes on."""
    replay: bool = True
    """Whether samples are those of the stream, or drawn from the gates' stop rates."""


@dataclass(frozen=True, slots=True)
class QueueChoice:
    """What happens to samples that cannot be served at once."""

    capacity: int = 4
    """Most samples that wait at a core."""
    policy: Literal["drop_newest", "drop_oldest"] = "drop_newest"
    """What is dropped when one more arrives."""


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
    """What is minimised: energy (expected, per sample) or latency (the worst case)."""
    deadline_s: Seconds
    """Longest allowed latency of any sample, not above the period."""
    accuracy_floor: Share
    """Lowest allowed expected accuracy."""
    workload: WorkloadChoice
    """When the sensor releases samples."""
    queue: QueueChoice = QueueChoice()
    """What happens to samples that cannot be served at once."""
    seed: int = 1
    """Everything random follows from it."""


@dataclass(frozen=True, slots=True)
class Scenario(ScenarioFile):
    """A scenario that has been checked, and the folder that its file names are relative to."""

    folder: Path = Path()
    """Folder of the scenario file."""

    @property
    def weights_path(self) -> Path:
        """The weights file."""
        return self.folder / self.network.weights

    @property
    def taskgraph_path(self) -> Path | None:
        """The saved task graph; None if the scenario names none."""
        return None if self.network.taskgraph is None else self.folder / self.network.taskgraph

    def load_platform(self) -> Platform:
        """The platform that is planned for; ``InputError`` if its file is broken."""
        return load_platform(platform_source(self.platform, self.folder))

    def load_hardware(self) -> Platform:
        """The platform that is executed on; ``InputError`` if its file is broken."""
        return load_platform(platform_source(self.hardware.platform, self.folder))


def load_scenario(path: str | Path, *, trained: bool = True) -> Scenario:
    """The scenario in a folder, or in the YAML file of that path.

    ``trained`` is False where the weights and the task graph are about to be made. Raises
    ``InputError`` with every problem of the file, and of the platform files that it names.
    """
    from wakepath.scenario_checks import named_problems, relation_problems  # noqa: PLC0415

    file = scenario_file(Path(path))
    source = read_yaml(file)
    problems = list(named_problems(source, file.parent, trained=trained))
    try:
        read = validate_yaml(ScenarioFile, source)
        problems += relation_problems(read, source)
    except InputError as error:
        problems += error.problems
    if problems:
        own = [p for p in problems if p.file == source.file]
        own.sort(key=lambda p: (p.line or 0, p.column or 0))
        raise InputError([*own, *(p for p in problems if p.file != source.file)])
    values = {field.name: getattr(read, field.name) for field in fields(read)}
    return Scenario(**values, folder=file.parent)


def scenario_file(path: Path) -> Path:
    """The file that a user means by a scenario's folder or file; ``InputError`` if none."""
    try:
        is_folder = path.is_dir()
        is_there = not is_folder or (path / SCENARIO_FILE).exists()
    except OSError as error:
        raise InputError.single(f"cannot be read: {error.strerror}", file=str(path)) from None
    if not is_there:
        message = f"the folder has no {SCENARIO_FILE}"
        raise InputError.single(message, hint="start from scenarios/smartwatch", file=str(path))
    return path / SCENARIO_FILE if is_folder else path


def platform_source(platform: str, folder: Path) -> str | Path:
    """A platform's name in the catalog, or its file as seen from the scenario's folder."""
    return folder / platform if is_path(platform) else platform


def scenario_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of the scenario file, for editors."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **yaml_schema(ScenarioFile),
        "title": "Wakepath scenario",
    }
