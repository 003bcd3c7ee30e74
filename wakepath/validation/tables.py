"""``wakepath devices --validate``: predicted beside published, as tables and as one object."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table

from devicemodels.calibration.held_out import HeldOut, Judged
from devicemodels.published.mlperf_tiny import PublishedRow
from wakepath.units import quantity
from wakepath.validation.always_on import AlwaysOnRow, always_on_rows
from wakepath.validation.ethos import EthosRow, ethos_rows
from wakepath.validation.mlperf import judged_rows, not_judged
from wakepath.validation.shipped import ShippedRow, shipped_rows
from wakepath.validation.targets import (
    Target,
    by_class,
    energy_errors,
    latency_errors,
    targets,
)

TITLES: dict[HeldOut, str] = {
    "none": "fitted: the row made the fit",
    "new-chip": "held out: the network on this board; other chips' rows of it are known",
    "new-network": "held out: the network on every board; nothing has seen it",
    "operating-point": "held out: the operating point; the board's other point is known",
    "point-of-network": "held out: the row; its network at the other point is known, and another "
    "network at both points",
}
"""What each protocol did not know."""


def validation_document() -> dict[str, Any]:
    """Everything as one JSON object, SI units."""
    return {
        "rows": [_judged_document(one) for one in judged_rows()],
        "shipped": [
            {
                "platform": one.platform,
                "core": one.core,
                "point": one.point,
                **_published_document(one.row),
                "predicted_latency_s": one.latency_s,
                "predicted_energy_j": one.energy_j,
                "latency_error": one.latency_error,
                "energy_error": one.energy_error,
            }
            for one in shipped_rows()
        ],
        "always_on": [
            asdict(one) | {"held_out_error": one.held_out_error, "shipped_error": one.shipped_error}
            for one in always_on_rows()
        ],
        "ethos_u55": [asdict(one) | {"error": one.error} for one in ethos_rows()],
        "not_judged": [
            {**_published_document(row), "reason": reason} for row, reason in not_judged()
        ],
        "targets": [asdict(one) | {"met": one.met} for one in targets()],
    }


def print_validation(console: Console) -> None:
    """The tables, the targets last."""
    for held_out, title in TITLES.items():
        console.print(_judged_table(held_out, title))
    console.print(_shipped_table())
    console.print(_always_on_table())
    console.print(_ethos_table())
    console.print(_not_judged_table())
    console.print(_class_table())
    console.print(_target_table(targets()))


def summary_lines() -> Iterator[str]:
    """One line for each target that was asked for, with what the rows lack where it is missed."""
    for one in targets():
        if one.asked:
            said = f"{one.name}: {shown(one, one.figure)}, {bound(one)}, {one.rows} rows: "
            yield said + ("met" if one.met else f"MISSED by {_missed(one)}: {one.lacks}")


def shown(target: Target, figure: float) -> str:
    """A figure of a target as a person reads it."""
    return f"{figure:.3f}" if target.at_least else f"{figure:.1%}"


def bound(target: Target) -> str:
    """The limit of a target."""
    return f"{'at least' if target.at_least else 'at most'} {shown(target, target.limit)}"


def _missed(target: Target) -> str:
    by = abs(target.figure - target.limit)
    return f"{by:.3f}" if target.at_least else f"{100 * by:.1f} points"


def error_text(error: float | None) -> str:
    """A signed error in percent; empty for None."""
    return "" if error is None else f"{error:+.1%}"


def published_cells(row: PublishedRow) -> tuple[str, ...]:
    """Round, submitter, board, network and clock of a row."""
    clock = "" if row.frequency_hz is None else quantity(row.frequency_hz, "Hz")
    return row.round, row.submitter, row.board, row.network, clock


def _new(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left")
    for column in columns:
        right = column in {"published", "predicted", "error", "rows", "median", "p90", "figure"}
        table.add_column(column, justify="right" if right else "left")
    return table


_PLACE = ("round", "by", "board", "network", "clock")
_PAIR = ("published", "predicted", "error")


def _judged_table(held_out: HeldOut, title: str) -> Table:
    table = _new(title, *_PLACE, *_PAIR, *_PAIR)
    for one in judged_rows():
        if one.held_out == held_out:
            table.add_row(*judged_cells(one))
    return table


def judged_cells(one: Judged) -> tuple[str, ...]:
    """A row beside its prediction: latency, then energy."""
    row = one.row
    energies = ("", "", "")
    if row.energy_j is not None and one.energy_j is not None:
        energies = (
            quantity(row.energy_j, "J"),
            quantity(one.energy_j, "J"),
            error_text(one.energy_error),
        )
    return (
        *published_cells(row),
        quantity(row.latency_s, "s"),
        quantity(one.latency_s, "s"),
        error_text(one.latency_error),
        *energies,
    )


def _shipped_table() -> Table:
    table = _new(
        "fitted: the shipped platforms beside the newest rows of their chips",
        *("platform", "core", "point", "network"),
        *(*_PAIR, *_PAIR),
    )
    for one in shipped_rows():
        table.add_row(*shipped_cells(one))
    return table


def shipped_cells(one: ShippedRow) -> tuple[str, ...]:
    """A row of a shipped platform's chip beside the prediction of its law."""
    energy_j = one.row.energy_j
    return (
        *(one.platform, one.core, one.point, one.row.network),
        quantity(one.row.latency_s, "s"),
        quantity(one.latency_s, "s"),
        error_text(one.latency_error),
        "" if energy_j is None else quantity(energy_j, "J"),
        quantity(one.energy_j, "J"),
        error_text(one.energy_error),
    )


