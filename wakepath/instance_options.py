"""What the command line says of an instance: cores, speeds, bandwidths, spans of time."""

from dataclasses import dataclass, replace
from typing import Any

import click

from devicemodels.documents.errors import InputError
from devicemodels.documents.quantities import Quantity
from scheduler.graphs.problem import GraphObjective, GraphProblem

_TIME = Quantity("s", ("10 ms", "2 s"), positive=True)
_BANDWIDTH = Quantity("B/s", ("1.5 MB/s", "64 kB/s"), positive=True)


@dataclass(frozen=True, slots=True)
class Span:
    """A time as written: with a unit, or a bare number of ticks."""

    text: str
    """As it was written."""
    ticks: int | None
    """Without a unit."""
    seconds: float | None
    """With one."""

    def ticks_of(self, problem: GraphProblem) -> int:
        """In ticks of ``problem``; ``InputError`` if it has no seconds, or only seconds."""
        if problem.tick_s is None and self.ticks is None:
            message = f"'{self.text}': the instance '{problem.name}' counts in bare units"
            raise InputError.single(message, hint="leave out the unit: --deadline 120")
        if problem.tick_s is not None and self.seconds is None:
            message = f"'{self.text}' has no unit; '{problem.name}' is timed in seconds"
            raise InputError.single(message, hint="like --deadline '10 ms'")
        if self.seconds is not None and problem.tick_s is not None:
            return round(self.seconds / problem.tick_s)
        assert self.ticks is not None
        return self.ticks


class _SpanType(click.ParamType[Span]):
    """10ms, 2 s, or a whole number of the instance's own units."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Span:
        if isinstance(value, Span):
            return value
        text = str(value).strip()
        if text.isascii() and text.isdecimal() and len(text) <= 18:
            return Span(text, int(text), None)
        try:
            return Span(text, None, float(_TIME.from_text(text)))
        except ValueError as error:
            self.fail(str(error), param, ctx)


class _CoresType(click.ParamType[int | tuple[float, ...]]):
    """How many cores, or the speed of each: 4, or 1,0.5,0.5."""

    name = "cores"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> int | tuple[float, ...]:
        try:
            if "," in str(value):
                return tuple(float(speed) for speed in str(value).split(","))
            return int(str(value))
        except ValueError:
            self.fail(f"'{value}' is no number, and no list of speeds like 1,0.5", param, ctx)


class _BandwidthType(click.ParamType[float]):
    """A rate with its unit: 1.5 MB/s."""

    name = "bandwidth"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        try:
            return value if isinstance(value, float) else float(_BANDWIDTH.from_text(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


SPAN = _SpanType()
"""A deadline or period."""
CORES = _CoresType()
"""Cores of an instance that does not say."""
BANDWIDTH = _BandwidthType()
"""Of the links of an instance that has file sizes."""


def required(
    problem: GraphProblem,
    objective: GraphObjective | None,
    deadline: Span | None,
    period: Span | None,
) -> GraphProblem:
    """The problem with what the command line asks of it in place of its own requirements.

    Raises ``InputError`` if energy is to be minimised and there is none, and for spans without
    the unit that the problem needs.
    """
    if objective == "energy" and not has_energies(problem):
        message = f"the instance '{problem.name}' says nothing of energy"
        raise InputError.single(message, hint="--objective makespan")
    if deadline is not None:
        problem = replace(problem, deadline_ticks=deadline.ticks_of(problem))
    if period is not None:
        problem = replace(problem, period_ticks=period.ticks_of(problem))
    return problem if objective is None else replace(problem, objective=objective)


def has_energies(problem: GraphProblem) -> bool:
    """Whether any figure of the problem is in joules or watts."""
    return problem.rail_power_w > 0.0 or any(
        energy > 0.0
        for energies in (
            (mode.energy_j for task in problem.tasks for mode in task.modes),
            (energy for edge in problem.edges for energy in edge.energy_j),
            (row.idle_power_w + row.wake_energy_j for row in problem.resources),
        )
        for energy in energies
    )
