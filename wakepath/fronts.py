"""A Pareto front as rows: for a table, for JSON and for a plot, all from one record."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.table import Table

from devicemodels.documents.errors import InputError
from scheduler.plan import GateSetting
from scheduler.problem import Problem
from scheduler.taskgraph import GateUse
from wakepath.units import percent, quantity

if TYPE_CHECKING:
    from scheduler.chains.front import Front

SHOWN = 24
"""Rows of a front that a terminal shows, at even distances."""

FIGURE_TITLES = {
    "energy": "energy per sample",
    "latency_mean": "mean latency",
    "latency_p99": "p99 latency",
    "latency_max": "worst latency",
    "accuracy": "accuracy",
}
"""How tables and plots call a figure."""
_UNITS = {"energy": "J", "accuracy": "", "recall": ""}
"""The others are in seconds."""


@dataclass(frozen=True, slots=True)
class FrontRow:
    """One plan of a front, told shortly."""

    values: tuple[float, ...]
    """In the order of the front's figures; joules, seconds, shares."""
    cores: str
    """Where its segments run, in order: ``dsp/low x4, npu/high x3``."""
    gates: str
    """The gates in use with their thresholds."""
    codecs: str
    """The codecs of the crossings, in order."""


@dataclass(frozen=True, slots=True)
class FrontRecord:
    """What is shown of a front, whatever the form."""

    name: str
    """Of the scenario or network."""
    platform: str
    """Name of the platform."""
    figures: tuple[str, ...]
    """What the plans are compared by."""
    epsilons: tuple[float, ...]
    """By figure, what the front may give away; see ``scheduler.chains.front.Front``."""
    rows: tuple[FrontRow, ...]
    """In the order of the figures."""

    def title(self, figure: str) -> str:
        """How tables and plots call it."""
        return FIGURE_TITLES.get(figure, figure)

    def unit(self, figure: str) -> str:
        """SI unit of a figure; empty for a share."""
        return _UNITS.get(figure, "s")


def chosen_figures(text: str) -> tuple[str, ...]:
    """The figures that a user lists, such as ``energy,accuracy``; ``InputError`` if unknown."""
    figures = tuple(part.strip() for part in text.split(","))
    unknown = [figure for figure in figures if figure not in FIGURE_TITLES]
    if unknown or len(set(figures)) < len(figures) or not 2 <= len(figures) <= 3:
        raise InputError.single(
            f"--figures {text}: "
            + (f"there is no figure '{unknown[0]}'" if unknown else "not that"),
            hint=f"list two or three different ones of {', '.join(FIGURE_TITLES)}",
        )
    return figures


def pareto_front(problem: Problem, figures: tuple[str, ...]) -> FrontRecord:
    """The Pareto front of a problem. Raises ``Infeasible``."""
    from scheduler.chains.front import front  # noqa: PLC0415 - compiled code is not for every command

    return front_record(problem, front(problem, figures))


def front_record(problem: Problem, front: "Front") -> FrontRecord:
    """The front of ``problem`` as rows."""
    return FrontRecord(
        name=problem.name,
        platform=problem.platform.name,
        figures=front.figures,
        epsilons=front.epsilons,
        rows=tuple(
            FrontRow(
                values=point.values,
                cores=cores_in_words(problem, point.assignment.modes),
                gates=gates_in_words(problem, point.assignment.gates),
                codecs=_codecs(problem, point.assignment.codecs),
            )
            for point in front.points
        ),
    )


def cores_in_words(problem: Problem, modes: Sequence[int]) -> str:
    """Where segments run, in order: ``dsp/low x4, npu/high x3``."""
    runs: list[list[Any]] = []
    for index in modes:
        mode = problem.modes[index]
        core = problem.platform.cores[mode.core]
        name = f"{core.name}/{core.operating_points[mode.point].name}"
        if runs and runs[-1][0] == name:
            runs[-1][1] += 1
        else:
            runs.append([name, 1])
    return ", ".join(f"{name} x{count}" for name, count in runs)


def gates_in_words(problem: Problem, choice: int) -> str:
    """The gates that a choice uses, with their thresholds."""
    return ", ".join(map(gate_in_words, problem.gate_choices[choice].gates)) or "none"


def gate_in_words(use: GateUse | GateSetting) -> str:
    """``sense < 0.77``; one that answers too: ``sense < 0.77 or >= 0.98``."""
    below = f"{use.gate} < {use.threshold:.4g}"
    above = use.positive_threshold
    return below if above is None else f"{below} or >= {above:.4g}"


def _codecs(problem: Problem, codecs: Sequence[int | None]) -> str:
    names = [
        problem.graph.edges[edge].codecs[codec].name
        for edge, codec in enumerate(codecs)
        if codec is not None
    ]
    return ", ".join(names) or "-"


def front_document(record: FrontRecord) -> dict[str, Any]:
    """Plain data for JSON, units in the names."""
    names = {
        figure: f"{figure}_{unit.lower()}" if (unit := record.unit(figure)) else figure
        for figure in record.figures
    }
    return {
        "figures": list(record.figures),
        "epsilons": list(record.epsilons),
        "points": [
            {
                **{names[f]: v for f, v in zip(record.figures, row.values, strict=True)},
                "cores": row.cores,
                "gates": row.gates,
                "codecs": row.codecs,
            }
            for row in record.rows
        ],
    }


def front_table(record: FrontRecord) -> Table:
    """At most ``SHOWN`` rows of the front."""
    count = len(record.rows)
    picked = list(range(count))
    title = f"Pareto front of '{record.name}' on '{record.platform}': {count} plans"
    if count > SHOWN:
        picked = sorted({round(i * (count - 1) / (SHOWN - 1)) for i in range(SHOWN)})
        title += f", {len(picked)} of them shown (--format json has all)"
    widths = ", ".join(
        f"{100.0 * epsilon:.3g} % of {FIGURE_TITLES[figure]}"
        for figure, epsilon in zip(record.figures, record.epsilons, strict=True)
    )
    proved = f"proved: every plan has one of these that is no worse by more than {widths}"
    table = Table(title=title, title_justify="left", caption=proved, caption_justify="left")
    for figure in record.figures:
        table.add_column(FIGURE_TITLES[figure], justify="right")
    for column in ("segments on", "gates", "codecs"):
        table.add_column(column)
    for index in picked:
        row = record.rows[index]
        values = (
            quantity(value, record.unit(figure)) if record.unit(figure) else percent(value)
            for figure, value in zip(record.figures, row.values, strict=True)
        )
        table.add_row(*values, row.cores, row.gates, row.codecs)
    return table
