"""The master problem: one column a pipeline, within what the device has to share.

Its linear relaxation prices the device (Dantzig and Wolfe, "Decomposition principle for linear
programs", Operations Research 8(1), 1960, doi:10.1287/opre.8.1.101); its integer form chooses
among the columns at hand. Both are solved by HiGHS. Power is measured in a unit of its size, and
every row has about the size 1, so that the solver's absolute tolerances mean something.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from scheduler.pipelines.budget import Capacity
from scheduler.pipelines.columns import Column
from scheduler.pipelines.combinations import Combination, Cut, fits
from scheduler.pipelines.pricing import Prices

Pools = Sequence[Sequence[Column]]
"""By pipeline: the columns to choose from."""

Floats = NDArray[np.float64]

MIXED = 1e-6
"""Shares of a mix below this are the solver's rounding."""


@dataclass(frozen=True, slots=True)
class Relaxation:
    """An optimum of the linear relaxation over some columns."""

    value: float
    """Watts beyond those at rest; if ``short``, the sum of all shortages instead."""
    short: bool
    """Whether there is no mix of the columns within the limits."""
    shortage: Floats
    """By row (cores, links, memories): share of a limit by which the mix exceeds it."""
    weights: tuple[Floats, ...]
    """By pipeline: the share of each of its columns."""
    prices: tuple[Prices, ...]
    """By pipeline."""
    dues: tuple[float, ...]
    """By pipeline: what a new column must cost less than to improve the mix."""
    limits_w: float
    """What all limits together are worth at these prices."""
    unit: float
    """In which the solver measured ``value`` and ``dues``."""


