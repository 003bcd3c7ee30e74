"""The best of many placements of a few runs: every choice of gates, codecs and idle states tried.

All are priced at once in floating point; what looks best is then put to the same expectation and
limits as any other assignment, and only believed if it passes.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from devicemodels.cost import NANOSECONDS_PER_SECOND
from scheduler.bounds import idle_choices, lower_bound
from scheduler.enumeration import rank
from scheduler.expectation import Assignment, expect
from scheduler.feasibility import is_feasible
from scheduler.placing.shortfall import Shortfall
from scheduler.problem import Problem
from scheduler.runs.placements import Integers, Runs
from scheduler.runs.pricing import Priced, Pricing
from scheduler.runs.tables import Booleans, Floats, RunTables
from scheduler.solution import Solution

NEAR = 1e-12
"""Relative difference below which two values are the same but for the order of their sums."""

Rank = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Batch:
    """Placements, and the choices of gates to try them with."""

    runs: Runs
    """The placements."""
    choices: Sequence[int]
    """Indices into ``problem.gate_choices``."""


def best_runs(problem: Problem, batches: Iterable[Batch], method: str) -> Solution:
    """The best feasible plan by ``rank``; of equal ones the first tried.

    Tried are batches, in them choices of gates, codecs, placements and idle states, in order.
    Raises ``NoPlacement``, with the name of the method, if there is none.
    """
    search = _Search(problem)
    for batch in batches:
        search.try_batch(batch)
    if search.best is None:
        raise search.shortfall.refusal(problem, method)
    return Solution(search.best[1], "feasible", lower_bound(problem))


class _Search:
    def __init__(self, problem: Problem) -> None:
        self.best: tuple[Rank, Assignment] | None = None
        self.shortfall = Shortfall()
        self._problem = problem
        self._tables = RunTables(problem)
        self._rest = _Rest(problem)
        self._energy_counts = problem.requirements.objective in ("energy", "mean_power")

    def try_batch(self, batch: Batch) -> None:
        pricing = Pricing(self._tables, batch.runs)
        codecs = range(max(1, self._tables.crossings.codecs))
        for choice in batch.choices:
            stretch = self._tables.stretch(choice)
            for chosen in product(codecs, repeat=pricing.crossings):
                priced = pricing.priced(stretch, chosen)
                for row, idle in self._candidates(priced, choice):
                    assignment = self._assignment(batch.runs, row, chosen, idle, choice)
                    if is_feasible(self._problem, assignment):
                        key = rank(self._problem, expect(self._problem, assignment))
                        if self.best is None or key < self.best[0]:
                            self.best = key, assignment
                        break

    def _candidates(self, priced: Priced, choice: int) -> Iterator[tuple[int, int]]:
        """(placement, choice of idle states) that may beat the best so far, the best first."""
        problem, limits = self._problem, self._problem.limits
        loss = priced.loss + (problem.graph.accuracy - problem.gate_choices[choice].accuracy)
        least_ns = priced.latency_ns + self._rest.least_wake_ns(priced)
        fits = priced.possible & (priced.excess_bytes == 0)
        in_time = fits & (least_ns <= limits.latency_max_ns)
        if self.best is None:
            self._note(priced, fits, least_ns, in_time, loss)
        keep = in_time & (loss <= limits.loss)
        if self._energy_counts and self.best is not None:
            least = priced.energy_j + self._rest.least_j(priced)
            keep &= least <= self.best[0][2] * (1.0 + NEAR)
        rows = np.flatnonzero(keep)
        if not len(rows):
            return
        figures = self._rest.figures(priced.rows(rows))
        value, feasible = figures.value(problem), figures.feasible(problem)
        if self.best is not None:
            feasible &= value <= self.best[0][0] * (1.0 + NEAR)
        while feasible.any():
            near = feasible & (value <= value[feasible].min() * (1.0 + NEAR))
            near &= figures.latency_ns == figures.latency_ns[near].min()
            near &= figures.energy_j <= figures.energy_j[near].min() * (1.0 + NEAR)
            row, idle = np.argwhere(near)[0]
            yield int(rows[row]), int(idle)
            feasible[row, idle] = False

    def _note(
        self, priced: Priced, fits: Booleans, least_ns: Integers, in_time: Booleans, loss: Floats
    ) -> None:
        if priced.possible.any():
            self.shortfall.note_excess(int(priced.excess_bytes[priced.possible].min()))
        if fits.any():
            self.shortfall.note_latency(int(least_ns[fits].min()))
        if in_time.any():
            self.shortfall.note_loss(float(loss[in_time].min()))

    def _assignment(
        self, runs: Runs, row: int, codecs: tuple[int, ...], idle: int, choice: int
    ) -> Assignment:
        path = runs.path(row, len(self._problem.knobs))
        chosen: list[int | None] = [None] * (len(path) - 1)
        for place, codec in enumerate(codecs):
            edge = int(runs.starts[row, place + 1]) - 1
            m, n = path[edge], path[edge + 1]
            if self._problem.modes[m].core != self._problem.modes[n].core:
                chosen[edge] = codec
        return Assignment(path, tuple(chosen), self._rest.choices[idle], choice)


@dataclass(frozen=True, slots=True)
class _Figures:
    """By placement and choice of idle states."""

    energy_j: Floats
    mean_ns: Floats
    p99_ns: Integers
    latency_ns: Integers

    def value(self, problem: Problem) -> Floats:
        """The objective, in its SI unit."""
        match problem.requirements.objective:
            case "energy":
                return self.energy_j
            case "mean_power":
                return self.energy_j / (problem.period_ns / NANOSECONDS_PER_SECOND)
            case "latency_mean":
                return self.mean_ns / NANOSECONDS_PER_SECOND
            case "latency_p99":
                return self.p99_ns / NANOSECONDS_PER_SECOND
            case "latency_max":
                return self.latency_ns / NANOSECONDS_PER_SECOND
            case "energy_delay_product":
                return self.energy_j * self.mean_ns / NANOSECONDS_PER_SECOND

    def feasible(self, problem: Problem) -> Booleans:
        """What keeps every limit, or breaks one by no more than rounding may."""
        limits, slack = problem.limits, 1.0 + NEAR
        delay_js = self.energy_j * self.mean_ns / NANOSECONDS_PER_SECOND
        return (
            (self.latency_ns <= limits.latency_max_ns)
            & (self.energy_j <= limits.energy_j * slack)
            & (self.mean_ns <= limits.latency_mean_ns * slack)
            & (self.p99_ns <= limits.latency_p99_ns * slack)
            & (delay_js <= limits.energy_delay_js * slack)
        )


class _Rest:
    """What cores draw while they rest and wake, for every choice of idle states."""

    def __init__(self, problem: Problem) -> None:
        self.choices = idle_choices(problem)
        self._period_ns = problem.period_ns
        self._standing_j = (
            problem.platform.rail.power_w * problem.period_ns / NANOSECONDS_PER_SECOND
        )
        self._power_w = problem.idle_power_w
        self._wake = problem.wake

    def least_wake_ns(self, priced: Priced) -> Integers:
        """Worst-case latency that wake-ups add at least."""
        exits = np.array([min(s.time_ns for s in states) for states in self._wake], dtype=np.int64)
        return priced.latency_wakes @ exits

    def least_j(self, priced: Priced) -> Floats:
        """Energy of rest and wake-ups at least, the rail included."""
        total = np.full(len(priced.energy_j), self._standing_j)
        for core, states in enumerate(self._wake):
            total += np.min([self._core_j(priced, core, s) for s in range(len(states))], axis=0)
        return total

    def figures(self, priced: Priced) -> _Figures:
        """Everything, by placement and choice of idle states."""
        core_j = [
            [self._core_j(priced, core, s) for s in range(len(states))]
            for core, states in enumerate(self._wake)
        ]
        exits = np.array(
            [[self._wake[c][s].time_ns for c, s in enumerate(idle)] for idle in self.choices],
            dtype=np.int64,
        ).T
        rest_j = [sum(core_j[c][s] for c, s in enumerate(idle)) for idle in self.choices]
        return _Figures(
            energy_j=priced.energy_j[:, None] + self._standing_j + np.stack(rest_j, axis=1),
            mean_ns=priced.mean_ns[:, None] + priced.wakes @ exits,
            p99_ns=priced.p99_ns[:, None] + priced.p99_wakes @ exits,
            latency_ns=priced.latency_ns[:, None] + priced.latency_wakes @ exits,
        )

    def _core_j(self, priced: Priced, core: int, state: int) -> Floats:
        wake = self._wake[core][state]
        at_rest_ns = (
            self._period_ns - priced.busy_ns[:, core] - priced.wakes[:, core] * wake.time_ns
        )
        rest_j = self._power_w[core][state] * at_rest_ns / NANOSECONDS_PER_SECOND
        return rest_j + priced.wakes[:, core] * wake.energy_j
