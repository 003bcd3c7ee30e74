"""All ways to come to a segment and run it, without those that another one always beats.

Listed once for a problem; a choice of idle states adds a sum or two, see ``chains.costs``. Given
the idle states, every figure of a plan is then a sum over its moves, weighted with the share of
samples that come there: that is what makes a dynamic program over chains exact.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from devicemodels.cost import NANOSECONDS_PER_SECOND
from scheduler.chains.tables import ENERGY, TIME, ChainTables, Floats, Integers
from scheduler.problem import Problem

NANO = 1.0 / NANOSECONDS_PER_SECOND


@dataclass(frozen=True, slots=True)
class Prices:
    """What a plan pays for what it shares with others, on top of its own energy."""

    core_w: tuple[float, ...]
    """By core: joules a second of expected busy time, per sample."""
    link_w: tuple[float, ...]
    """By link: joules a second of expected transfer time, per sample."""
    memory_j_per_byte: tuple[float, ...]
    """By memory: joules a resident byte of weights, per sample."""

    @classmethod
    def none(cls, problem: Problem) -> "Prices":
        """Everything for free."""
        platform = problem.platform
        shared = platform.cores, platform.links, platform.memories
        return cls(*((0.0,) * len(things) for things in shared))


@dataclass(frozen=True, slots=True)
class Moves:
    """N moves in order of segment, then of their decisions."""

    first: Integers
    """(S + 1,): the moves into segment s are ``first[s]:first[s + 1]``."""
    decisions: Integers
    """(N, 4): mode before (-1: the start), mode after, codec (-1: not crossed), knob."""
    times_ns: Floats
    """(N, 3): on the core before, on the link, on the core after without its wake-up."""
    energy_j: Floats
    """(N,): drawn meanwhile."""
    price_j: Floats
    """(N,): price of that time, the wake-up's left out."""
    fixed_j: Floats
    """(N,): price of the resident bytes, paid for every sample."""
    loss: Floats
    """(N,): accuracy lost."""
    resident: Floats
    """(N, 3): bytes of weights before and after the edge, bytes of the activation; 0 in memories
    that no plan can overflow."""


@dataclass(frozen=True, slots=True)
class _Block:
    """Figures of moves, shapes (segments, pairs of modes, ways, ...); NaN where impossible."""

    times_ns: Floats
    energy_j: Floats
    price_j: Floats
    fixed_j: Floats
    loss: Floats
    resident: Floats


def list_moves(
    problem: Problem, tables: ChainTables, prices: Prices, counted: Sequence[int]
) -> Moves:
    """The moves of ``problem``; ``counted`` are the memories that some plan could overflow."""
    segments, modes, knobs = tables.compute.shape[:3]
    core, codecs = tables.core, tables.encode.shape[1]
    idle_w = np.array([(min(powers), max(powers)) for powers in problem.idle_power_w])
    everywhere = list(product(range(modes), repeat=2))
    cross = [(m, n) for m, n in everywhere if core[m] != core[n]]
    groups = (
        (np.arange(1), [(-1, n) for n in range(modes)], [-1]),
        (np.arange(1, segments), [(m, n) for m, n in everywhere if core[m] == core[n]], [-1]),
        (
            np.arange(1, segments),
            [(m, n) for m, n in cross if tables.link[core[m], core[n]] >= 0],
            list(range(codecs)),
        ),
    )
    rows = []
    for group, pairs, ways in groups:
        pair, way = np.array(pairs, int).reshape(-1, 2), np.array(list(product(ways, range(knobs))))
        block = _block(tables, prices, counted, group, pair, way)
        kept = _unbeaten(block, idle_w, core, pair)
        at, p, w = np.nonzero(kept)
        decisions = np.column_stack((group[at], pair[p], way[w]))
        figures = (getattr(block, name)[kept] for name in _Block.__slots__)
        rows.append((decisions, *figures))
    columns = [np.concatenate(column) for column in zip(*rows, strict=True)]
    order = np.lexsort(columns[0].T[::-1])
    decided, *others = (column[order] for column in columns)
    first = np.searchsorted(decided[:, 0], np.arange(segments + 1))
    return Moves(first, np.ascontiguousarray(decided[:, 1:]), *others)


