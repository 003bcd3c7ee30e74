"""Baseline: the whole network on one core at one operating point, the best of them."""

from collections.abc import Iterator

from scheduler.bounds import idle_choices
from scheduler.enumeration import best_of
from scheduler.expectation import Assignment
from scheduler.problem import Problem
from scheduler.solution import Solution


def solve(problem: Problem) -> Solution:
    """The best single mode and idle states. Raises ``Infeasible``."""
    return best_of(problem, _assignments(problem), "best-single-core", exhaustive=False)


def _assignments(problem: Problem) -> Iterator[Assignment]:
    segments = len(problem.knobs)
    for mode in range(len(problem.modes)):
        for idle in idle_choices(problem):
            for gates in range(len(problem.gate_choices)):
                yield Assignment((mode,) * segments, (None,) * (segments - 1), idle, gates)
