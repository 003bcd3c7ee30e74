"""A timed answer to a graph problem: which mode, when, and what crosses when."""

from dataclasses import dataclass
from typing import Literal

from scheduler.graphs.problem import GraphProblem


@dataclass(frozen=True, slots=True)
class ScheduledTask:
    """One task, placed and timed."""

    task: str
    """Name of the task."""
    mode: str
    """Name of the chosen mode."""
    start: int
    """Tick at which it starts."""
    finish: int
    """Tick at which it has finished."""


@dataclass(frozen=True, slots=True)
class ScheduledTransfer:
    """One output on its way between two cores."""

    source: str
    """Name of the task that wrote it."""
    target: str
    """Name of the task that reads it."""
    link: str
    """Name of the link."""
    start: int
    """Tick at which it enters the link (a fifo link carries one at a time)."""
    finish: int
    """Tick at which it has arrived."""


@dataclass(frozen=True, slots=True)
class GraphCertificate:
    """How good a schedule is known to be."""

    method: str
    """The algorithm, in the registry's name."""
    status: Literal["optimal", "feasible"]
    """``optimal`` only if proved."""
    lower_bound: float
    """No schedule has a lower objective: ticks, or joules."""
    gap: float
    """(objective - lower bound) / objective."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """A complete, self-contained answer. A document, ``wakepath/schedule@1``."""

    problem: GraphProblem
    """What was asked."""
    tasks: tuple[ScheduledTask, ...]
    """One a task, in the problem's order."""
    transfers: tuple[ScheduledTransfer, ...]
    """One an edge that crosses a link, in the problem's order of edges."""
    makespan: int
    """Ticks from the release at 0 to the last finish."""
    energy_j: float
    """Of all tasks, transfers, wake-ups and switches, with idle and rail over the period."""
    certificate: GraphCertificate
    """How good it is."""
    version: Literal["wakepath/schedule@1"] = "wakepath/schedule@1"
    """Version of the document."""

    @property
    def objective_value(self) -> float:
        """The figure that was minimised: ticks, or joules."""
        return self.makespan if self.problem.objective == "makespan" else self.energy_j
