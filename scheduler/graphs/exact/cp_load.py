"""Redundant constraints of the CP-SAT model: what resources and links can do in the time there is.

The sets are those of `scheduler.graphs.exact.load_sets`.
"""

from collections.abc import Sequence

from scheduler.graphs.exact.cp_crossings import Crossing
from scheduler.graphs.exact.cp_variables import Literal, Variables
from scheduler.graphs.exact.load_sets import Work, load_sets, shortest_path, transfer_window


def add_load_cuts(variables: Variables, crossings: Sequence[Crossing]) -> None:
    """Cuts for every resource and for every link that cannot carry more than one tick a tick."""
    least = shortest_path(variables.problem, variables.reduction)
    for resource, row in enumerate(variables.problem.resources):
        _add_cuts(variables, row.capacity, _work(variables, resource), least)
    for link, line in enumerate(variables.problem.links):
        if line.sharing != "unlimited":
            _add_cuts(variables, 1, _transfers(variables, crossings, link), least)


def _work(variables: Variables, resource: int) -> list[Work[Literal]]:
    reduction, tasks = variables.reduction, variables.problem.tasks
    return [
        Work(
            tasks[task].modes[k].holds[resource] * tasks[task].modes[k].ticks,
            variables.chosen[task][at],
            reduction.earliest[task][at],
            reduction.tail[task][at],
        )
        for task, kept in enumerate(reduction.modes)
        for at, k in enumerate(kept)
        if tasks[task].modes[k].holds[resource] and tasks[task].modes[k].ticks
    ]


def _transfers(
    variables: Variables, crossings: Sequence[Crossing], link: int
) -> list[Work[Literal]]:
    edges = [variables.problem.edges[crossing.edge] for crossing in crossings]
    return [
        Work(
            edge.ticks[link],
            literal,
            *transfer_window(variables.problem, variables.reduction, edge),
        )
        for edge, crossing in zip(edges, crossings, strict=True)
        for crossed, literal in crossing.links
        if crossed == link and edge.ticks[link]
    ]


def _add_cuts(
    variables: Variables, capacity: int, work: Sequence[Work[Literal]], least: int
) -> None:
    for inside, outside in load_sets(work, least):
        used = sum(work[at].ticks * work[at].variable for at in inside)
        variables.model.add(used <= capacity * (variables.makespan - outside))
