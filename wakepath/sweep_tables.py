"""What a sweep found, as tables and lines."""

from collections.abc import Iterator
from itertools import groupby
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from rich.table import Table

from wakepath.fronts import FrontRecord, FrontRow, gate_in_words
from wakepath.units import percent, quantity

if TYPE_CHECKING:
    from networks.sweep.front import FrontMember, SweepFront


def sweep_table(front: "SweepFront") -> Table:
    """The front: what each member costs, how it answers, and where it lies."""
    asked = front.question
    lines = (
        f"{len(front.trainings)} trainings of {asked.epochs} epochs or fewer, seed {asked.seed}; "
        f"nothing that was left out takes less than {quantity(front.lower_bound_j, 'J')}",
        "energy is modelled; everything was chosen on validation data; in brackets: on test data",
    )
    table = Table(
        title=f"Pareto front of '{asked.network}' on '{asked.platform}': {len(front.members)} ways",
        title_justify="left",
        caption="\n".join(lines),
        caption_justify="left",
    )
    for column in ("energy\nper sample", "beyond rail\nand idle", "recall", "accuracy"):
        table.add_column(column, justify="right")
    for column in ("gates", "codecs", "channels\nof codecs", "in trained/"):
        table.add_column(column, no_wrap=True)
    for member in front.members:
        point, test = member.point, member.test
        table.add_row(
            quantity(point.energy_j, "J"),
            quantity(point.beyond_j, "J"),
            f"{percent(point.recall)}\n({percent(test.recall)})",
            f"{percent(point.accuracy)}\n({percent(test.accuracy)})",
            _gates(member),
            _codecs(member),
            "\n".join(f"{c.wire_channels} of {c.channels}" for c in member.design.cuts.values()),
            PurePosixPath(member.folder).name,
        )
    return table


def left_out(front: "SweepFront") -> Iterator[str]:
    """Lines about what was not trained, and why."""
    skipped = sorted(front.skipped, key=lambda one: (one.cuts[0], one.optimistic_j))
    for first, group in groupby(skipped, key=lambda one: one.cuts[0]):
        rows = list(group)
        yield (
            f"first gate after {first}: {_candidates(len(rows))} take at least "
            f"{quantity(rows[0].optimistic_j, 'J')}, {rows[0].beaten_by} takes "
            f"{quantity(rows[0].energy_j, 'J')}: not trained"
        )
    if front.untried:
        least = min(one.optimistic_j for one in front.untried)
        yield (
            f"{_candidates(len(front.untried))} beyond the budget might take as little as "
            f"{quantity(least, 'J')}: allow more trainings to try them"
        )
    for refused in front.unplannable:
        yield f"gated after {' and '.join(refused.cuts)}: no plan: {refused.reason}"


def sweep_record(front: "SweepFront") -> FrontRecord:
    """The front for a plot."""
    return FrontRecord(
        name=front.question.network,
        platform=front.question.platform,
        figures=("energy", "recall", "accuracy"),
        epsilons=(0.0, 0.0, 0.0),
        rows=tuple(
            FrontRow(
                values=(member.point.energy_j, member.point.recall, member.point.accuracy),
                cores="",
                gates=_gates(member),
                codecs=_codecs(member),
            )
            for member in front.members
        ),
    )


def _gates(member: "FrontMember") -> str:
    return "\n".join(map(gate_in_words, member.point.gates)) or "none"


def _codecs(member: "FrontMember") -> str:
    return "\n".join(sorted({*member.point.codecs.values()} - {"none"})) or "none"


def _candidates(count: int) -> str:
    return "1 candidate" if count == 1 else f"{count} candidates"