def _block(
    tables: ChainTables,
    prices: Prices,
    counted: Sequence[int],
    group: Integers,
    pair: Integers,
    way: Integers,
) -> _Block:
    segment, m, n = group[:, None, None], pair[:, 0][None, :, None], pair[:, 1][None, :, None]
    codec, knob = way[:, 0][None, None, :], way[:, 1][None, None, :]
    shape = np.broadcast_shapes(segment.shape, m.shape, codec.shape)
    core, memory = tables.core, tables.memory
    byte_j, core_w = np.array(prices.memory_j_per_byte)[memory], np.array(prices.core_w)
    held = np.isin(memory, counted).astype(float)
    run = tables.compute[segment, n, knob]
    times, resident = np.zeros((*shape, 3)), np.zeros((*shape, 3))
    bytes_of = tables.knob_bytes[segment, knob]
    weights, loss = bytes_of[..., 0] + np.zeros(shape), tables.knob_loss[segment, knob]
    energy, price = run[..., ENERGY] + np.zeros(shape), np.zeros(shape)
    fixed = np.zeros(shape)
    times[..., 2] = run[..., TIME]
    if way[0, 0] >= 0:
        edge, line = segment - 1, tables.link[core[m], core[n]]
        steps = (
            tables.encode[edge, codec, m],
            tables.transfer[edge, codec, line],
            tables.decode[edge, codec, n],
        )
        for place, step in enumerate(steps):
            times[..., place] += step[..., TIME]
            energy = energy + step[..., ENERGY]
        price = core_w[core[m]] * times[..., 0] + np.array(prices.link_w)[line] * times[..., 1]
        sizes = tables.codec_bytes[edge, codec]
        fixed = fixed + byte_j[m] * sizes[..., 0]
        resident[..., 0] = held[m] * sizes[..., 0]
        weights = weights + sizes[..., 1]
        loss = loss + tables.codec_loss[edge, codec]
    elif pair.size and pair[0, 0] >= 0:
        switch = np.where((m != n)[..., None], tables.switch[core[n]], 0.0)
        times[..., 2] += switch[..., TIME]
        energy = energy + switch[..., ENERGY]
    resident[..., 1] = held[n] * weights
    resident[..., 2] = held[n] * bytes_of[..., 1]
    price = NANO * (price + core_w[core[n]] * times[..., 2])
    fixed = fixed + byte_j[n] * weights
    return _Block(times, energy, price, fixed, loss + np.zeros(shape), resident)


def _unbeaten(block: _Block, idle_w: Floats, core: Integers, pair: Integers) -> NDArray[np.bool_]:
    """Which ways no other way between the same modes beats, whatever the idle states.

    Net energy is linear in the idle power of the two cores: it is compared at the extremes.
    """
    before, _, after = np.moveaxis(block.times_ns, -1, 0)
    compared = [block.times_ns.sum(axis=-1), block.price_j, block.fixed_j, block.loss]
    compared += list(np.moveaxis(block.resident, -1, 0))
    watts = idle_w[core[pair]] * NANO if pair.size else np.zeros((0, 2, 2))
    for a, b in product(range(2), repeat=2):
        credit = watts[None, :, 0, a, None] * before + watts[None, :, 1, b, None] * after
        compared.append(block.energy_j - credit)
    kept = ~np.isnan(compared[0] + block.energy_j)
    ways = kept.shape[2]
    beaten = np.zeros_like(kept)
    for v, w in product(range(ways), repeat=2):
        if v == w:
            continue
        better = kept[..., v].copy()
        for figure in compared:
            better &= figure[..., v] <= figure[..., w]
        if v > w:  # of equal ways the first stays
            better &= np.any([figure[..., v] < figure[..., w] for figure in compared], axis=0)
        beaten[..., w] |= better
    unbeaten: NDArray[np.bool_] = kept & ~beaten
    return unbeaten
