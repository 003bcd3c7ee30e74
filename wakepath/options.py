"""Types of command line options."""

from typing import Any

import click

from devicemodels.documents.quantities import Quantity, ShareOf

_TIME = Quantity("s", ("30 s", "2 h", "1 d"), positive=True)
_SHARE = ShareOf("", ("95 %",))


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


def _number(text: str) -> float | str:
    """A number as such, because only percentages are written as text in a file."""
    try:
        return float(text)
    except ValueError:
        return text


class _Share(click.ParamType[float]):
    """A share: 0.001 or 0.1%."""

    name = "share"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        if isinstance(value, float):
            return value
        try:
            return _SHARE.from_text(_number(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


DURATION = _Duration()
SHARE = _Share()
