"""A few choices of idle states for algorithms that must assume some before they place anything."""

from scheduler.problem import Problem


def idle_levels(problem: Problem) -> list[tuple[int, ...]]:
    """Every core in its first idle state, every core in its second or its last, and so on."""
    deepest = [len(states) - 1 for states in problem.wake]
    return [
        tuple(min(level, last) for last in deepest) for level in range(max(deepest, default=0) + 1)
    ]
