"""Exact planning of chains: dynamic programming with Pareto labels.

After each segment and for each mode, all non-dominated labels (expected energy, latency,
accuracy loss, memory) are kept: the constrained shortest path of Irnich and Desaulniers (2005),
with gates inside because the mass that passes a gate weighs every later step. Idle states are
fixed for a whole plan, so they are an outer loop, in order of a lower bound that lets most
choices be skipped.
"""

from dataclasses import dataclass
from itertools import groupby
from math import inf

from scheduler.bounds import (
    effective_deadline_ns,
    idle_choices,
    lagrangian_bound_j,
    latency_to_go,
    standing_energy_j,
    to_go,
)
from scheduler.expectation import Assignment
from scheduler.feasibility import explain
from scheduler.memory import MemoryBudget, MemoryUse
from scheduler.pareto import non_dominated
from scheduler.problem import Problem
from scheduler.solution import Solution
from scheduler.steps import Step, Steps
from scheduler.tolerance import ACCURACY_SLACK


@dataclass(frozen=True, slots=True)
class Label:
    """A partial plan, up to and including one segment."""

    energy_j: float
    latency_ns: int
    loss: float
    memory: MemoryUse
    mode: int
    codec: int | None
    previous: "Label | None"

    @property
    def costs(self) -> tuple[float, ...]:
        """What dominance compares."""
        return (
            self.energy_j,
            self.latency_ns,
            self.loss,
            *self.memory.weights,
            *self.memory.activations,
        )


def solve(problem: Problem) -> Solution:
    """The best plan, proved. Raises ``Infeasible``."""
    energy_first = problem.requirements.objective == "energy"
    bounds = {idle: lagrangian_bound_j(problem, idle) for idle in idle_choices(problem)}
    best: tuple[tuple[float, float], Assignment] | None = None
    for idle in sorted(bounds, key=lambda i: (bounds[i], i)):
        if energy_first and best is not None and bounds[idle] > best[0][0]:
            break
        limit = best[0][0] if energy_first and best is not None else inf
        for label in _Search(problem, idle, limit).run():
            energy = label.energy_j + standing_energy_j(problem, idle)
            key = (energy, label.latency_ns) if energy_first else (label.latency_ns, energy)
            if best is None or key < best[0]:
                best = key, _assignment(label, idle)
    if best is None:
        raise explain(problem, "chain-dp")
    value = best[0][0] if energy_first else best[0][0] / 1e9
    return Solution(best[1], "optimal", value)


class _Search:
    """Labels of one choice of idle states; those that cannot beat ``limit_j`` are dropped."""

    def __init__(self, problem: Problem, idle: tuple[int, ...], limit_j: float) -> None:
        self._steps = Steps(problem, idle)
        self._budget = MemoryBudget(problem)
        self._problem = problem
        self._energy_limit_j = limit_j - standing_energy_j(problem, idle)
        self._deadline_ns = effective_deadline_ns(problem)
        self._energy_to_go = to_go(problem, self._steps, 0.0)
        self._latency_to_go = latency_to_go(problem, self._steps)
        gains = [min(0.0, *(row.accuracy_loss for row in rows)) for rows in problem.codecs]
        self._loss_to_go = [sum(gains[edge:]) for edge in range(len(gains) + 1)]

    def run(self) -> list[Label]:
        """The non-dominated complete labels, over all modes of the last segment."""
        start = Label(0.0, 0, 0.0, self._budget.empty, -1, None, None)
        labels = self._thin(self._extend(start, 0, self._steps.first))
        for edge, onward in enumerate(self._steps.onward):
            extended = [
                new for label in labels for new in self._extend(label, edge + 1, onward[label.mode])
            ]
            labels = self._thin(extended)
        return labels

    def _extend(self, label: Label, segment: int, steps: tuple[Step, ...]) -> list[Label]:
        return [new for step in steps if (new := self._follow(label, segment, step)) is not None]

    def _follow(self, label: Label, segment: int, step: Step) -> Label | None:
        """``label`` with one more step; None if that cannot become a better feasible plan."""
        energy_j = label.energy_j + step.energy_j
        latency_ns = label.latency_ns + step.latency_ns
        loss = label.loss + step.loss
        if (
            latency_ns + self._latency_to_go[segment][step.mode] > self._deadline_ns
            or loss + self._loss_to_go[segment] > self._problem.loss_budget + ACCURACY_SLACK
            or energy_j + self._energy_to_go[segment][step.mode] > self._energy_limit_j
        ):
            return None
        core = self._problem.modes[step.mode].core
        memory = self._budget.segment(label.memory, core, segment)
        if memory is not None and step.codec is not None:
            sender = self._problem.modes[label.mode].core
            memory = self._budget.crossing(memory, sender, core, segment - 1, step.codec)
        if memory is None:
            return None
        return Label(energy_j, latency_ns, loss, memory, step.mode, step.codec, label)

    def _thin(self, labels: list[Label]) -> list[Label]:
        by_mode = groupby(sorted(labels, key=lambda label: label.mode), lambda label: label.mode)
        return [label for _, group in by_mode for label in non_dominated(group, lambda x: x.costs)]


def _assignment(label: Label, idle: tuple[int, ...]) -> Assignment:
    modes: list[int] = []
    codecs: list[int | None] = []
    at: Label | None = label
    while at is not None and at.previous is not None:
        modes.append(at.mode)
        codecs.append(at.codec)
        at = at.previous
    return Assignment(tuple(reversed(modes)), tuple(reversed(codecs))[1:], idle)
