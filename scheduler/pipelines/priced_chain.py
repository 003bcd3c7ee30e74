"""The least priced cost of a chain whose own limits are left out: one pass for all gate choices.

A shortest path through (segment, mode), vectorised over choices of gates. What it leaves out
(deadline, accuracy, memory, other limits) can only make plans dearer, so its values bound every
plan's cost from below; where its path keeps the limits, that is the cheapest plan. The deadline may
be priced instead: for any price of time, the value less the price of the whole deadline is a bound
too (Geoffrion 1974, "Lagrangean relaxation for integer programming").
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from devicemodels.cost import NANOSECONDS_PER_SECOND
from scheduler.chains.tables import TIME, chain_tables
from scheduler.expectation import Assignment
from scheduler.pipelines.budget import Counted
from scheduler.pipelines.decisions import Decision, Kind
from scheduler.pipelines.pricing import Prices
from scheduler.problem import Problem

Floats = NDArray[np.float64]


class _Work:
    """Pieces of work: watts and shares of the period, 0 with an infinite ban where impossible."""

    def __init__(self, pairs: Floats, idle_w: Floats, period_ns: int) -> None:
        """``pairs`` ends in (time, energy), NaN where impossible; work replaces ``idle_w``."""
        possible = ~np.isnan(pairs[..., TIME])
        time_ns, energy_j = np.moveaxis(np.where(possible[..., None], pairs, 0.0), -1, 0)
        self.share = time_ns / period_ns
        self.power_w = energy_j * NANOSECONDS_PER_SECOND / period_ns - idle_w * self.share
        self.ban = np.where(possible, 0.0, np.inf)


class PricedChain:
    """One pipeline under one choice of idle states: S segments, M modes, G choices of gates."""

    def __init__(self, problem: Problem, idle: tuple[int, ...], counted: Counted) -> None:
        self.idle = idle
        self.expected = counted == "expected"
        self.tables = tables = chain_tables(problem)
        period_ns, core = problem.period_ns, tables.core
        rows = zip(problem.idle_power_w, problem.wake, idle, strict=True)
        chosen = [(powers[state], wakes[state]) for powers, wakes, state in rows]
        idle_w = np.array([power_w for power_w, _ in chosen])[core]
        wake = np.array([(cost.time_ns, cost.energy_j) for _, cost in chosen], float)[core]
        self.compute = _Work(np.moveaxis(tables.compute, 2, 1), idle_w, period_ns)
        self.head = _Work(tables.head, idle_w, period_ns)
        self.encode = _Work(tables.encode, idle_w, period_ns)
        self.decode = _Work(tables.decode, idle_w, period_ns)
        self.transfer = _Work(tables.transfer, np.zeros(1), period_ns)
        self.wake = _Work(wake, idle_w, period_ns)
        switch = _Work(tables.switch[core], idle_w, period_ns)
        self.link = tables.link[core[:, None], core[None, :]]
        same = core[:, None] == core[None, :]
        moves = ~np.eye(len(core), dtype=np.bool_)
        self.stay_w = np.where(moves, switch.power_w[None, :], 0.0)
        self.stay_share = np.where(moves, switch.share[None, :], 0.0)
        self.stay_ban = np.where(same, 0.0, np.inf)
        self.cross_ban = np.where(~same & (self.link >= 0), 0.0, np.inf)
        choices = range(len(problem.gate_choices))
        self.reach = np.array([problem.reach(g)[:-1] for g in choices])
        self.used = np.array([problem.uses_gate(g) for g in choices], dtype=np.bool_)


class CheapestPaths:
    """The cheapest path of every choice of gates at some prices, by ``least_w``.

    ``hurry_w`` is what a latency of a whole period costs, whichever core or link it is spent on.
    """

    def __init__(
        self,
        chain: PricedChain,
        prices: Prices,
        decisions: Sequence[Decision] = (),
        hurry_w: float = 0.0,
    ) -> None:
        self._chain = chain
        self._hurry_w = hurry_w
        self._decisions = decisions
        self._power = prices.power
        self._core = np.array(prices.core)[chain.tables.core]
        self._link = np.array((*prices.link, 0.0))[: chain.transfer.share.shape[-1]]
        self._weights = np.array(prices.weights)[chain.tables.memory]
        self._at: list[Floats] = []
        """By segment: (G, M), what running it in a mode and all that follows costs."""
        segments, every = chain.reach.shape[1], slice(None)
        for s in reversed(range(segments)):
            here = self._compute(s, every).min(axis=1) + self._head(s, every)
            if s + 1 < segments:
                ways = self._onward(s, every).min(axis=1) + self._at[0][:, None, :]
                here = here + ways.min(axis=2)
            self._at.insert(0, here)
        self._start = self._wake(0, every)
        whole = (self._start + self._at[0]).min(axis=1)
        self.least_w = np.where(self._open("gates", 0, len(whole)), whole, np.inf)
        """By choice of gates; infinite where there is no path."""

    def assignment(self, gates: int) -> Assignment:
        """The path of one choice of gates that has a path."""
        only = slice(gates, gates + 1)
        mode = int(np.argmin(self._start[gates] + self._at[0][gates]))
        modes = [mode]
        knobs = [int(np.argmin(self._compute(0, only)[0, :, mode]))]
        codecs: list[int | None] = []
        for s, at in enumerate(self._at[1:]):
            ways = self._onward(s, only)[0, :, mode] + at[gates]
            way, following = np.unravel_index(int(np.argmin(ways)), ways.shape)
            mode = int(following)
            codecs.append(int(way) - 1 if way else None)
            modes.append(mode)
            knobs.append(int(np.argmin(self._compute(s + 1, only)[0, :, mode])))
        return Assignment(tuple(modes), tuple(codecs), self._chain.idle, gates, tuple(knobs))

    def _compute(self, s: int, gates: slice) -> Floats:
        """(G, K, M): running segment ``s``."""
        chain, sizes = self._chain, self._chain.tables.knob_bytes[s, :, 0]
        knobs = self._open("knob", s, len(sizes))
        modes = self._open("mode", s, len(self._core))
        fixed: Floats = sizes[:, None] * self._weights
        fixed = fixed + np.where(knobs[:, None] & modes, 0.0, np.inf)
        return self._cost(chain.compute, s, chain.reach[gates, s], self._core) + fixed

    def _head(self, s: int, gates: slice) -> Floats:
        """(G, M): the gate head after segment ``s``, where it is in use."""
        chain = self._chain
        cost = self._cost(chain.head, s, chain.reach[gates, s], self._core)
        cost = cost + chain.tables.head_bytes[s] * self._weights
        return np.where(chain.used[gates, s, None], cost, 0.0)

    def _onward(self, s: int, gates: slice) -> Floats:
        """(G, 1 + C, M, M): from segment ``s`` to the next: on its core, or with each codec."""
        chain, reach = self._chain, self._chain.reach[gates, s + 1]
        everybody = reach[:, None, None]
        stay = everybody[..., None] * (self._power * chain.stay_w) + chain.stay_ban
        stay = stay + self._hurry_w * chain.stay_share
        sizes = chain.tables.codec_bytes[s]
        allowed = self._open("codec", s, len(sizes))
        encode = self._cost(chain.encode, s, reach, self._core) + sizes[:, :1] * self._weights
        decode = self._cost(chain.decode, s, reach, self._core) + sizes[:, 1:] * self._weights
        decode = decode + self._wake(s + 1, gates)[:, None, :]
        transfer = self._cost(chain.transfer, s, reach, self._link)[..., chain.link]
        banned = chain.cross_ban + np.where(allowed, 0.0, np.inf)[:, None, None]
        cross = encode[..., :, None] + transfer + decode[..., None, :] + banned
        return np.concatenate((stay, cross), axis=1)

    def _wake(self, s: int, gates: slice) -> Floats:
        """(G, M): waking for segment ``s``; this is not work that cores are priced for."""
        chain = self._chain
        own = chain.reach[gates, s, None] * (self._power * chain.wake.power_w)
        return np.asarray(own + self._hurry_w * chain.wake.share)

    def _cost(self, work: _Work, row: int, reach: Floats, price: Floats) -> Floats:
        """Watts of a row of work, by choice of gates; ``reach`` is the share it happens to."""
        own, paid = self._power * work.power_w[row], price * work.share[row]
        shares = reach.reshape(-1, *(1,) * own.ndim)
        fixed = self._hurry_w * work.share[row] + work.ban[row]
        if self._chain.expected:
            return np.asarray(shares * (own + paid) + fixed)
        return np.asarray(shares * own + paid + fixed)

    def _open(self, kind: Kind, index: int, count: int) -> NDArray[np.bool_]:
        """Which values of one part the decisions leave open."""
        still = np.ones(count, dtype=np.bool_)
        for decision in self._decisions:
            if decision.kind == kind and decision.index == index:
                still &= (np.arange(count) == decision.value) == decision.holds
        return still
