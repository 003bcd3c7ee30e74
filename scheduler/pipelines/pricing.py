"""What a pricing engine is: the cheapest ways to run one pipeline at the prices of the device.

Two engines do the same work: ``EnumeratedPricer`` here, which lists every plan of a small chain,
and the dynamic program of ``scheduler.pipelines.chain_pricing`` for all others.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import inf, prod
from typing import Protocol

import numpy as np

from scheduler.enumeration import codec_choices
from scheduler.expectation import Assignment
from scheduler.feasibility import is_feasible
from scheduler.pareto import non_dominated
from scheduler.pipelines.budget import Capacity, Counted
from scheduler.pipelines.columns import Column, make_column
from scheduler.pipelines.decisions import Decision
from scheduler.problem import Problem

LARGEST = 500
"""Assignments above which a chain is not enumerated."""

STARTERS = 64
"""Most Pareto points that a pipeline starts with."""


@dataclass(frozen=True, slots=True)
class Prices:
    """What one pipeline pays; every price is in watts and at least 0."""

    power: float
    """For each watt of its own; 1, or 0 when only shortages count."""
    core: tuple[float, ...]
    """By core: for using all of it all the time."""
    link: tuple[float, ...]
    """By link, likewise."""
    weights: tuple[float, ...]
    """By memory: for a byte of weights."""
    activations: tuple[float, ...]
    """By memory: for a byte of its largest activation."""

    def cost(self, column: Column) -> float:
        """What a column costs at these prices, in watts."""
        return (
            self.power * column.power_w
            + _dot(self.core, column.core_share)
            + _dot(self.link, column.link_share)
            + _dot(self.weights, column.weight_bytes)
            + _dot(self.activations, column.activation_bytes)
        )


def free(limits: Capacity) -> Prices:
    """Nothing that is shared costs anything."""
    cores, links, memories = map(len, (limits.core, limits.link, limits.memory_bytes))
    nothing = (0.0,) * memories
    return Prices(1.0, (0.0,) * cores, (0.0,) * links, nothing, nothing)


@dataclass(frozen=True, slots=True)
class Priced:
    """What a pricing engine found."""

    bound_w: float
    """No column that the decisions allow costs less; infinite if there is none."""
    columns: tuple[Column, ...]
    """Cheap ones, the cheapest first."""


class Pricer(Protocol):
    """All columns of one pipeline under one choice of idle states."""

    def starters(self) -> tuple[Column, ...]:
        """Some Pareto points to begin with."""

    def price(self, prices: Prices, decisions: Sequence[Decision], *, exact: bool = True) -> Priced:
        """Cheap columns among those that keep to ``decisions`` and all own limits.

        If not ``exact``, the cheapest may be missing and the bound lower than need be.
        """


def assignments(problem: Problem, idle: tuple[int, ...]) -> Iterator[Assignment]:
    """Every assignment that rests in ``idle``, feasible or not."""
    knob_choices = list(product(*(range(len(rows)) for rows in problem.knobs)))
    for modes in product(range(len(problem.modes)), repeat=len(problem.knobs)):
        for codecs in codec_choices(problem, modes):
            for knobs, gates in product(knob_choices, range(len(problem.gate_choices))):
                yield Assignment(modes, codecs, idle, gates, knobs)


def size(problem: Problem) -> int:
    """Upper bound on the number of assignments of one choice of idle states."""
    modes: int = len(problem.modes) ** len(problem.knobs)
    return (
        modes
        * prod(len(rows) for rows in problem.codecs)
        * prod(len(rows) for rows in problem.knobs)
        * len(problem.gate_choices)
    )


class EnumeratedPricer:
    """Lists every feasible plan of a small chain once, and looks through the list."""

    def __init__(self, problem: Problem, idle: tuple[int, ...], counted: Counted) -> None:
        self._columns = [
            make_column(problem, assignment, counted)
            for assignment in assignments(problem, idle)
            if is_feasible(problem, assignment)
        ]
        self._uses = np.array([_uses(column) for column in self._columns])

    def starters(self) -> tuple[Column, ...]:
        """The Pareto points of power, latency and all that is shared, thinned evenly."""
        front = non_dominated(self._columns, lambda c: (c.power_w, c.latency_ns, *_uses(c)[1:]))
        if len(front) <= STARTERS:
            return tuple(front)
        return tuple(front[i * len(front) // STARTERS] for i in range(STARTERS))

    def price(self, prices: Prices, decisions: Sequence[Decision], *, exact: bool = True) -> Priced:
        """The cheapest column of the list, whether or not that is asked."""
        if not self._columns:
            return Priced(inf, ())
        costs = self._uses @ np.array(
            (prices.power, *prices.core, *prices.link, *prices.weights, *prices.activations)
        )
        if decisions:
            allowed = [
                all(decision.allows(column.assignment) for decision in decisions)
                for column in self._columns
            ]
            costs = np.where(allowed, costs, inf)
        best = self._columns[int(np.argmin(costs))]
        cost = prices.cost(best)
        return Priced(cost, (best,)) if np.isfinite(costs.min()) else Priced(inf, ())


def _uses(column: Column) -> tuple[float, ...]:
    return (
        column.power_w,
        *column.core_share,
        *column.link_share,
        *column.weight_bytes,
        *column.activation_bytes,
    )


def _dot(prices: tuple[float, ...], amounts: tuple[float, ...] | tuple[int, ...]) -> float:
    return sum(price * amount for price, amount in zip(prices, amounts, strict=True))
