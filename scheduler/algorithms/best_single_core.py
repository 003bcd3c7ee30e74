"""Baseline: the whole network on one core at one operating point, the best of them."""

from scheduler.problem import Problem
from scheduler.runs.placements import single_runs
from scheduler.runs.search import Batch, best_runs
from scheduler.solution import Solution


def solve(problem: Problem) -> Solution:
    """The best single mode, with the best gates and idle states. Raises ``Infeasible``."""
    every = range(len(problem.gate_choices))
    return best_runs(problem, [Batch(single_runs(len(problem.modes)), every)], "best-single-core")
