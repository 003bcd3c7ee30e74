"""Sums over stretches of a chain, so that a run of any length is priced by a subtraction."""

from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from scheduler.memory import memory_of_core
from scheduler.problem import Cost, ModeCosts, Problem
from scheduler.runs.placements import Integers
from scheduler.tolerance import P99_SHARE

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]
Number = TypeVar("Number", Integers, Floats)


@dataclass(frozen=True, slots=True)
class Work:
    """Costs with modes in the last axis."""

    time_ns: Integers
    """0 where the mode cannot do it."""
    energy_j: Floats
    """0 where the mode cannot do it."""
    possible: Booleans
    """Whether the mode can do it."""


def work_of(rows: list[ModeCosts]) -> Work:
    """One row a piece of work."""
    return Work(
        np.array([[0 if c is None else c.time_ns for c in row] for row in rows], dtype=np.int64),
        np.array([[0.0 if c is None else c.energy_j for c in row] for row in rows]),
        np.array([[c is not None for c in row] for row in rows], dtype=np.bool_),
    )


@dataclass(frozen=True, slots=True)
class Stretch:
    """Prefix sums under one choice of gates: entry s sums what comes before segment s."""

    reach: Floats
    """By segment: share of samples that come to it."""
    lasting: Booleans
    """By segment: whether it counts in the 99th percentile of the latency."""
    time_ns: Integers
    """(segments + 1, modes): worst case."""
    p99_ns: Integers
    """Likewise, of what counts in the 99th percentile."""
    mean_ns: Floats
    """Likewise, expected."""
    energy_j: Floats
    """Likewise, expected, idle power not subtracted."""
    impossible: Integers
    """Likewise: how many segments the mode cannot run."""
    weight_bytes: Integers
    """(segments + 1): resident parameters."""


class RunTables:
    """What the runs of a problem cost, whichever gates and idle states are chosen.

    Segments are computed as the network was traced: baselines know no knobs.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self._compute = work_of([rows[0].compute for rows in problem.knobs])
        nothing: ModeCosts = (Cost(0, 0.0),) * len(problem.modes)
        self._gate = work_of([nothing if row is None else row for row in problem.gate])
        self._weights = np.array([rows[0].weight_bytes for rows in problem.knobs], dtype=np.int64)
        self._heads = np.array(problem.gate_weight_bytes, dtype=np.int64)

    def stretch(self, choice: int) -> Stretch:
        """Prefix sums under a choice of gates."""
        used = np.array(self.problem.uses_gate(choice), dtype=np.int64)
        reach = np.array(self.problem.reach(choice)[:-1])
        gated = used[:, None]
        time = self._compute.time_ns + gated * self._gate.time_ns
        energy = self._compute.energy_j + gated * self._gate.energy_j
        possible = self._compute.possible & (self._gate.possible | (gated == 0))
        lasting = reach > P99_SHARE
        return Stretch(
            reach=reach,
            lasting=lasting,
            time_ns=_prefix(time),
            p99_ns=_prefix(time * lasting[:, None]),
            mean_ns=_prefix(time * reach[:, None]),
            energy_j=_prefix(energy * reach[:, None]),
            impossible=_prefix((~possible).astype(np.int64)),
            weight_bytes=_prefix(self._weights + used * self._heads),
        )

    @cached_property
    def core(self) -> Integers:
        """By mode: its core."""
        return np.array([mode.core for mode in self.problem.modes], dtype=np.int64)

    @cached_property
    def memory(self) -> Integers:
        """By core: its memory."""
        return np.array(memory_of_core(self.problem), dtype=np.int64)

    @cached_property
    def activation_bytes(self) -> Integers:
        """By first segment and by end (exclusive): the largest activation between."""
        sizes = np.array([rows[0].activation_bytes for rows in self.problem.knobs], dtype=np.int64)
        table = np.zeros((len(sizes) + 1, len(sizes) + 1), dtype=np.int64)
        for first in range(len(sizes)):
            table[first, first + 1 :] = np.maximum.accumulate(sizes[first:])
        return table

    @cached_property
    def crossings(self) -> "CrossingTables":
        """What crossing an edge costs."""
        return CrossingTables(self.problem)


class CrossingTables:
    """Encoders, transfers and decoders by edge and codec; missing codecs are impossible."""

    def __init__(self, problem: Problem) -> None:
        self.codecs = max((len(rows) for rows in problem.codecs), default=0)
        modes, links = len(problem.modes), len(problem.platform.links)
        never: ModeCosts = (None,) * modes
        shape = (len(problem.codecs), self.codecs)
        encode, decode = [], []
        self.transfer_ns = np.zeros((*shape, links), dtype=np.int64)
        self.transfer_j = np.zeros((*shape, links))
        self.loss = np.zeros(shape)
        self.encode_weights = np.zeros(shape, dtype=np.int64)
        self.decode_weights = np.zeros(shape, dtype=np.int64)
        for edge, rows in enumerate(problem.codecs):
            missing = self.codecs - len(rows)
            encode += [*(row.encode for row in rows), *[never] * missing]
            decode += [*(row.decode for row in rows), *[never] * missing]
            for c, row in enumerate(rows):
                self.transfer_ns[edge, c] = [cost.time_ns for cost in row.transfer]
                self.transfer_j[edge, c] = [cost.energy_j for cost in row.transfer]
                self.loss[edge, c] = row.accuracy_loss
                self.encode_weights[edge, c] = row.encode_weight_bytes
                self.decode_weights[edge, c] = row.decode_weight_bytes
        self.encode = _shaped(encode, (*shape, modes))
        self.decode = _shaped(decode, (*shape, modes))
        self.link = np.array(
            [[-1 if link is None else link for link in row] for row in problem.link],
            dtype=np.int64,
        )


def _shaped(rows: list[ModeCosts], shape: tuple[int, ...]) -> Work:
    work = work_of(rows) if rows else Work(*(np.zeros(0, t) for t in (np.int64, float, bool)))
    return Work(
        work.time_ns.reshape(shape), work.energy_j.reshape(shape), work.possible.reshape(shape)
    )


def _prefix(values: Number) -> Number:
    """Sums over the first axis of all entries before each place, and of all."""
    zero = np.zeros((1, *values.shape[1:]), dtype=values.dtype)
    return np.concatenate([zero, np.cumsum(values, axis=0)])
