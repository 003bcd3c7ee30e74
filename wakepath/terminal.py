"""Where output goes: data to stdout, progress and summaries to stderr."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import click
from rich.console import Console

from wakepath.report import Report
from wakepath.scenario import Scenario
from wakepath.scenario_checks import LARGEST_SEED
from wakepath.tables import print_report

WIDTH_WITHOUT_TERMINAL = 120
"""Columns of a table that goes to a file or a pipe."""

format_option = click.option(
    "--format",
    "output_format",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="How to print the result on stdout.",
)
calibration_option = click.option(
    "--calibration",
    help="Device models that `wakepath calibrate` wrote, instead of measuring them anew.",
)
seed_option = click.option(
    "--seed", type=click.IntRange(0, LARGEST_SEED), help="Instead of the scenario's seed."
)


def with_seed(scenario: Scenario, seed: int | None) -> Scenario:
    """The scenario with another seed, if one is given."""
    return scenario if seed is None else replace(scenario, seed=seed)


def stdout_console() -> Console:
    """For data."""
    width = None if sys.stdout.isatty() else WIDTH_WITHOUT_TERMINAL
    return Console(width=width)


def say(text: str) -> None:
    """One line of summary on stderr."""
    click.echo(text, err=True)


def print_json(document: Any) -> None:
    """One JSON object on stdout."""
    click.echo(json.dumps(document, indent=1, allow_nan=False))


def emit(report: Report, output_format: str) -> None:
    """Print a report as asked for."""
    if output_format == "json":
        print_json(report.as_document())
    else:
        print_report(report, stdout_console())


@contextmanager
def progress(title: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on stderr; call what it yields with (done, total)."""
    from rich.progress import (  # noqa: PLC0415 - only where a bar is drawn
        BarColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(title, total=None)

        def update(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield update
