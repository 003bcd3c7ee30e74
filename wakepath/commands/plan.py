"""``wakepath plan``."""

from pathlib import Path

import click

from devicemodels.documents.files import write_atomically
from scheduler.documents import dump_plan
from scheduler.registry import ALGORITHMS, DEFAULT_ALGORITHM
from wakepath.flow import baselines, plan_scenario
from wakepath.prediction import predicted
from wakepath.report import Report
from wakepath.scenario import load_scenario
from wakepath.terminal import emit, format_option, say


@click.command("plan")
@click.argument("scenario_path", metavar="SCENARIO", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Write the plan document here."
)
@click.option(
    "--algorithm",
    type=click.Choice(list(ALGORITHMS)),
    default=DEFAULT_ALGORITHM,
    show_default=True,
    help="How to plan.",
)
@format_option
def command(scenario_path: Path, output: Path | None, algorithm: str, output_format: str) -> None:
    """Plan SCENARIO, a folder or a scenario.yaml, for its target platform.

    Exit code 1 if no plan meets the requirements.
    """
    plan = plan_scenario(load_scenario(scenario_path), algorithm)
    if output is not None:
        write_atomically(output, dump_plan(plan))
        say(f"plan written to {output}")
    emit(Report(plan, baselines=baselines(plan), predicted=predicted(plan)), output_format)
