"""What a schedule says besides its times: modes, orders, and which outputs cross which link."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from scheduler.graphs.problem import GraphProblem, TaskMode
from scheduler.graphs.schedule import Schedule
from simulator.durations import UnsupportedPlan


@dataclass(frozen=True, slots=True)
class Transfer:
    """An output that crosses a link."""

    edge: int
    """Index of the edge."""
    link: int
    """Index of the link."""
    target: int
    """Index of the task that reads it."""
    ticks: int
    """How long it takes alone."""


@dataclass(frozen=True, slots=True)
class PlacedGraph:
    """A schedule without its times."""

    problem: GraphProblem
    """What was asked."""
    modes: tuple[TaskMode, ...]
    """By task: the chosen one."""
    order: tuple[int, ...]
    """Tasks by (start, finish, index): each resource serves its own in this order."""
    transfers: tuple[Transfer, ...]
    """In the problem's order of edges."""
    transfer_order: tuple[int, ...]
    """Transfers by (start, index): each fifo link serves its own in this order."""


def read_schedule(schedule: Schedule) -> PlacedGraph:
    """The modes and orders of ``schedule``.

    Raises ``UnsupportedPlan`` if it does not have exactly the tasks of its problem and the
    transfers that its modes need, names an unknown mode, or needs a link that is not there.
    """
    tasks, transfers = schedule.tasks, schedule.transfers
    modes = _modes(schedule)
    needed = _transfers(schedule.problem, modes)
    _check_names(schedule, needed)
    turns = sorted((one.start, one.finish, index) for index, one in enumerate(tasks))
    link_turns = sorted((one.start, index) for index, one in enumerate(transfers))
    return PlacedGraph(
        problem=schedule.problem,
        modes=modes,
        order=tuple(index for _, _, index in turns),
        transfers=needed,
        transfer_order=tuple(index for _, index in link_turns),
    )


def _modes(schedule: Schedule) -> tuple[TaskMode, ...]:
    tasks = schedule.problem.tasks
    if [one.task for one in schedule.tasks] != [task.name for task in tasks]:
        raise UnsupportedPlan(
            f"the schedule of '{schedule.problem.name}' must have each of its {len(tasks)} tasks "
            f"once, in the problem's order; it has {len(schedule.tasks)}"
        )
    chosen = []
    for one, task in zip(schedule.tasks, tasks, strict=True):
        named = [mode for mode in task.modes if mode.name == one.mode]
        if not named:
            known = ", ".join(mode.name for mode in task.modes)
            raise UnsupportedPlan(f"task '{task.name}' has no mode '{one.mode}', only: {known}")
        chosen.append(named[0])
    return tuple(chosen)


def _transfers(problem: GraphProblem, modes: Sequence[TaskMode]) -> tuple[Transfer, ...]:
    found = []
    for index, edge in enumerate(problem.edges):
        if not edge.ticks:
            continue
        try:
            link = problem.link_between(modes[edge.source], modes[edge.target], edge)
        except ValueError as error:
            raise UnsupportedPlan(
                f"the output of '{problem.tasks[edge.source].name}' cannot reach "
                f"'{problem.tasks[edge.target].name}': {error}"
            ) from error
        if link is not None:
            found.append(Transfer(index, link, edge.target, edge.ticks[link]))
    return tuple(found)


def _check_names(schedule: Schedule, needed: Sequence[Transfer]) -> None:
    problem = schedule.problem
    names = [
        (
            problem.tasks[problem.edges[one.edge].source].name,
            problem.tasks[one.target].name,
            problem.links[one.link].name,
        )
        for one in needed
    ]
    stated = [(one.source, one.target, one.link) for one in schedule.transfers]
    for place, pair in enumerate(zip_longest(names, stated)):
        if pair[0] != pair[1]:
            texts = [f"'{one[0]}' -> '{one[1]}' over '{one[2]}'" if one else "none" for one in pair]
            raise UnsupportedPlan(
                f"transfer {place} of the schedule, in the order of edges, must be {texts[0]} "
                f"with these modes, and is {texts[1]}"
            )
