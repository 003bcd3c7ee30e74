"""Whether an assignment meets the requirements, as the algorithms see it.

The independent checker (`scheduler.validity`) does not use this module.
"""

from scheduler.bounds import effective_deadline_ns, fastest_ns
from scheduler.expectation import Assignment, accuracy_loss, events
from scheduler.infeasible import Infeasible
from scheduler.memory import MemoryBudget
from scheduler.problem import Problem
from scheduler.tolerance import ACCURACY_SLACK


def is_feasible(problem: Problem, budget: MemoryBudget, assignment: Assignment) -> bool:
    """Whether the work can be done at all and keeps deadline, accuracy floor and memory."""
    try:
        latency_ns = sum(event.cost.time_ns for event in events(problem, assignment))
    except ValueError:
        return False
    if latency_ns > effective_deadline_ns(problem):
        return False
    if accuracy_loss(problem, assignment) > problem.loss_budget + ACCURACY_SLACK:
        return False
    use = budget.empty
    for s, mode in enumerate(assignment.modes):
        placed = budget.segment(use, problem.modes[mode].core, s)
        if placed is None:
            return False
        use = placed
    for edge, codec in enumerate(assignment.codecs):
        if codec is not None:
            sender, receiver = assignment.modes[edge], assignment.modes[edge + 1]
            cores = problem.modes[sender].core, problem.modes[receiver].core
            crossed = budget.crossing(use, *cores, edge, codec)
            if crossed is None:
                return False
            use = crossed
    return True


def explain(problem: Problem, method: str) -> Infeasible:
    """Why ``method`` found no plan: the requirement that binds, and by how much."""
    fastest = fastest_ns(problem)
    deadline = effective_deadline_ns(problem)
    where = f"platform '{problem.platform.name}'"
    if fastest > deadline:
        limit = "the deadline" if problem.deadline_ns <= problem.period_ns else "the period"
        return Infeasible(
            f"no plan on {where} meets {limit} of {deadline / 1e6:.6g} ms",
            f"the fastest path takes {fastest / 1e6:.6g} ms; allow at least that much",
        )
    best_loss = sum(min(0.0, *(row.accuracy_loss for row in rows)) for rows in problem.codecs)
    if best_loss > problem.loss_budget + ACCURACY_SLACK:
        floor = problem.requirements.accuracy_floor
        return Infeasible(
            f"no plan on {where} reaches the accuracy floor of {floor:.2%}",
            f"the network reaches {problem.graph.accuracy - best_loss:.2%} at best; lower the "
            "floor or train it better",
        )
    return Infeasible(
        f"{method} found no plan on {where}",
        f"deadline {deadline / 1e6:.6g} ms, accuracy floor "
        f"{problem.requirements.accuracy_floor:.2%} and the memories ("
        + ", ".join(f"{m.name} {m.size_bytes} B" for m in problem.platform.memories)
        + ") cannot be met together: relax one of them",
    )
