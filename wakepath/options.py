"""Types of command line options."""

from typing import Any, get_type_hints

import click

from devicemodels.documents.explain import did_you_mean
from devicemodels.documents.fields import words_of
from devicemodels.documents.quantities import Quantity, ShareOf
from wakepath.conduct_choice import IdleChoice

_TIME = Quantity("s", ("30 s", "2 h", "1 d"), positive=True)
_SHARE = ShareOf("", ("95 %",))

_WAIT = Quantity("s", ("20 ms", "5 s", "1 min"))
IDLE_POLICIES = words_of(get_type_hints(IdleChoice)["name"])


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


class _IdlePolicy(click.ParamType[IdleChoice]):
    """A policy's name, with the times of a timeout behind it: timeout:20ms,5s."""

    name = "policy"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> IdleChoice:
        if isinstance(value, IdleChoice):
            return value
        name, colon, times = str(value).partition(":")
        if name not in IDLE_POLICIES:
            hint = did_you_mean(name, IDLE_POLICIES, "the policies are")
            self.fail(f"there is no idle policy '{name}': {hint}", param, ctx)
        if name == "timeout" and not colon:
            self.fail("policy 'timeout' needs its times: write timeout:20ms", param, ctx)
        if name != "timeout" and colon:
            self.fail(f"policy '{name}' has no times: write {name}", param, ctx)
        try:
            after_s = tuple(float(_WAIT.from_text(time)) for time in times.split(",") if colon)
        except ValueError as error:
            self.fail(str(error), param, ctx)
        return IdleChoice(name, after_s or None)  # type: ignore[arg-type]


IDLE_POLICY = _IdlePolicy()
