"""Exact planning of chains: a dynamic program over segments, modes and gates.

Given the idle states, a chain's energy, latencies, accuracy loss and resident bytes are sums over
its moves, gates included, because the share of samples that passes a gate weighs every later move.
The best plan is then a constrained shortest path (Irnich and Desaulniers 2005, "Shortest path
problems with resource constraints"). Lagrangian bounds come first and leave few moves; labels
decide between those. See ``scheduler.chains.search``.

Of equal plans the one with the shorter worst-case latency is chosen, then the one with less energy,
then the one whose decisions, read from the last segment back, come first in the problem's order.
"""

from scheduler.chains.optimum import optimise
from scheduler.feasibility import explain
from scheduler.infeasible import Infeasible
from scheduler.problem import Problem
from scheduler.solution import Solution


def solve(problem: Problem) -> Solution:
    """The best plan, proved. Raises ``Infeasible``."""
    try:
        return optimise(problem)
    except Infeasible as none:
        raise explain(problem, "chain-dp") from none
