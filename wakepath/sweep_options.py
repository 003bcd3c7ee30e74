"""The options of ``wakepath train`` that are about a sweep."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from devicemodels.documents.errors import InputError

TRAININGS = 12
"""Networks that a sweep trains if nothing else is said."""

Command = TypeVar("Command", bound=Callable[..., Any])


def sweep_options(command: Command) -> Command:
    """``--sweep``, ``--trainings``, ``--any-cut`` and ``--plot``."""
    for option in (
        click.option(
            "--plot",
            type=click.Path(path_type=Path),
            help="With --sweep: draw the front into this .png, .svg or .pdf.",
        ),
        click.option(
            "--any-cut",
            is_flag=True,
            help="With --sweep: gate at any cut points of the network, not only after its parts.",
        ),
        click.option(
            "--trainings",
            type=click.IntRange(min=1),
            help=f"With --sweep: networks that are trained, short trials included.  [{TRAININGS}]",
        ),
        click.option(
            "--sweep",
            is_flag=True,
            help="Search where to gate the network and how hard to compress, on its platform.",
        ),
    ):
        command = option(command)
    return command


def require_sweep(
    sweep: bool, trainings: int | None, any_cut: bool, plot: Path | None, *, resume: bool
) -> None:
    """Raise ``InputError`` for an option that means nothing without ``--sweep``, or with it."""
    if sweep and resume:
        raise InputError.single(
            "--resume: that is about one training",
            hint="leave it out: a sweep goes on in its folder by itself",
        )
    given = {"--trainings": trainings, "--any-cut": any_cut or None, "--plot": plot}
    idle = [name for name, value in given.items() if value is not None]
    if idle and not sweep:
        raise InputError.single(
            f"{' and '.join(idle)}: that is about a sweep", hint="add --sweep, or leave it out"
        )
