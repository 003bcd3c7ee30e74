"""A Pareto front as a picture."""

from pathlib import Path
from typing import TYPE_CHECKING

from wakepath.fronts import FrontRecord
from wakepath.pictures import scale_of, write_picture

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def plot_front(record: FrontRecord, path: Path) -> None:
    """Draw the first two figures against each other, the third as colour, into a file.

    Raises ``InputError`` if the name does not end like a picture, or its folder is not there.
    """
    write_picture(_drawn(record), path)


def _drawn(record: FrontRecord) -> "Figure":
    from matplotlib.figure import Figure  # noqa: PLC0415 - half a second to import

    columns = list(zip(*(row.values for row in record.rows), strict=True))
    scales = [scale_of(record.unit(f), c) for f, c in zip(record.figures, columns, strict=True)]
    shown = [[v / scale for v in c] for c, (scale, _) in zip(columns, scales, strict=True)]
    figure = Figure(figsize=(7.0, 4.6), layout="constrained")
    axes = figure.subplots()
    first, second, *third = range(len(columns))
    colour = shown[third[0]] if third else None
    points = axes.scatter(shown[second], shown[first], c=colour, s=14, cmap="viridis")
    for index, label in ((second, axes.set_xlabel), (first, axes.set_ylabel)):
        label(f"{record.title(record.figures[index])} [{scales[index][1]}]")
    if third:
        name, (_, unit) = record.figures[third[0]], scales[third[0]]
        figure.colorbar(points, label=f"{record.title(name)} [{unit}]")
    axes.set_title(f"{record.name} on {record.platform}: {len(record.rows)} plans (modelled)")
    axes.grid(alpha=0.3)
    return figure
