"""What a list heuristic decides: modes, and the orders that eager play then follows."""

from dataclasses import dataclass

from scheduler.graphs.problem import GraphProblem
from scheduler.graphs.timed import Timing
from scheduler.graphs.timing import play


@dataclass(frozen=True, slots=True)
class Placement:
    """A mode for each task, and who goes first."""

    modes: tuple[int, ...]
    """By task: index of the chosen mode."""
    order: tuple[int, ...]
    """All tasks, by start."""
    transfer_order: tuple[int, ...] | None = None
    """Edges that cross fifo links, by start; None if there are no such links."""

    def played(self, problem: GraphProblem) -> Timing:
        """Its times, everything as soon as the orders allow."""
        return play(problem, self.modes, self.order, self.transfer_order)
