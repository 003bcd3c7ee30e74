"""What an algorithm for graphs hands back."""

from dataclasses import dataclass
from typing import Literal

from scheduler.graphs.timed import Timing


@dataclass(frozen=True, slots=True)
class GraphSolution:
    """A placement with its times, and how good it is known to be."""

    modes: tuple[int, ...]
    """By task: index of the chosen mode."""
    timing: Timing
    """When everything happens."""
    status: Literal["optimal", "feasible"]
    """``optimal`` only if proved by an exact method."""
    lower_bound: float
    """On the objective, in its unit; the objective itself if optimal."""
