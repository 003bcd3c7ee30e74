"""``wakepath schedule``."""

from pathlib import Path
from typing import get_args

import click

from devicemodels.documents.files import plain, write_atomically
from networks.zoo import is_network, network_graph
from scheduler.graphs.documents import dump_schedule
from scheduler.graphs.problem import GraphObjective, GraphProblem, Sharing
from scheduler.graphs.registry import ALGORITHMS, DEFAULT_ALGORITHM, schedule_graph
from scheduler.importers.cost_table import Unlisted
from scheduler.importers.network import on_platform
from scheduler.importers.registry import FORMATS, read_instance, refuse_unknown_options
from wakepath.instance_options import BANDWIDTH, CORES, SPAN, Span, required
from wakepath.options import DURATION
from wakepath.schedule_tables import print_schedule, summary, unlinked
from wakepath.terminal import format_option, print_json, say, stdout_console


@click.command("schedule")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "--as", "format_name", type=click.Choice(list(FORMATS)), help="The format of FILE, not guessed."
)
@click.option("--cores", type=CORES, help="How many, or the speed of each: 4, or 1,0.5,0.5.")
@click.option(
    "--bandwidth", "bandwidth_bytes_per_s", type=BANDWIDTH, help="Between cores: 1.5 MB/s."
)
@click.option(
    "--sharing",
    type=click.Choice(get_args(Sharing)),
    help="What transfers that meet do; unlimited if it is not said.",
)
@click.option("--machines-from", type=int, help="Number of the first machine: 0 or 1.")
@click.option("--edges", type=click.Path(path_type=Path), help="The edges of a cost table.")
@click.option("--ticks-per-unit", type=int, help="How finely the times of a cost table count.")
@click.option(
    "--unlisted",
    type=click.Choice(get_args(Unlisted)),
    help="Transfers between processors that a measured table does not list.",
)
@click.option("--platform", help="Where a network runs: a name of the catalog, or a file.")
@click.option(
    "--algorithm",
    type=click.Choice(list(ALGORITHMS)),
    default=DEFAULT_ALGORITHM,
    show_default=True,
    help="How to schedule.",
)
@click.option("--time-limit", type=DURATION, help="For algorithms that get better with time.")
@click.option("--objective", type=click.Choice(get_args(GraphObjective)), help="What is minimised.")
@click.option("--deadline", type=SPAN, help="Longest makespan: 10 ms, or 120 of bare units.")
@click.option("--period", type=SPAN, help="Time over which idle and rail power count.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Write the schedule document here."
)
@format_option
def command(
    file: Path,
    format_name: str | None,
    algorithm: str,
    time_limit: float | None,
    objective: GraphObjective | None,
    deadline: Span | None,
    period: Span | None,
    output: Path | None,
    output_format: str,
    **options: object,
) -> None:
    """Place and time the tasks of an instance.

    FILE is a Standard Task Graph, a flexible job shop, a multi-mode project, a workflow of
    WfCommons, a cost table, a graph document, or a network with --platform: a task graph, a
    .tflite or ONNX file, or a name of MLPerf Tiny such as kws. Exit code 1 if no schedule meets
    the requirements.
    """
    given = {name: value for name, value in options.items() if value is not None}
    problem = required(_instance(file, format_name, given), objective, deadline, period)
    if remark := unlinked(problem):
        say(remark)
    schedule = schedule_graph(problem, algorithm, time_limit)
    if output is not None:
        write_atomically(output, dump_schedule(schedule))
        say(f"schedule written to {output}")
    if output_format == "json":
        print_json(plain(schedule))
        say(summary(schedule))
    else:
        print_schedule(schedule, stdout_console())


def _instance(file: Path, format_name: str | None, given: dict[str, object]) -> GraphProblem:
    """The instance in ``file``, unless that is the name or the file of a network."""
    named = str(file)
    if format_name not in (None, "network") or not is_network(named):
        return read_instance(file, format_name, given)
    refuse_unknown_options("network", given, named)
    platform = given.get("platform")
    return on_platform(network_graph(named), None if platform is None else str(platform), named)
