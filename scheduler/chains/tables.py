"""The problem table of a chain as arrays, for compiled code.

Times in nanoseconds and energies in joules, all as float64: nanoseconds stay exact up to 2^53,
which is 104 days. NaN marks what a mode cannot do. What depends on the choice of idle states is
left out here and added by ``scheduler.chains.moves``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import NDArray

from scheduler.memory import memory_of_core
from scheduler.problem import Cost, Problem
from scheduler.tolerance import P99_SHARE

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

TIME, ENERGY = 0, 1
"""Last index of every table of costs."""


@dataclass(frozen=True, slots=True)
class ChainTables:
    """Shapes: S segments, M modes, C codecs at most, K knobs at most, L links, Q gate states."""

    core: Integers
    """(M,): core of each mode."""
    memory: Integers
    """(M,): memory of each mode."""
    link: Integers
    """(cores, cores): link between two cores; -1 where there is none."""
    compute: Floats
    """(S, M, K, 2): running a segment."""
    knob_loss: Floats
    """(S, K): accuracy lost."""
    knob_bytes: Integers
    """(S, K, 2): weights, largest activation."""
    head: Floats
    """(S, M, 2): the gate head after a segment; NaN where no gate follows."""
    head_bytes: Integers
    """(S,): its weights."""
    encode: Floats
    """(S - 1, C, M, 2): before an edge."""
    decode: Floats
    """(S - 1, C, M, 2): after an edge."""
    transfer: Floats
    """(S - 1, C, L, 2): over a link."""
    codec_loss: Floats
    """(S - 1, C): accuracy lost."""
    codec_bytes: Integers
    """(S - 1, C, 2): weights of encoder and decoder."""
    switch: Floats
    """(cores, 2): changing the operating point."""
    position: Integers
    """(S + 1,): how many gates of the task graph lie before each segment, and behind the last."""
    states: Integers
    """(gates + 2,): the gate states that lie behind g gates are ``states[g]:states[g + 1]``."""
    onward: Integers
    """(T, 3): gate state, setting (-1: off), gate state after it; in order of both."""
    reach: Floats
    """(Q,): share of all samples that come there."""
    in_p99: Floats
    """(Q,): 1 where that share counts in the 99th percentile of the latency, else 0."""
    end_loss: Floats
    """(Q,): accuracy lost by the gates, behind the last one; 0 elsewhere."""
    memory_bytes: Integers
    """(memories,): size of each memory."""


def chain_tables(problem: Problem) -> ChainTables:
    """The arrays of ``problem``."""
    codecs = max((len(rows) for rows in problem.codecs), default=1)
    knobs = max(len(rows) for rows in problem.knobs)
    segments, modes = len(problem.knobs), len(problem.modes)
    links = max(1, len(problem.platform.links))
    compute = np.full((segments, modes, knobs, 2), nan)
    knob_loss = np.zeros((segments, knobs))
    knob_bytes = np.zeros((segments, knobs, 2), np.int64)
    for s, ways in enumerate(problem.knobs):
        for k, way in enumerate(ways):
            compute[s, :, k] = _pairs(way.compute)
            knob_loss[s, k] = way.accuracy_loss
            knob_bytes[s, k] = way.weight_bytes, way.activation_bytes
    encode, decode = (np.full((segments - 1, codecs, modes, 2), nan) for _ in range(2))
    transfer = np.full((segments - 1, codecs, links, 2), nan)
    codec_loss = np.zeros((segments - 1, codecs))
    codec_bytes = np.zeros((segments - 1, codecs, 2), np.int64)
    for e, rows in enumerate(problem.codecs):
        for c, row in enumerate(rows):
            encode[e, c], decode[e, c] = _pairs(row.encode), _pairs(row.decode)
            transfer[e, c, : len(row.transfer)] = _pairs(row.transfer)
            codec_loss[e, c] = row.accuracy_loss
            codec_bytes[e, c] = row.encode_weight_bytes, row.decode_weight_bytes
    none: tuple[Cost | None, ...] = (None,) * modes
    states = problem.gate_states.states
    reach = np.array([state.reach for state in states])
    core = np.array([mode.core for mode in problem.modes])
    gates = len(problem.graph.gates)
    return ChainTables(
        core=core,
        memory=np.array(memory_of_core(problem))[core],
        link=np.array([[-1 if x is None else x for x in row] for row in problem.link]),
        compute=compute,
        knob_loss=knob_loss,
        knob_bytes=knob_bytes,
        head=np.array([_pairs(none if row is None else row) for row in problem.gate]),
        head_bytes=np.array(problem.gate_weight_bytes, np.int64),
        encode=encode,
        decode=decode,
        transfer=transfer,
        codec_loss=codec_loss,
        codec_bytes=codec_bytes,
        switch=_pairs(problem.switch),
        position=np.searchsorted(problem.gate_segments, np.arange(segments + 1)),
        states=np.searchsorted([state.position for state in states], np.arange(gates + 2)),
        onward=np.array(
            [(q, setting, to) for q, state in enumerate(states) for setting, to in state.onward],
            np.int64,
        ).reshape(-1, 3),
        reach=reach,
        in_p99=(reach > P99_SHARE).astype(np.float64),
        end_loss=np.array([state.loss for state in states]),
        memory_bytes=np.array([m.size_bytes for m in problem.platform.memories], np.int64),
    )


def _pairs(costs: Sequence[Cost | None]) -> Floats:
    rows = [(nan, nan) if c is None else (c.time_ns, c.energy_j) for c in costs]
    return np.array(rows, float).reshape(-1, 2)
