"""The second exact engine for chains: a mixed-integer program over paths, solved by HiGHS.

It shares the problem's table with `chain-dp` and nothing else, and is there to disagree with it.
One program for each choice of idle states, in order of their relaxations; a choice whose relaxation
does not promise to be better than the best plan so far (by more than 1e-9 of it) needs none. Sums
only: it cannot minimise or limit an energy-delay product.
"""

from collections.abc import Mapping
from math import inf, isfinite

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import coo_array, csr_array

from devicemodels.cost import NANOSECONDS_PER_SECOND
from scheduler.bounds import idle_choices
from scheduler.chains.path_program import Arc, Arcs
from scheduler.expectation import Assignment, expect
from scheduler.feasibility import explain, is_feasible
from scheduler.infeasible import Infeasible
from scheduler.problem import Problem
from scheduler.solution import Solution

SCALE = 1e4
"""Objective and limits are brought to this size, so that HiGHS's 1e-6 is 1e-10 of them."""

SAME = 1e-9
"""Relative difference below which a relaxation does not promise a better plan."""

TIGHTER = 1e-9
"""What a limit is tightened by, of itself, if rounding let the solver pass it; a few times over."""


def solve(problem: Problem) -> Solution:
    """The best plan, proved. Raises ``Infeasible``, also for an energy-delay product."""
    required = problem.requirements
    if required.objective == "energy_delay_product" or isfinite(problem.limits.energy_delay_js):
        raise Infeasible(
            "chain-milp cannot minimise or limit an energy-delay product",
            "its figures are sums: use chain-dp",
        )
    bounds = {idle: _Program(problem, idle).relaxed() for idle in idle_choices(problem)}
    best: tuple[float, Assignment] | None = None
    for idle in sorted(bounds, key=lambda idle: (bounds[idle], idle)):
        if not isfinite(bounds[idle]):
            break
        if best is not None and bounds[idle] >= best[0] * (1.0 - SAME):
            break
        assignment = _Program(problem, idle).solved()
        if assignment is not None:
            value = expect(problem, assignment).value(required.objective)
            if best is None or value < best[0]:
                best = value, assignment
    if best is None:
        raise explain(problem, "chain-milp")
    return Solution(best[1], "optimal", best[0])


def _held(arc: Arc, memory: int) -> int:
    """Bytes that an arc makes resident in a memory."""
    return sum(amount for where, amount in arc.weights if where == memory)


class _Rows:
    """Rows of a sparse matrix, with the most that each may come to."""

    def __init__(self) -> None:
        self.entries: list[tuple[float, int, int]] = []
        self.most: list[float] = []

    def add(self, coefficients: Mapping[int, float], most: float) -> None:
        """One more row, its coefficients by column."""
        row = len(self.most)
        self.entries += [(value, row, column) for column, value in coefficients.items()]
        self.most.append(most)


