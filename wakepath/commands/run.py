"""``wakepath run``: the main job."""

from pathlib import Path

import click

from devicemodels.catalog import load_platform
from simulator.metrics import metrics
from wakepath.comparison import compare
from wakepath.flow import (
    baselines,
    exact_plan,
    load_stream,
    problem_of,
    record_stream,
)
from wakepath.hardware import bench, calibrate_and_execute, execute_calibrated
from wakepath.prediction import predicted
from wakepath.report import Report
from wakepath.scenario import load_scenario
from wakepath.simulation import conditions_of, simulate_under, simulated_figures
from wakepath.terminal import (
    calibration_option,
    emit,
    format_option,
    progress,
    seed_option,
    with_seed,
)


@click.command("run")
@click.argument("scenario_path", metavar="SCENARIO", type=click.Path(path_type=Path))
@calibration_option
@seed_option
@format_option
def command(
    scenario_path: Path, calibration: str | None, seed: int | None, output_format: str
) -> int:
    """Plan SCENARIO, simulate the plan, execute it here, and compare: the main job.

    SCENARIO is a folder or a scenario.yaml. The cores are given its stream; the simulation replays
    it too, or draws its samples where the workload says `replay: false`. Exit code 0 if all went
    well, 1 if no plan is feasible, a deadline was missed or a worker failed.
    """
    scenario = with_seed(load_scenario(scenario_path), seed)
    problem = problem_of(scenario)
    plan = exact_plan(problem, output_format)
    stream = load_stream(scenario)
    recording = record_stream(plan, stream)
    conditions = conditions_of(scenario, plan, recording if scenario.workload.replay else None)
    with progress("simulating") as advance:
        trace = simulate_under(plan, conditions, advance)
    simulated = simulated_figures(trace, conditions)
    with bench(scenario, plan.task_graph, stream, scenario.load_hardware()) as on:
        if calibration is None:
            executed = calibrate_and_execute(on, plan, recording)
        else:
            executed = execute_calibrated(on, plan, load_platform(calibration), recording)
    measured = metrics(executed.measured)
    report = Report(
        plan,
        baselines=baselines(problem),
        predicted=predicted(plan),
        simulated=simulated,
        measured=measured,
        comparison=compare(executed.simulated, executed.measured),
    )
    emit(report, output_format)
    missed = simulated.deadline_miss_rate + measured.deadline_miss_rate
    return 1 if missed > 0.0 else 0
