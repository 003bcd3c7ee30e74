"""Energy against latency of a network, a line of operating points for each core."""

from collections.abc import Sequence
from pathlib import Path
from statistics import median
from string import ascii_lowercase

from wakepath.devices.prediction import CorePrediction
from wakepath.pictures import scale_of, write_picture

WIDTH, HEIGHT = 78, 18
"""Columns and rows of a plot in the terminal."""

_ASCII = str.maketrans("┌┐└┘├┤┬┴┼─│", "+" * 9 + "-|")
"""For terminals and pipes that know no other characters."""

WIDE = 5.0
"""An axis on which the largest value is so many times the smallest is logarithmic."""


def plot_in_terminal(title: str, found: Sequence[CorePrediction], ascii_only: bool = False) -> str:
    """The plot as lines of text, a letter for each core, which the title explains.

    At least one core can run the network. There is no legend: it would hide what lies below it.
    """
    import plotext  # noqa: PLC0415 - only where it is drawn

    latencies, energies, lines = _scaled(found)
    plotext.clear_figure()
    plotext.theme("clear")
    plotext.plot_size(WIDTH, HEIGHT)
    plotext.xscale(_axis(lines, 0))
    plotext.yscale(_axis(lines, 1))
    letters = dict(zip(ascii_lowercase, lines, strict=False))
    for letter, (_, x, y) in letters.items():
        plotext.scatter(x, y, marker=letter)
    cores = ", ".join(f"{letter} {core.core}" for letter, (core, _, _) in letters.items())
    plotext.title(f"{title}: {cores}")
    plotext.xlabel(f"latency [{latencies}]")
    plotext.ylabel(f"energy [{energies}]")
    text: str = plotext.uncolorize(plotext.build())
    plotext.clear_figure()
    lined = "\n".join(line.rstrip() for line in text.splitlines())
    return lined.translate(_ASCII) if ascii_only else lined


def plot_into_file(title: str, found: Sequence[CorePrediction], path: Path) -> None:
    """The same as a picture, operating points named; ``InputError`` if ``path`` is not one's."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - half a second to import
    from matplotlib.ticker import LogLocator, NullFormatter  # noqa: PLC0415

    latencies, energies, lines = _scaled(found)
    figure = Figure(figsize=(7.0, 4.6), layout="constrained")
    axes = figure.subplots()
    for core, x, y in lines:
        axes.plot(x, y, marker="o", markersize=4, linewidth=1, label=f"{core.core} ({core.kind})")
        for point, at_x, at_y in zip(core.points, x, y, strict=True):
            axes.annotate(point.point, (at_x, at_y), (4, 4), textcoords="offset points", fontsize=7)
    for axis, set_scale, which in (
        (axes.xaxis, axes.set_xscale, 0),
        (axes.yaxis, axes.set_yscale, 1),
    ):
        scale = _axis(lines, which)
        set_scale(scale)
        if scale == "log":
            axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
            axis.set_major_formatter("{x:g}")
            axis.set_minor_formatter(NullFormatter())
    axes.set_xlabel(f"latency [{latencies}]")
    axes.set_ylabel(f"energy [{energies}]")
    axes.set_title(f"{title} (modelled)")
    axes.grid(alpha=0.3, which="both")
    axes.legend()
    write_picture(figure, path)


_Line = tuple[CorePrediction, list[float], list[float]]
"""A core with the latencies and energies of its operating points, in the units of the axes."""


def _scaled(found: Sequence[CorePrediction]) -> tuple[str, str, list[_Line]]:
    """Units of both axes, and what is drawn; cores that cannot run the network are left out."""
    able = [core for core in found if core.points]
    points = [point for core in able for point in core.points]
    second, seconds = scale_of("s", [median(point.latency_s for point in points)])
    joule, joules = scale_of("J", [median(point.energy_j for point in points)])
    lines = [
        (
            core,
            [point.latency_s / second for point in core.points],
            [point.energy_j / joule for point in core.points],
        )
        for core in able
    ]
    return seconds, joules, lines


def _axis(lines: Sequence[_Line], which: int) -> str:
    values = [value for line in lines for value in (line[1], line[2])[which]]
    return "log" if min(values) > 0.0 and max(values) > WIDE * min(values) else "linear"
