"""``wakepath calibrate``."""

from pathlib import Path

import click
from rich.table import Table

from devicemodels.catalog import load_platform
from devicemodels.cost import MeasuredTimes
from devicemodels.documents.files import plain, write_atomically
from devicemodels.documents.json_document import dump_document
from devicemodels.platform import Platform
from scheduler.registry import DEFAULT_ALGORITHM
from wakepath.flow import load_stream, plan_scenario
from wakepath.hardware import bench, calibrated
from wakepath.scenario import load_scenario
from wakepath.terminal import format_option, print_json, say, stdout_console
from wakepath.units import quantity


@click.command("calibrate")
@click.argument("platform_name", metavar="PLATFORM")
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
    help="Where to write the device models; PLATFORM.calibrated.json if left out.",
)
@format_option
def command(
    platform_name: str, scenario_path: Path, output: Path | None, output_format: str
) -> None:
    """Measure the cores behind PLATFORM's adapters and write their device models.

    `wakepath run` and `execute` take the file that this writes with --calibration.
    """
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
