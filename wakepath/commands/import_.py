"""``wakepath import``."""

from pathlib import Path

import click
from rich.table import Table

from devicemodels.documents.files import plain, write_atomically
from networks.zoo import network_graph
from scheduler.documents import dump_taskgraph
from scheduler.taskgraph import Operator, TaskGraph
from wakepath.terminal import format_option, print_json, say, stdout_console


@click.command("import")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Write the task graph document here."
)
@format_option
def command(file: Path, output: Path | None, output_format: str) -> None:
    """Read a network file, .tflite or .onnx, into a task graph.

    FILE may also be a name of MLPerf Tiny: kws, ic, ad, vww or sww.
    Prints its operators; `wakepath schedule` places the written document on a --platform.
    """
    graph = network_graph(str(file))
    if output is not None:
        write_atomically(output, dump_taskgraph(graph))
    if output_format == "json":
        print_json(plain(graph))
    else:
        stdout_console().print(_operators(graph))
    macs = sum(operator.macs for operator in graph.operators)
    weights = sum(operator.weight_bytes for operator in graph.operators)
    say(
        f"network '{graph.name}': {len(graph.operators)} operators in {len(graph.segments)} "
        f"segments, {macs:,} MACs, {weights:,} bytes of weights"
    )
    if output is not None:
        say(f"task graph written to {output}")


def _operators(graph: TaskGraph) -> Table:
    table = Table(title=f"network '{graph.name}'", title_justify="left")
    for column in ("segment", "operator", "output"):
        table.add_column(column)
    for column in ("MACs", "weight bytes", "output bytes"):
        table.add_column(column, justify="right")
    table.add_column("window")
    for segment in graph.segments:
        for operator in graph.segment_operators(segment):
            first = operator.name == segment.operators[0]
            table.add_row(
                segment.name if first else "",
                " + ".join((operator.name, *operator.fused)),
                f"{operator.dtype} {_times(operator.output_shape)}",
                f"{operator.macs:,}",
                f"{operator.weight_bytes:,}",
                f"{operator.output_bytes:,}",
                _window(operator),
            )
    return table


def _window(operator: Operator) -> str:
    """Kernel and stride, where there is a window."""
    geometry = operator.geometry
    if geometry is None or not geometry.kernel:
        return ""
    return f"{_times(geometry.kernel)} every {_times(geometry.stride)}"


def _times(sizes: tuple[int, ...]) -> str:
    return "x".join(map(str, sizes))
