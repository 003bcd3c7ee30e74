"""Redundant constraints of the CP-SAT model: what resources and links can do in the time there is.

Between the first possible start of the tasks that hold a resource and the least time that must
pass after them, its work must fit. For a set of tasks with heads of at least a and tails of at
least b, work <= capacity x (makespan - a - b): the load cuts of Carlier, "The one-machine
sequencing problem" (EJOR 11, 1982), for chosen modes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scheduler.graphs.exact.cp_crossings import Crossing
from scheduler.graphs.exact.cp_variables import Literal, Variables
from scheduler.graphs.exact.reduction import Reduction
from scheduler.graphs.tables import Tables

THRESHOLDS = 6
"""Heads and tails of a resource that are tried: every pair of them gives a cut."""


@dataclass(frozen=True, slots=True)
class Work:
    """What one mode, or one transfer, keeps busy."""

    ticks: int
    """Units held times ticks."""
    literal: Literal
    """Whether it is chosen."""
    head: int
    """It starts no earlier."""
    tail: int
    """After its finish so much must still pass."""


def add_load_cuts(variables: Variables, crossings: Sequence[Crossing]) -> None:
    """Cuts for every resource and for every link that cannot carry more than one tick a tick."""
    for resource, row in enumerate(variables.problem.resources):
        _add_cuts(variables, row.capacity, list(_work(variables, resource)))
    for link, line in enumerate(variables.problem.links):
        if line.sharing != "unlimited":
            _add_cuts(variables, 1, list(_transfers(variables, crossings, link)))


def _work(variables: Variables, resource: int) -> Iterator[Work]:
    reduction = variables.reduction
    for task, kept in enumerate(reduction.modes):
        for at, k in enumerate(kept):
            mode = variables.problem.tasks[task].modes[k]
            if mode.holds[resource] and mode.ticks:
                yield Work(
                    mode.holds[resource] * mode.ticks,
                    variables.chosen[task][at],
                    reduction.earliest[task][at],
                    reduction.tail[task][at],
                )


def _transfers(variables: Variables, crossings: Sequence[Crossing], link: int) -> Iterator[Work]:
    reduction, tables = variables.reduction, variables.tables
    for crossing in crossings:
        edge = variables.problem.edges[crossing.edge]
        ready = min(
            at + tables.ticks[edge.source][k]
            for at, k in zip(
                reduction.earliest[edge.source], reduction.modes[edge.source], strict=True
            )
        )
        after = min(
            tail + tables.ticks[edge.target][k]
            for tail, k in zip(
                reduction.tail[edge.target], reduction.modes[edge.target], strict=True
            )
        )
        for crossed, literal in crossing.links:
            if crossed == link and edge.ticks[link]:
                yield Work(edge.ticks[link], literal, ready, after)


def _add_cuts(variables: Variables, capacity: int, rows: Sequence[Work]) -> None:
    """A cut for each pair of thresholds whose set of work is not empty and is a new one."""
    if len(rows) < 2:
        return
    seen = set()
    least = least_makespan(variables.reduction, variables.tables)
    for head in _spread(sorted({row.head for row in rows})):
        for tail in _spread(sorted({row.tail for row in rows})):
            inside = tuple(
                at for at, row in enumerate(rows) if row.head >= head and row.tail >= tail
            )
            if len(inside) < 2 or inside in seen:
                continue
            seen.add(inside)
            outside = min(rows[at].head for at in inside) + min(rows[at].tail for at in inside)
            # Were none of the set chosen, the cut would still ask for a makespan of `outside`.
            if outside <= least:
                used = sum(rows[at].ticks * rows[at].literal for at in inside)
                variables.model.add(used <= capacity * (variables.makespan - outside))


def least_makespan(reduction: Reduction, tables: Tables) -> int:
    """The longest path with every task in the mode that suits it best."""
    return max(
        (
            min(
                at + tables.ticks[task][k] + tail
                for k, at, tail in zip(
                    kept, reduction.earliest[task], reduction.tail[task], strict=True
                )
            )
            for task, kept in enumerate(reduction.modes)
        ),
        default=0,
    )


def _spread(values: Sequence[int]) -> Sequence[int]:
    """At most ``THRESHOLDS`` of the sorted values, the first and the last among them."""
    if len(values) <= THRESHOLDS:
        return values
    step = (len(values) - 1) / (THRESHOLDS - 1)
    return [values[round(at * step)] for at in range(THRESHOLDS)]
