"""Part of a schedule set free: smaller problems around a schedule in hand.

Large neighbourhood search (Shaw, "Using constraint programming and local search methods to solve
vehicle routing problems", CP 1998), with the rest frozen as a partial order (Godard, Laborie and
Nuijten, "Randomized large neighborhood search for cumulative scheduling", ICAPS 2005): a frozen
task keeps its mode and, on each resource, its place among the frozen ones, but not its time.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from random import Random

from scheduler.graphs.problem import GraphEdge, GraphProblem
from scheduler.graphs.timed import Timing


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """A problem whose schedules are schedules of a larger one."""

    problem: GraphProblem
    """Its tasks are in the order of the schedule in hand."""
    tasks: tuple[int, ...]
    """By its task: the index in the larger problem."""
    modes: tuple[tuple[int, ...], ...]
    """By its task and mode: the mode's index in the larger problem."""

    def known(self, modes: Sequence[int], timing: Timing) -> tuple[tuple[int, ...], Timing]:
        """The schedule in hand, as far as tasks and modes go, in terms of this problem."""
        return (
            tuple(row.index(modes[task]) for task, row in zip(self.tasks, self.modes, strict=True)),
            Timing(
                tuple(timing.starts[task] for task in self.tasks),
                tuple(timing.finishes[task] for task in self.tasks),
                (),
            ),
        )

    def expand(self, modes: Sequence[int], order: Sequence[int]) -> tuple[list[int], list[int]]:
        """Modes and order in terms of the larger problem."""
        chosen = [0] * len(modes)
        for task, row, mode in zip(self.tasks, self.modes, modes, strict=True):
            chosen[task] = row[mode]
        return chosen, [self.tasks[task] for task in order]


def freeze(
    problem: GraphProblem, modes: Sequence[int], timing: Timing, free: frozenset[int]
) -> Neighbourhood:
    """The schedules in which all tasks but those in ``free`` keep modes and order."""
    order = timing.order
    place = {task: at for at, task in enumerate(order)}
    rows = tuple(
        tuple(range(len(problem.tasks[task].modes))) if task in free else (modes[task],)
        for task in order
    )
    edges = {
        (place[edge.source], place[edge.target]): replace(
            edge, source=place[edge.source], target=place[edge.target]
        )
        for edge in problem.edges
    }
    for resource in range(len(problem.resources)):
        for lane in _lanes(problem, modes, timing, resource, free):
            for before, after in pairwise(lane):
                ends = place[before], place[after]
                edges.setdefault(ends, GraphEdge(*ends))
    tasks = tuple(
        replace(problem.tasks[task], modes=tuple(problem.tasks[task].modes[mode] for mode in row))
        for task, row in zip(order, rows, strict=True)
    )
    smaller = replace(problem, tasks=tasks, edges=tuple(edges[ends] for ends in sorted(edges)))
    return Neighbourhood(smaller, order, rows)


def _lanes(
    problem: GraphProblem,
    modes: Sequence[int],
    timing: Timing,
    resource: int,
    free: frozenset[int],
) -> list[list[int]]:
    """The frozen tasks on each unit of a resource, by start; one may be on several units."""
    lanes: list[list[int]] = [[] for _ in range(problem.resources[resource].capacity)]
    until = [0] * len(lanes)
    for task in timing.order:
        units = problem.tasks[task].modes[modes[task]].holds[resource]
        if task in free or not units:
            continue
        if timing.starts[task] == timing.finishes[task] and len(lanes) > 1:
            continue  # holds nothing
        fitting = [at for at, tick in enumerate(until) if tick <= timing.starts[task]]
        fitting.sort(key=lambda at: (-until[at], at))  # the unit that has waited least
        for at in fitting[:units]:
            lanes[at].append(task)
            until[at] = timing.finishes[task]
    return lanes


Pick = Callable[[GraphProblem, Sequence[int], Timing, Random, int], frozenset[int]]
"""Chooses so many tasks of a schedule to be set free."""


def around_a_moment(
    problem: GraphProblem, modes: Sequence[int], timing: Timing, random: Random, size: int
) -> frozenset[int]:
    """The tasks whose middles are nearest to a random moment."""
    moment = random.randrange(timing.makespan + 1)
    middles = [
        abs(start + finish - 2 * moment)
        for start, finish in zip(timing.starts, timing.finishes, strict=True)
    ]
    return frozenset(sorted(range(len(middles)), key=lambda task: (middles[task], task))[:size])


def around_a_task(
    problem: GraphProblem, modes: Sequence[int], timing: Timing, random: Random, size: int
) -> frozenset[int]:
    """A random task, those that it waits for and that wait for it, theirs, and so on."""
    beside: list[list[int]] = [[] for _ in problem.tasks]
    for edge in problem.edges:
        beside[edge.source].append(edge.target)
        beside[edge.target].append(edge.source)
    ring = [random.randrange(len(beside))]
    found = dict.fromkeys(ring)
    while len(found) < size:
        ring = [other for task in ring for other in beside[task] if other not in found]
        if not ring:  # another component
            ring = [random.choice([task for task in range(len(beside)) if task not in found])]
        ring = list(dict.fromkeys(ring))
        random.shuffle(ring)
        found |= dict.fromkeys(ring[: size - len(found)])
    return frozenset(found)


def on_some_resources(
    problem: GraphProblem, modes: Sequence[int], timing: Timing, random: Random, size: int
) -> frozenset[int]:
    """Tasks that hold one of two random resources, near a random moment if there are too many."""
    count = len(problem.resources)
    chosen = random.sample(range(count), min(2, count))
    moment = random.randrange(timing.makespan + 1)
    rows = [
        (abs(timing.starts[task] + timing.finishes[task] - 2 * moment), task)
        for task, mode in enumerate(modes)
        if any(problem.tasks[task].modes[mode].holds[resource] for resource in chosen)
    ]
    return frozenset(task for _, task in sorted(rows)[:size])


def anywhere(
    problem: GraphProblem, modes: Sequence[int], timing: Timing, random: Random, size: int
) -> frozenset[int]:
    """Any tasks."""
    return frozenset(random.sample(range(len(problem.tasks)), min(size, len(problem.tasks))))


PICKS: tuple[Pick, ...] = (around_a_moment, around_a_task, on_some_resources, anywhere)
"""Taken in turn."""
