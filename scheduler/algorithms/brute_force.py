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
        len(problem.modes) ** len(problem.knobs)
        * prod(len(rows) for rows in problem.codecs)
        * prod(len(rows) for rows in problem.knobs)
        * len(problem.gate_choices)
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
    knob_choices = list(product(*(range(len(rows)) for rows in problem.knobs)))
    for modes in product(range(len(problem.modes)), repeat=len(problem.knobs)):
        for codecs in codec_choices(problem, modes):
            for knobs, gates, idle in product(
                knob_choices, range(len(problem.gate_choices)), idles
            ):
                yield Assignment(modes, codecs, idle, gates, knobs)
