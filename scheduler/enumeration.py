"""The best of an explicit list of assignments: what brute force and simple baselines share."""

from collections.abc import Iterable, Iterator
from itertools import product

from scheduler.bounds import lower_bound
from scheduler.expectation import Assignment, expect
from scheduler.feasibility import explain, is_feasible
from scheduler.plan import Expected
from scheduler.problem import Problem
from scheduler.solution import Solution


def codec_choices(problem: Problem, modes: tuple[int, ...]) -> Iterator[tuple[int | None, ...]]:
    """Every choice of codecs where the core changes; None on every other edge."""
    cores = [problem.modes[mode].core for mode in modes]
    yield from product(
        *(
            (None,) if cores[edge] == cores[edge + 1] else range(len(rows))
            for edge, rows in enumerate(problem.codecs)
        )
    )


def rank(problem: Problem, expected: Expected) -> tuple[float, float, float]:
    """What the best plan has least of: the objective, then worst-case latency, then energy."""
    value = expected.value(problem.requirements.objective)
    return value, expected.latency_max_s, expected.energy_per_sample_j


def best_of(
    problem: Problem, assignments: Iterable[Assignment], method: str, *, exhaustive: bool
) -> Solution:
    """The best feasible assignment by ``rank``; of equal ones the first given.

    ``exhaustive`` says that no other assignment exists, which makes the best one optimal.
    Raises ``Infeasible`` if none is feasible.
    """
    best: tuple[tuple[float, float, float], Assignment] | None = None
    for assignment in assignments:
        if not is_feasible(problem, assignment):
            continue
        key = rank(problem, expect(problem, assignment))
        if best is None or key < best[0]:
            best = key, assignment
    if best is None:
        raise explain(problem, method)
    if exhaustive:
        return Solution(best[1], "optimal", best[0][0])
    return Solution(best[1], "feasible", lower_bound(problem))
