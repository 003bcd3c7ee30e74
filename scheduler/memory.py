"""What a choice of cores asks of each memory: resident weights and the largest activation.

Weights of every segment, gate head and codec stay resident on their core; the activation buffer
of a memory is as large as the largest segment that runs from it needs.
"""

from dataclasses import dataclass

from scheduler.problem import Problem


@dataclass(frozen=True, slots=True)
class MemoryUse:
    """Use of the memories that could overflow at all, in order."""

    weights: tuple[int, ...]
    """Resident bytes."""
    activations: tuple[int, ...]
    """Bytes of the activation buffer."""


class MemoryBudget:
    """Tells whether what is placed still fits; memories that hold the whole network are skipped."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        everything = sum(problem.weight_bytes) + sum(
            max(row.encode_weight_bytes + row.decode_weight_bytes for row in rows)
            for rows in problem.codecs
        )
        largest = max(problem.activation_bytes)
        tight = [m for m in problem.platform.memories if m.size_bytes < everything + largest]
        self._sizes = tuple(memory.size_bytes for memory in tight)
        index = {memory.name: i for i, memory in enumerate(tight)}
        self._of_core = tuple(index.get(core.memory) for core in problem.platform.cores)
        self.empty = MemoryUse((0,) * len(tight), (0,) * len(tight))

    def segment(self, use: MemoryUse, core: int, segment: int) -> MemoryUse | None:
        """``use`` with a segment placed on a core; None if it no longer fits."""
        problem = self._problem
        return self._add(
            use, core, problem.weight_bytes[segment], problem.activation_bytes[segment]
        )

    def crossing(
        self, use: MemoryUse, sender: int, receiver: int, edge: int, codec: int
    ) -> MemoryUse | None:
        """``use`` with a codec's weights on both cores; None if they no longer fit."""
        row = self._problem.codecs[edge][codec]
        sent = self._add(use, sender, row.encode_weight_bytes, 0)
        return None if sent is None else self._add(sent, receiver, row.decode_weight_bytes, 0)

    def _add(self, use: MemoryUse, core: int, weights: int, activation: int) -> MemoryUse | None:
        i = self._of_core[core]
        if i is None:
            return use
        total = use.weights[i] + weights
        largest = max(use.activations[i], activation)
        if total + largest > self._sizes[i]:
            return None
        return MemoryUse(
            (*use.weights[:i], total, *use.weights[i + 1 :]),
            (*use.activations[:i], largest, *use.activations[i + 1 :]),
        )
