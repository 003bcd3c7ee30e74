"""Who comes before whom in a graph of tasks, as sets of tasks held in the bits of integers."""

from collections.abc import Iterable

from scheduler.graphs.problem import GraphEdge, GraphProblem


def predecessors(problem: GraphProblem) -> tuple[int, ...]:
    """By task: every task that must have finished before it starts, as bits."""
    before = [0] * len(problem.tasks)
    for edge in sorted(problem.edges, key=lambda edge: edge.target):
        before[edge.target] |= before[edge.source] | 1 << edge.source
    return tuple(before)


def needless_edges(problem: GraphProblem, before: tuple[int, ...]) -> frozenset[int]:
    """Edges without an output that other edges imply anyway, by index."""
    direct: list[list[int]] = [[] for _ in problem.tasks]
    for edge in problem.edges:
        direct[edge.target].append(edge.source)
    return frozenset(
        index
        for index, edge in enumerate(problem.edges)
        if _is_bare(edge) and _implied(edge, direct[edge.target], before)
    )


def _is_bare(edge: GraphEdge) -> bool:
    return not any(edge.ticks) and not any(edge.energy_j)


def _implied(edge: GraphEdge, siblings: Iterable[int], before: tuple[int, ...]) -> bool:
    return any(before[other] >> edge.source & 1 for other in siblings if other != edge.source)
