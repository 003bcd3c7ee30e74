"""Baseline: HEFT, then energy for slack, before the deadline.

Zhu, Melhem, Childers, IEEE Trans. Parallel and Distributed Systems 14(7), 2003, and Kimura and
others, CLUSTER 2006, on the placement of HEFT; see `scheduler.graphs.algorithms.heft_slack`.

A segment is a task without gates and codecs, transfers are raw, and energy counts as if every
sample ran to the end; the best gates, codecs and idle states for the placement are chosen
afterwards.
"""

from scheduler.graphs.algorithms import heft_slack
from scheduler.placing.listed import best_listed
from scheduler.problem import Problem
from scheduler.solution import Solution


def solve(problem: Problem) -> Solution:
    """The placement, completed. Raises ``Infeasible``."""
    return best_listed(
        problem,
        lambda graph: heft_slack.solve(graph).modes,
        "heft-slack",
        objective="energy",
        deadline_ns=problem.limits.latency_max_ns,
    )
