"""Types of command line options."""

from typing import Any

import click

from devicemodels.documents.quantities import Quantity

_TIME = Quantity("s", ("30 s", "2 h", "1 d"), positive=True)


class _Duration(click.ParamType[float]):
    """A time with its unit: 30s, 2h, 1d."""

    name = "duration"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        if isinstance(value, float):
            return value
        try:
            return float(_TIME.from_text(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


DURATION = _Duration()
