"""Planning of chains up to a certified gap: as ``chain-dp``, with labels that stand for others.

Labels whose costs fall into one bucket are merged into the one that is not worse in any limited
figure; what a label stands for may have been cheaper by its debt, and debts are bounded so that
the plan is within the gap of the optimum (a fully polynomial scheme in the manner of Hassin 1992,
"Approximation schemes for the restricted shortest path problem", with true values in the buckets).
"""

from scheduler.chains.optimum import optimise
from scheduler.feasibility import explain
from scheduler.infeasible import Infeasible
from scheduler.problem import Problem
from scheduler.solution import Solution

GAP = 1e-4
"""Relative distance from the optimum that is good enough."""


def solve(problem: Problem, gap: float = GAP) -> Solution:
    """A plan proved to be within ``gap`` of the optimum. Raises ``Infeasible``."""
    try:
        return optimise(problem, gap=gap)
    except Infeasible as none:
        raise explain(problem, "chain-bucketed") from none
