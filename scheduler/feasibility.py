"""Whether an assignment meets the requirements, as the algorithms see it.

The independent checker (`scheduler.validity`) does not use this module.
"""

from devicemodels.cost import NANOSECONDS_PER_SECOND
from scheduler.bounds import fastest_ns
from scheduler.expectation import Assignment, accuracy_loss, events, expect
from scheduler.infeasible import Infeasible
from scheduler.memory import memory_use
from scheduler.problem import Problem


def is_feasible(problem: Problem, assignment: Assignment) -> bool:
    """Whether the work can be done at all and keeps every limit, memory included."""
    try:
        expected = expect(problem, assignment)
        latency_ns = sum(event.cost.time_ns for event in events(problem, assignment))
    except ValueError:
        return False
    limits = problem.limits
    return (
        latency_ns <= limits.latency_max_ns
        and accuracy_loss(problem, assignment) <= limits.loss
        and expected.energy_per_sample_j <= limits.energy_j
        and expected.latency_mean_s * NANOSECONDS_PER_SECOND <= limits.latency_mean_ns
        and expected.latency_p99_s * NANOSECONDS_PER_SECOND <= limits.latency_p99_ns
        and expected.energy_delay_product_js <= limits.energy_delay_js
        and not any(use.excess for use in memory_use(problem, assignment))
    )


def explain(problem: Problem, method: str) -> Infeasible:
    """Why ``method`` found no plan: the requirement that binds, and by how much."""
    fastest = fastest_ns(problem)
    deadline = problem.limits.latency_max_ns
    where = f"platform '{problem.platform.name}'"
    if fastest > deadline:
        return Infeasible(
            f"no plan on {where} meets the deadline of {deadline / 1e6:.6g} ms",
            f"the fastest path takes {fastest / 1e6:.6g} ms; allow at least that much",
        )
    best_loss = sum(min(0.0, *(row.accuracy_loss for row in rows)) for rows in problem.codecs)
    best_loss += sum(min(row.accuracy_loss for row in rows) for rows in problem.knobs)
    best_loss += problem.graph.accuracy - max(c.accuracy for c in problem.gate_choices)
    if best_loss > problem.limits.loss:
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
