"""The pictures: recall against energy, energy by prior, survival along depth, split of the gain."""

from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import fmean

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter, NullLocator

from benchmarks.results.gated.figures import Planned
from benchmarks.results.gated.sets import AT, GATED, NEGATIVES, ONE_CORE, UNGATED, DataSet
from benchmarks.results.gated.splitting import GROUPS, states
from benchmarks.results.gated.summary import Findings, recall_of
from scheduler.registry import DEFAULT_ALGORITHM
from scheduler.taskgraph import CLASSES
from wakepath.pictures import write_picture

COLUMNS = 3

NARROWEST = 7.0
"""Inches: room for the title."""

ENTRY_WIDTH = 1.6
"""Inches of a name in the legend."""

MICRO = 1e6

NARROW_RANGE = 4.0
"""An axis of energy whose ends are no further apart than this factor has even ticks."""

MARKERS = "osD^v<>PX*"

COLOURS = (
    "#d62728",
    "#ff9896",
    "#444444",
    "#1f77b4",
    "#2ca02c",
    "#9467bd",
    "#8c564b",
    "#e377c2",
    "#bcbd22",
    "#17becf",
)
"""By contender, ours first."""

GROUP_COLOURS = ("#1f77b4", "#ff7f0e", "#2ca02c")

SPENT_ON = ("computing", "moving bytes", "waking and resting")
"""What the groups of causes are spent on."""

CLASS_COLOURS = {"negative": "#1f77b4", "positive": "#d62728"}


def recall_against_energy(findings: Findings, platform: str, path: Path) -> None:
    """A point a contender: mean over seeds, with lines from the lowest to the highest."""

    def drawn(axes: Axes, data_set: DataSet) -> None:
        for index, name in enumerate(findings.contenders):
            plans = findings.plans(data_set.name, name, platform)
            if plans:
                _point(axes, plans, name, index)
        single = findings.plans(data_set.name, UNGATED, platform, algorithm=ONE_CORE)
        if single:
            _point(axes, single, f"{UNGATED}, one core", len(findings.contenders))
        _energies(axes.xaxis, axes.set_xscale)

    title = f"Test recall against modelled energy on {platform}, {AT:.0%} negatives"
    labels = "energy a sample beyond the floor [uJ]", "recall [%]"
    write_picture(_grid(findings, drawn, title, labels, platform), path)


def energy_by_prior(findings: Findings, platform: str, path: Path) -> None:
    """A line a contender: mean energy over seeds, planned and replayed for each class prior."""

    def drawn(axes: Axes, data_set: DataSet) -> None:
        rows = [(name, DEFAULT_ALGORITHM, name) for name in findings.contenders]
        rows.append((UNGATED, ONE_CORE, f"{UNGATED}, one core"))
        for index, (name, algorithm, label) in enumerate(rows):
            plans = [findings.plans(data_set.name, name, platform, n, algorithm) for n in NEGATIVES]
            if all(plans):
                axes.plot(
                    range(len(NEGATIVES)),
                    [MICRO * fmean(p.beyond_j for p in found) for found in plans],
                    marker=MARKERS[index % len(MARKERS)],
                    color=COLOURS[index % len(COLOURS)],
                    linestyle="--" if algorithm == ONE_CORE else "-",
                    markersize=4,
                    linewidth=1.2,
                    label=label,
                )
        axes.set_xticks(range(len(NEGATIVES)), [f"{100 * n:g}" for n in NEGATIVES])
        _energies(axes.yaxis, axes.set_yscale)

    title = f"Modelled energy on {platform} by class prior"
    labels = "share of negatives [%]", "energy a sample beyond the floor [uJ]"
    write_picture(_grid(findings, drawn, title, labels, platform), path)


def survival(findings: Findings, path: Path) -> None:
    """Share of each class that reaches each depth of the gated network, a line a seed."""

    def drawn(axes: Axes, data_set: DataSet) -> None:
        for outcome in findings.outcomes[data_set.name, GATED]:
            depths = [100 * reach.depth for reach in outcome.network.reach] + [100.0]
            for sample_class in CLASSES:
                shares = [100 * reach.share[sample_class] for reach in outcome.network.reach]
                axes.step(
                    depths,
                    [*shares, shares[-1]],
                    where="post",
                    color=CLASS_COLOURS[sample_class],
                    alpha=0.75,
                    linewidth=1.2,
                    label=f"{sample_class}s",
                )
        axes.set_ylim(-3, 103)

    title = "How far samples come along the gated networks, test data, a line a seed"
    labels = "depth [% of the MACs]", "samples that come so far [%]"
    write_picture(_grid(findings, drawn, title, labels), path)


