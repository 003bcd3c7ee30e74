"""Proofs that a graph has no schedule: which limit binds, and by how much."""

from math import fsum

from scheduler.graphs.bounds import makespan_bound
from scheduler.graphs.problem import GraphProblem
from scheduler.infeasible import Infeasible
from scheduler.tolerance import ACCURACY_SLACK


def require_possible(problem: GraphProblem) -> None:
    """Raise ``Infeasible`` if a simple bound proves that no schedule exists.

    Each limit is looked at on its own, so coming back proves nothing.
    """
    for index, budget in enumerate(problem.budgets):
        least = sum(
            min(mode.uses[index] if mode.uses else 0 for mode in task.modes)
            for task in problem.tasks
        )
        if least > budget.size:
            raise Infeasible(
                f"no choice of modes keeps the budget '{budget.name}' of {budget.size}",
                f"every choice uses at least {least}",
            )
    if problem.loss_budget is not None:
        lost = fsum(min(mode.accuracy_loss for mode in task.modes) for task in problem.tasks)
        if lost > problem.loss_budget + ACCURACY_SLACK:
            raise Infeasible(
                f"no choice of modes keeps the accuracy loss within {problem.loss_budget}",
                f"every choice loses at least {lost}",
            )
    shortest = makespan_bound(problem)
    for word, limit in (("deadline", problem.deadline_ticks), ("period", problem.period_ticks)):
        if limit is not None and shortest > limit:
            raise Infeasible(
                f"no schedule keeps the {word} of {limit} ticks",
                f"every one takes at least {shortest}: raise it by {shortest - limit}, or add "
                "faster modes or cores",
            )
