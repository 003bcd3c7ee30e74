"""The rest of a plan whose placement is given: the best gates, codecs and idle states for it.

What baselines decide is the placement. Here the exact chain planner decides everything else, on the
same problem with one mode left for each segment, so that no baseline looks worse than it is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from scheduler.algorithms import chain_dp
from scheduler.bounds import lower_bound
from scheduler.enumeration import rank
from scheduler.expectation import Assignment, expect
from scheduler.feasibility import explain, is_feasible
from scheduler.infeasible import Infeasible
from scheduler.memory import memory_of_core
from scheduler.problem import KnobRow, Problem
from scheduler.solution import Solution


def complete(problem: Problem, path: Sequence[int]) -> Assignment | None:
    """The best plan that runs segment s in mode ``path[s]``; None if no such plan is feasible.

    Segments are computed as the network was traced: baselines know no knobs.
    """
    if not _may_fit(problem, path):
        return None
    try:
        assignment = chain_dp.solve(placed(problem, path)).assignment
    except Infeasible:
        return None
    return assignment if is_feasible(problem, assignment) else None


def best_completed(problem: Problem, paths: Iterable[Sequence[int]], method: str) -> Solution:
    """The best of the completed paths by ``rank``; of equal ones the first.

    Raises ``Infeasible``, with the name of the method, if none can be completed.
    """
    best: tuple[tuple[float, float, float], Assignment] | None = None
    for path in dict.fromkeys(tuple(path) for path in paths):
        assignment = complete(problem, path)
        if assignment is None:
            continue
        key = rank(problem, expect(problem, assignment))
        if best is None or key < best[0]:
            best = key, assignment
    if best is None:
        raise explain(problem, method)
    return Solution(best[1], "feasible", lower_bound(problem))


def placed(problem: Problem, path: Sequence[int]) -> Problem:
    """``problem`` with one mode left for each segment, and no knobs."""
    knobs = tuple((_only(rows[0], mode),) for rows, mode in zip(problem.knobs, path, strict=True))
    segments = tuple(replace(segment, knobs=()) for segment in problem.graph.segments)
    return replace(problem, graph=replace(problem.graph, segments=segments), knobs=knobs)


def _only(row: KnobRow, mode: int) -> KnobRow:
    compute = tuple(cost if m == mode else None for m, cost in enumerate(row.compute))
    return replace(row, compute=compute)


def _may_fit(problem: Problem, path: Sequence[int]) -> bool:
    """Whether the placement alone already breaks a memory, a core, a link or the deadline."""
    of_core = memory_of_core(problem)
    cores = [problem.modes[mode].core for mode in path]
    weights = [0] * len(problem.platform.memories)
    activations = [0] * len(weights)
    busy_ns = 0
    for rows, mode, core in zip(problem.knobs, path, cores, strict=True):
        compute = rows[0].compute[mode]
        if compute is None:
            return False
        busy_ns += compute.time_ns
        here = of_core[core]
        weights[here] += rows[0].weight_bytes
        activations[here] = max(activations[here], rows[0].activation_bytes)
    linked = all(a == b or problem.link[a][b] is not None for a, b in pairwise(cores))
    sizes = (memory.size_bytes for memory in problem.platform.memories)
    fits = all(w + a <= size for w, a, size in zip(weights, activations, sizes, strict=True))
    return linked and fits and busy_ns <= problem.limits.latency_max_ns
