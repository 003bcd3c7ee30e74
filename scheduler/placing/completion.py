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
from scheduler.feasibility import is_feasible
from scheduler.infeasible import Infeasible
from scheduler.memory import memory_of_core
from scheduler.placing.shortfall import Shortfall
from scheduler.placing.ungated import ungated
from scheduler.problem import KnobRow, Problem
from scheduler.solution import Solution


def complete(
    problem: Problem, path: Sequence[int], shortfall: Shortfall | None = None
) -> Assignment | None:
    """The best plan that runs segment s in mode ``path[s]``; None if no such plan is feasible.

    Segments are computed as the network was traced: baselines know no knobs. ``shortfall`` is
    told what the path breaks.
    """
    if not _may_fit(problem, path, shortfall or Shortfall()):
        return None
    try:
        assignment = chain_dp.solve(placed(problem, path)).assignment
    except Infeasible:
        return None
    return assignment if is_feasible(problem, assignment) else None


def best_completed(problem: Problem, paths: Iterable[Sequence[int]], method: str) -> Solution:
    """The best of the completed paths by ``rank``; of equal ones the first.

    Raises ``NoPlacement``, with the name of the method, if none can be completed.
    """
    best: tuple[tuple[float, float, float], Assignment] | None = None
    shortfall = Shortfall()
    for path in dict.fromkeys(tuple(path) for path in paths):
        assignment = complete(problem, path, shortfall)
        if assignment is None:
            continue
        key = rank(problem, expect(problem, assignment))
        if best is None or key < best[0]:
            best = key, assignment
    if best is None:
        raise shortfall.refusal(problem, method)
    return Solution(best[1], "feasible", lower_bound(problem))


def placed(problem: Problem, path: Sequence[int]) -> Problem:
    """``problem`` with one mode left for each segment, and no knobs."""
    knobs = tuple((_only(rows[0], mode),) for rows, mode in zip(problem.knobs, path, strict=True))
    segments = tuple(replace(segment, knobs=()) for segment in problem.graph.segments)
    return replace(problem, graph=replace(problem.graph, segments=segments), knobs=knobs)


def _only(row: KnobRow, mode: int) -> KnobRow:
    compute = tuple(cost if m == mode else None for m, cost in enumerate(row.compute))
    return replace(row, compute=compute)


def _may_fit(problem: Problem, path: Sequence[int], shortfall: Shortfall) -> bool:
    """Whether the placement alone already breaks a core, a link, a memory or the deadline."""
    least_ns = _least_ns(problem, path)
    if least_ns is None:
        return False
    of_core = memory_of_core(problem)
    weights = [0] * len(problem.platform.memories)
    activations = [0] * len(weights)
    for rows, mode in zip(problem.knobs, path, strict=True):
        here = of_core[problem.modes[mode].core]
        weights[here] += rows[0].weight_bytes
        activations[here] = max(activations[here], rows[0].activation_bytes)
    sizes = [memory.size_bytes for memory in problem.platform.memories]
    excess = max(w + a - size for w, a, size in zip(weights, activations, sizes, strict=True))
    shortfall.note_excess(max(0, excess))
    if excess > 0:
        return False
    shortfall.note_latency(least_ns)
    if least_ns > problem.limits.latency_max_ns:
        return False
    shortfall.note_loss(0.0)
    return True


def _least_ns(problem: Problem, path: Sequence[int]) -> int | None:
    """Least worst-case latency of a path, with the best codecs and idle states; None if it has a
    piece of work that its core cannot do, or a crossing without a link."""
    total_ns = 0
    cores = [problem.modes[mode].core for mode in path]
    for rows, mode in zip(ungated(problem).knobs, path, strict=True):
        work = rows[0].compute[mode]
        if work is None:
            return None
        total_ns += work.time_ns
    for edge, (m, n) in enumerate(pairwise(path)):
        if cores[edge] == cores[edge + 1]:
            total_ns += 0 if m == n else problem.switch[cores[edge]].time_ns
            continue
        crossing = _crossing_ns(problem, edge, m, n)
        if crossing is None:
            return None
        total_ns += crossing + _wake_ns(problem, cores[edge + 1])
    return total_ns + _wake_ns(problem, cores[0])


def _crossing_ns(problem: Problem, edge: int, m: int, n: int) -> int | None:
    link = problem.link[problem.modes[m].core][problem.modes[n].core]
    if link is None:
        return None
    times = []
    for row in problem.codecs[edge]:
        encode, decode = row.encode[m], row.decode[n]
        if encode is not None and decode is not None:
            times.append(encode.time_ns + row.transfer[link].time_ns + decode.time_ns)
    return min(times, default=None)


def _wake_ns(problem: Problem, core: int) -> int:
    return min(wake.time_ns for wake in problem.wake[core])
