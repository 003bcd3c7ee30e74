"""Idle policies as plain tables of integers, which any engine can look things up in.

Every policy is the same for an engine: a table of idle states with times, in rising order from 0.
A ``Lookup`` says which time is looked up, and the last state whose time is not later is the answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise
from math import ceil, isfinite

import numpy as np
from numpy.typing import NDArray

from devicemodels.cost import LONGEST_S, NANOSECONDS_PER_SECOND, nanoseconds
from devicemodels.documents.errors import InputError
from devicemodels.platform import Core, IdleState
from scheduler.plan import Plan
from simulator.durations import fixed_states
from simulator.idling.policies import BreakEven, Clairvoyant, Fixed, IdlePolicy, Predictive, Timeout

FIRST, LAST = 1, 2
"""Bits of a table's number: for the stay with which the run begins, for the one it ends with."""


class Lookup(IntEnum):
    """How the states of one stay are found in its table."""

    DESCENT = 0
    """Every state whose time is not after the length of the stay, entered at its time."""
    HINDSIGHT = 1
    """One state for the whole stay: the last whose time is not after the length of the stay."""
    EXPECTED = 2
    """One state for the whole stay: the last whose time is not after the length that
    ``simulator.idling.prediction`` expects; ``first_state`` for the first stay."""


@dataclass(frozen=True, slots=True)
class IdleTables:
    """A policy on a platform. Tables are numbered 0 to 3 by the bits ``FIRST`` and ``LAST``."""

    lookup: Lookup
    """What the tables are asked."""
    count: NDArray[np.int64]
    """Shape (4, cores): how many states a table has, at least one."""
    state: NDArray[np.int16]
    """Shape (4, cores, most): indices into the core's idle states; beyond ``count``, zeros."""
    offset_ns: NDArray[np.int64]
    """Shape (4, cores, most): rising strictly from 0; beyond ``count``, zeros."""
    exit_ns: NDArray[np.int64]
    """Shape (cores, most idle states): how long leaving each takes."""
    first_state: NDArray[np.int16]
    """Shape (cores,): index of the state that the plan chose."""


_Table = list[tuple[int, int]]
"""(Index of an idle state, time from which it holds), the time rising strictly from 0."""


def idle_tables(policy: IdlePolicy, plan: Plan) -> IdleTables:
    """The tables of ``policy`` for the cores of a plan.

    Raises ``InputError`` if a core has no idle state that keeps the policy's limit, or if timeouts
    are not in rising order.
    """
    cores = plan.platform.cores
    fixed = fixed_states(plan)
    if isinstance(policy, Timeout):
        _require_rising(policy.after_s)
    tables = [
        [_table(policy, core, chosen, bits) for core, chosen in zip(cores, fixed, strict=True)]
        for bits in range(4)
    ]
    most = max(len(table) for row in tables for table in row)
    count = np.array([[len(table) for table in row] for row in tables], dtype=np.int64)
    state = np.zeros((4, len(cores), most), dtype=np.int16)
    offset_ns = np.zeros((4, len(cores), most), dtype=np.int64)
    for bits, row in enumerate(tables):
        for index, table in enumerate(row):
            for place, (which, from_ns) in enumerate(table):
                state[bits, index, place], offset_ns[bits, index, place] = which, from_ns
    exit_ns = np.zeros((len(cores), max(len(core.idle_states) for core in cores)), dtype=np.int64)
    for index, core in enumerate(cores):
        for which, one in enumerate(core.idle_states):
            exit_ns[index, which] = nanoseconds(one.exit_latency_s)
    return IdleTables(
        _lookup(policy), count, state, offset_ns, exit_ns, np.array(fixed, dtype=np.int16)
    )


def _require_rising(after_s: Sequence[float]) -> None:
    for place, (before, after) in enumerate(pairwise((0.0, *after_s))):
        if not after >= before:
            raise InputError.single(
                f"timeout {place + 1} is {after} s, before the one ahead of it ({before} s)",
                hint="give them in rising order: all count from the beginning of the stay",
            )


def _lookup(policy: IdlePolicy) -> Lookup:
    if isinstance(policy, Clairvoyant):
        return Lookup.HINDSIGHT
    return Lookup.EXPECTED if isinstance(policy, Predictive) else Lookup.DESCENT


def _table(policy: IdlePolicy, core: Core, chosen: int, bits: int) -> _Table:
    if isinstance(policy, Fixed):
        return [(chosen, 0)]
    allowed = _allowed(core, policy.exit_latency_limit_s)
    match policy:
        case Timeout():
            return _timeouts(policy, allowed)
        case BreakEven():
            return _envelope([(i, s, s.entry_energy_j + s.exit_energy_j) for i, s in allowed])
        case Clairvoyant():
            return _envelope([(i, s, _at_once_j(s, bits)) for i, s in allowed])
        case Predictive():
            return _residencies(allowed)


_States = list[tuple[int, IdleState]]
"""Idle states of a core that may be entered, each with its index, the shallowest first."""


def _allowed(core: Core, limit_s: float | None) -> _States:
    states = list(enumerate(core.idle_states))
    if limit_s is None:
        return states
    keep = [(i, state) for i, state in states if state.exit_latency_s <= limit_s]
    if not keep:
        least_s = min(state.exit_latency_s for state in core.idle_states)
        raise InputError.single(
            f"core '{core.name}' has no idle state that can be left within {limit_s} s: the "
            f"quickest takes {least_s} s",
            hint="raise the policy's exit latency limit",
        )
    return keep


def _timeouts(policy: Timeout, allowed: _States) -> _Table:
    """Each state at its time if it draws less than the one before; of one instant the deepest."""
    table, power_w = [(allowed[0][0], 0)], allowed[0][1].power_w
    for index, state in allowed[1:]:
        if index <= len(policy.after_s) and state.power_w < power_w:
            from_ns = nanoseconds(policy.after_s[index - 1])
            if from_ns == table[-1][1]:
                table.pop()
            table.append((index, from_ns))
            power_w = state.power_w
    return table


def _at_once_j(state: IdleState, bits: int) -> float:
    """Energy of a stay beside its power: the run's first is entered, its last left, for free."""
    entry_j = 0.0 if bits & FIRST else state.entry_energy_j
    return entry_j + (0.0 if bits & LAST else state.exit_energy_j)


def _envelope(lines: Sequence[tuple[int, IdleState, float]]) -> _Table:
    """Which line, energy at once + power x time, is the lowest from when on.

    From a line's crossing on, the flatter one is at least as low: times are rounded up.
    """
    now = min(lines, key=lambda line: (line[2], line[1].power_w))
    table = [(now[0], 0)]
    while True:
        crossings = [
            ((line[2] - now[2]) / (now[1].power_w - line[1].power_w), line[1].power_w, line)
            for line in lines
            if line[1].power_w < now[1].power_w
        ]
        crossings = [one for one in crossings if isfinite(one[0]) and one[0] <= LONGEST_S]
        if not crossings:
            return table
        at_s, _, now = min(crossings, key=lambda one: one[:2])
        from_ns = max(table[-1][1], ceil(at_s * NANOSECONDS_PER_SECOND))
        if from_ns == table[-1][1]:
            table.pop()
        table.append((now[0], from_ns))


def _residencies(allowed: _States) -> _Table:
    """From when on each state is the deepest whose minimal residency fits.

    Where none fits it is the one with the shortest.
    """
    table: _Table = []
    for index, state in reversed(allowed):
        from_ns = nanoseconds(state.min_residency_s)
        if not table or from_ns < table[-1][1]:
            table.append((index, from_ns))
    table.reverse()
    table[0] = (table[0][0], 0)
    return table
