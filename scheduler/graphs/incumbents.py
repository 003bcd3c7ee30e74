"""What every heuristic makes of a problem: where exact methods start from."""

from importlib import import_module

from scheduler.graphs.figures import objective_value
from scheduler.graphs.problem import GraphProblem
from scheduler.graphs.registry import ALGORITHMS, HEURISTICS
from scheduler.graphs.solution import GraphSolution
from scheduler.infeasible import Infeasible


def incumbents(problem: GraphProblem) -> tuple[GraphSolution, ...]:
    """The heuristics' schedules that keep the limits, best first; ties in the registry's order."""
    found = []
    for name in HEURISTICS:
        try:
            found.append(import_module(ALGORITHMS[name]).solve(problem))
        except Infeasible:
            continue
    return tuple(sorted(found, key=lambda one: objective_value(problem, one.modes, one.timing)))
