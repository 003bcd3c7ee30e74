"""Baseline: CPoP: the critical path on one core, the rest where it finishes first.

Topcuoglu, Hariri, Wu, "Performance-effective and low-complexity task scheduling for heterogeneous
computing", IEEE Trans. Parallel and Distributed Systems 13(3), 2002, section 4.3; see
`scheduler.graphs.algorithms.cpop`. All of a chain is its critical path.

A segment is a task without gates and codecs, transfers are raw; the best gates, codecs and idle
states for its placement are chosen afterwards.
"""

from scheduler.graphs.algorithms import cpop
from scheduler.graphs.tables import tables_of
from scheduler.placing.listed import best_listed
from scheduler.problem import Problem
from scheduler.solution import Solution


def solve(problem: Problem) -> Solution:
    """The placement, completed. Raises ``Infeasible``."""
    return best_listed(problem, lambda graph: cpop.place(tables_of(graph)).modes, "cpop")
