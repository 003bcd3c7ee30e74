"""A graph of tasks to place, order and time: what every graph algorithm reads.

A task runs once, in one of its modes. A mode holds resources while it runs (a core is a resource
of capacity one) and may use up budgets (weights resident in a memory). The output of a task
crosses a link if the next one runs on another core. Time is counted in integer ticks: nanoseconds
for a network on a platform (``tick_s`` is 1e-9), or the bare units of a published instance
(``tick_s`` is None), whose energies are then all zero.
"""

from dataclasses import dataclass
from typing import Literal

Sharing = Literal["unlimited", "fifo", "fair"]
"""What transfers that meet on a link do: ignore each other, wait in line, or share its rate."""

GraphObjective = Literal["makespan", "energy"]
"""What is minimised: ticks from the release to the last finish, or joules."""


@dataclass(frozen=True, slots=True)
class Resource:
    """Something that running tasks hold: a core, or the workers of a project."""

    name: str
    """Unique within the problem."""
    capacity: int = 1
    """Units that running tasks may hold together; 1 for a core."""
    idle_power_w: float = 0.0
    """Drawn while nothing runs on it."""
    wake_ticks: int = 0
    """No task starts on it before this: it wakes once, ahead of its first task."""
    wake_energy_j: float = 0.0
    """Spent once if any task runs on it."""
    switch_ticks: int = 0
    """Between two tasks in a row on it at different operating points."""
    switch_energy_j: float = 0.0
    """Of one such change."""


@dataclass(frozen=True, slots=True)
class Budget:
    """Something that tasks use up for good: bytes of resident weights, money."""

    name: str
    """Unique within the problem."""
    size: int
    """Units there are."""


@dataclass(frozen=True, slots=True)
class TaskMode:
    """One way to run a task."""

    name: str
    """Unique within the task, such as ``dsp/low``."""
    ticks: int
    """Duration; may be 0."""
    core: int | None
    """Index of the resource where its data are; None if it is nowhere, and then sends nothing."""
    holds: tuple[int, ...]
    """By resource: units held while it runs; 1 on its core."""
    uses: tuple[int, ...] = ()
    """By budget: units used up."""
    energy_j: float = 0.0
    """Drawn while it runs, in place of its core's idle power."""
    point: int = 0
    """Operating point of the core; a change costs the resource's switch."""
    accuracy_loss: float = 0.0
    """Share of right answers lost by running it this way."""


@dataclass(frozen=True, slots=True)
class GraphTask:
    """A vertex of the graph."""

    name: str
    """Unique within the problem."""
    modes: tuple[TaskMode, ...]
    """At least one."""


@dataclass(frozen=True, slots=True)
class GraphLink:
    """A wire between cores."""

    name: str
    """Unique within the problem."""
    sharing: Sharing = "unlimited"
    """What transfers that meet do."""


@dataclass(frozen=True, slots=True)
class GraphEdge:
    """``target`` starts after ``source`` has finished, and after its output has crossed."""

    source: int
    """Index of a task."""
    target: int
    """Index of a task."""
    ticks: tuple[int, ...] = ()
    """By link: how long the transfer takes alone; empty for bare precedence."""
    energy_j: tuple[float, ...] = ()
    """By link; empty for bare precedence."""


@dataclass(frozen=True, slots=True)
class GraphProblem:
    """Everything an algorithm for graphs needs. A document, ``wakepath/graph@1``."""

    name: str
    """Name of the network or instance."""
    resources: tuple[Resource, ...]
    """In the order that breaks ties."""
    tasks: tuple[GraphTask, ...]
    """In an order in which every edge points forward."""
    edges: tuple[GraphEdge, ...]
    """At most one for each pair of tasks."""
    links: tuple[GraphLink, ...] = ()
    """In the order that breaks ties."""
    link: tuple[tuple[int | None, ...], ...] = ()
    """By sending and receiving resource: index of the link; None on the diagonal or without one.
    Empty if there are no links."""
    budgets: tuple[Budget, ...] = ()
    """What tasks use up."""
    objective: GraphObjective = "makespan"
    """What is minimised; ties go to the other one."""
    deadline_ticks: int | None = None
    """Longest allowed makespan."""
    period_ticks: int | None = None
    """Time over which idle and rail power are counted; None counts neither."""
    rail_power_w: float = 0.0
    """Drawn at all times."""
    loss_budget: float | None = None
    """Largest allowed sum of the modes' accuracy losses."""
    tick_s: float | None = None
    """Length of a tick; None for the bare units of a published instance."""
    version: Literal["wakepath/graph@1"] = "wakepath/graph@1"
    """Version of the document."""

    def link_between(self, source: TaskMode, target: TaskMode, edge: GraphEdge) -> int | None:
        """The link that ``edge`` crosses between two modes; None if nothing crosses.

        Raises ``ValueError`` if the output must cross and no link joins the two cores.
        """
        if not edge.ticks or source.core is None or target.core is None:
            return None
        if source.core == target.core:
            return None
        link = self.link[source.core][target.core]
        if link is None:
            names = self.resources[source.core].name, self.resources[target.core].name
            raise ValueError(f"no link from '{names[0]}' to '{names[1]}'")
        return link
