"""``wakepath simulate``."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import click

from devicemodels.cost import nanoseconds
from devicemodels.documents.errors import InputError
from devicemodels.documents.errors import Problem as Fault
from scheduler.plan import Plan
from scheduler.recording import Recording
from scheduler.recording_document import (
    load_recording,
    recorded_for,
    require_recording_of,
    save_recording,
)
from scheduler.registry import DEFAULT_ALGORITHM
from simulator.perfetto import write_perfetto
from simulator.power.csv_table import write_power_csv
from simulator.trace import Trace
from simulator.trace_document import save_trace
from wakepath.conduct import idle_policy
from wakepath.conduct_choice import IdleChoice
from wakepath.flow import (
    load_stream,
    plan_scenario,
    record_stream,
    require_plan_of,
    sound_plan,
)
from wakepath.options import DURATION, IDLE_POLICY, SHARE
from wakepath.prediction import predicted
from wakepath.report import Report
from wakepath.scenario import Scenario, load_scenario
from wakepath.simulation import (
    Conditions,
    conditions_of,
    drawn_conditions,
    first_part,
    simulate_long_under,
    simulate_under,
    simulated_figures,
)
from wakepath.terminal import emit, format_option, progress, say, seed_option, with_seed

DEFAULT_DURATION_S = 86_400.0
DEFAULT_SEED = 0
DEFAULT_WINDOW_S = 60.0


@dataclass(frozen=True, slots=True)
class Files:
    """What is written besides the report."""

    trace: Path | None
    """The trace; ``.json`` for the Perfetto viewer, ``.npz`` with all columns."""
    power: Path | None
    """Power at every change, as a table."""
    window_s: float
    """How much of the run they show, from its beginning."""
    record: Path | None
    """What gates and network say of each window, to replay."""


@click.command("simulate")
@click.argument(
    "scenario_path", metavar="[SCENARIO]", required=False, type=click.Path(path_type=Path)
)
@click.option("--plan", "plan_file", type=click.Path(path_type=Path), help="A saved plan.")
@click.option("--duration", "duration_s", type=DURATION, help="Instead of the scenario's: 1d, 2h.")
@click.option(
    "--positives",
    "positive_share",
    type=SHARE,
    help="Share of samples that are positive, instead of the scenario's: 0.1%.",
)
@click.option(
    "--engine",
    type=click.Choice(["reference", "compiled"]),
    default="reference",
    show_default=True,
    help="The readable engine, or the fast one for months of sensing: same figures.",
)
@click.option(
    "--precision",
    type=SHARE,
    help="End earlier, once the 95 % interval of the mean power is within this share of it: 0.5%. "
    "Compiled engine.",
)
@click.option(
    "--checkpoint",
    type=click.Path(path_type=Path),
    help="Keep the run in this file while it goes on, and go on from it if it is there. Compiled "
    "engine.",
)
@click.option(
    "--trace",
    "trace_file",
    type=click.Path(path_type=Path),
    help="Write the trace: .json for the Perfetto trace viewer, .npz for programs.",
)
@click.option(
    "--power",
    "power_file",
    type=click.Path(path_type=Path),
    help="Write power and energy by cause at every change as a .csv table.",
)
@click.option(
    "--window",
    "window_s",
    type=DURATION,
    default=f"{DEFAULT_WINDOW_S:g} s",
    show_default=True,
    help="How much of the run's beginning is written by --trace and --power.",
)
@click.option(
    "--idle-policy",
    "idle_choice",
    type=IDLE_POLICY,
    help="How cores rest, instead of the scenario's: fixed, timeout:20ms, break-even, predictive, "
    "clairvoyant (a bound).",
)
@click.option(
    "--record",
    "record_file",
    type=click.Path(path_type=Path),
    help="Write what gates and network say of each window of SCENARIO's stream into this .npz.",
)
@click.option(
    "--replay",
    "replay_file",
    type=click.Path(path_type=Path),
    help="Replay what --record has written: the network is not run, and PyTorch is not needed.",
)
@seed_option
@format_option
def command(
    scenario_path: Path | None,
    plan_file: Path | None,
    duration_s: float | None,
    positive_share: float | None,
    engine: str,
    precision: float | None,
    checkpoint: Path | None,
    trace_file: Path | None,
    power_file: Path | None,
    window_s: float,
    idle_choice: IdleChoice | None,
    record_file: Path | None,
    replay_file: Path | None,
    seed: int | None,
    output_format: str,
) -> int:
    """Simulate SCENARIO's plan, or a saved one, on its platform.

    With a SCENARIO that replays its stream, the network is run over the recording first. A saved
    plan alone needs no network: samples are drawn from its class prior and its gates' stop rates,
    or replayed from a file.
    Exit code 1 if a deadline was missed.
    """
    files = Files(trace_file, power_file, window_s, record_file)
    _check(files, engine, precision, checkpoint)
    scenario = None if scenario_path is None else load_scenario(scenario_path)
    if scenario is not None:
        scenario = _changed(with_seed(scenario, seed), duration_s, positive_share, idle_choice)
    _check_record(record_file, replay_file, scenario)
    plan = _plan(scenario, plan_file)
    recording = None if replay_file is None else _replayed(replay_file, plan)
    if scenario is None:
        policy = idle_choice or IdleChoice()
        conditions = drawn_conditions(
            plan,
            DEFAULT_DURATION_S if duration_s is None else duration_s,
            DEFAULT_SEED if seed is None else seed,
            positive_share,
            idle_policy(policy),
            recording,
        )
    else:
        policy = scenario.idle_policy
        if recording is None and scenario.workload.replay:
            if plan_file is not None:
                require_plan_of(scenario, plan, str(plan_file))
            recording = record_stream(plan, load_stream(scenario))
        if record_file is not None and recording is not None:
            stream = f"{scenario.stream.name}, {scenario.stream.split}"
            save_recording(recorded_for(plan, recording, stream), record_file)
            say(f"recording written to {record_file}: {len(recording.labels):,} windows")
        conditions = conditions_of(scenario, plan, recording)
    if policy.name != "fixed":
        say(f"cores rest by policy '{policy.name}'; what the planner predicts is for fixed states")
    report = Report(plan, predicted=predicted(plan))
    if engine == "compiled":
        with progress("simulating") as advance:
            run = simulate_long_under(plan, conditions, advance, precision, checkpoint)
        if files.trace is not None or files.power is not None:
            _write(files, first_part(plan, conditions, window_s), conditions)
        report = replace(report, simulated=run.metrics, long_run=run)
    else:
        with progress("simulating") as advance:
            trace = simulate_under(plan, conditions, advance)
        report = replace(report, simulated=simulated_figures(trace, conditions))
        _write(files, trace, conditions)
    emit(report, output_format)
    assert report.simulated is not None
    return 1 if report.simulated.deadline_miss_rate > 0.0 else 0


def _check(files: Files, engine: str, precision: float | None, checkpoint: Path | None) -> None:
    """All that is wrong with the options, before anything is done."""
    faults = [
        *_unwritable("a trace", files.trace, (".json", ".npz")),
        *_unwritable("power", files.power, (".csv",)),
        *_unwritable("a recording", files.record, (".npz",)),
        *_unwritable("a checkpoint", checkpoint, ()),
    ]
    for option, value in (("--precision", precision), ("--checkpoint", checkpoint)):
        if value is not None and engine != "compiled":
            faults.append(Fault(f"{option} is for long runs", hint="add `--engine compiled`"))
    if precision == 0.0:
        faults.append(Fault("--precision must be above 0", hint="write 0.5%"))
    if faults:
        raise InputError(faults)


def _unwritable(what: str, file: Path | None, ends: tuple[str, ...]) -> Iterator[Fault]:
    """Why a file that is asked for cannot be written; none of ``ends`` is needed if it is empty."""
    if file is None:
        return
    message = f"{what} cannot be written to '{file}'"
    if ends and file.suffix not in ends:
        yield Fault(message, hint=f"end its name in {' or '.join(ends)}")
    if not file.parent.is_dir():
        yield Fault(message, hint=f"make the folder '{file.parent}', or name another")


def _check_record(record: Path | None, replay: Path | None, scenario: Scenario | None) -> None:
    """Whether there is a network to run over a stream, if one is to be recorded."""
    if record is None:
        return
    if replay is not None:
        raise InputError.single(
            "--record writes what the network says, and with --replay it says nothing",
            hint="leave one of them out",
        )
    if scenario is None or not scenario.workload.replay:
        raise InputError.single(
            "--record needs a network that is run over a stream",
            hint="give a SCENARIO whose workload replays its stream",
        )


def _replayed(path: Path, plan: Plan) -> Recording:
    """What a file recorded, if it is of the plan's network with the plan's codecs."""
    recorded = load_recording(path)
    require_recording_of(plan, recorded, str(path))
    return recorded.recording


def _changed(
    scenario: Scenario,
    duration_s: float | None,
    positive_share: float | None,
    idle_choice: IdleChoice | None,
) -> Scenario:
    """The scenario with what the options say in place of its own."""
    workload = scenario.workload
    if duration_s is not None:
        workload = replace(workload, duration_s=duration_s)
    if positive_share is not None:
        workload = replace(workload, positive_share=positive_share)
    scenario = replace(scenario, workload=workload)
    return scenario if idle_choice is None else replace(scenario, idle_policy=idle_choice)


def _write(files: Files, trace: Trace, conditions: Conditions) -> None:
    """The files asked for, and a line about what each shows."""
    length_ns = nanoseconds(files.window_s)
    if files.trace is not None:
        if files.trace.suffix == ".npz":
            save_trace(trace, files.trace)
            say(f"trace written to {files.trace}: {trace.duration_ns / 1e9:g} s")
        else:
            shown = write_perfetto(trace, files.trace, length_ns=length_ns)
            say(
                f"trace written to {files.trace}: the first {shown.end_ns / 1e9:g} s of "
                f"{conditions.duration_s:,.9g} s, {shown.activities:,} activities"
            )
    if files.power is not None:
        table = write_power_csv(trace, files.power, length_ns=length_ns)
        say(
            f"power written to {files.power}: the first {table.end_ns / 1e9:g} s of "
            f"{conditions.duration_s:,.9g} s, {table.rows:,} rows"
        )


def _plan(scenario: Scenario | None, plan_file: Path | None) -> Plan:
    if plan_file is not None:
        return sound_plan(plan_file)
    if scenario is None:
        raise InputError.single("nothing to simulate", hint="give a SCENARIO, or --plan plan.json")
    return plan_scenario(scenario, DEFAULT_ALGORITHM)
