"""Every assignment, one after the other: the yardstick for small chains, and nothing else."""

from collections.abc import Iterator
from itertools import product
from math import prod

from scheduler.bounds import idle_choices
from scheduler.enumeration import best_of, codec_choices
from scheduler.expectation import Assignment
from scheduler.infeasible import Infeasible
from scheduler.problem import Problem
from scheduler.solution import Solution

LARGEST = 2_000_000
"""Assignments above which brute force refuses."""


def solve(problem: Problem) -> Solution:
    """The best of all assignments. Raises ``Infeasible``, also where there are too many."""
    size = (
        len(problem.modes) ** len(problem.compute)
        * prod(len(rows) for rows in problem.codecs)
        * len(idle_choices(problem))
    )
    if size > LARGEST:
        raise Infeasible(
            f"brute-force would try up to {size:.3g} assignments",
            f"it refuses above {LARGEST}: use chain-dp",
        )
    return best_of(problem, _assignments(problem), "brute-force", exhaustive=True)


def _assignments(problem: Problem) -> Iterator[Assignment]:
    idles = idle_choices(problem)
    for modes in product(range(len(problem.modes)), repeat=len(problem.compute)):
        for codecs in codec_choices(problem, modes):
            for idle in idles:
                yield Assignment(modes, codecs, idle)
