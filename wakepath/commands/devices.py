"""``wakepath devices``."""

from pathlib import Path

import click
from rich.console import Console

from devicemodels.catalog import catalog_names, load_platform
from devicemodels.documents.errors import InputError
from devicemodels.documents.files import plain
from devicemodels.platform import Core, OperatingPoint, Platform
from networks.zoo import network_graph
from scheduler.taskgraph import TaskGraph
from wakepath.devices.facts import platform_facts
from wakepath.devices.plots import plot_in_terminal, plot_into_file
from wakepath.devices.prediction import (
    CorePrediction,
    layer_times,
    predictions,
    require_one,
)
from wakepath.devices.tables import (
    catalog_table,
    layers_table,
    predictions_table,
    print_platform,
)
from wakepath.pictures import require_picture
from wakepath.terminal import format_option, print_json, say, stdout_console

DEFAULT_NETWORK = "kws"
"""Key word spotting, the benchmark's network that most devices have been measured with."""


@click.command("devices")
@click.argument("name", required=False)
@click.option(
    "--network",
    "network_name",
    help="Predict this one: kws, ic, ad, vww, sww of MLPerf Tiny, or a file (.tflite, .onnx, "
    f"or a task graph).  [default for the plot: {DEFAULT_NETWORK}]",
)
@click.option("--layers", is_flag=True, help="Also each operator: cycles, time, what bounds it.")
@click.option(
    "--plot", type=click.Path(path_type=Path), help="Draw the plot into this .png, .svg or .pdf."
)
@click.option(
    "--validate", is_flag=True, help="Predicted beside published, for every row; half a minute."
)
@format_option
def command(
    name: str | None,
    network_name: str | None,
    layers: bool,
    plot: Path | None,
    validate: bool,
    output_format: str,
) -> None:
    """List the platforms of the catalog, or show NAME with the source of every number.

    NAME is a name of the catalog, or the path of a platform file. With --network each core runs
    the whole network alone, at each operating point; exit code 1 if no core of NAME can.
    """
    if validate:
        if name is not None or network_name is not None or layers or plot is not None:
            raise InputError.single(
                "--validate judges all published rows together",
                hint="leave out what stands beside it",
            )
        from wakepath.validation.command import validate_devices  # noqa: PLC0415 - scipy

        validate_devices(output_format)
        return
    if plot is not None:
        require_picture(plot)
    if name is None:
        if layers or plot is not None:
            raise InputError.single(
                "--layers and --plot are about one platform", hint="name it: wakepath devices NAME"
            )
        _list(network_name, output_format)
        return
    platform = load_platform(name)
    graph = network_graph(network_name or DEFAULT_NETWORK)
    found = predictions(graph, platform)
    if network_name is not None or layers or plot is not None:
        require_one(graph, platform, found)
    if plot is not None:
        plot_into_file(_title(graph, platform), found, plot)
        say(f"plot drawn in {plot}")
    if output_format == "json":
        document = {
            "platform": plain(platform),
            "facts": plain(platform_facts(platform)),
            "network": graph.name,
            "predicted": [plain(core) for core in found],
        }
        if layers:
            document["layers"] = _all_layers(graph, platform, found)
        print_json(document)
        return
    console = stdout_console()
    if network_name is None:
        print_platform(platform, platform_facts(platform), console)
    else:
        title = f"network '{graph.name}' on platform '{platform.name}', by each core alone"
        console.print(predictions_table(title, [(platform.name, found)], platforms=False))
    if layers:
        _print_layers(graph, platform, found, console)
    _print_plot(graph, platform, found, console)


def _list(network_name: str | None, output_format: str) -> None:
    platforms = [load_platform(known) for known in catalog_names()]
    if network_name is None:
        facts = [platform_facts(platform) for platform in platforms]
        if output_format == "json":
            print_json([plain(one) for one in facts])
        else:
            stdout_console().print(catalog_table(facts))
        return
    graph = network_graph(network_name)
    found = [(platform.name, predictions(graph, platform)) for platform in platforms]
    if output_format == "json":
        rows = [{"platform": name, "predicted": [plain(c) for c in cores]} for name, cores in found]
        print_json({"network": graph.name, "platforms": rows})
        return
    console = stdout_console()
    title = f"network '{graph.name}', by each core alone"
    console.print(predictions_table(title, found, platforms=True))
    for name, cores in found:
        _print_refusals(cores, console, f"{name}: ")
    _print_honesty(console)


def _print_plot(
    graph: TaskGraph, platform: Platform, found: tuple[CorePrediction, ...], console: Console
) -> None:
    if any(core.points for core in found):
        ascii_only = console.options.ascii_only
        text = plot_in_terminal(_title(graph, platform), found, ascii_only)
        console.print(text, markup=False, highlight=False, no_wrap=True)
    _print_refusals(found, console)
    _print_honesty(console)


def _print_refusals(found: tuple[CorePrediction, ...], console: Console, before: str = "") -> None:
    for core in found:
        if core.refusal:
            console.print(f"{before}{core.refusal}", markup=False, highlight=False)


def _print_honesty(console: Console) -> None:
    console.print(
        "times and joules are modelled, from the first operator to the last: rail, wake-ups and "
        "links are not in them",
        style="dim",
        highlight=False,
    )


def _print_layers(
    graph: TaskGraph, platform: Platform, found: tuple[CorePrediction, ...], console: Console
) -> None:
    """At the slowest and at the fastest operating point of each core."""
    for core, predicted in zip(platform.cores, found, strict=True):
        if predicted.points:
            points = _ends(core)
            rows = [layer_times(graph, core, point) for point in points]
            if not rows[0]:
                message = f"core {core.name}: its times were measured by segment, not by operator"
                console.print(message, highlight=False)
                continue
            console.print(layers_table(core.name, [point.name for point in points], rows))


def _all_layers(
    graph: TaskGraph, platform: Platform, found: tuple[CorePrediction, ...]
) -> list[dict[str, object]]:
    return [
        {
            "core": core.name,
            "point": point.name,
            "operators": [plain(row) for row in layer_times(graph, core, point)],
        }
        for core, predicted in zip(platform.cores, found, strict=True)
        if predicted.points
        for point in core.operating_points
    ]


def _ends(core: Core) -> list[OperatingPoint]:
    ordered = sorted(core.operating_points, key=lambda point: point.frequency_hz)
    return ordered[:1] if len(ordered) == 1 else [ordered[0], ordered[-1]]


def _title(graph: TaskGraph, platform: Platform) -> str:
    return f"{graph.name} on {platform.name}"