def gain_split(findings: Findings, platform: str, path: Path) -> None:
    """Bars of energy beyond the floor, from the ungated network on one core to our plan."""

    def drawn(axes: Axes, data_set: DataSet) -> None:
        found = states(
            findings.outcomes[data_set.name, GATED],
            findings.alone(data_set.name, platform),
            data_set.platform(platform),
        )
        if not found:
            axes.text(0.5, 0.5, "no plan", ha="center", va="center", transform=axes.transAxes)
            return
        places = range(len(found))
        below = [0.0] * len(found)
        for group, colour, spent in zip(GROUPS, GROUP_COLOURS, SPENT_ON, strict=True):
            heights = [MICRO * state.by_group_j[group] for state in found]
            axes.bar(places, heights, bottom=below, color=colour, label=spent, width=0.65)
            below = [low + height for low, height in zip(below, heights, strict=True)]
        for place, height in zip(places, below, strict=True):
            axes.annotate(
                f"{float(f'{height:.3g}'):g}",
                (place, height),
                (0, 2),
                textcoords="offset points",
                ha="center",
            )
        axes.set_xticks(places, [state.name.replace(", ", ",\n") for state in found], fontsize=7)
        axes.set_ylim(0.0, 1.12 * max(below))

    title = f"Where the gain comes from on {platform}, {AT:.0%} negatives (modelled)"
    labels = "", "energy a sample beyond the floor [uJ]"
    write_picture(_grid(findings, drawn, title, labels, platform), path)


def _point(axes: Axes, plans: Sequence[Planned], label: str, index: int) -> None:
    energies = [MICRO * plan.beyond_j for plan in plans]
    recalls = [100 * plan.right["positive"] for plan in plans if plan.right is not None]
    x, y = fmean(energies), 100 * recall_of(plans)
    axes.errorbar(
        x,
        y,
        xerr=_beside(x, energies),
        yerr=_beside(y, recalls),
        marker=MARKERS[index % len(MARKERS)],
        color=COLOURS[index % len(COLOURS)],
        linestyle="",
        markersize=6,
        elinewidth=0.7,
        label=label,
    )


def _beside(mean: float, values: Sequence[float]) -> list[list[float]]:
    """How far the values reach below and above their mean; rounding makes neither negative."""
    return [[max(0.0, mean - min(values))], [max(0.0, max(values) - mean)]]


def _energies(axis, set_scale: Callable[[str], None]) -> None:  # type: ignore[no-untyped-def]
    set_scale("log")
    low, high = axis.get_view_interval()
    few = high < NARROW_RANGE * low
    axis.set_major_locator(MaxNLocator(6) if few else LogLocator(subs=(1.0, 2.0, 5.0)))
    axis.set_major_formatter("{x:g}")
    axis.set_minor_formatter(NullFormatter())
    axis.set_minor_locator(NullLocator())


def _grid(
    findings: Findings,
    drawn: Callable[[Axes, DataSet], None],
    title: str,
    labels: tuple[str, str],
    platform: str = "",
) -> Figure:
    """A panel a data set, one legend below them; says where another platform is taken."""
    columns = min(COLUMNS, len(findings.sets))
    rows = -(-len(findings.sets) // columns)
    width = max(NARROWEST, 3.6 * columns)
    figure = Figure(figsize=(width, 2.9 * rows + 1.3), layout="constrained")
    panels = figure.subplots(rows, columns, squeeze=False)
    entries: dict[str, Artist] = {}
    for index, axes in enumerate(panels.flat):
        if index >= len(findings.sets):
            axes.set_visible(False)
            continue
        drawn(axes, findings.sets[index])
        name, actual = findings.sets[index].name, findings.sets[index].platform(platform)
        axes.set_title(name if actual == platform else f"{name} ({actual})", fontsize=10)
        axes.grid(alpha=0.3)
        axes.tick_params(labelsize=8)
        if index + columns >= len(findings.sets):
            axes.set_xlabel(labels[0], fontsize=9)
        handles, names = axes.get_legend_handles_labels()
        entries |= dict(zip(names, handles, strict=True))
    figure.suptitle(title, fontsize=11)
    figure.supylabel(labels[1], fontsize=9)
    figure.legend(
        list(entries.values()),
        list(entries),
        loc="outside lower center",
        ncols=min(max(1, len(entries)), int(width / ENTRY_WIDTH)),
        fontsize=8,
        frameon=False,
    )
    return figure
