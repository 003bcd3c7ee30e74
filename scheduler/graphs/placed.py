"""A schedule with its names looked up, as the checker reads it."""

from collections.abc import Iterator
from dataclasses import dataclass

from scheduler.graphs.problem import GraphProblem, GraphTask, TaskMode


@dataclass(frozen=True, slots=True)
class PlacedTransfer:
    """A listed transfer that the placement calls for."""

    edge: int
    """Index of the edge."""
    link: int
    """Index of the link."""
    start: int
    """As stated."""
    finish: int
    """As stated."""


@dataclass(frozen=True, slots=True)
class Placed:
    """What is stated of each task and transfer."""

    problem: GraphProblem
    """What was asked."""
    modes: tuple[TaskMode, ...]
    """By task: the chosen one."""
    starts: tuple[int, ...]
    """By task."""
    finishes: tuple[int, ...]
    """By task."""
    transfers: tuple[PlacedTransfer, ...]
    """In the order of edges."""

    def rows(self) -> Iterator[tuple[GraphTask, TaskMode, int, int]]:
        """Task, mode, start and finish."""
        return zip(self.problem.tasks, self.modes, self.starts, self.finishes, strict=True)

    def names(self, edge: int) -> tuple[str, str]:
        """The two tasks of an edge."""
        row = self.problem.edges[edge]
        return self.problem.tasks[row.source].name, self.problem.tasks[row.target].name

    def lane(self, resource: int) -> list[int]:
        """The tasks that hold a resource, by (start, finish, index)."""
        holders = [task for task, mode in enumerate(self.modes) if mode.holds[resource] > 0]
        return sorted(holders, key=lambda task: (self.starts[task], self.finishes[task]))