class _Program:
    """The program of one choice of idle states."""

    def __init__(self, problem: Problem, idle: tuple[int, ...]) -> None:
        self._problem = problem
        self._idle = idle
        self._arcs = [arc for arcs in Arcs(problem, idle).by_segment for arc in arcs]
        self._buffers = self._tight_memories()
        self._flow = self._conservation()
        power_w = problem.platform.rail.power_w + problem.idle_power(idle)
        self._standing_j = power_w * problem.period_ns / NANOSECONDS_PER_SECOND

    def relaxed(self) -> float:
        """The objective's bound from the linear relaxation; infinity if even that has no plan."""
        matrix, most = self._limits(0.0)
        costs, scale, constant = self._objective()
        rows, wanted = self._flow
        answer = linprog(
            costs,
            A_ub=matrix,
            b_ub=most,
            A_eq=rows,
            b_eq=wanted,
            bounds=self._box(),
            method="highs",
        )
        return float(answer.fun) * scale + constant if answer.status == 0 else inf

    def solved(self) -> Assignment | None:
        """The best plan of this choice of idle states; None if there is none."""
        for attempt in range(4):
            chosen = self._attempt(attempt * TIGHTER)
            if chosen is None or is_feasible(self._problem, chosen):
                return chosen
        raise ArithmeticError("HiGHS keeps returning a plan that passes a limit by rounding")

    def _attempt(self, tighter: float) -> Assignment | None:
        matrix, most = self._limits(tighter)
        costs, _, _ = self._objective()
        rows, wanted = self._flow
        low, high = zip(*self._box(), strict=True)
        whole = np.ones(len(costs))
        whole[len(self._arcs) :] = 0
        constraints = [
            LinearConstraint(rows, wanted, wanted),
            LinearConstraint(matrix, -np.inf, most),
        ]
        answer = milp(
            costs,
            integrality=whole,
            bounds=Bounds(low, high),
            constraints=constraints,
            options={"mip_rel_gap": 0.0},
        )
        if answer.x is None:
            return None
        return self._assignment(
            [arc for arc, x in zip(self._arcs, answer.x, strict=False) if x > 0.5]
        )

    def _objective(self) -> tuple[NDArray[np.float64], float, float]:
        """Costs by variable, the SI value of one unit of them, and what comes on top."""
        constant, unit = 0.0, 1.0 / NANOSECONDS_PER_SECOND
        match self._problem.requirements.objective:
            case "energy" | "mean_power" as name:
                values = [arc.energy_j for arc in self._arcs]
                period_s = self._problem.period_ns / NANOSECONDS_PER_SECOND
                unit = 1.0 if name == "energy" else 1.0 / period_s
                constant = self._standing_j * unit
            case "latency_mean":
                values = [arc.mean_ns for arc in self._arcs]
            case "latency_p99":
                values = [float(arc.p99_ns) for arc in self._arcs]
            case _:
                values = [float(arc.max_ns) for arc in self._arcs]
        largest = max((abs(value) for value in values), default=0.0) or 1.0
        costs = np.zeros(len(self._arcs) + len(self._buffers))
        costs[: len(values)] = np.array(values) * (SCALE / largest)
        return costs, unit * largest / SCALE, constant

    def _box(self) -> list[tuple[float, float]]:
        return [(0.0, 1.0)] * len(self._arcs) + [(0.0, SCALE)] * len(self._buffers)

    def _conservation(self) -> tuple[csr_array, NDArray[np.float64]]:
        """One unit enters the first segment, and what enters a node leaves it again."""
        nodes = {
            node: row
            for row, node in enumerate(
                dict.fromkeys((a.segment, a.mode, a.state) for a in self._arcs), start=1
            )
        }
        last = len(self._problem.knobs) - 1
        entries: list[tuple[float, int, int]] = []
        for column, arc in enumerate(self._arcs):
            if arc.segment < last:
                entries.append((1.0, nodes[arc.segment, arc.mode, arc.state], column))
            source = 0 if arc.before is None else nodes[arc.segment - 1, *arc.before]
            entries.append((1.0 if arc.before is None else -1.0, source, column))
        wanted = np.zeros(len(nodes) + 1)
        wanted[0] = 1.0
        return self._sparse(entries, len(wanted)), wanted

    def _tight_memories(self) -> list[int]:
        """The memories that some plan could overflow: each has a variable for its buffer."""
        tight = []
        for memory, described in enumerate(self._problem.platform.memories):
            most: dict[int, int] = {}
            for arc in self._arcs:
                most[arc.segment] = max(most.get(arc.segment, 0), _held(arc, memory))
            buffer = max(
                (a.activation[1] for a in self._arcs if a.activation[0] == memory), default=0
            )
            if sum(most.values()) + buffer > described.size_bytes:
                tight.append(memory)
        return tight

    def _limits(self, tighter: float) -> tuple[csr_array, NDArray[np.float64]]:
        """All rows of the form "at most"; with their values a little lower if asked."""
        limits, rows = self._problem.limits, _Rows()
        for values, value in (
            ([a.energy_j for a in self._arcs], limits.energy_j - self._standing_j),
            ([a.mean_ns for a in self._arcs], limits.latency_mean_ns),
            ([float(a.p99_ns) for a in self._arcs], limits.latency_p99_ns),
            ([float(a.max_ns) for a in self._arcs], limits.latency_max_ns),
            ([a.loss for a in self._arcs], limits.loss),
        ):
            if isfinite(value):
                size = max(abs(value), max(map(abs, values)) / SCALE, 1e-300)
                coefficients = {c: v * SCALE / size for c, v in enumerate(values) if v}
                rows.add(coefficients, value * SCALE / size - tighter * SCALE)
        for index, memory in enumerate(self._buffers):
            self._fit(rows, memory, len(self._arcs) + index, tighter)
        return self._sparse(rows.entries, len(rows.most)), np.array(rows.most)

    def _fit(self, rows: "_Rows", memory: int, buffer: int, tighter: float) -> None:
        """Weights and the buffer fit a memory, and the buffer every segment that runs from it."""
        size = float(self._problem.platform.memories[memory].size_bytes) or 1.0
        weights = {c: _held(arc, memory) * SCALE / size for c, arc in enumerate(self._arcs)}
        rows.add({**{c: w for c, w in weights.items() if w}, buffer: 1.0}, SCALE * (1.0 - tighter))
        for segment in range(len(self._problem.knobs)):
            needs = {
                c: arc.activation[1] * SCALE / size
                for c, arc in enumerate(self._arcs)
                if arc.segment == segment and arc.activation[0] == memory
            }
            rows.add({**needs, buffer: -1.0}, 0.0)

    def _sparse(self, entries: list[tuple[float, int, int]], rows: int) -> csr_array:
        values, row, column = zip(*entries, strict=True) if entries else ((), (), ())
        shape = (rows, len(self._arcs) + len(self._buffers))
        return coo_array((values, (row, column)), shape=shape).tocsr()

    def _assignment(self, path: list[Arc]) -> Assignment:
        path = sorted(path, key=lambda arc: arc.segment)
        settings = tuple(arc.setting for arc in path if arc.setting is not None)
        return Assignment(
            modes=tuple(arc.mode for arc in path),
            codecs=tuple(arc.codec for arc in path[1:]),
            idle=self._idle,
            gates=self._problem.gate_states.choice[settings],
            knobs=tuple(arc.knob for arc in path),
        )
