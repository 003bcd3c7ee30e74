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
    idle_choices,
    lagrangian_bound_j,
    latency_to_go,
    standing_energy_j,
    to_go,
)
from scheduler.expectation import Assignment
from scheduler.feasibility import explain
from scheduler.memory import memory_of_core
from scheduler.pareto import non_dominated
from scheduler.problem import Problem
from scheduler.solution import Solution
from scheduler.steps import Step, Steps


@dataclass(frozen=True, slots=True)
class Label:
    """A partial plan, up to and including one segment."""

    energy_j: float
    latency_ns: int
    loss: float
    memory: tuple[int, ...]
    mode: int
    codec: int | None
    knob: int
    previous: "Label | None"

    @property
    def costs(self) -> tuple[float, ...]:
        """What dominance compares."""
        return (
            self.energy_j,
            self.latency_ns,
            self.loss,
            *self.memory,
        )


def solve(problem: Problem) -> Solution:
    """The best plan, proved. Raises ``Infeasible``."""
    energy_first = problem.requirements.objective == "energy"
    bounds = {
        (idle, gates): lagrangian_bound_j(problem, idle, gates)
        for idle in idle_choices(problem)
        for gates in range(len(problem.gate_choices))
    }
    best: tuple[tuple[float, float], Assignment] | None = None
    for idle, gates in sorted(bounds, key=lambda i: (bounds[i], i)):
        if energy_first and best is not None and bounds[idle, gates] > best[0][0]:
            break
        limit = best[0][0] if energy_first and best is not None else inf
        for label in _Search(problem, idle, gates, limit).run():
            energy = label.energy_j + standing_energy_j(problem, idle)
            key = (energy, label.latency_ns) if energy_first else (label.latency_ns, energy)
            if best is None or key < best[0]:
                best = key, _assignment(label, idle, gates)
    if best is None:
        raise explain(problem, "chain-dp")
    value = best[0][0] if energy_first else best[0][0] / 1e9
    return Solution(best[1], "optimal", value)


class _Search:
    """Labels of one choice of idle states; those that cannot beat ``limit_j`` are dropped."""

    def __init__(self, problem: Problem, idle: tuple[int, ...], gates: int, limit_j: float) -> None:
        self._steps = Steps(problem, idle, gates)
        self._gated = problem.uses_gate(gates)
        self._of_core = memory_of_core(problem)
        self._sizes = [memory.size_bytes for memory in problem.platform.memories]
        self._loss_limit = problem.limits.loss - (
            problem.graph.accuracy - problem.gate_choices[gates].accuracy
        )
        self._problem = problem
        self._energy_limit_j = limit_j - standing_energy_j(problem, idle)
        self._deadline_ns = problem.limits.latency_max_ns
        self._energy_to_go = to_go(problem, self._steps, 0.0)
        self._latency_to_go = latency_to_go(problem, self._steps)
        gains = [min(0.0, *(row.accuracy_loss for row in rows)) for rows in problem.codecs]
        knobs = [min(row.accuracy_loss for row in rows) for rows in problem.knobs]
        self._loss_to_go = [
            sum(gains[edge:]) + sum(knobs[edge + 1 :]) for edge in range(len(gains) + 1)
        ]

    def run(self) -> list[Label]:
        """The non-dominated complete labels, over all modes of the last segment."""
        start = Label(0.0, 0, 0.0, (0,) * (2 * len(self._sizes)), -1, None, 0, None)
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
            or loss + self._loss_to_go[segment] > self._loss_limit
            or energy_j + self._energy_to_go[segment][step.mode] > self._energy_limit_j
        ):
            return None
        memory = self._placed(label, segment, step)
        if memory is None:
            return None
        return Label(energy_j, latency_ns, loss, memory, step.mode, step.codec, step.knob, label)

    def _placed(self, label: Label, segment: int, step: Step) -> tuple[int, ...] | None:
        """Weights and activations by memory with one more step; None if they do not fit."""
        problem, count = self._problem, len(self._sizes)
        use = list(label.memory)
        here = self._of_core[problem.modes[step.mode].core]
        row = problem.knobs[segment][step.knob]
        use[here] += row.weight_bytes
        use[here] += problem.gate_weight_bytes[segment] if self._gated[segment] else 0
        use[count + here] = max(use[count + here], row.activation_bytes)
        if step.codec is not None:
            codec = problem.codecs[segment - 1][step.codec]
            use[self._of_core[problem.modes[label.mode].core]] += codec.encode_weight_bytes
            use[here] += codec.decode_weight_bytes
        if any(use[i] + use[count + i] > size for i, size in enumerate(self._sizes)):
            return None
        return tuple(use)

    def _thin(self, labels: list[Label]) -> list[Label]:
        by_mode = groupby(sorted(labels, key=lambda label: label.mode), lambda label: label.mode)
        return [label for _, group in by_mode for label in non_dominated(group, lambda x: x.costs)]


def _assignment(label: Label, idle: tuple[int, ...], gates: int) -> Assignment:
    modes: list[int] = []
    knobs: list[int] = []
    codecs: list[int | None] = []
    at: Label | None = label
    while at is not None and at.previous is not None:
        modes.append(at.mode)
        codecs.append(at.codec)
        knobs.append(at.knob)
        at = at.previous
    chosen = tuple(reversed(codecs))[1:]
    return Assignment(tuple(reversed(modes)), chosen, idle, gates, tuple(reversed(knobs)))
