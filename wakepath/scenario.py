"""The scenario: one YAML file that says what to plan, for which device, and under which rules.

``load_scenario`` gives a frozen value or an ``InputError`` with every problem of the file.
"""

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from devicemodels.catalog import load_platform
from devicemodels.documents.errors import InputError
from devicemodels.documents.validate import validate_yaml, yaml_schema
from devicemodels.documents.yaml_source import read_yaml
from devicemodels.platform import Platform, Rail, Source
from wakepath.scenario_checks import named_problems, relation_problems
from wakepath.scenario_file import ScenarioFile, SensorChoice, platform_source

SCENARIO_FILE = "scenario.yaml"

_SENSOR = "scenario-sensor"
"""Id of the source that a scenario gives for its sensor."""


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
    def network_file(self) -> Path | None:
        """The Python file with the network's SPEC; None if the network is one of the zoo."""
        return None if self.network.file is None else self.folder / self.network.file

    @property
    def taskgraph_path(self) -> Path | None:
        """The saved task graph; None if the scenario names none."""
        return None if self.network.taskgraph is None else self.folder / self.network.taskgraph

    @property
    def design_path(self) -> Path | None:
        """The network's design; None if it is gated as its own file has it."""
        return None if self.network.design is None else self.folder / self.network.design

    def load_platform(self) -> Platform:
        """The platform that is planned for, with the scenario's sensor on its rail.

        ``InputError`` if its file is broken.
        """
        platform = load_platform(platform_source(self.platform, self.folder))
        return platform if self.sensor is None else _with_sensor(platform, self.sensor)

    def load_hardware(self) -> Platform:
        """The platform that is executed on; ``InputError`` if its file is broken."""
        return load_platform(platform_source(self.hardware.platform, self.folder))


def load_scenario(path: str | Path, *, trained: bool = True) -> Scenario:
    """The scenario in a folder, or in the YAML file of that path.

    ``trained`` is False where the weights and the task graph are about to be made. Raises
    ``InputError`` with every problem of the file, and of the platform files that it names.
    """
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


def _with_sensor(platform: Platform, sensor: SensorChoice) -> Platform:
    """The platform whose rail draws what the sensor of the scenario needs, and says why."""
    return replace(
        platform,
        rail=Rail(sensor.power_w),
        sources={**platform.sources, _SENSOR: Source("estimated", sensor.source)},
        provenance={**platform.provenance, "rail.power_w": _SENSOR},
    )


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


def scenario_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of the scenario file, for editors."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **yaml_schema(ScenarioFile),
        "title": "Wakepath scenario",
    }
