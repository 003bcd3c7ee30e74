"""What placements cost under one choice of gates and codecs, idle states left open.

Expected energy counts what work draws; the idle power that the work replaces depends on the idle
states, so busy time and wake-ups are kept by core until those are chosen.
"""

from dataclasses import dataclass, replace

import numpy as np

from scheduler.runs.placements import Integers, Runs
from scheduler.runs.tables import Booleans, Floats, RunTables, Stretch


@dataclass(frozen=True, slots=True)
class Priced:
    """One entry a placement; by core in the last axis where it says so."""

    energy_j: Floats
    """Expected, of work, transfers and switches."""
    mean_ns: Floats
    """Expected latency, wake-ups left out."""
    p99_ns: Integers
    """What an isolated sample does not exceed with a probability of 0.99, likewise."""
    latency_ns: Integers
    """Worst case, likewise."""
    loss: Floats
    """Accuracy lost by codecs."""
    possible: Booleans
    """Whether every piece of work can be done and every crossing has a link."""
    excess_bytes: Integers
    """Most bytes too many in any memory; 0 if all fits."""
    busy_ns: Floats
    """By core: expected time at work."""
    wakes: Floats
    """By core: expected wake-ups."""
    p99_wakes: Integers
    """By core: wake-ups that count in the 99th percentile."""
    latency_wakes: Integers
    """By core: wake-ups of a sample that no gate stops."""

    def rows(self, keep: Integers) -> "Priced":
        """Some of the placements."""
        return Priced(*(getattr(self, name)[keep] for name in self.__slots__))


