"""Baseline: at most one cut, in the manner of Neurosurgeon.

Kang, Hauswald, Gao, Rovinski, Mudge, Mars, Tang, "Neurosurgeon: Collaborative Intelligence Between
the Cloud and Mobile Edge", ASPLOS 2017, algorithm 1: everything before one layer runs on one
processor, everything after it on another, and every place for the cut is tried, for latency or for
energy. Ours tries both directions, every pair of operating points, gates, idle states and every
codec of the cut as well, and ranks by the problem's own objective under its limits, all of which
only helps it.
"""

from scheduler.problem import Problem
from scheduler.runs.placements import one_cut_runs, single_runs
from scheduler.runs.search import Batch, best_runs
from scheduler.solution import Solution


def solve(problem: Problem) -> Solution:
    """The best plan with at most one change of mode. Raises ``Infeasible``."""
    segments, modes = len(problem.knobs), len(problem.modes)
    every = range(len(problem.gate_choices))
    batches = [Batch(single_runs(modes), every)]
    if segments > 1 and modes > 1:
        batches.append(Batch(one_cut_runs(segments, modes), every))
    return best_runs(problem, batches, "neurosurgeon")
