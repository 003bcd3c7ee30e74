"""A Pareto front as a picture."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from devicemodels.documents.errors import InputError
from devicemodels.documents.files import write_atomically
from wakepath.fronts import FIGURE_TITLES, FrontRecord

PLOT_FORMATS = (".png", ".svg", ".pdf")
"""Endings of a plot's file name."""


def plot_front(record: FrontRecord, path: Path) -> None:
    """Draw the first two figures against each other, the third as colour, into a file.

    Raises ``InputError`` if the name does not end like a picture.
    """
    if path.suffix not in PLOT_FORMATS:
        raise InputError.single(
            f"'{path.name}' is not a picture that can be written",
            hint=f"end it with {', '.join(PLOT_FORMATS)}",
        )
    write_atomically(path, _drawn(record, path.suffix[1:]))


def _drawn(record: FrontRecord, form: str) -> bytes:
    from matplotlib.figure import Figure  # noqa: PLC0415 - half a second to import

    columns = list(zip(*(row.values for row in record.rows), strict=True))
    scales = [_scale(record.unit(f), c) for f, c in zip(record.figures, columns, strict=True)]
    shown = [[v / scale for v in c] for c, (scale, _) in zip(columns, scales, strict=True)]
    figure = Figure(figsize=(7.0, 4.6), layout="constrained")
    axes = figure.subplots()
    first, second, *third = range(len(columns))
    colour = shown[third[0]] if third else None
    points = axes.scatter(shown[second], shown[first], c=colour, s=14, cmap="viridis")
    for index, label in ((second, axes.set_xlabel), (first, axes.set_ylabel)):
        label(f"{FIGURE_TITLES[record.figures[index]]} [{scales[index][1]}]")
    if third:
        name, (_, unit) = record.figures[third[0]], scales[third[0]]
        figure.colorbar(points, label=f"{FIGURE_TITLES[name]} [{unit}]")
    axes.set_title(f"{record.name} on {record.platform}: {len(record.rows)} plans (modelled)")
    axes.grid(alpha=0.3)
    buffer = BytesIO()
    figure.savefig(buffer, format=form, dpi=150, metadata=None)
    return buffer.getvalue()


def _scale(unit: str, values: Sequence[float]) -> tuple[float, str]:
    """What to divide by and how to call it, so that the axis has short numbers."""
    if not unit:
        return 0.01, "%"
    largest = max(values)
    for factor, prefix in ((1.0, ""), (1e-3, "m"), (1e-6, "u")):
        if largest >= factor:
            return factor, f"{prefix}{unit}"
    return 1e-9, f"n{unit}"
