"""A chain under one choice of idle states: its moves with their costs, and its relaxation.

A plan's figures are sums over its moves, so the least value of any non-negative mix of them takes
one pass over the chain. That pass is all that bounds, certificates and pruning need.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from devicemodels.cost import NANOSECONDS_PER_SECOND
from scheduler.chains.moves import NANO, Moves, Prices, list_moves
from scheduler.chains.tables import ENERGY, TIME, ChainTables, Floats, Integers, chain_tables
from scheduler.expectation import Assignment
from scheduler.kernels import arcs
from scheduler.kernels.planes import least_mixes
from scheduler.kernels.potentials import OFF, cheapest, so_far, to_go
from scheduler.problem import Problem

WEIGHTS, ACTIVATION = 0, 1
"""What a memory holds, as an offset from its figure."""


def memory_figure(memory: int, what: int) -> int:
    """The figure of a memory's weights or activation."""
    return arcs.MEMORY + 2 * memory + what


@dataclass(frozen=True)
class Chain:
    """A problem as arrays, for any choice of idle states."""

    problem: Problem
    """What is planned."""
    prices: Prices
    """What it pays on top of its own energy."""

    @cached_property
    def tables(self) -> ChainTables:
        """Its costs."""
        return chain_tables(self.problem)

    @cached_property
    def counted(self) -> tuple[int, ...]:
        """The memories that some plan could overflow."""
        tables = self.tables
        most = int(tables.knob_bytes[:, :, 0].max(axis=1).sum() + tables.head_bytes.sum())
        most += int(tables.knob_bytes[:, :, 1].max())
        if tables.codec_bytes.size:
            most += int(tables.codec_bytes.sum(axis=2).max(axis=1).sum())
        return tuple(int(j) for j in np.flatnonzero(tables.memory_bytes < most))

    def may_lose_more(self, loss: float) -> bool:
        """Whether some plan could lose more accuracy."""
        tables = self.tables
        codecs = np.maximum(tables.codec_loss.max(axis=1), 0.0).sum()
        most = tables.end_loss.max() + tables.knob_loss.max(axis=1).sum() + codecs
        return bool(most > loss)

    @cached_property
    def moves(self) -> Moves:
        """Its moves."""
        return list_moves(self.problem, self.tables, self.prices, self.counted)

    @property
    def figures(self) -> int:
        """How many figures a plan has, as ``kernels.survivors`` counts them."""
        return arcs.MEMORY + 2 * len(self.problem.platform.memories)

    def resting(self, idle: tuple[int, ...]) -> "Resting":
        """The chain when core k rests in idle state ``idle[k]``."""
        problem, tables, moves = self.problem, self.tables, self.moves
        power_w = np.array([p[i] for p, i in zip(problem.idle_power_w, idle, strict=True)])
        idle_j = np.append(power_w[tables.core], 0.0) * NANO
        core_j = np.array(self.prices.core_w)[tables.core] * NANO
        wakes = [row[i] for row, i in zip(problem.wake, idle, strict=True)]
        wake = np.array([(cost.time_ns, cost.energy_j) for cost in wakes], float)
        before, after = moves.decisions[:, 0], moves.decisions[:, 1]
        core = np.append(tables.core, -1)
        wakes_up = np.where(core[before] != core[after], 1.0, 0.0)[:, None] * wake[core[after]]
        on_receiver = moves.times_ns[:, 2] + wakes_up[:, TIME]
        energy = moves.energy_j + wakes_up[:, ENERGY]
        energy -= idle_j[before] * moves.times_ns[:, 0] + idle_j[after] * on_receiver
        can = ~np.isnan(tables.head[:, :, TIME])
        byte_j = np.array(self.prices.memory_j_per_byte)[tables.memory]
        head = np.where(can[..., None], tables.head, 0.0)
        heads = (
            head[..., TIME],
            head[..., ENERGY] - idle_j[:-1] * head[..., TIME],
            core_j * head[..., TIME],
            np.where(can, tables.head_bytes[:, None] * byte_j, np.inf),
        )
        standing_w = problem.platform.rail.power_w + float(power_w.sum())
        return Resting(
            chain=self,
            idle=idle,
            time_ns=moves.times_ns[:, 0] + moves.times_ns[:, 1] + on_receiver,
            energy_j=energy,
            price_j=moves.price_j + core_j[after] * wakes_up[:, TIME],
            head=np.stack(heads, axis=-1),
            standing_j=standing_w * problem.period_ns / NANOSECONDS_PER_SECOND,
        )


