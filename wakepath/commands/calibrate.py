"""``wakepath calibrate``."""

from pathlib import Path

import click
from rich.table import Table

from devicemodels.calibration.calibrated import core_class_names
from devicemodels.calibration.core_classes import CORE_CLASSES
from devicemodels.calibration.population import Kin
from devicemodels.catalog import load_platform
from devicemodels.cost import MeasuredTimes
from devicemodels.documents.errors import InputError
from devicemodels.documents.explain import did_you_mean
from devicemodels.documents.files import plain, write_atomically
from devicemodels.documents.json_document import dump_document
from devicemodels.platform import Platform
from scheduler.registry import DEFAULT_ALGORITHM
from wakepath.calibrating.from_rows import (
    calibrate_from_rows,
    known_processors,
    known_runtimes,
)
from wakepath.calibrating.tables import calibration_document, print_calibration
from wakepath.flow import load_stream, plan_scenario
from wakepath.hardware import bench, calibrated
from wakepath.scenario import load_scenario
from wakepath.terminal import format_option, print_json, say, stdout_console
from wakepath.units import quantity


@click.command("calibrate")
@click.argument("platform_name", metavar="PLATFORM", required=False)
@click.option(
    "--from",
    "rows_path",
    type=click.Path(path_type=Path),
    help="A CSV file of measured rows (network, latency, frequency, voltage, energy), with units: "
    "fit a core to them instead.",
)
@click.option(
    "--core-class",
    "core_class",
    type=click.Choice(core_class_names()),
    default="microcontroller-dsp",
    show_default=True,
    help="With --from: which published boards the core is like.",
)
@click.option("--processor", help="With --from: the core, if published boards have the same.")
@click.option("--runtime", help="With --from: the kernels, if published boards have the same.")
@click.option(
    "--scenario",
    "scenario_path",
    type=click.Path(path_type=Path),
    default=Path("scenarios/smartwatch"),
    show_default=True,
    help="Whose network and plan are measured, at whose pace, on validation windows.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Where to write the device models; PLATFORM.calibrated.json, or the name of the rows' "
    "file with .yaml, if left out.",
)
@format_option
def command(
    platform_name: str | None,
    rows_path: Path | None,
    core_class: str,
    processor: str | None,
    runtime: str | None,
    scenario_path: Path,
    output: Path | None,
    output_format: str,
) -> None:
    """Measure the cores behind PLATFORM's adapters and write their device models.

    `wakepath run` and `execute` take the file that this writes with --calibration.

    With --from, fit a core to rows that were measured elsewhere and write a platform file.
    """
    if rows_path is not None and platform_name is None:
        kin = Kin(
            processor=_known("--processor", processor, known_processors()),
            runtime=_known("--runtime", runtime, known_runtimes()),
        )
        _from_rows(rows_path, core_class, kin, output, output_format)
        return
    if rows_path is not None or platform_name is None:
        raise click.UsageError("give either PLATFORM or --from FILE")
    platform = load_platform(platform_name)
    scenario = load_scenario(scenario_path)
    plan = plan_scenario(scenario, DEFAULT_ALGORITHM)
    with bench(scenario, plan.task_graph, load_stream(scenario), platform) as on:
        measured = calibrated(on, plan)
    path = output or Path(f"{platform.name}.calibrated.json")
    write_atomically(path, dump_document(measured))
    say(f"device models written to {path}")
    if output_format == "json":
        print_json(plain(measured))
    else:
        stdout_console().print(_table(measured))


def _from_rows(
    rows_path: Path, core_class: str, kin: Kin, output: Path | None, output_format: str
) -> None:
    path = output or rows_path.with_suffix(".yaml")
    found = calibrate_from_rows(rows_path, CORE_CLASSES[core_class], kin, path.stem)
    write_atomically(path, found.yaml)
    say(f"platform file written to {path}")
    for one in found.core.residuals:
        if one.far_off:
            say(
                f"line {one.row.line.number}: '{one.row.network}' is far off any law of class "
                f"{core_class} that fits the other rows: {quantity(one.row.latency_s, 's')} beside "
                f"{quantity(one.latency_s, 's')}; measure it again, or try another --core-class"
            )
    if output_format == "json":
        print_json(calibration_document(found.core))
    else:
        print_calibration(found.core, stdout_console())


def _known(option: str, given: str | None, known: tuple[str, ...]) -> str:
    if given is not None and given not in known:
        hint = did_you_mean(given, known, "published boards have")
        raise InputError.single(f"{option}: no published board has '{given}'", hint=hint)
    return given or ""


def _table(platform: Platform) -> Table:
    table = Table(title=f"measured on this machine, platform '{platform.name}'")
    table.add_column("piece of work")
    laws = {core.name: core.cost for core in platform.cores}
    times = {name: law.time_s for name, law in laws.items() if isinstance(law, MeasuredTimes)}
    for core in times:
        table.add_column(core, justify="right")
    for work in dict.fromkeys(work for measured in times.values() for work in measured):
        table.add_row(work, *(quantity(measured.get(work), "s") for measured in times.values()))
    return table
