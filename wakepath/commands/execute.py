"""``wakepath execute``."""

from pathlib import Path

import click

from devicemodels.catalog import load_platform
from scheduler.registry import DEFAULT_ALGORITHM
from simulator.metrics import metrics
from wakepath.comparison import compare
from wakepath.flow import (
    load_stream,
    plan_scenario,
    record_stream,
    require_plan_of,
    sound_plan,
)
from wakepath.hardware import bench, calibrate_and_execute, execute_calibrated
from wakepath.report import Report
from wakepath.scenario import load_scenario
from wakepath.terminal import calibration_option, emit, format_option


@click.command("execute")
@click.argument("scenario_path", metavar="SCENARIO", type=click.Path(path_type=Path))
@click.option("--plan", "plan_file", type=click.Path(path_type=Path), help="A saved plan.")
@calibration_option
@format_option
def command(
    scenario_path: Path, plan_file: Path | None, calibration: str | None, output_format: str
) -> int:
    """Run SCENARIO's plan, or a saved one, on this machine's cores.

    Exit code 1 if a deadline was missed or a worker failed.
    """
    scenario = load_scenario(scenario_path)
    if plan_file is None:
        plan = plan_scenario(scenario, DEFAULT_ALGORITHM)
    else:
        plan = sound_plan(plan_file)
        require_plan_of(scenario, plan, str(plan_file))
    stream = load_stream(scenario)
    recording = record_stream(plan, stream)
    with bench(scenario, plan.task_graph, stream, scenario.load_hardware()) as on:
        if calibration is None:
            executed = calibrate_and_execute(on, plan, recording)
        else:
            executed = execute_calibrated(on, plan, load_platform(calibration), recording)
    figures = metrics(executed.measured)
    comparison = compare(executed.simulated, executed.measured)
    emit(Report(plan, measured=figures, comparison=comparison), output_format)
    return 1 if figures.deadline_miss_rate > 0.0 else 0