class Pricing:
    """Placements of one batch, with what does not depend on gates worked out once."""

    def __init__(self, tables: RunTables, runs: Runs) -> None:
        self._tables = tables
        self._runs = runs
        segments = len(tables.problem.knobs)
        last = np.full((runs.count, 1), segments, dtype=np.int64)
        self._ends: Integers = np.concatenate([runs.starts[:, 1:], last], axis=1)
        self._cores: Integers = tables.core[runs.modes]
        self._memories: Integers = tables.memory[self._cores]
        sizes = tables.problem.platform.memories
        self._room = np.array([memory.size_bytes for memory in sizes], dtype=np.int64)
        largest = tables.activation_bytes[runs.starts, self._ends]
        self._activations = np.stack(
            [np.where(self._memories == m, largest, 0).max(axis=1) for m in range(len(sizes))],
            axis=1,
        )

    @property
    def crossings(self) -> int:
        """Places at which a placement may change core."""
        return int(self._runs.starts.shape[1]) - 1

    def priced(self, stretch: Stretch, codecs: tuple[int, ...]) -> Priced:
        """What every placement costs with one codec for each place at which it changes core.

        A place at which a placement stays on its core has no codec: there only 0 is possible.
        """
        book = _Book(self._work(stretch), self._weights(stretch))
        for place, codec in enumerate(codecs):
            self._cross(stretch, place, codec, book)
        excess = (book.weights + self._activations - self._room).max(axis=1)
        return replace(book.priced, excess_bytes=np.maximum(excess, 0))

    def _work(self, stretch: Stretch) -> Priced:
        """The runs themselves, and the first wake-up."""
        starts, ends, modes = self._runs.starts, self._ends, self._runs.modes

        def between(table: Floats) -> Floats:
            return table[ends, modes] - table[starts, modes]

        count, cores = self._runs.count, len(self._tables.problem.platform.cores)
        mean = between(stretch.mean_ns)
        busy = np.zeros((count, cores))
        for run in range(starts.shape[1]):
            np.add.at(busy, (np.arange(count), self._cores[:, run]), mean[:, run])
        first = np.zeros((count, cores), dtype=np.int64)
        first[np.arange(count), self._cores[:, 0]] = 1
        return Priced(
            energy_j=between(stretch.energy_j).sum(axis=1),
            mean_ns=mean.sum(axis=1),
            p99_ns=(stretch.p99_ns[ends, modes] - stretch.p99_ns[starts, modes]).sum(axis=1),
            latency_ns=(stretch.time_ns[ends, modes] - stretch.time_ns[starts, modes]).sum(axis=1),
            loss=np.zeros(count),
            possible=(stretch.impossible[ends, modes] == stretch.impossible[starts, modes]).all(1),
            excess_bytes=np.zeros(count, dtype=np.int64),
            busy_ns=busy,
            wakes=first * stretch.reach[0],
            p99_wakes=first * stretch.lasting[0],
            latency_wakes=first,
        )

    def _weights(self, stretch: Stretch) -> Integers:
        """By memory: resident parameters of segments and gate heads."""
        held = stretch.weight_bytes[self._ends] - stretch.weight_bytes[self._runs.starts]
        weights = np.zeros((self._runs.count, len(self._room)), dtype=np.int64)
        for run in range(held.shape[1]):
            np.add.at(weights, (np.arange(len(held)), self._memories[:, run]), held[:, run])
        return weights

    def _cross(self, stretch: Stretch, place: int, codec: int, book: "_Book") -> None:
        """Add the change of mode after run ``place`` to the books."""
        tables, rows = self._tables.crossings, np.arange(self._runs.count)
        segment = self._runs.starts[:, place + 1]
        edge = segment - 1
        sender, receiver = self._cores[:, place], self._cores[:, place + 1]
        m, n = self._runs.modes[:, place], self._runs.modes[:, place + 1]
        link = tables.link[sender, receiver]
        stays = sender == receiver
        crosses = ~stays
        switch = self._tables.problem.switch
        switch_ns = np.array([cost.time_ns for cost in switch], dtype=np.int64)[sender]
        switch_j = np.array([cost.energy_j for cost in switch])[sender]
        sending = np.where(stays, switch_ns, tables.encode.time_ns[edge, codec, m])
        receiving = np.where(crosses, tables.decode.time_ns[edge, codec, n], 0)
        between = np.zeros_like(sending)
        joules = switch_j * stays + tables.encode.energy_j[edge, codec, m] * crosses
        if tables.transfer_ns.shape[2]:
            between = np.where(crosses, tables.transfer_ns[edge, codec, link], 0)
            joules += np.where(crosses, tables.transfer_j[edge, codec, link], 0.0)
        joules += tables.decode.energy_j[edge, codec, n] * crosses
        reach, lasting = stretch.reach[segment], stretch.lasting[segment]
        took = sending + between + receiving
        priced = book.priced
        able = tables.encode.possible[edge, codec, m] & tables.decode.possible[edge, codec, n]
        np.add.at(priced.busy_ns, (rows, sender), sending * reach)
        np.add.at(priced.busy_ns, (rows, receiver), receiving * reach)
        np.add.at(priced.wakes, (rows, receiver), crosses * reach)
        np.add.at(priced.p99_wakes, (rows, receiver), crosses & lasting)
        np.add.at(priced.latency_wakes, (rows, receiver), crosses)
        np.add.at(
            book.weights,
            (rows, self._memories[:, place]),
            tables.encode_weights[edge, codec] * crosses,
        )
        np.add.at(
            book.weights,
            (rows, self._memories[:, place + 1]),
            tables.decode_weights[edge, codec] * crosses,
        )
        book.priced = replace(
            priced,
            energy_j=priced.energy_j + joules * reach,
            mean_ns=priced.mean_ns + took * reach,
            p99_ns=priced.p99_ns + took * lasting,
            latency_ns=priced.latency_ns + took,
            loss=priced.loss + tables.loss[edge, codec] * crosses,
            possible=priced.possible & np.where(stays, codec == 0, able & (link >= 0)),
        )


@dataclass(slots=True)
class _Book:
    """The sums so far."""

    priced: Priced
    weights: Integers
