"""``wakepath simulate``."""

from dataclasses import replace
from pathlib import Path

import click

from devicemodels.documents.errors import InputError
from scheduler.plan import Plan
from scheduler.recording import Recording
from scheduler.registry import DEFAULT_ALGORITHM
from simulator.perfetto import write_perfetto
from simulator.power_csv import write_power_csv
from simulator.queues import QueueRule
from simulator.trace import Trace
from simulator.trace_document import save_trace
from wakepath.flow import (
    load_stream,
    plan_scenario,
    record_stream,
    simulate_drawn,
    simulate_scenario,
    simulated_figures,
    sound_plan,
)
from wakepath.options import DURATION
from wakepath.prediction import predicted
from wakepath.report import Report
from wakepath.scenario import Scenario, load_scenario
from wakepath.terminal import emit, format_option, progress, say, seed_option, with_seed

DEFAULT_DURATION_S = 86_400.0
DEFAULT_SEED = 0


@click.command("simulate")
@click.argument(
    "scenario_path", metavar="[SCENARIO]", required=False, type=click.Path(path_type=Path)
)
@click.option("--plan", "plan_file", type=click.Path(path_type=Path), help="A saved plan.")
@click.option("--duration", "duration_s", type=DURATION, help="Instead of the scenario's: 1d, 2h.")
@click.option(
    "--engine",
    type=click.Choice(["reference"]),
    default="reference",
    show_default=True,
    help="Which engine.",
)
@click.option(
    "--trace",
    "trace_file",
    type=click.Path(path_type=Path),
    help="Write the trace: .json for the Perfetto trace viewer (its start), .npz for all of it.",
)
@click.option(
    "--power",
    "power_file",
    type=click.Path(path_type=Path),
    help="Write power and energy by cause at every change as a .csv table (its start).",
)
@seed_option
@format_option
def command(
    scenario_path: Path | None,
    plan_file: Path | None,
    duration_s: float | None,
    engine: str,
    trace_file: Path | None,
    power_file: Path | None,
    seed: int | None,
    output_format: str,
) -> int:
    """Simulate SCENARIO's plan, or a saved one, on its platform.

    With a SCENARIO that replays its stream, the network is run over the recording first. A saved
    plan alone needs no network: samples are drawn from its class prior and its gates' stop rates.
    Exit code 1 if a deadline was missed.
    """
    if trace_file is not None and trace_file.suffix not in {".json", ".npz"}:
        raise InputError.single(
            f"a trace cannot be written to '{trace_file}'", hint="end its name in .json or .npz"
        )
    if power_file is not None and power_file.suffix != ".csv":
        raise InputError.single(
            f"power cannot be written to '{power_file}'", hint="end its name in .csv"
        )
    scenario = None if scenario_path is None else load_scenario(scenario_path)
    plan = _plan(scenario, plan_file)
    trace, recording = _trace(plan, scenario, duration_s, seed)
    if trace_file is not None:
        if trace_file.suffix == ".npz":
            save_trace(trace, trace_file)
            say(f"trace written to {trace_file}")
        else:
            shown = write_perfetto(trace, trace_file)
            say(
                f"trace written to {trace_file}: the first {shown.end_ns / 1e9:g} s, "
                f"{shown.activities:,} activities; {shown.left_out:,} later ones left out"
            )
    if power_file is not None:
        table = write_power_csv(trace, power_file)
        say(
            f"power written to {power_file}: the first {table.end_ns / 1e9:g} s of "
            f"{trace.duration_ns / 1e9:g} s, {table.rows:,} rows"
        )
    figures = simulated_figures(trace, recording)
    emit(Report(plan, predicted=predicted(plan), simulated=figures), output_format)
    return 1 if figures.deadline_miss_rate > 0.0 else 0


def _plan(scenario: Scenario | None, plan_file: Path | None) -> Plan:
    if plan_file is not None:
        return sound_plan(plan_file)
    if scenario is None:
        raise InputError.single("nothing to simulate", hint="give a SCENARIO, or --plan plan.json")
    return plan_scenario(scenario, DEFAULT_ALGORITHM)


def _trace(
    plan: Plan, scenario: Scenario | None, duration_s: float | None, seed: int | None
) -> tuple[Trace, Recording | None]:
    """The run, and the recording that it plays if it plays one."""
    if scenario is None:
        duration_s = DEFAULT_DURATION_S if duration_s is None else duration_s
        with progress("simulating") as advance:
            trace = simulate_drawn(
                plan, duration_s, DEFAULT_SEED if seed is None else seed, QueueRule(), advance
            )
        return trace, None
    scenario = with_seed(scenario, seed)
    if duration_s is not None:
        scenario = replace(scenario, workload=replace(scenario.workload, duration_s=duration_s))
    recording = None
    if scenario.workload.replay:
        recording = record_stream(plan, load_stream(scenario))
    with progress("simulating") as advance:
        return simulate_scenario(plan, scenario, recording, advance), recording
