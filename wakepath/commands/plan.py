"""``wakepath plan``."""

from dataclasses import replace
from pathlib import Path

import click

from devicemodels.catalog import is_path
from devicemodels.documents.errors import InputError
from devicemodels.documents.files import write_atomically
from scheduler.documents import dump_plan
from scheduler.registry import ALGORITHMS, DEFAULT_ALGORITHM, schedule
from wakepath.flow import baselines, exact_plan, problem_of
from wakepath.front_plot import plot_front
from wakepath.fronts import chosen_figures, pareto_front
from wakepath.pictures import require_picture
from wakepath.prediction import predicted
from wakepath.report import Report
from wakepath.scenario import load_scenario
from wakepath.terminal import emit, format_option, say


@click.command("plan")
@click.argument(
    "scenario_paths",
    metavar="SCENARIO...",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path),
)
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
@click.option(
    "--platform", help="Plan for this one instead: a name that `wakepath devices` lists, or a file."
)
@click.option("--pareto", is_flag=True, help="Also find the Pareto front of FIGURES.")
@click.option(
    "--figures",
    default="energy,latency_max,accuracy",
    show_default=True,
    help="Two or three of energy, latency_mean, latency_p99, latency_max, accuracy.",
)
@click.option(
    "--plot", type=click.Path(path_type=Path), help="Draw the front into this .png, .svg or .pdf."
)
@click.option(
    "--utilisation",
    type=click.Choice(["worst-case", "expected"]),
    default="worst-case",
    show_default=True,
    help="What several scenarios may use together: as if no gate stopped anything, or on average.",
)
@format_option
def command(
    scenario_paths: tuple[Path, ...],
    output: Path | None,
    algorithm: str,
    platform: str | None,
    pareto: bool,
    figures: str,
    plot: Path | None,
    utilisation: str,
    output_format: str,
) -> None:
    """Plan SCENARIO, a folder or a scenario.yaml, for its target platform or another one.

    Several scenarios for one platform are planned together, to share its cores. Exit code 1 if no
    plan meets the requirements.
    """
    scenarios = [load_scenario(path) for path in scenario_paths]
    if platform is not None:
        where = str(Path(platform).absolute()) if is_path(platform) else platform
        scenarios = [replace(scenario, platform=where) for scenario in scenarios]
    if len(scenarios) > 1:
        if algorithm != DEFAULT_ALGORITHM or pareto or plot is not None:
            raise InputError.single(
                "--algorithm, --pareto and --plot are about one scenario",
                hint="several scenarios are planned together by column generation",
            )
        from wakepath.sharing import plan_several  # noqa: PLC0415 - scipy is not for one plan

        plan_several(scenarios, utilisation, output, output_format)
        return
    if plot is not None:
        require_picture(plot)
    problem = problem_of(scenarios[0])
    compared = chosen_figures(figures)
    if algorithm == DEFAULT_ALGORITHM:
        plan = exact_plan(problem, output_format)
    else:
        plan = schedule(problem, algorithm)
    record = pareto_front(problem, compared) if pareto or plot is not None else None
    if record is not None and plot is not None:
        plot_front(record, plot)
        say(f"front drawn in {plot}")
    if output is not None:
        write_atomically(output, dump_plan(plan))
        say(f"plan written to {output}")
    report = Report(plan, baselines=baselines(problem), front=record, predicted=predicted(plan))
    emit(report, output_format)