class Master:
    """The rows of one device, in units of about 1."""

    def __init__(self, limits: Capacity, pipelines: int) -> None:
        self._pipelines = pipelines
        self._limits = limits
        self._memories = np.maximum(np.array(limits.memory_bytes, dtype=np.float64), 1.0)
        held = np.array(limits.memory_bytes) / self._memories
        self._rhs = np.concatenate([limits.core, limits.link, held])

    def relax(self, pools: Pools, *, short: bool = False) -> Relaxation | None:
        """Solve the relaxation; None if no mix is within the limits.

        With ``short``, minimise what the mix exceeds the limits by, which always has an answer.
        """
        rows, buffers = self._shared(pools)
        count, extra = rows.shape[1], len(self._rhs) if short else 0
        memories = len(self._memories)
        capacity = np.hstack([rows, self._buffer_rows(), -np.eye(len(self._rhs))[:, :extra]])
        activation = np.hstack(
            [
                buffers,
                -np.tile(np.eye(memories), (self._pipelines, 1)),
                np.zeros((len(buffers), extra)),
            ]
        )
        unit_w = _unit_w(pools)
        objective = np.zeros(count + memories + extra)
        if short:
            objective[count + memories :] = 1.0
        else:
            objective[:count] = _power(pools) / unit_w
        result = linprog(
            objective,
            A_ub=np.vstack([capacity, activation]),
            b_ub=np.concatenate([self._rhs, np.zeros(len(activation))]),
            A_eq=np.hstack([_one_each(pools), np.zeros((self._pipelines, memories + extra))]),
            b_eq=np.ones(self._pipelines),
            bounds=(0.0, None),
            method="highs",
        )
        if result.status != 0:
            return None
        unit = 1.0 if short else unit_w
        duals = -np.minimum(result.ineqlin.marginals, 0.0) * unit
        mixed = np.split(result.x[:count], np.cumsum([len(pool) for pool in pools])[:-1])
        prices, limits_w = self._prices(duals, 0.0 if short else 1.0)
        return Relaxation(
            value=float(result.fun) * unit,
            short=short,
            shortage=result.x[count + memories :],
            weights=tuple(mixed),
            prices=prices,
            dues=tuple((result.eqlin.marginals * unit).tolist()),
            limits_w=limits_w,
            unit=unit,
        )

    def choose(self, pools: Pools, cuts: Sequence[Cut]) -> Combination | None:
        """The best combination of whole columns that no cut forbids; None if there is none."""
        cuts = list(cuts)
        while (found := self._choose(pools, cuts)) is not None and not fits(found, self._limits):
            cuts.append(tuple(enumerate(found)))  # only just too much: a matter of tolerance
        return found

    def _choose(self, pools: Pools, cuts: Sequence[Cut]) -> Combination | None:
        rows, buffers = self._shared(pools)
        count, memories = rows.shape[1], len(self._memories)
        constraints = [
            LinearConstraint(np.hstack([rows, self._buffer_rows()]), ub=self._rhs),
            LinearConstraint(
                np.hstack([buffers, -np.tile(np.eye(memories), (self._pipelines, 1))]), ub=0.0
            ),
            LinearConstraint(
                np.hstack([_one_each(pools), np.zeros((self._pipelines, memories))]), lb=1.0, ub=1.0
            ),
        ]
        forbidden = [row for cut in cuts if (row := _row(cut, pools)) is not None]
        if forbidden:
            matrix = np.hstack([np.array(forbidden), np.zeros((len(forbidden), memories))])
            constraints.append(LinearConstraint(matrix, ub=matrix.sum(axis=1) - 1.0))
        power = _power(pools) / _unit_w(pools)
        result = milp(
            np.concatenate([power, np.zeros(memories)]),
            constraints=constraints,
            integrality=np.concatenate([np.ones(count), np.zeros(memories)]),
            bounds=Bounds(0.0, np.concatenate([np.ones(count), np.full(memories, np.inf)])),
            options={"mip_rel_gap": 0.0},
        )
        if result.x is None:
            return None
        mixed = np.split(result.x[:count], np.cumsum([len(pool) for pool in pools])[:-1])
        return tuple(pool[int(np.argmax(mix))] for pool, mix in zip(pools, mixed, strict=True))

    def _shared(self, pools: Pools) -> tuple[Floats, Floats]:
        """What each column takes of each row, and of each pipeline's buffer in each memory."""
        columns = [(p, column) for p, pool in enumerate(pools) for column in pool]
        memories = len(self._memories)
        rows = np.array(
            [
                [*c.core_share, *c.link_share, *(np.array(c.weight_bytes) / self._memories)]
                for _, c in columns
            ]
        ).T
        buffers = np.zeros((self._pipelines * memories, len(columns)))
        for j, (p, column) in enumerate(columns):
            buffers[p * memories : (p + 1) * memories, j] = (
                np.array(column.activation_bytes) / self._memories
            )
        return rows, buffers

    def _buffer_rows(self) -> Floats:
        """The shared activation buffers take room in the memories and nowhere else."""
        memories = len(self._memories)
        others = len(self._rhs) - memories
        return np.vstack([np.zeros((others, memories)), np.eye(memories)])

    def _prices(self, duals: Floats, power: float) -> tuple[tuple[Prices, ...], float]:
        """By pipeline, and the worth of all limits."""
        cores, links = len(self._limits.core), len(self._limits.link)
        memories, rows = len(self._memories), len(self._rhs)
        core, link, weights = np.split(duals[:rows], [cores, cores + links])
        buffers = duals[rows:].reshape(self._pipelines, memories)
        together = buffers.sum(axis=0)
        scale = np.where(together > weights, weights / np.maximum(together, 1e-300), 1.0)
        prices = tuple(
            Prices(
                power=power,
                core=tuple(core.tolist()),
                link=tuple(link.tolist()),
                weights=tuple((weights / self._memories).tolist()),
                activations=tuple((own * scale / self._memories).tolist()),
            )
            for own in buffers
        )
        return prices, float(duals[:rows] @ self._rhs)


def _power(pools: Pools) -> Floats:
    return np.array([column.power_w for pool in pools for column in pool])


def _unit_w(pools: Pools) -> float:
    """The size of what is minimised."""
    powers = [[abs(column.power_w) for column in pool] for pool in pools]
    return sum(map(min, powers)) or sum(map(max, powers)) or 1.0


def _one_each(pools: Pools) -> Floats:
    """By pipeline: 1 for each of its columns."""
    counts = [len(pool) for pool in pools]
    return np.repeat(np.eye(len(pools)), counts, axis=1)


def _row(cut: Cut, pools: Pools) -> Floats | None:
    """1 for each column of the cut; None if one of them cannot be chosen anyway."""
    offsets = np.cumsum([0, *(len(pool) for pool in pools)])
    row = np.zeros(offsets[-1])
    for pipeline, column in cut:
        places = [j for j, c in enumerate(pools[pipeline]) if c.assignment == column.assignment]
        if not places:
            return None
        row[offsets[pipeline] + places[0]] = 1.0
    return row