ALWAYS_ON_HEAD = (
    *("board", "clock", "duty", "published"),
    *("held out", "error", "simulated (fitted)", "error", "duty of the network alone"),
)
"""Columns of the always-on rows."""


def _always_on_table() -> Table:
    table = _new("always-on mean power, streaming wake word", *ALWAYS_ON_HEAD)
    for one in always_on_rows():
        table.add_row(*always_on_cells(one))
    return table


def always_on_cells(one: AlwaysOnRow) -> tuple[str, ...]:
    """A published mean power beside what is said of it."""
    return (
        one.row.board,
        quantity(one.row.frequency_hz, "Hz"),
        f"{one.row.duty:.1%}",
        quantity(one.row.power_w, "W"),
        quantity(one.held_out_w, "W"),
        error_text(one.held_out_error),
        quantity(one.shipped_w, "W"),
        error_text(one.shipped_error),
        f"{one.network_duty:.1%}",
    )


def _ethos_table() -> Table:
    table = _new(
        "Ethos-U55 beside its maker's compiler, cycles",
        *("network", "MACs a cycle", "system", "layer", *_PAIR, "held out"),
    )
    for one in ethos_rows():
        table.add_row(*ethos_cells(one))
    return table


def ethos_cells(one: EthosRow) -> tuple[str, ...]:
    """A row of the Ethos-U55 beside its prediction."""
    return (
        one.network,
        str(one.macs_per_cycle),
        one.system,
        "whole" if one.layer is None else str(one.layer),
        f"{one.published_cycles:,.0f}",
        f"{one.predicted_cycles:,.0f}",
        error_text(one.error),
        "yes" if one.held_out else "no",
    )


def _not_judged_table() -> Table:
    table = _new("published rows that no law is held against", *_PLACE, "why")
    for row, reason in not_judged():
        table.add_row(*published_cells(row), reason)
    return table


def class_rows() -> Iterator[tuple[str, ...]]:
    """Errors of left-out networks by class of core, a row of cells each."""
    for protocol in ("new-chip", "new-network"):
        for name, errors in (("latency", latency_errors), ("energy", energy_errors)):
            for core_class, found in by_class(protocol, errors).items():
                if found.rows:
                    figures = (str(found.rows), f"{found.median:.1%}", f"{found.p90:.1%}")
                    yield (protocol, name, core_class, *figures)


def _class_table() -> Table:
    title = "left-out networks by class of core, absolute errors"
    table = _new(title, "protocol", "of", "class", "rows", "median", "p90")
    for row in class_rows():
        table.add_row(*row)
    return table


def target_cells(one: Target) -> tuple[str, ...]:
    """A target, its figure and whether it is met."""
    verdict = "met" if one.met else "MISSED"
    return (
        one.name,
        bound(one),
        shown(one, one.figure),
        str(one.rows),
        verdict if one.asked else f"({verdict})",
    )


def _target_table(found: tuple[Target, ...]) -> Table:
    title = "targets; in brackets what nobody asked for, for comparison"
    table = _new(title, "what", "limit", "figure", "rows", "")
    for one in found:
        table.add_row(*target_cells(one))
    return table


def _judged_document(one: Judged) -> dict[str, Any]:
    return {
        **_published_document(one.row),
        "held_out": one.held_out,
        "known_rows_of_board": one.others,
        "predicted_latency_s": one.latency_s,
        "predicted_latency_spread": one.latency_spread,
        "predicted_energy_j": one.energy_j,
        "latency_error": one.latency_error,
        "energy_error": one.energy_error,
    }


def _published_document(row: PublishedRow) -> dict[str, Any]:
    return asdict(row)
