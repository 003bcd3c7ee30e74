"""``wakepath train``."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.table import Table

from wakepath.flow import spec_of
from wakepath.scenario import load_scenario
from wakepath.sweep_options import TRAININGS, require_sweep, sweep_options
from wakepath.terminal import (
    format_option,
    print_json,
    say,
    seed_option,
    stdout_console,
    with_seed,
)
from wakepath.units import percent

if TYPE_CHECKING:
    from networks.evaluation import EvaluationReport
    from networks.gates.promises import FalseAlarmPromise, RecallPromise


@click.command("train")
@click.argument("scenario_path", metavar="SCENARIO", type=click.Path(path_type=Path))
@click.option("--epochs", type=click.IntRange(min=1), help="Instead of the recipe's.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Write the weights and the task graph into this folder instead of SCENARIO's.",
)
@click.option(
    "--resume", is_flag=True, help="Go on from the checkpoint of a training that was interrupted."
)
@sweep_options
@seed_option
@format_option
def command(
    scenario_path: Path,
    epochs: int | None,
    output: Path | None,
    resume: bool,
    sweep: bool,
    trainings: int | None,
    any_cut: bool,
    plot: Path | None,
    seed: int | None,
    output_format: str,
) -> None:
    """Train SCENARIO's gated network and write its weights and task graph.

    Thresholds come from the validation subjects. The same seed gives the same bytes on the same
    kind of machine. A checkpoint is kept beside the weights after each epoch until the training is
    over; a training that is resumed from it gives the same bytes as one that was not interrupted.

    With --sweep, many networks are trained instead, each gated otherwise; what it finds goes into
    SCENARIO/sweep or OUTPUT, and a sweep that was interrupted goes on there.
    """
    require_sweep(sweep, trainings, any_cut, plot, resume=resume)
    scenario = with_seed(load_scenario(scenario_path, trained=False), seed)
    if sweep:
        from wakepath.sweeping import SWEEP_FOLDER, sweep_scenario  # noqa: PLC0415

        sweep_scenario(
            scenario,
            scenario_path,
            output or scenario.folder / SWEEP_FOLDER,
            trainings=trainings or TRAININGS,
            any_cut=any_cut,
            epochs=epochs,
            plot=plot,
            output_format=output_format,
        )
        return
    from networks.learning.checkpoints import CHECKPOINT_FILE  # noqa: PLC0415
    from networks.training import train  # noqa: PLC0415 - imports torch

    folder = output or scenario.folder
    checkpoint = folder / CHECKPOINT_FILE
    if checkpoint.exists() and not resume:
        say(f"begun anew; --resume would have gone on from {checkpoint}")
    try:
        result = train(spec_of(scenario), folder, scenario.seed, epochs=epochs, resume=resume)
    except KeyboardInterrupt:
        if checkpoint.exists():
            say(f"{checkpoint} is kept: --resume goes on from there")
        raise
    say(f"weights and task graph written to {folder}")
    reports = {"validation": result.validation, "test": result.test}
    if output_format == "json":
        print_json(
            {
                "network": result.network,
                "seed": result.seed,
                "epochs": result.epochs,
                "false_alarms": result.false_alarms and asdict(result.false_alarms),
                "calibration": [asdict(gate) for gate in result.calibration],
                **{name: asdict(report) for name, report in reports.items()},
            }
        )
    else:
        stdout_console().print(evaluation_table(reports))
        for gate in result.calibration:
            before, after = percent(gate.error_before), percent(gate.error_after)
            stdout_console().print(
                f"calibration error of gate {gate.gate} on validation: {before}, now {after}",
                highlight=False,
            )
        if result.validation.promise is not None:
            stdout_console().print(in_words(result.validation.promise), highlight=False)
        if result.false_alarms is not None:
            stdout_console().print(false_alarms_in_words(result.false_alarms), highlight=False)


def in_words(promise: "RecallPromise") -> str:
    """What the thresholds say about new data."""
    floor, bound = percent(promise.recall_floor), percent(promise.recall_bound)
    sure = f"{promise.confidence:.0%}"
    said = (
        f"recall floor of the gates {floor}: with raw activations they lose {promise.lost} of "
        f"{promise.positives} true positives of validation. Of new ones like these at least "
        f"{bound} pass ({sure} confidence)."
    )
    if promise.kept:
        return said
    if promise.promised:
        return f"{said} These are too few positives to promise the floor."
    return f"{said} The floor itself holds on validation only; recall_confidence would promise it."


def false_alarms_in_words(promise: "FalseAlarmPromise") -> str:
    """What the positive thresholds say about new data."""
    cap, bound = percent(promise.false_alarm_cap), percent(promise.false_alarm_bound)
    said = (
        f"cap on false alarms of the gates {cap}: they would answer {promise.answered} of "
        f"{promise.negatives} true negatives of validation. Of new ones like these at most {bound} "
        f"({promise.confidence:.0%} confidence)."
    )
    if promise.promised and not promise.kept:
        return f"{said} These are too few negatives to promise the cap."
    return said


def evaluation_table(reports: "dict[str, EvaluationReport]") -> Table:
    """What gates and codecs do, by split."""
    table = Table(title="gates and compressed cuts", title_justify="left")
    table.add_column("")
    for name, report in reports.items():
        table.add_column(f"{name}\n{report.samples:,} windows", justify="right")

    def row(title: str, values: "list[str]") -> None:
        table.add_row(title, *values)

    all_of = list(reports.values())
    for index, gate in enumerate(all_of[0].gates):
        gates = [report.gates[index] for report in all_of]
        row(f"gate {gate.gate}: threshold", [f"{g.threshold:.4g}" for g in gates])
        row(
            "  stopped, of the negatives that reach it",
            [percent(g.stop_rate_negative) for g in gates],
        )
        row(
            "  false stops, of the positives that reach it",
            [percent(g.stop_rate_positive) for g in gates],
        )
        if any(g.positive_threshold is not None for g in gates):
            row(
                '  answered "positive" from',
                [
                    "" if g.positive_threshold is None else f"{g.positive_threshold:.4g}"
                    for g in gates
                ],
            )
            row(
                "  rightly, of the positives that reach it",
                [percent(g.answer_rate_positive) for g in gates],
            )
            row(
                "  wrongly, of the negatives that reach it",
                [percent(g.answer_rate_negative) for g in gates],
            )
        row(
            f"  bytes across the cut, codec {gate.codec}",
            [f"{g.wire_bytes} of {g.raw_bytes}" for g in gates],
        )
    row("stopped by any gate, of negatives", [percent(r.stop_rate_negative) for r in all_of])
    row("stopped by any gate, of positives", [percent(r.stop_rate_positive) for r in all_of])
    row(
        "true positives that the gates lose",
        [f"{r.true_positives_lost} of {r.true_positives}" for r in all_of],
    )
    row("accuracy without gates", [percent(r.accuracy_ungated) for r in all_of])
    row("accuracy with gates and codecs", [percent(r.accuracy_gated) for r in all_of])
    row(
        "recall of positives without gates", [percent(r.recall_ungated["positive"]) for r in all_of]
    )
    row("recall of positives with gates", [percent(r.recall_gated["positive"]) for r in all_of])
    row("MACs a sample without gates", [f"{r.macs_ungated:,.0f}" for r in all_of])
    row("MACs a sample with gates", [f"{r.macs_gated:,.0f}" for r in all_of])
    return table
