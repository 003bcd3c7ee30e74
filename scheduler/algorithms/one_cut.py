"""Baseline: at most one cut, in the manner of Neurosurgeon.

Kang et al., "Neurosurgeon: Collaborative Intelligence Between the Cloud and Mobile Edge",
ASPLOS 2017: everything before one layer runs on one processor, everything after it on another.
Ours also tries every pair of operating points and every codec of the cut, which only helps it.
"""

from collections.abc import Iterator
from itertools import product

from scheduler.bounds import idle_choices
from scheduler.enumeration import best_of, codec_choices
from scheduler.expectation import Assignment
from scheduler.problem import Problem
from scheduler.solution import Solution


def solve(problem: Problem) -> Solution:
    """The best plan with at most one change of mode. Raises ``Infeasible``."""
    return best_of(problem, _assignments(problem), "one-cut", exhaustive=False)


def _assignments(problem: Problem) -> Iterator[Assignment]:
    segments = len(problem.knobs)
    idles = idle_choices(problem)
    for cut in range(1, segments + 1):
        for before, after in product(range(len(problem.modes)), repeat=2):
            if cut == segments and before != after:
                continue
            modes = (before,) * cut + (after,) * (segments - cut)
            for codecs in codec_choices(problem, modes):
                for idle, gates in product(idles, range(len(problem.gate_choices))):
                    yield Assignment(modes, codecs, idle, gates)
