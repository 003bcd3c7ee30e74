"""Baseline: PEFT: every segment where it promises the earliest end of the whole.

Arabnejad, Barbosa, "List scheduling algorithm for heterogeneous systems by an optimistic cost
table", IEEE Trans. Parallel and Distributed Systems 25(3), 2014; see
`scheduler.graphs.algorithms.peft`.

A segment is a task without gates and codecs, transfers are raw; the best gates, codecs and idle
states for its placement are chosen afterwards.
"""

from scheduler.graphs.algorithms import peft
from scheduler.graphs.tables import tables_of
from scheduler.placing.listed import best_listed
from scheduler.problem import Problem
from scheduler.solution import Solution


def solve(problem: Problem) -> Solution:
    """The placement, completed. Raises ``Infeasible``."""
    return best_listed(problem, lambda graph: peft.place(tables_of(graph)).modes, "peft")
