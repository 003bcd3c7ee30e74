"""Sets of work that a resource must fit between heads and tails: load cuts.

For a set of pieces of work that start no earlier than a and after which at least b must pass, the
work is at most capacity x (makespan - a - b): Carlier, "The one-machine sequencing problem" (EJOR
11, 1982), for chosen modes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from scheduler.graphs.exact.reduction import Reduction
from scheduler.graphs.problem import GraphEdge, GraphProblem

THRESHOLDS = 6
"""Heads and tails of a resource that are tried: every pair of them gives a set."""

Variable = TypeVar("Variable")


@dataclass(frozen=True, slots=True)
class Work(Generic[Variable]):
    """What one mode, or one transfer, keeps busy."""

    ticks: int
    """Units held times ticks."""
    variable: Variable
    """Whether it is chosen, in some model."""
    head: int
    """It starts no earlier."""
    tail: int
    """After its finish so much must still pass."""


def load_sets(work: Sequence[Work[Variable]], least: int) -> Iterator[tuple[tuple[int, ...], int]]:
    """Sets of at least two pieces of work by index, each with the ticks that lie outside.

    Were nothing of a set chosen, its cut would still ask for a makespan of what lies outside. So
    that must be no more than ``least``, which every makespan is.
    """
    seen = set()
    for head in _spread(sorted({row.head for row in work})):
        for tail in _spread(sorted({row.tail for row in work})):
            inside = tuple(
                at for at, row in enumerate(work) if row.head >= head and row.tail >= tail
            )
            if len(inside) < 2 or inside in seen:
                continue
            seen.add(inside)
            outside = min(work[at].head for at in inside) + min(work[at].tail for at in inside)
            if outside <= least:
                yield inside, outside


def shortest_path(problem: GraphProblem, reduction: Reduction) -> int:
    """The longest path with every task in the mode that suits it best: a bound on the makespan."""
    return max(
        (
            min(
                at + problem.tasks[task].modes[k].ticks + tail
                for k, at, tail in zip(
                    kept, reduction.earliest[task], reduction.tail[task], strict=True
                )
            )
            for task, kept in enumerate(reduction.modes)
        ),
        default=0,
    )


def transfer_window(
    problem: GraphProblem, reduction: Reduction, edge: GraphEdge
) -> tuple[int, int]:
    """Before this tick an edge's output is not there; after its arrival so much must still pass."""
    source, target = problem.tasks[edge.source].modes, problem.tasks[edge.target].modes
    ready = min(
        at + source[k].ticks
        for at, k in zip(reduction.earliest[edge.source], reduction.modes[edge.source], strict=True)
    )
    after = min(
        tail + target[k].ticks
        for tail, k in zip(reduction.tail[edge.target], reduction.modes[edge.target], strict=True)
    )
    return ready, after


def _spread(values: Sequence[int]) -> Sequence[int]:
    """At most ``THRESHOLDS`` of the sorted values, the first and the last among them."""
    if len(values) <= THRESHOLDS:
        return values
    step = (len(values) - 1) / (THRESHOLDS - 1)
    return [values[round(at * step)] for at in range(THRESHOLDS)]