@dataclass(frozen=True, slots=True)
class Mix:
    """A mix of figures, ready for a pass over the chain."""

    weights: Floats
    """By figure."""
    energy: Floats
    """By move: what a sample costs that comes there."""
    by_time: Floats
    """By gate state: what a nanosecond costs."""
    constant: Floats
    """By move: what does not depend on the gate state."""
    head: Floats
    """By segment and mode: time, cost for a sample that comes there and constant of the gate
    head."""
    end: Floats
    """By gate state: what ending in it costs."""


@dataclass(frozen=True, slots=True)
class Path:
    """One way through the chain."""

    figures: Floats
    """What it has of each figure; energy without the standing energy."""
    moves: Integers
    """By segment."""
    transitions: Integers
    """By gate: row of ``tables.onward``."""


@dataclass(frozen=True)
class Resting:
    """A chain under one choice of idle states."""

    chain: Chain
    """What is planned."""
    idle: tuple[int, ...]
    """By core: its idle state."""
    time_ns: Floats
    """By move."""
    energy_j: Floats
    """By move: net of the idle power that it replaces."""
    price_j: Floats
    """By move: price of the time that it takes."""
    head: Floats
    """(S, M, 4): time, net energy, price of the time and of the bytes of the gate head; the last
    is infinite where it cannot run."""
    standing_j: float
    """Energy of one period in which nothing happens."""

    def mix(self, weights: Floats, ends: tuple[int, ...] | None = None) -> Mix:
        """The mix of figures with these ``weights``, which are not negative; ``ends`` are the gate
        states that a way may end in, if not in all."""
        tables, moves = self.chain.tables, self.chain.moves
        before, after = moves.decisions[:, 0], moves.decisions[:, 1]
        byte = np.append(weights[arcs.MEMORY :: 2][tables.memory], 0.0)
        joule, charge = weights[arcs.ENERGY], weights[arcs.CHARGED]
        constant = charge * moves.fixed_j + weights[arcs.LOSS] * moves.loss
        constant += byte[before] * moves.resident[:, 0] + byte[after] * moves.resident[:, 1]
        time, net, price, fixed = np.moveaxis(self.head, -1, 0)
        can = np.isfinite(fixed)
        at_once = charge * np.where(can, fixed, 0.0) + byte[:-1] * tables.head_bytes[:, None]
        heads = time, (joule + charge) * net + charge * price, np.where(can, at_once, np.inf)
        end = weights[arcs.LOSS] * tables.end_loss
        if ends is not None:
            end = np.where(np.isin(np.arange(end.size), ends), end, np.inf)
        return Mix(
            weights=weights,
            energy=(joule + charge) * self.energy_j + charge * self.price_j,
            by_time=weights[arcs.MAX]
            + weights[arcs.MEAN] * tables.reach
            + weights[arcs.P99] * tables.in_p99,
            constant=constant,
            head=np.stack(heads, axis=-1),
            end=end,
        )

    def onward(self, mix: Mix) -> tuple[Floats, Floats, float]:
        """Least cost to come, before and behind each gate, and of the whole chain."""
        tables, moves = self.chain.tables, self.chain.moves
        return to_go(
            moves.first, moves.decisions, self.time_ns, mix.energy, mix.constant, mix.head,
            tables.position, tables.states, tables.onward, tables.reach, mix.by_time, mix.end,
        )  # fmt: skip

    def come(self, mix: Mix) -> tuple[Floats, Floats]:
        """Least cost so far, before and behind each gate."""
        tables, moves = self.chain.tables, self.chain.moves
        return so_far(
            moves.first, moves.decisions, self.time_ns, mix.energy, mix.constant, mix.head,
            tables.position, tables.states, tables.onward, tables.reach, mix.by_time,
        )  # fmt: skip

    def by_end(self, weights: Floats) -> Floats:
        """By gate state: least value of a mix of figures of the ways that end in it."""
        mix = self.mix(weights)
        _, behind = self.come(mix)
        least: Floats = behind[-1].min(axis=0) + mix.end
        return least

    def by_end_of_all(self, planes: Floats) -> Floats:
        """(B, Q): ``by_end`` of many mixes (B, figures), none of which has to do with memory."""
        tables, moves = self.chain.tables, self.chain.moves
        by_time = (
            planes[:, arcs.MAX]
            + tables.reach[:, None] * planes[:, arcs.MEAN]
            + tables.in_p99[:, None] * planes[:, arcs.P99]
        )
        joule = tables.reach[:, None] * (planes[:, arcs.ENERGY] + planes[:, arcs.CHARGED])
        charge = tables.reach[:, None] * planes[:, arcs.CHARGED]
        return least_mixes(
            moves.first, moves.decisions,
            (self.time_ns, self.energy_j, self.price_j, moves.fixed_j, moves.loss),
            self.head, tables.position, tables.states, tables.onward,
            np.ascontiguousarray(np.stack((by_time, joule, charge), axis=1)),
            np.ascontiguousarray(planes[:, [arcs.CHARGED, arcs.LOSS]].T), tables.end_loss,
        ).T  # fmt: skip

    def least(
        self, weights: Floats, ends: tuple[int, ...] | None = None
    ) -> tuple[float, Path | None]:
        """Least value of a mix of figures, and a way that has it; infinity if there is none."""
        tables, moves, mix = self.chain.tables, self.chain.moves, self.mix(weights, ends)
        before, behind, whole = self.onward(mix)
        if not np.isfinite(whole):
            return np.inf, None
        chosen, transitions = cheapest(
            moves.first, moves.decisions, self.time_ns, mix.energy, mix.constant, mix.head,
            tables.position, tables.onward, tables.reach, mix.by_time, before, behind,
        )  # fmt: skip
        return whole, Path(self.figures_of(chosen, transitions), chosen, transitions)

    def figures_of(self, chosen: Integers, transitions: Integers) -> Floats:
        """The figures of a way through the chain."""
        tables, moves = self.chain.tables, self.chain.moves
        memory = np.append(tables.memory, -1)
        figures = np.zeros(self.chain.figures)
        mode = moves.decisions[chosen, 1]
        state = np.append(0, tables.onward[transitions, 2])
        used = np.flatnonzero(tables.onward[transitions, 1] != OFF)
        gated = np.flatnonzero(np.diff(tables.position))[used]
        run = (self.time_ns, self.energy_j, self.price_j, moves.fixed_j)
        pieces = (
            (state[tables.position[:-1]], *(column[chosen] for column in run)),
            (state[used], *self.head[gated, mode[gated]].T),
        )
        for q, time, energy, price, fixed in pieces:
            figures[arcs.ENERGY] += (tables.reach[q] * energy).sum()
            figures[arcs.CHARGED] += (tables.reach[q] * (energy + price) + fixed).sum()
            figures[arcs.MAX] += time.sum()
            figures[arcs.MEAN] += (tables.reach[q] * time).sum()
            figures[arcs.P99] += (tables.in_p99[q] * time).sum()
        figures[arcs.LOSS] = moves.loss[chosen].sum() + tables.end_loss[state[-1]]
        held = figures[arcs.MEMORY :: 2]
        resident = moves.resident[chosen]
        np.add.at(held, memory[moves.decisions[chosen[1:], 0]], resident[1:, 0])
        np.add.at(held, memory[mode], resident[:, 1])
        counted = np.isin(memory[mode[gated]], self.chain.counted)
        np.add.at(held, memory[mode[gated]], counted * tables.head_bytes[gated])
        np.maximum.at(figures[arcs.MEMORY + 1 :: 2], memory[mode], resident[:, 2])
        return figures

    def assignment(self, chosen: Integers, transitions: Integers) -> Assignment:
        """The decisions of a way through the chain."""
        decisions = self.chain.moves.decisions[chosen]
        settings = tuple(self.chain.tables.onward[transitions, 1].tolist())
        return Assignment(
            modes=tuple(decisions[:, 1].tolist()),
            codecs=tuple(None if c < 0 else c for c in decisions[1:, 2].tolist()),
            idle=self.idle,
            gates=self.chain.problem.gate_states.choice[settings],
            knobs=tuple(decisions[:, 3].tolist()),
        )
