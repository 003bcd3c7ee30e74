"""What a choice of cores asks of each memory: resident weights and the largest activation.

Weights of every segment, gate head and codec in use stay resident on their core; the activation
buffer of a memory is as large as the largest segment that runs from it needs.
"""

from dataclasses import dataclass

from scheduler.expectation import Assignment
from scheduler.problem import Problem


@dataclass(frozen=True, slots=True)
class MemoryUse:
    """What one memory holds under an assignment."""

    name: str
    """Name of the memory."""
    weights: int
    """Resident bytes."""
    activations: int
    """Bytes of the activation buffer."""
    size: int
    """Bytes that there are."""

    @property
    def excess(self) -> int:
        """Bytes too many; 0 if all fits."""
        return max(0, self.weights + self.activations - self.size)


def memory_of_core(problem: Problem) -> tuple[int, ...]:
    """By core: index of its memory in the platform."""
    index = {memory.name: i for i, memory in enumerate(problem.platform.memories)}
    return tuple(index[core.memory] for core in problem.platform.cores)


def memory_use(problem: Problem, assignment: Assignment) -> tuple[MemoryUse, ...]:
    """What every memory of the platform holds, in order."""
    of_core = memory_of_core(problem)
    at = [of_core[problem.modes[mode].core] for mode in assignment.modes]
    memories = problem.platform.memories
    weights, activations = [0] * len(memories), [0] * len(memories)
    gated = problem.uses_gate(assignment.gates)
    for s, memory in enumerate(at):
        row = problem.knobs[s][assignment.knob(s)]
        weights[memory] += row.weight_bytes + (problem.gate_weight_bytes[s] if gated[s] else 0)
        activations[memory] = max(activations[memory], row.activation_bytes)
    for edge, codec in enumerate(assignment.codecs):
        if codec is not None:
            chosen = problem.codecs[edge][codec]
            weights[at[edge]] += chosen.encode_weight_bytes
            weights[at[edge + 1]] += chosen.decode_weight_bytes
    return tuple(
        MemoryUse(memory.name, held, live, memory.size_bytes)
        for memory, held, live in zip(memories, weights, activations, strict=True)
    )
