"""What an algorithm hands back."""

from dataclasses import dataclass
from typing import Literal

from scheduler.expectation import Assignment


@dataclass(frozen=True, slots=True)
class Solution:
    """An assignment and how good it is known to be."""

    assignment: Assignment
    """What was decided."""
    status: Literal["optimal", "feasible"]
    """``optimal`` only if proved by an exact method."""
    lower_bound: float
    """On the objective, in its unit; the objective itself if optimal."""
