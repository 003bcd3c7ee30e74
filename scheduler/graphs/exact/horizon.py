"""How long a schedule may need to be: an upper limit on time that loses no optimum."""

from scheduler.graphs.problem import GraphProblem


def serial_horizon(problem: GraphProblem) -> int:
    """Ticks in which everything can be done one after the other, whatever the modes and the order.

    Wake-ups go first, then each task in its slowest mode, each output over its slowest link and a
    change of operating point ahead of every task.
    """
    wake = max((resource.wake_ticks for resource in problem.resources), default=0)
    switch = max((resource.switch_ticks for resource in problem.resources), default=0)
    tasks = sum(max(mode.ticks for mode in task.modes) + switch for task in problem.tasks)
    return wake + tasks + sum(max(edge.ticks, default=0) for edge in problem.edges)


def horizon_of(problem: GraphProblem) -> int:
    """The first of the deadline, the period and what is needed at the very most."""
    limits = problem.deadline_ticks, problem.period_ticks, serial_horizon(problem)
    return min(limit for limit in limits if limit is not None)
